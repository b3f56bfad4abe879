"""Where the samples of one MP4 track stand in the file, from its tables (ISO/IEC 14496-12, 8.7). Pure."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

SAMPLES_MAX = 1_000_000
SPANS_MAX = 20_000


@dataclass(frozen=True)
class Table:
    """The body of a table's box, with the version and flags in front."""

    file: BinaryIO
    start: int
    end: int

    def numbers(self, offset: int, count: int, code: str = "I") -> list[int] | None:
        """`count` numbers from `offset`, big-endian; None where the box ends before."""
        start = self.start + offset
        size = count * struct.calcsize(f">{code}")
        if count > SAMPLES_MAX or start + size > self.end:
            return None
        self.file.seek(start)
        return list(struct.unpack(f">{count}{code}", self.file.read(size)))


def sample_spans(tables: Mapping[bytes, Table]) -> list[tuple[int, int]] | None:
    """The spans of bytes that the samples fill, merged and in order; None where the tables do not tell."""
    offsets, sizes, runs = _offsets(tables), _sizes(tables.get(b"stsz")), _runs(tables.get(b"stsc"))
    if offsets is None or sizes is None or runs is None or len(offsets) > SPANS_MAX:
        return None
    counts = _samples_of_chunks(runs, len(offsets))
    spans = []
    first = 0
    for offset, count in zip(offsets, counts, strict=True):
        spans.append((offset, offset + sum(sizes[first : first + count])))
        first += count
    return _merged(spans) if first == len(sizes) else None


def _offsets(tables: Mapping[bytes, Table]) -> list[int] | None:
    """The offset of each chunk."""
    short, long = tables.get(b"stco"), tables.get(b"co64")
    table, code = (short, "I") if short else (long, "Q")
    counted = table.numbers(4, 1) if table else None
    return table.numbers(8, counted[0], code) if table and counted else None


def _sizes(table: Table | None) -> list[int] | None:
    """The size of each sample: one for all, or one each. The packed form `stz2` is not read."""
    facts = table.numbers(4, 2) if table else None
    if not table or not facts or facts[1] > SAMPLES_MAX:
        return None
    return [facts[0]] * facts[1] if facts[0] else table.numbers(12, facts[1])


def _runs(table: Table | None) -> list[tuple[int, int]] | None:
    """Pairs of first chunk, from 0, and samples in each chunk from there."""
    counted = table.numbers(4, 1) if table else None
    numbers = table.numbers(8, counted[0] * 3) if table and counted else None
    return None if numbers is None else [(numbers[at] - 1, numbers[at + 1]) for at in range(0, len(numbers), 3)]


def _samples_of_chunks(runs: list[tuple[int, int]], chunks: int) -> list[int]:
    counts = [0] * chunks
    for (first, count), (following, _) in pairwise([*runs, (chunks, 0)]):
        for chunk in range(max(first, 0), min(following, chunks)):
            counts[chunk] = count
    return counts


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
