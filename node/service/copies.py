"""Files that were brought to be checked: one document, or a copy of a log in a folder."""

from __future__ import annotations

from pathlib import Path

from peers.sync import Fetch

__all__ = ["part_of", "read_file"]


def read_file(path: Path, limit: int) -> bytes:
    """A file of at most ``limit`` bytes.

    Raises:
        ValueError: It is larger, or cannot be read.
    """
    try:
        if path.stat().st_size > limit:
            raise ValueError(f"{path}: expected at most {limit:,} bytes")
        return path.read_bytes()
    except OSError as exc:
        raise ValueError(f"{path} cannot be read: {exc.strerror or exc}") from exc


def part_of(folder: Path, wish: Fetch) -> bytes | None:
    """A part of a log from its folder; pages of records are whole files there."""
    path = folder / wish.path.partition("?")[0]
    return read_file(path, wish.limit) if path.is_file() else None
