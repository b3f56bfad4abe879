"""The invented companies, their stories and value ranges, read from the data file beside this module."""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "demo-companies.json"


@cache
def source() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def companies() -> list[dict]:
    return source()["companies"]


def company(key: str) -> dict:
    return next(row for row in companies() if row["key"] == key)


def participants(tender_key: str) -> list[str]:
    """Keys of the companies that begin a proposal in `fpv_first`, `reconnaissance`, `interceptor` or `advanced_fpv`."""
    return source()["participation"][tender_key]
