"""What a text index says of a record that it found: the same words for every backend."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from node.core.asked import Finder
from node.core.excerpts import excerpt
from node.store.ports import Hit, TextPut

__all__ = ["describe_hit", "sort_key"]

Places: TypeAlias = list[tuple[int, int, int]]
"""See ``Finder.places``."""


def describe_hit(put: TextPut, finder: Finder, language: str) -> Hit:
    """Say where a record met what was asked, and show it, in the reader's language if it can be."""
    if not finder.asked:
        return Hit(put=put)
    needed = {number for number, one in enumerate(finder.asked) if one.needed}
    in_title = finder.met(put.title)
    places: dict[str, Places] = {}
    in_texts: set[int] = set()
    for tag in sorted(put.texts, key=lambda tag: _distance(tag, language)):
        if any(places.values()) and needed <= in_title | in_texts:
            break  # The reader's own language has it all.
        places[tag] = finder.places(put.texts[tag], tag)
        in_texts.update(which for which, _, _ in places[tag])
    snippet, tag = _snippet(put.texts, places, language)
    if missing := needed - in_title - in_texts:
        matched = _labels(put.concepts, finder, missing)
        return Hit(put=put, snippet=snippet, snippet_language=tag, why="concept", matched=matched)
    why = "title" if needed <= in_title else "text"
    return Hit(put=put, snippet=snippet, snippet_language=tag, why=why)


def sort_key(put: TextPut) -> tuple[int, int]:
    """(newest, date): the log's time and place; the record's own date, none sorting last.

    >>> _day("2024-05-01") > _day("2024-05") > _day("2024") > _day("")
    True
    """
    seconds = timegm(datetime.fromisoformat(put.published).timetuple())
    return seconds << 28 | put.index % (1 << 28), _day(put.sort) << 36 | seconds


def _day(date: str) -> int:
    """A date as given, year first; its missing parts are 0."""
    digits = "".join(char for char in date[:10] if char in "0123456789")
    return int(digits.ljust(8, "0")[:8])


def _snippet(
    texts: Mapping[str, str], places: Mapping[str, Places], language: str
) -> tuple[tuple[str, ...], str]:
    """A part of the text in the reader's language, else of the one that meets most."""
    found = {tag: marks for tag, marks in places.items() if marks}
    if not found:
        return (), ""
    best = min(found, key=lambda tag: (_distance(tag, language)[:2], -_variety(found[tag]), tag))
    return excerpt(texts[best], found[best]), best


def _labels(concepts: Mapping[str, str], finder: Finder, missing: set[int]) -> str:
    """The names through which the vocabulary led here, such as ``defensor del pueblo``."""
    labels = [
        (label, finder.met({tag: label}) & missing)
        for tag, text in concepts.items()
        for label in text.split("\n")
    ]
    named: list[str] = []
    while missing:
        label, leads = max(labels, key=lambda one: len(one[1] & missing), default=("", frozenset()))
        if not leads & missing:
            break
        named.append(label)
        missing = missing - leads
    return ", ".join(named)


def _variety(marks: Places) -> int:
    return len({which for which, _, _ in marks})


def _distance(tag: str, language: str) -> tuple[bool, bool, str]:
    """Orders tags by how near they are to the reader's language."""
    return tag != language, _base(tag) != _base(language), tag


def _base(tag: str) -> str:
    return tag.partition("-")[0].lower()
