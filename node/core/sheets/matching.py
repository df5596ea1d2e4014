"""Which column a heading means: ours in any language, a close spelling, or none that we know.

A heading is read whole first, then as a part (``Evidence 2: Page``, ``Observation: Value``), then
with a language (``title [es]``, ``Title (Spanish)``, ``title_es``). A name of a field goes before a
further word, and the officer's language before the others.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from node.core.sheets.columns import LONG, SHEETS, TYPE, Column, Field, Form, fields_of
from node.core.sheets.labels import folded, spoken, words_for
from node.core.sheets.table import Grid, Table
from node.core.sheets.values import language_of

__all__ = ["Matched", "guess_kind", "is_errors", "is_help", "match", "means_type", "table_of"]

_PARTS_AT_MOST: Final = 50
"""Numbered parts of one field that a sheet may have columns for."""

_LONGEST: Final = 200
"""Characters of a heading that are looked at."""

_ABOVE: Final = 10
"""Rows among which the headings are looked for."""

_IN_BRACKETS: Final = re.compile(r"(.+?)\s*[\[(（@]\s*([^\[\]()（）@]+?)\s*[\])）]?\s*")
_LAST_WORD: Final = re.compile(r"(.+?)[\s_\-]+([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)")
_OF_PART: Final = re.compile(r"(.+?)\s*[:›>]\s*(.+)")
_NUMBERED: Final = re.compile(r"(.*?)[\s_#]*(\d{1,2})\s*[:.\-–—/>›_\s]*(.*)")


@dataclass(frozen=True, slots=True)
class Matched:
    """What the headings of a table mean for one type.

    Attributes:
        columns: For each heading its column, or None.
        close: Positions of headings that were only spelt like one of ours.
    """

    columns: tuple[Column | None, ...]
    close: tuple[int, ...]

    @property
    def known(self) -> int:
        """How many places of a record the headings cover."""
        return len({column.place for column in self.columns if column})


def match(
    headings: Sequence[str],
    kind: str,
    *,
    language: str,
    tag: str,
    given: Mapping[str, str] | None = None,
    near: bool = True,
) -> Matched:
    """What each heading means.

    Args:
        language: The officer's.
        tag: The language of text where a heading names none.
        given: Heading → what to read instead of it, as the officer said.
        near: Whether close spellings count.
    """
    said = {folded(mine): theirs for mine, theirs in (given or {}).items()}
    columns: list[Column | None] = []
    close: list[int] = []
    for position, text in enumerate(headings):
        name = said.get(folded(text[:_LONGEST]), text)[:_LONGEST]
        found = _column(name, kind, language, tag, near=False)
        if found is None and near and (found := _column(name, kind, language, tag, near=True)):
            close.append(position)
        columns.append(found)
    return Matched(tuple(columns), tuple(close))


def guess_kind(headings: Sequence[str], *, language: str, tag: str) -> str | None:
    """The type that most headings speak of; None where they speak of none, or of two alike."""
    scores: list[tuple[int, int, str]] = []
    for kind in SHEETS:
        matched = match(headings, kind, language=language, tag=tag, near=False)
        keys = {column.field.key for column in matched.columns if column}
        required = [field.key for field in fields_of(kind) if field.required]
        own = sum(key in keys for key in required if key not in {"id", "version", "publisher"})
        scores.append((matched.known, own, kind))
    scores.sort(reverse=True)
    best, second = scores[0], scores[1]
    if best[0] < 2 or not best[1] or best[:2] == second[:2]:
        return None
    return best[2]


def table_of(grid: Grid, given: Iterable[str] = ()) -> Table:
    """A sheet with its headings: the row with most names that we know; titles may stand above it.

    Args:
        given: Further headings, as the officer said.
    """
    known = _all_names() | {folded(text) for text in given}
    scores = [sum(_bare(cell) in known for cell in row.cells) for row in grid.rows[:_ABOVE]]
    if not scores:
        return Table((), (), name=grid.name)
    first = scores.index(max(scores))
    head, rows = grid.rows[first], grid.rows[first + 1 :]
    return Table(head.cells, rows, grid.name, head.number, grid.troubles)


def _bare(text: str) -> str:
    """A heading without its language and its number."""
    cut = text[:_LONGEST]
    found = _IN_BRACKETS.fullmatch(cut.strip())
    name = found[1] if found else cut
    numbered = _NUMBERED.fullmatch(name.strip())
    return folded(numbered[1] or name if numbered else name)


@cache
def _all_names() -> frozenset[str]:
    """Every folded name of a field, or of a field of parts, of a type that sheets are made of."""
    names = {name for kind in SHEETS for name in (*_names(kind, "en"), *_parts(kind))}
    return frozenset(
        names | {folded(word) for words in words_for("type").values() for word in words}
    )


def means_type(text: str) -> bool:
    """Whether this is the heading of the column that names each row's type."""
    return _is("type", text)


