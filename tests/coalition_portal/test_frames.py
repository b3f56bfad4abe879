import io

import pytest

from coalition_portal import frames
from coalition_portal.frames import FRAME_BYTES, ClearReader, FrameDamaged, FrameSealer, opened_frame

KEY, OTHER = b"k" * 32, b"o" * 32


def sealed(*chunks, name="a"):
    sealer = FrameSealer(KEY, name)
    pieces = [piece for chunk in chunks for piece in sealer.take(chunk)]
    return b"".join([*pieces, *sealer.end()])


@pytest.mark.parametrize("size", [1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES])
def test_sizes_and_places_are_what_is_written(size):
    whole = sealed(bytes(size))
    last = frames.last_frame(size)

    assert frames.clear_bytes_of(len(whole)) == size
    assert frames.place_of(last) + frames.sealed_size(size, last) == len(whole)


def test_same_bytes_are_never_sealed_alike():
    assert sealed(b"same") != sealed(b"same")


def test_nothing_is_sealed_to_nothing():
    assert sealed() == sealed(b"") == b""


RIGHT = {"key": KEY, "name": "a", "frame": 0, "is_last": True}


@pytest.mark.parametrize("wrong", [{}, {"key": OTHER}, {"name": "b"}, {"frame": 1}, {"is_last": False}])
def test_frame_opens_under_its_key_and_in_its_place_alone(wrong):
    whole = sealed(b"content")
    if not wrong:
        assert opened_frame(whole, **RIGHT) == b"content"
        return
    with pytest.raises(FrameDamaged):
        opened_frame(whole, **RIGHT | wrong)


@pytest.mark.parametrize("cut", [0, 5, 11, 27])
def test_cut_frame_does_not_open(cut):
    with pytest.raises(FrameDamaged):
        opened_frame(sealed(b"content")[:cut], **RIGHT)


class _Alphabet(ClearReader):
    """Twenty-six letters in frames of ten."""

    def __init__(self):
        super().__init__(26)

    def _at(self, position):
        start = position // 10 * 10
        return memoryview(b"abcdefghijklmnopqrstuvwxyz"[start : start + 10])[position - start :]


def test_reader_reads_over_frames_and_from_any_place():
    file = _Alphabet()

    assert (file.readable(), file.seekable(), file.tell(), file.size) == (True, True, 0, 26)
    assert (file.read(3), file.read(9), file.read(0), file.tell()) == (b"abc", b"defghijkl", b"", 12)
    assert (file.seek(-2, io.SEEK_END), file.read(10), file.read(1)) == (24, b"yz", b"")
    assert (file.seek(10), file.read(10), file.seek(-3, io.SEEK_CUR), file.read(2)) == (10, b"klmnopqrst", 17, b"rs")
    assert (file.seek(-5), file.read()) == (0, b"abcdefghijklmnopqrstuvwxyz")
    assert (file.seek(100), file.read(), file.read(None)) == (100, b"", b"")
    assert io.BufferedReader(_Alphabet()).read() == b"abcdefghijklmnopqrstuvwxyz"


def test_reader_of_no_kind_reads_nothing():
    with pytest.raises(io.UnsupportedOperation):
        ClearReader(1).read()
