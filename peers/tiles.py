"""Where the parts of a log lie, and how they are packed (c2sp.org/tlog-tiles).

Entry bundles and hash tiles are as specified. Pages of records are ours: they lie beside the
bundles, in the same order, because a record can be erased and a log cannot.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from peers.encoding import digest_of

__all__ = [
    "MAX_ENTRY",
    "SALT",
    "WIDTH",
    "Body",
    "TileSlice",
    "bundle_path",
    "pack",
    "pack_records",
    "records_path",
    "slice_of",
    "spans",
    "tile_path",
    "unpack",
    "unpack_records",
]

WIDTH = 256
"""Entries in a full bundle, hashes in a full tile."""

MAX_ENTRY = 2**16 - 1
"""Bytes in the longest entry that the format can carry."""

SALT = 16
"""Bytes of the salt that is hashed before a record."""

_HEIGHT = 8
"""Levels of the tree that one tile spans: WIDTH is 2^8."""

_RECORD = b'{"record":'
_SALT = re.compile(rb',"salt":"([A-Za-z0-9_-]{22})"}')
_SALT_LENGTH = len(b',"salt":"') + 22 + len(b'"}')


@dataclass(frozen=True, slots=True)
class Body:
    """What a log's entry commits to, kept beside the log because it can be erased.

    Attributes:
        salt: 16 random bytes, so that the digest of what was erased cannot be guessed.
        record: The signed record's bytes, exactly as they were signed or received. Where the
            digest fits, they are what the log commits to; whether they are canonical JSON, and
            are to be believed, is for whoever admits them to find out.
    """

    salt: bytes
    record: bytes

    @property
    def digest(self) -> str:
        """What the entry says of it."""
        return digest_of(self.salt, self.record)


def spans(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Which bundles cover entries ``start`` to ``stop``: (index, width) of each, in order.

    >>> list(spans(250, 515)), list(spans(250, 250))
    ([(0, 256), (1, 256), (2, 3)], [])
    """
    if start < stop:
        for index in range(start // WIDTH, -(-stop // WIDTH)):
            yield index, min(WIDTH, stop - index * WIDTH)


def bundle_path(index: int, width: int) -> str:
    """The path of an entry bundle below the log's prefix.

    >>> bundle_path(1234067, 256), bundle_path(0, 3)
    ('tile/entries/x001/x234/067', 'tile/entries/000.p/3')
    """
    return f"tile/entries/{_place(index, width)}"


def tile_path(level: int, index: int, width: int) -> str:
    """The path of a hash tile below the log's prefix.

    >>> tile_path(1, 0, 1)
    'tile/1/000.p/1'
    """
    return f"tile/{level}/{_place(index, width)}"


def records_path(index: int, width: int) -> str:
    """The path of the page of records that goes with a bundle.

    >>> records_path(0, 256)
    'records/000'
    """
    return f"records/{_place(index, width)}"


def _place(index: int, width: int) -> str:
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03}")
    suffix = "" if width == WIDTH else f".p/{width}"
    return f"{'/'.join(parts)}{suffix}"


@dataclass(frozen=True, slots=True)
class TileSlice:
    """Hashes of one tile, from ``start`` to ``stop``: see ``tile_path`` for the others."""

    level: int
    index: int
    width: int
    start: int
    stop: int


def slice_of(level: int, index: int, size: int) -> TileSlice:
    """Where the hashes lie over which the root of a full subtree goes.

    Args:
        level, index: The subtree: 2^level leaves from index * 2^level on, all below ``size``.
        size: Of the tree whose tiles are read.

    >>> slice_of(9, 1, 1500)  # leaves 512 to 1023: two of the five full tiles
    TileSlice(level=1, index=0, width=5, start=2, stop=4)
    """
    above, below = divmod(level, _HEIGHT)
    tile, start = divmod(index << below, WIDTH)
    width = min(WIDTH, (size >> _HEIGHT * above) - tile * WIDTH)
    return TileSlice(above, tile, width, start, start + (1 << below))


def pack(entries: Iterable[bytes]) -> bytes:
    """Join entries, each behind its length (two bytes, big-endian).

    Raises:
        ValueError: An entry is longer than ``MAX_ENTRY``.
    """
    packed = bytearray()
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise ValueError(f"entry of {len(entry)} bytes is longer than {MAX_ENTRY}")
        packed += len(entry).to_bytes(2) + entry
    return bytes(packed)


def unpack(bundle: bytes, most: int = WIDTH) -> list[bytes]:
    """Split what ``pack`` joined.

    Args:
        most: Entries at most: a bundle of nothing but lengths has eight million of them.

    Raises:
        ValueError: The bundle ends within an entry, or holds more than ``most``.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        if len(entries) == most:
            raise ValueError(f"bundle has more than {most} entries")
        start = at + 2
        at = start + int.from_bytes(bundle[at:start])
        if start > len(bundle) or at > len(bundle):
            raise ValueError("bundle ends within an entry")
        entries.append(bundle[start:at])
    return entries


def pack_records(bodies: Sequence[Body | None]) -> bytes:
    """Write records as NDJSON; ``None``, what was erased, is ``null``.

    A record goes in as the bytes that were signed, so a line is canonical JSON again.
    """
    lines = bytearray()
    for body in bodies:
        if body is None:
            lines += b"null\n"
        else:
            salt = base64.urlsafe_b64encode(body.salt).rstrip(b"=")
            lines += b'{"record":' + body.record + b',"salt":"' + salt + b'"}\n'
    return bytes(lines)


def unpack_records(page: bytes, most: int) -> list[Body | None]:
    """Read a page of records; ``None`` where one was erased.

    A line is canonical JSON that ends with a salt of one length, so the record in it is found
    without reading it: its bytes are hashed before anybody parses them. Only the frame is checked
    here; digests are compared with the log by whoever holds the entries.

    Args:
        most: Lines at most. A page may hold fewer: it is cut where it grows too large.

    Raises:
        ValueError: Not such a page; says in which line, from 0.
    """
    if page and not page.endswith(b"\n"):
        raise ValueError("the page ends within a line")
    count = page.count(b"\n")
    if count > most:
        raise ValueError(f"the page has {count} lines, expected at most {most}")
    return [_read_line(number, line) for number, line in enumerate(page.split(b"\n")[:-1])]


def _read_line(number: int, line: bytes) -> Body | None:
    if line == b"null":
        return None
    salt = _SALT.fullmatch(line, len(line) - _SALT_LENGTH)
    if salt is None or not line.startswith(_RECORD):
        raise ValueError(
            f'line {number}: expected {{"record":…,"salt":"…"}} without spaces, the salt '
            f"{SALT} bytes as base64url without padding, or null; found {line[:40]!r}…"
        )
    return Body(_read_salt(number, salt[1]), line[len(_RECORD) : -_SALT_LENGTH])


def _read_salt(number: int, text: bytes) -> bytes:
    salt = base64.urlsafe_b64decode(text + b"==")
    if base64.urlsafe_b64encode(salt)[:22] != text:
        raise ValueError(f"line {number}: the salt {text.decode()} is not canonical base64url")
    return salt