def is_errors(text: str) -> bool:
    """Whether this is the heading of the column that we write errors into."""
    return _is("errors", text)


def is_help(text: str) -> bool:
    """Whether this is the name of the sheet that explains the others."""
    return _is("help", text)


def _is(name: str, text: str) -> bool:
    return folded(text[:_LONGEST]) in _labels(name)


@cache
def _labels(name: str) -> frozenset[str]:
    """What a thing of the table is called in every language, folded."""
    return frozenset(folded(words[0]) for words in words_for(name).values())


def _column(text: str, kind: str, language: str, tag: str, *, near: bool) -> Column | None:
    """The column that is meant, exactly or by a close spelling."""
    if not near and means_type(text):
        return TYPE
    for name, said in _with_tags(text):
        field = _named(name, kind, language, near=near)
        if field is not None and field.form is not Form.PARTS:
            if field.form is Form.TEXTS:
                return Column(field, said or tag)
            if not said:
                return Column(field)
        found = _part(name, said or tag, kind, language, near=near)
        if found is not None and (not said or found.tag):
            return found
    return None


def _with_tags(text: str) -> Iterator[tuple[str, str]]:
    """The heading whole, then without what may be a language at its end."""
    yield text, ""
    for pattern in (_IN_BRACKETS, _LAST_WORD):
        found = pattern.fullmatch(text.strip())
        if found and (tag := language_of(found[2])):
            yield found[1], tag


def _part(text: str, tag: str, kind: str, language: str, *, near: bool) -> Column | None:
    """A part's column; without a number the first, without a field what it must have."""
    name, number, rest = _split(text.strip())
    if not 1 <= number <= _PARTS_AT_MOST:
        return None
    field = _parts(kind).get(folded(name))
    if field is None:  # The fields of a part that has a row of its own need not say whose they are.
        field = next((one for one in fields_of(kind) if LONG.get(kind) == one.key), None)
        number, rest = 1, text
    if field is None:
        return None
    inner = (
        _named(rest, field.ref, language, near=near)
        if rest
        else next(one for one in fields_of(field.ref) if one.required and one.key != "id")
    )
    if inner is None:
        return None
    return Column(field, tag if inner.form is Form.TEXTS else "", number, inner)


def _split(text: str) -> tuple[str, int, str]:
    """A part's name, its number, and the name of its field."""
    if found := _NUMBERED.fullmatch(text):
        return found[1], int(found[2]), found[3]
    if found := _OF_PART.fullmatch(text):
        return found[1], 1, found[2]
    return text, 1, ""


def _named(text: str, kind: str, language: str, *, near: bool) -> Field | None:
    """The field of that name."""
    names = _names(kind, spoken(language))
    wanted = folded(text)
    if not near:
        return names.get(wanted)
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.85) if len(wanted) > 4 else []
    return names[close[0]] if close else None


@cache
def _names(kind: str, language: str) -> Mapping[str, Field]:
    """Folded names → fields: keys and labels first, further words after them."""
    fields = fields_of(kind)
    found: dict[str, Field] = {}
    for field in fields:
        found.setdefault(folded(field.key), field)
        found.setdefault(field.key.lower(), field)
    for first in (True, False):
        for own in (True, False):
            for field in fields:
                for tag, words in words_for(field).items():
                    if (tag in {language, "en"}) is own:
                        for word in words[:1] if first else words[1:]:
                            if word:
                                found.setdefault(folded(word), field)
    return found


@cache
def _parts(kind: str) -> Mapping[str, Field]:
    """Folded names of a type's fields of parts, in the plural and of a single one."""
    found: dict[str, Field] = {}
    for field in fields_of(kind):
        if field.form is Form.PARTS:
            for words in (*words_for(field).values(), *words_for(field.ref).values()):
                for word in (field.key, *words):
                    if word:
                        found.setdefault(folded(word), field)
    return found
