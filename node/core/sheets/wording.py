"""Findings about cells and rows, in the officer's language.

What is wrong with a document is said by ``vocab.shapes``; here it gets its row and column. What is
wrong with the sheet itself is said by ``data/findings.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from node.core.sheets.columns import Column
from node.core.sheets.concepts import is_concept, nearest_word
from node.core.sheets.labels import spoken
from node.core.sheets.sheet import Sheet
from node.errors import Invalid
from vocab.shapes import Finding, Severity

__all__ = ["CellFinding", "Spot", "Unreadable", "located", "said"]

_SHOWN: Final = 80
_ADVICE: Final = frozenset({"row-twice"})
"""Codes that do not refuse a row."""

_SLOT: Final = re.compile(r"\{([a-z]+)\}")


class Unreadable(Invalid):
    """A file that cannot be read as a sheet, for a reason that ``data/findings.toml`` tells."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        told = self.told("en").finding
        super().__init__(f"{told.message} {told.mend}", (told,))

    def told(self, language: str) -> CellFinding:
        """The reason in another language."""
        return said(self.code, language, Spot(0), **self.values)


class Spot(NamedTuple):
    """A place in a sheet: a row, and a column where one is meant; see ``CellFinding``."""

    row: int
    column: int | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class CellFinding:
    """One thing that is wrong, with its place in the sheet.

    Attributes:
        row: The row's number; 0 for the sheet as a whole.
        column: Position of the column, from 0; None where the sheet has none for it.
        heading: What stands above the column, or would.
        finding: What is wrong, and how to mend it.
    """

    row: int
    column: int | None
    heading: str
    finding: Finding

    @property
    def refuses(self) -> bool:
        """Whether the row is not taken because of it."""
        return self.finding.severity is Severity.VIOLATION


def said(
    code: str,
    language: str,
    spot: Spot,
    **values: object,
) -> CellFinding:
    """A finding about a cell, a row or the whole sheet, in words."""
    shown = {name: _cut(str(value)) for name, value in values.items()} | {"field": spot.heading}
    message, mend = (
        _SLOT.sub(lambda slot: shown.get(slot[1], slot[0]), text)
        for text in _catalogue()[code][spoken(language)]
    )
    severity = Severity.ADVICE if code in _ADVICE else Severity.VIOLATION
    return CellFinding(*spot, Finding("", code, message, mend, severity))


def located(finding: Finding, row: int, sheet: Sheet, words: Mapping[int, str]) -> CellFinding:
    """A finding about a row's document, at the cell that it came from.

    Args:
        words: Position of a column → what stands in the row's cell.
    """
    place = _steps(finding.path)
    position = _nearest(place, sheet.matched.columns, words)
    if position is None:
        return CellFinding(row, None, sheet.called(str(place[0])) if place else "", finding)
    column = sheet.column(position)
    if column is not None and is_concept(column.leaf.ref):
        near = nearest_word(words.get(position, ""), column.leaf.ref, sheet.language)
        if near and finding.code in {"unknown-concept", "other-scheme"}:
            mend = _catalogue()["near"][spoken(sheet.language)][1].replace("{found}", near)
            finding = replace(finding, mend=mend)
    return CellFinding(row, position, sheet.heading(position), finding)


def _nearest(
    place: tuple[str | int, ...], columns: Sequence[Column | None], words: Mapping[int, str]
) -> int | None:
    """The column whose place has most steps in common; one with something in it goes first."""
    best: tuple[int, bool, int] | None = None
    for position, column in enumerate(columns):
        if column is None or column.place[0] != (place[0] if place else None):
            continue
        common = sum(1 for mine, other in zip(column.place, place, strict=False) if mine == other)
        rank = (common, position in words, -position)
        if best is None or rank > best:
            best = rank
    return None if best is None else -best[2]


def _steps(path: str) -> tuple[str | int, ...]:
    """RFC 6901: the steps of a pointer."""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])
    return tuple(int(step) if step.isascii() and step.isdigit() else step for step in steps)


def _cut(text: str) -> str:
    """A value as it stands in a sentence: short, and without what cannot be seen."""
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in shown)


@cache
def _catalogue() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    text = files("node.core.sheets").joinpath("data", "findings.toml").read_text("utf-8")
    return {
        code: {tag: (words[0], words[1]) for tag, words in by_language.items()}
        for code, by_language in tomllib.loads(text).items()
    }
