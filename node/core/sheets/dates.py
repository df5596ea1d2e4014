"""Dates as people and spreadsheets write them, where only one date can be meant.

``5.3.2021`` has its day first wherever points are used; ``2021/3/5`` and ``2021년 3월 5일`` begin
with the year. ``5/3/2021`` is the 5th of March to one reader and the 3rd of May to another, so it
stays as it is, and the shapes find it.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["date_of", "is_date"]

_DATES: Final = frozenset({"PartialDate", "Day", "Year", "MonthDay"})
_YEAR_FIRST: Final = re.compile(
    r"([12]\d{3})\s*[-/.年년]\s*(\d{1,2})(?:\s*[-/.月월]\s*(\d{1,2}))?\s*[.日일月월]?"
)
_POINTS: Final = re.compile(r"(?:(\d{1,2})\.\s*)?(\d{1,2})\.\s*([12]\d{3})")
_SLASHES: Final = re.compile(r"(?:(\d{1,2})[/-])?(\d{1,2})[/-]([12]\d{3})")
_YEAR: Final = re.compile(r"([12]\d{3})\s*[年년]")


def is_date(ref: str) -> bool:
    """Whether values of this definition are dates, or parts of one."""
    return ref in _DATES


def date_of(text: str, ref: str) -> str:
    """The date that is meant, as far as it is given; the text itself where that is not clear.

    >>> date_of("5.3.2021", "PartialDate"), date_of("2021年3月", "PartialDate")
    ('2021-03-05', '2021-03')
    >>> date_of("25/12/2021", "Day"), date_of("5/3/2021", "Day")
    ('2021-12-25', '5/3/2021')
    >>> date_of("2021년 3월 5일", "Day"), date_of("2021년", "PartialDate")
    ('2021-03-05', '2021')
    >>> date_of("2024-12-10", "MonthDay")
    '12-10'
    """
    parts = _parts(text)
    if parts is None:
        return text
    year, month, day = parts
    if ref == "MonthDay":
        return f"{month:0>2}-{day:0>2}" if month and day else text
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def _parts(text: str) -> tuple[str, str, str] | None:
    """Year, month and day; empty where they are not given."""
    if found := _YEAR_FIRST.fullmatch(text):
        return found[1], found[2], found[3] or ""
    if found := _POINTS.fullmatch(text):
        return found[3], found[2], found[1] or ""
    if found := _YEAR.fullmatch(text):
        return found[1], "", ""
    if found := _SLASHES.fullmatch(text):
        first, second, year = found[1] or "", found[2], found[3]
        if not first or first == second or int(first) > 12:
            return year, second, first
        if int(second) > 12:
            return year, first, second
    return None
