import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.proposals.gate.heads import HEAD_BYTES, leading_fault
from tenders.proposals.gate.verdict import MEDIA_TYPES, Fault

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"
FTYP = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"%PD", "pdf"),
        (b"a,b\n1,2\n", "csv"),
        (b"a < b, less than\n", "csv"),
        ("код;дальність\n".encode("utf-8-sig"), "csv"),
        ("код;дальність\n".encode("utf-16"), "csv"),
        ("дальність".encode()[:-1], "csv"),
        ("д".encode() * HEAD_BYTES, "csv"),
        (b"PK\x03\x04\x14\x00", "xlsx"),
        (b"PK", "xlsx"),
        (FTYP, "mp4"),
        (FTYP[:3], "mp4"),
        (FTYP[:6], "mp4"),
        (FTYP[:20], "mp4"),
        (b"\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00mp42mp41", "mp4"),
        (JPEG, "jpg"),
        (JPEG, "jpeg"),
        (b"\xff", "jpeg"),
        (PNG, "png"),
    ],
)
def test_head_that_may_be_right_has_no_fault(head, extension):
    assert leading_fault(head, extension) is None


@pytest.mark.parametrize("extension", [*MEDIA_TYPES, "exe"])
def test_nothing_is_empty(extension):
    assert leading_fault(b"", extension) == Fault.EMPTY


@pytest.mark.parametrize(
    ("head", "extension", "expected"),
    [
        (b"%PDF-1.7", "exe", Fault.OTHER_CONTENT),
        (b" %PDF-1.7", "pdf", Fault.OTHER_CONTENT),
        (PNG, "pdf", Fault.OTHER_CONTENT),
        (b"%PDF-1.7\n%<html><script>alert(1)</script>", "pdf", Fault.SECOND_KIND),
        (b"%PDF-1.7\n<!DOCTYPE  html>", "pdf", Fault.SECOND_KIND),
        (b"%PDF-1.7", "csv", Fault.OTHER_CONTENT),
        (b"PK\x03\x04", "csv", Fault.OTHER_CONTENT),
        (b"MZ\x90", "csv", Fault.OTHER_CONTENT),
        (b"\x1f\x8b\x08", "csv", Fault.OTHER_CONTENT),
        (b"a\x00b", "csv", Fault.OTHER_CONTENT),
        ("a,b".encode("utf-16-le"), "csv", Fault.OTHER_CONTENT),
        (b"\n <!doctype html>", "csv", Fault.OTHER_CONTENT),
        ("\ufeff<html>".encode("utf-16"), "csv", Fault.OTHER_CONTENT),
        ("дальність".encode("cp1251"), "csv", Fault.NOT_UNICODE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx", Fault.ENCRYPTED),
        (b"\x00PK\x03\x04", "xlsx", Fault.OTHER_CONTENT),
        (b"\x1f\x8b\x08", "xlsx", Fault.OTHER_CONTENT),
        (b"%PDF", "mp4", Fault.OTHER_CONTENT),
        (b"\x00\x00\x00\x18moov", "mp4", Fault.OTHER_CONTENT),
        (b"\x00\x00\x00\x0cftypisom", "mp4", Fault.OTHER_CONTENT),
        (b"\x00\x00\x10\x00ftypisom", "mp4", Fault.OTHER_CONTENT),
        (b"\x00\x00\x00\x14ftypheic\x00\x00\x00\x00mif1", "mp4", Fault.OTHER_CONTENT),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "mp4", Fault.OTHER_CONTENT),
        (FTYP + b"\x00\x00\x00\x40free<script >alert(1)", "mp4", Fault.SECOND_KIND),
        (b"\xff\xd8\x00", "jpg", Fault.OTHER_CONTENT),
        (PNG, "jpg", Fault.OTHER_CONTENT),
        (b"GIF89a", "jpeg", Fault.OTHER_CONTENT),
        (b"\x89PNG\n", "png", Fault.OTHER_CONTENT),
        (JPEG, "png", Fault.OTHER_CONTENT),
    ],
)
def test_head_that_cannot_be_right_has_its_fault(head, extension, expected):
    assert leading_fault(head, extension) == expected


def test_no_more_than_the_head_is_judged():
    padding = b"a" * HEAD_BYTES

    assert leading_fault(padding + b"\x00", "csv") is None
    assert leading_fault(padding[1:] + b"\x00", "csv") == Fault.OTHER_CONTENT


@given(head=st.binary(max_size=64), extension=st.sampled_from(sorted(MEDIA_TYPES)))
def test_a_head_never_raises(head, extension):
    assert leading_fault(head, extension) in {None, *Fault}
