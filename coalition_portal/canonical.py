"""One spelling of a value as bytes, so that its hash can be made again by anybody.

The form is JSON with sorted keys, UTF-8 and no spaces. Decimals are plain strings, instants are UTC with microseconds
and Z. Floats are refused, for they have no one spelling; so are instants without a zone.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]


def canonical_json(value: object) -> bytes:
    """TypeError for a type that has no form here, floats among them; ValueError for a value with no one spelling."""
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _plain(value: object) -> Plain:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return _plain_decimal(value)
    if isinstance(value, datetime):
        return _plain_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain_key(key): _plain(item) for key, item in value.items()}
    raise TypeError(f"canonical JSON has no form for {type(value).__name__}; give text, whole numbers or Decimal.")


def _plain_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"canonical JSON needs a finite number, got {value}.")
    return format(value, "f")


def _plain_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"canonical JSON needs an instant with a zone, got {value.isoformat()}.")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain_key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"canonical JSON needs text keys, got {type(key).__name__}.")
    return str(key)
