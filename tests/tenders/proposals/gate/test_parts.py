"""The small pure parts of the gate that no whole file shows at their edges."""

import io
import zlib

import pytest

from tenders.proposals.gate import serving, wire
from tenders.proposals.gate.inflating import PIECE_BYTES, Inflater
from tenders.proposals.gate.pdf_dictionary import Unreadable, dictionary_before, names_of, number_of, unescaped
from tenders.proposals.gate.pieces import PiecedFile, overwritten
from tenders.proposals.gate.ranges import BLOCK_BYTES, BLOCKS_KEPT, RangeFile
from tenders.proposals.gate.verdict import Fault, Unfit
from tenders.proposals.gate.wire import COPY, ZEROS, Copy, Zeros
from tests.tenders.proposals.gate.making import jpeg, segment

# The gate knows no database.
pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("piece", [Copy(5, 2**40), Zeros(7), b"literal", b""])
def test_piece_comes_over_the_wire_as_it_was(piece):
    told = wire.piece_message(piece)
    kind, length = wire.HEADER.unpack(told[: wire.HEADER.size])

    assert wire.piece_of(kind, told[wire.HEADER.size :]) == piece
    assert length == len(told) - wire.HEADER.size


@pytest.mark.parametrize(("kind", "body"), [(COPY, b"short"), (ZEROS, b""), (b"?", bytes(16))])
def test_what_is_no_piece_is_none(kind, body):
    assert wire.piece_of(kind, body) is None


def test_order_comes_over_the_wire_as_it_was():
    order = wire.order("jpeg", wire.STRIP, 300 * 1024 * 1024)

    assert (len(order), wire.order_of(order)) == (wire.ORDER_BYTES, ("jpeg", "strip", 314572800))


def test_pieces_read_as_one_file():
    file = PiecedFile(io.BytesIO(b"0123456789"), [Copy(2, 3), b"", b"ab", Zeros(2), Copy(0, 0), Copy(9, 1)])

    assert (file.size, file.readable(), file.seekable()) == (8, True, True)
    assert io.BufferedReader(file).read() == b"234ab\x00\x009"
    assert (file.seek(-3, io.SEEK_END), file.seek(-1, io.SEEK_CUR), file.seek(-9)) == (5, 4, 0)
    assert (file.seek(4), file.read(1), file.seek(8), file.read(1)) == (4, b"b", 8, b"")


def test_overwritten_file_keeps_its_size():
    assert overwritten(10, {6: Zeros(4), 2: b"ab"}) == [Copy(0, 2), b"ab", Copy(4, 2), Zeros(4), Copy(10, 0)]


@pytest.mark.parametrize("changes", [{0: b"abc", 2: b"d"}, {9: b"ab"}])
def test_changes_that_overlap_or_reach_out_are_refused(changes):
    with pytest.raises(ValueError, match="got a change"):
        overwritten(10, changes)


