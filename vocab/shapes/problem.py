"""A problem: a place, a code and the values that its words need. It has no language yet."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

__all__ = ["Place", "Problem", "nearest"]

Place: TypeAlias = tuple[str | int, ...]
"""Keys and positions (from 0) from the top of the document."""


_LONGEST: Final = 80


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        place: Where.
        code: What; names the words of the catalogue.
        values: What the words need.
    """

    place: Place
    code: str
    values: Mapping[str, object]


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like this one; empty where none does, or it is very long.

    >>> nearest("lessonslearnt", ["lessonsLearned", "results"])
    'lessonsLearned'
    """
    if len(word) > _LONGEST:
        return ""
    folded = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""
