"""What a body becomes that came compressed: whole, and never more than was asked for.

A few bytes can stand for gigabytes. So what comes out is counted while it comes, and unpacking
stops soon after the first byte too many. Bytes after the end, and an end that never came, are
errors: half of an answer may read like a whole one.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

import zstandard

from peers.errors import Malformed, TooLarge

__all__ = ["Unpacker"]

_STEP: Final = 256
"""Compressed bytes taken at a time: they become 256 KiB of gzip, or 8 MiB of zstd, at most."""

_WINDOW: Final = 8 * 1024 * 1024
"""What every reader of zstd should support (RFC 8878, section 3.1.1.1.2)."""


class Unpacker:
    """Takes a body chunk by chunk.

    Args:
        coding: ``Content-Encoding``.
        url: Whom to name in an error.
        limit: Bytes at most, unpacked.

    Raises:
        Malformed: A coding that was not asked for.
    """

    def __init__(self, coding: str, url: str, limit: int) -> None:
        self._url = url
        self._limit = limit
        self._body = bytearray()
        self._decoder = _decoder(coding.strip().lower(), url, limit)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooLarge: They become more than the limit.
            Malformed: They cannot be unpacked, or follow the end.
        """
        if self._decoder is None:
            self._add(chunk)
            return
        for at in range(0, len(chunk), _STEP):
            try:
                self._add(self._decoder.decompress(chunk[at : at + _STEP]))
            except (zlib.error, zstandard.ZstdError) as exc:
                raise Malformed(self._url, f"the body cannot be unpacked: {exc}") from exc
            if self._decoder.unused_data:
                raise Malformed(self._url, "expected one compressed body, found more after its end")

    def whole(self) -> bytes:
        """The body.

        Raises:
            Malformed: It ended in the middle of its compressed form.
        """
        if self._decoder is not None and not self._decoder.eof:
            raise Malformed(self._url, "the body ends in the middle of its compressed form")
        return bytes(self._body)

    def _add(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._limit:
            raise TooLarge(self._url, f"expected at most {self._limit:,} bytes, found more")


def _decoder(coding: str, url: str, limit: int) -> Any:
    """An object of zlib or zstandard, which share their form; ``None`` where nothing is packed."""
    match coding:
        case "" | "identity":
            return None
        case "gzip":
            return zlib.decompressobj(wbits=31)
        case "zstd":
            window = 1 << (max(limit, _WINDOW) - 1).bit_length()
            return zstandard.ZstdDecompressor(max_window_size=window).decompressobj()
        case other:
            raise Malformed(
                url, f"expected gzip, zstd or no Content-Encoding, found {other[:60]!r}"
            )