def test_ranges_are_asked_once_while_they_are_kept():
    content = bytes(range(256)) * (BLOCK_BYTES // 256) * 6 + b"end"
    asked = []

    def ask(offset, length):
        asked.append((offset // BLOCK_BYTES, length))
        return content[offset : offset + length]

    file = RangeFile(len(content), ask)
    reader = io.BufferedReader(file)

    assert reader.read() == content
    assert [number for number, _length in asked] == [0, 1, 2, 3, 4, 5, 6]
    assert asked[-1] == (6, 3)
    assert (reader.seek(-3, io.SEEK_END), reader.read(), reader.read()) == (len(content) - 3, b"end", b"")
    assert (file.seek(-1), file.seek(5), file.seek(1, io.SEEK_CUR)) == (0, 5, 6)
    assert (file.readable(), file.seekable(), len(asked)) == (True, True, 7)
    reader.seek(0)
    reader.read(1)
    assert (asked[-1][0], len(asked)) == (0, 8)
    reader.seek(BLOCK_BYTES * (7 - BLOCKS_KEPT + 1))
    reader.read(1)
    assert len(asked) == 8


def test_unpacked_bytes_come_in_bounded_pieces_and_nothing_is_left_behind():
    for size in (0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES):
        inflater = Inflater()
        pieces = list(inflater.feed(zlib.compress(bytes(size)) + b"rest"))
        assert (sum(map(len, pieces)), max(map(len, pieces)) <= PIECE_BYTES) == (size, True)
        assert (inflater.is_ended, inflater.left_over, list(inflater.feed(b"more"))) == (True, b"rest", [])


def test_damaged_packed_bytes_are_unfit():
    with pytest.raises(Unfit) as raised:
        list(Inflater().feed(b"garbled"))

    assert raised.value.fault == Fault.DAMAGED


# The dictionary before a stream


def _read(text: bytes) -> dict:
    return dictionary_before(text, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1 0 obj<<>>", {}),
        (b"endobj 1 0 obj\n<</A/B/C 5 0 R/D 5/E true>>", {b"A": b"/B", b"C": b"5 0 R", b"D": b"5", b"E": b"true"}),
        (b"1 0 obj <</A[1 2 0 R/N[]]/B<</C(x)>>>>", {b"A": [b"1", b"2 0 R", b"/N", []], b"B": {b"C": b"(x)"}}),
        (
            b"1 0 obj <</#41 %remark >>\n<0a>/B(\\)\\()/C((nested))>>",
            {b"A": b"<0a>", b"B": b"(\\)\\()", b"C": b"((nested))"},
        ),
        (b"9 9 obj<</X 1>>\n2 0 obj<</Y/#58>>", {b"Y": b"/X"}),
        (b"%PDF-1.7\n1 0 obj<</A 1>>", {b"A": b"1"}),
        (b"1 0 obj<</ /A>>", {b"": b"/A"}),
    ],
)
def test_dictionary_is_read(text, expected):
    assert _read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"<</A/B>>",
        b"% 1 0 obj<</A/B>>",
        b"1 0 obj",
        b"1 0 obj[/A]",
        b"1 0 obj<</A/B",
        b"1 0 obj<</A",
        b"1 0 obj<</A[1>>",
        b"1 0 obj<</A[1",
        b"1 0 obj<</A>>",
        b"1 0 obj<</A]>>",
        b"1 0 obj<<(key)/B>>",
        b"1 0 obj<</A/B/#41/C>>",
        b"1 0 obj<</A/B>>>>",
        b"1 0 obj<</A/B>>)",
        b"1 0 obj<</A(>>",
        b"1 0 obj<</A)>>",
        b"1 0 obj<</A{}>>",
        b"1 0 obj<</A" + b"[" * 30 + b"]" * 30 + b">>",
    ],
)
def test_what_has_more_than_one_meaning_is_unreadable(text):
    with pytest.raises(Unreadable):
        _read(text)


def test_values_of_dictionaries():
    assert [names_of(value) for value in (None, b"/A", [b"/A", b"/B"], b"5 0 R", [b"5"], {})] == [
        [],
        [b"A"],
        [b"A", b"B"],
        None,
        None,
        None,
    ]
    assert [number_of(value) for value in (b"12", b"5 0 R", b"-1", None, [b"1"], b"9" * 11)] == [12, *[None] * 5]
    assert unescaped(b"J#61va#zz") == b"Java#zz"


# The child, without its process


def _served(content: bytes, extension: str, act: str = wire.INSPECT) -> list[bytes]:
    """What the child says of it, and the content in its hands by the ranges it asks."""
    said, given = [], []

    def send(data):
        said.append(data)
        if data[:1] == wire.READ:
            offset, length = wire.SPAN.unpack(data[wire.HEADER.size :])
            part = content[offset : offset + length]
            given.append(wire.LENGTH.pack(len(part)) + part)

    def receive(size):
        got, given[0] = given[0][:size], given[0][size:]
        if not given[0]:
            given.pop(0)
        return got

    serving.serve(extension, act, len(content), receive, send)
    return [data for data in said if data[:1] != wire.READ]


def test_child_tells_its_verdict():
    told = wire.message(wire.TAKEN, b"text/csv; charset=utf-8")

    assert _served(b"a,b\n", "csv") == [told]
    assert _served(b"a\x00b", "csv") == [wire.message(wire.UNFIT, b"other content")]


def test_child_tells_pieces_and_then_its_end():
    told = _served(jpeg(segment(0xFE, b"note")), "jpg", wire.STRIP)

    assert {data[:1] for data in told[:-1]} == {COPY}
    assert told[-1] == wire.message(wire.TAKEN)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), wire.message(wire.UNFIT, b"over limits")),
        (RecursionError(), wire.message(wire.UNFIT, b"over limits")),
        (KeyError("content"), wire.message(wire.BROKEN, b"KeyError")),
    ],
)
def test_child_tells_what_its_parser_trips_over(monkeypatch, error, expected):
    def look(_file, _extension):
        raise error

    monkeypatch.setattr(serving, "look", look)

    assert _served(b"a", "csv") == [expected]
