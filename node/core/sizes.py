"""Sizes of cities: classes of residents, so that a small town finds what small towns have done."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

__all__ = ["BOUNDS", "bounds_of", "size_of"]

BOUNDS: Final = (50_000, 250_000, 1_000_000, 5_000_000)
"""Residents at which the next class begins."""


def size_of(residents: int) -> str:
    """The class of a city: the residents at which it begins, as text.

    >>> size_of(49_999), size_of(50_000), size_of(9_000_000)
    ('0', '50000', '5000000')
    """
    place = bisect_right(BOUNDS, residents)
    return str(BOUNDS[place - 1] if place else 0)


def bounds_of(size: str) -> tuple[int, int | None]:
    """From how many residents a class goes, and where the next begins (``None``: it is the last).

    Raises:
        ValueError: There is no such class.

    >>> bounds_of("250000"), bounds_of("5000000")
    ((250000, 1000000), (5000000, None))
    """
    starts = (0, *BOUNDS)
    place = starts.index(int(size))
    return starts[place], starts[place + 1] if place + 1 < len(starts) else None
