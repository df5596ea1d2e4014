"""What a draft changes in a published record, field by field; and a text word by word.

Names, numbers and proofs that the node fills in are no changes. A list is compared as a whole, a
text in each language, a part of a record (a document, a measure) in each of its fields.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

__all__ = ["Change", "Piece", "Step", "changes", "pieces"]

_BESIDE: Final = frozenset({"@context", "id", "type", "version", "publisher", "proof"})
_WORDS: Final = re.compile(r"\s+|[^\s\w]|\w+")
_MOST_WORDS: Final = 20_000
"""Words of two texts together up to which they are compared; longer ones are shown one by one."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs.

    Attributes:
        place: Keys and positions (from 0) from the top; a text's with its language.
        before, after: Lines of what stood there and what stands there; none where nothing does.
    """

    place: tuple[str | int, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Step(StrEnum):
    """What became of a piece of a text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and what became of it."""

    step: Step
    text: str


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """Every field that differs, in the order of the new document; of a new record, every field."""
    old, new = dict(_leaves(before or {}, ())), dict(_leaves(after, ()))
    return [
        Change(place, old.get(place, ()), new.get(place, ()))
        for place in dict.fromkeys((*new, *old))
        if old.get(place, ()) != new.get(place, ())
    ]


def pieces(before: str, after: str) -> list[Piece]:
    """A text word by word: what stayed, what is gone, what is new.

    >>> [str(one.step) + ":" + one.text for one in pieces("one old word", "one new word")]
    ['same:one ', 'gone:old', 'new:new', 'same: word']
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        both = (Piece(Step.GONE, before), Piece(Step.NEW, after))
        return [piece for piece in both if piece.text]
    found: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            found.append(Piece(Step.SAME, "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece(Step.GONE, "".join(old[i:j])))
        if k < m:
            found.append(Piece(Step.NEW, "".join(new[k:m])))
    return found


def _leaves(
    value: Mapping[str, Any], place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
    """Each field that holds values, with its place and its values as lines."""
    for key, one in value.items():
        if key in _BESIDE:
            continue
        here = (*place, key)
        if isinstance(one, Mapping):
            yield from _leaves(one, here)
        elif isinstance(one, list) and any(isinstance(part, Mapping) for part in one):
            for number, part in enumerate(one):
                if isinstance(part, Mapping):
                    yield from _leaves(part, (*here, number))
                else:
                    yield (*here, number), (_line(part),)
        elif isinstance(one, list):
            yield here, tuple(_line(part) for part in one)
        else:
            yield here, (_line(one),)


def _line(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
