"""A part of a text that shows why it was found, with what was met marked in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

__all__ = ["excerpt"]

_SPACE = re.compile(r"\s+")
_BEFORE = 60
"""Characters shown before the first mark, about."""


def excerpt(text: str, places: Iterable[tuple[int, int, int]], width: int = 240) -> tuple[str, ...]:
    """Plain and marked parts in turn, plain first and last; empty where nothing is marked.

    It shows the part in which most of what was asked is met; white space becomes one space.

    Args:
        text: As it was published.
        places: (which, start, stop), in no order; they may overlap.
        width: Characters to show, about.

    >>> excerpt("The right to adequate housing", [(0, 4, 9), (1, 22, 29)])
    ('The ', 'right', ' to adequate ', 'housing', '')
    """
    marks = sorted(places, key=lambda place: (place[1], -place[2]))
    if not marks:
        return ()
    start, stop = _window(text, marks, width)
    parts = ["…" if start else ""]
    at = start
    for first, last in _merged(marks):
        if first < start or last > stop:
            continue
        parts[-1] += text[at:first]
        parts += [text[first:last], ""]
        at = last
    parts[-1] += text[at:stop] + ("…" if stop < len(text) else "")
    return tuple(_SPACE.sub(" ", part) for part in parts)


def _window(text: str, marks: list[tuple[int, int, int]], width: int) -> tuple[int, int]:
    """The part of the text with most of what was asked; of equal ones the first."""
    best, most = 0, 0
    for at, (_, first, _) in enumerate(marks):
        inside = {which for which, _, stop in marks[at:] if stop <= first + width - _BEFORE}
        if len(inside) > most:
            best, most = at, len(inside)
    first, last = marks[best][1:]
    start = _word_start(text, max(0, first - _BEFORE), first)
    return start, max(last, _word_end(text, min(len(text), start + width), last))


def _merged(marks: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """The marks as spans that neither overlap nor touch."""
    spans: list[tuple[int, int]] = []
    for _, first, last in marks:
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    yield from spans


def _word_start(text: str, at: int, before: int) -> int:
    """The next place from which a text can be read, but not after ``before``."""
    if at == 0:
        return 0
    space = _SPACE.search(text, at, before)
    at = space.end() if space and space.end() <= before else at
    while at < before and unicodedata.category(text[at]).startswith("M"):
        at += 1
    return at


def _word_end(text: str, at: int, after: int) -> int:
    """The last place before ``at`` at which a text can end, but not before ``after``."""
    if at >= len(text):
        return len(text)
    space = max(text.rfind(" ", after, at), text.rfind("\n", after, at))
    at = space if space > 0 else at
    while at < len(text) and unicodedata.category(text[at]).startswith("M"):
        at += 1
    return at
