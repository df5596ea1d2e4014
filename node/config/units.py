"""Durations and sizes as people write them: ``15 min``, ``20 MB``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

__all__ = ["duration", "in_words", "size"]

_SECONDS: Final = {
    **dict.fromkeys(("s", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("day", "days"), 86_400),
}
_BYTES: Final = {"B": 1, "kB": 1000, "KB": 1000, "MB": 1000**2, "GB": 1000**3}


def duration(value: object) -> timedelta:
    """Read ``90 s``, ``15 min``, ``2 h`` or ``3 days``; a timedelta stays what it is.

    >>> duration("15 min")
    datetime.timedelta(seconds=900)

    Raises:
        ValueError: Not in such words, or nothing above zero.
    """
    if isinstance(value, timedelta):
        return value
    return timedelta(seconds=_read(value, _SECONDS, "a duration such as '90 s' or '15 min'"))


def size(value: object) -> int:
    """Read ``512 kB``, ``20 MB`` or ``1 GB`` as bytes; a number stays what it is.

    >>> size("20 MB")
    20000000

    Raises:
        ValueError: Not in such words, or nothing above zero.
    """
    if type(value) is int:
        return value
    return int(_read(value, _BYTES, "a size such as '512 kB' or '20 MB'"))


def _read(value: object, units: Mapping[str, int], what: str) -> float:
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]+)", str(value).strip())
    factor = units.get(found[2]) if found else None
    number = float(found[1]) * factor if found and factor else 0.0
    if number <= 0:
        raise ValueError(f"expected {what}, found {value!r}")
    return number


def in_words(value: timedelta | int) -> str:
    """A duration, or a size in bytes, as ``duration`` and ``size`` read it.

    >>> in_words(timedelta(minutes=15)), in_words(16_000_000)
    ('15 min', '16 MB')
    """
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        for word, unit in (("days", 86_400), ("h", 3600), ("min", 60)):
            if seconds % unit == 0:
                return f"{seconds / unit:.15g} {word}"
        return f"{seconds:.15g} s"
    for word, factor in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if value % factor == 0:
            return f"{value // factor} {word}"
    return f"{value} B"
