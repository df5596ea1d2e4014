"""Days and times as they are written in logs, records and messages: one form each, in UTC."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final, TypeGuard

__all__ = ["is_day", "is_time"]

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def is_day(text: object) -> TypeGuard[str]:
    """Whether it is a day of the calendar, ``YYYY-MM-DD``.

    >>> is_day("2028-02-29"), is_day("2027-02-29"), is_day("2027-2-1"), is_day(None)
    (True, False, False, False)
    """
    return isinstance(text, str) and bool(_DAY.fullmatch(text)) and _exists(date, text)


def is_time(text: object) -> TypeGuard[str]:
    """Whether it is a second that exists, ``YYYY-MM-DDTHH:MM:SSZ`` (RFC 3339).

    >>> is_time("2027-01-01T00:00:00Z"), is_time("2027-01-01T24:00:00Z"), is_time("2027-01-01")
    (True, False, False)
    """
    return isinstance(text, str) and bool(_TIME.fullmatch(text)) and _exists(datetime, text)


def _exists(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True
