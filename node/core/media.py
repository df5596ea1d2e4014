"""What an officer uploads as evidence: told by its content, and freed of what a camera adds.

The name that a file comes with decides nothing but how plain text is called. What can run in a
browser (HTML, SVG, scripts) is of no type that is taken.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

__all__ = ["LARGEST", "Media", "judged"]

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one file."""

_PIXELS: Final = 60_000_000
"""Of one image: more than cameras make, less than a bomb."""

_NAME: Final = 80
"""Characters of a file's name, without its ending."""

_ENDINGS: Final = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "text/csv": "csv",
    "text/plain": "txt",
}
"""Media types that are taken, and the ending of their names."""

_IMAGES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_UNSAFE: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Media:
    """A file that can be kept.

    Attributes:
        data: Its bytes; an image without what the camera wrote into it.
        media_type: By its content.
        name: Fit for an address, with the ending of its type.
    """

    data: bytes
    media_type: str
    name: str


def judged(data: bytes, name: str) -> Media:
    """What a file is, ready to be kept.

    Raises:
        ValueError: It is empty, too large, of a type that is not taken, or a broken image.
    """
    if not data:
        raise ValueError("expected a file, found an empty one")
    if len(data) > LARGEST:
        raise ValueError(
            f"expected at most {LARGEST // 2**20} MB, found {len(data) / 2**20:.1f} MB: make it "
            "smaller, or publish it elsewhere and give its address"
        )
    media_type = _type_of(data, name)
    if media_type in _IMAGES:
        data = _bare(data, media_type)
    return Media(data, media_type, _safe(name, _ENDINGS[media_type]))


def _type_of(data: bytes, name: str) -> str:
    found = filetype.guess_mime(data)
    if found in _ENDINGS:
        return str(found)
    if found is None and _is_text(data):
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"
    raise ValueError(
        f"expected one of {', '.join(dict.fromkeys(_ENDINGS.values()))} by its content, found "
        f"{found or 'something else'}"
    )


def _is_text(data: bytes) -> bool:
    """Plain words in UTF-8; what a browser could take for markup is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    odd = any(unicodedata.category(mark) == "Cc" and mark not in "\t\r\n" for mark in text)
    return not odd and not text.lstrip().startswith("<")


def _bare(data: bytes, media_type: str) -> bytes:
    """The picture alone, the right way up: no place, no device, no author, no thumbnail."""
    try:
        with Image.open(io.BytesIO(data), formats=[_IMAGES[media_type]]) as image:
            if image.width * image.height > _PIXELS:
                raise ValueError(
                    f"expected at most {_PIXELS:,} pixels, found {image.width * image.height:,}"
                )
            upright = ImageOps.exif_transpose(image)
            mode = "RGBA" if "A" in upright.getbands() or "transparency" in image.info else "RGB"
            picture = upright.convert("RGB" if media_type == "image/jpeg" else mode)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as exc:
        raise ValueError(f"expected a whole picture, found one that cannot be read: {exc}") from exc
    picture.info.clear()
    written = io.BytesIO()
    picture.save(written, _IMAGES[media_type], quality=90)
    return written.getvalue()


def _safe(name: str, ending: str) -> str:
    """A name for an address: letters of any script, digits, hyphens.

    >>> _safe("../Actas del pleno (2024).PDF", "pdf"), _safe("", "csv")
    ('Actas-del-pleno-2024.pdf', 'file.csv')
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = plain.rpartition(".")[0] or plain
    kept = _UNSAFE.sub("-", stem).strip("-._")[:_NAME].strip("-._")
    return f"{kept or 'file'}.{ending}"
