"""A file is what its bytes say, and a picture keeps nothing but what is seen."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from node.core.media import LARGEST, judged

PLACE = 0x8825  # GPSInfo


def photo(kind: str = "JPEG", *, turned: bool = True) -> bytes:
    """A picture of 40 × 20 points, as a telephone writes it: with its place, and on its side."""
    image = Image.new("RGB", (40, 20), (200, 30, 30))
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    exif[PLACE] = {1: "N", 2: (IFDRational(4), IFDRational(36), IFDRational(35))}
    if turned:
        exif[0x0112] = 6
    written = io.BytesIO()
    image.save(written, kind, exif=exif)
    return written.getvalue()


def package(kind: str) -> bytes:
    """The beginning of an OpenDocument or Office file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as parts:
        if kind in {"odt", "ods"}:
            name = {"odt": "text", "ods": "spreadsheet"}[kind]
            parts.writestr("mimetype", f"application/vnd.oasis.opendocument.{name}")
            parts.writestr("content.xml", "<x/>")
        else:
            inner = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
            parts.writestr("[Content_Types].xml", "<Types/>")
            parts.writestr("_rels/.rels", "<Relationships/>")
            parts.writestr(inner, "<x/>")
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_what_the_camera_wrote_and_stands_upright(kind: str) -> None:
    assert b"A telephone" in photo(kind)
    kept = judged(photo(kind), "plaza.heic")
    assert b"A telephone" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert dict(image.getexif()) == {}
        assert image.size == (20, 40)
    assert kept.name.startswith("plaza.")


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (b"%PDF-1.7\n...", "acta.doc", ("application/pdf", "acta.pdf")),
        ("año,obras\n2024,3\n".encode(), "obras.csv", ("text/csv", "obras.csv")),
        ("Уважаемые жители\n".encode(), "письмо.html", ("text/plain", "письмо.txt")),
        (package("docx"), "a.zip", ("application/vnd.openxmlformats", "a.docx")),
        (package("xlsx"), "a.zip", ("application/vnd.openxmlformats", "a.xlsx")),
        (package("odt"), "a", ("application/vnd.oasis.opendocument.text", "a.odt")),
        (package("ods"), "a", ("application/vnd.oasis.opendocument.spreadsheet", "a.ods")),
    ],
)
def test_the_content_tells_the_type(data: bytes, name: str, found: tuple[str, str]) -> None:
    kept = judged(data, name)
    assert kept.media_type.startswith(found[0])
    assert kept.name == found[1]


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"  <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf<html>",
        b"MZ" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"GIF89a" + bytes(50),
        b"PK\x03\x04" + bytes(100),
        b"plain \x00 words",
        b"\xff\xfe\x00",
        photo()[:200],
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        b"",
    ],
)
def test_what_can_run_or_is_broken_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        judged(data, "harmless.pdf")


def test_a_file_that_is_too_large_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="give its address"):
        judged(b"%PDF-1.7" + bytes(LARGEST), "a.pdf")


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    assert len(written.getvalue()) < 200_000
    with pytest.raises(ValueError, match="expected"):
        judged(written.getvalue(), "bomb.png")


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_is_safe_in_an_address(name: str) -> None:
    kept = judged(b"words\n", name).name
    assert kept.endswith((".txt", ".csv"))
    assert not {"/", "\\", "\r", "\n", "..", '"', "<"} & {*kept, kept[:2]}
    assert 5 <= len(kept) <= 90


@given(st.binary(max_size=400))
def test_no_bytes_break_the_judge(data: bytes) -> None:
    with suppress(ValueError):
        assert judged(data, "x").data
