"""What is written into a workbook: an export, an empty template, a sheet given back with errors.

A sheet that is given back has one more column, the first, which the next import passes over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from node.core.sheets.columns import TYPE, Column, held_by
from node.core.sheets.labels import heading, name_of
from node.core.sheets.matching import is_errors, match
from node.core.sheets.reading import Outcome
from node.core.sheets.table import Row, Table, column_letters
from node.core.sheets.wording import CellFinding
from node.core.sheets.writing import rows_of, template_of
from node.core.sheets.xlsx_writing import Page
from vocab.records import TYPES

__all__ = ["pages_of", "returned", "template_page"]


def pages_of(documents: Sequence[Mapping[str, Any]], language: str) -> tuple[Page, ...]:
    """Documents by their types, one sheet each."""
    by_kind: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for document in documents:
        by_kind[str(document["type"])].append(document)
    return tuple(
        Page(
            replace(rows_of(by_kind[kind], language), name=name_of(kind, language)),
            (TYPE, *held_by(by_kind[kind], kind)),
        )
        for kind in TYPES
        if kind in by_kind
    )


def template_page(kind: str, tags: Sequence[str], language: str) -> Page:
    """An empty sheet for one type, with text in these languages.

    Raises:
        KeyError: There is no such type.
    """
    columns = template_of(kind, tags)
    headings = tuple(heading(column, language) for column in columns)
    return Page(Table(headings, (), name=name_of(kind, language)), columns)


def returned(table: Table, outcome: Outcome, language: str) -> Page:
    """A sheet as it was read, with what is wrong with each row in front, and the cells marked."""
    old = next((n for n, text in enumerate(table.headings) if is_errors(text)), None)
    told: dict[int, list[CellFinding]] = defaultdict(list)
    for read in outcome.rows:
        for found in read.findings:
            told[found.row].append(found)
    rows = tuple(
        Row(row.number, (_told(told.get(row.number, ()), old), *_without(row.cells, old)))
        for row in table.rows
    )
    marked = frozenset(
        (found.row, _moved(found.column, old))
        for findings in told.values()
        for found in findings
        if found.refuses and found.column is not None
    )
    headings = _without(table.headings, old)
    columns: tuple[Column | None, ...] = ()
    if outcome.kind:
        columns = match(headings, outcome.kind, language=language, tag=language).columns
    return Page(
        Table((name_of("errors", language), *headings), rows, name=table.name),
        (None, *columns),
        marked,
    )


def _told(findings: Sequence[CellFinding], old: int | None) -> str:
    """All findings of a row, one a line, each with its column."""
    lines: list[str] = []
    for found in findings:
        letters = "" if found.column is None else f"{column_letters(_moved(found.column, old))} "
        text = f"{found.finding.message} {found.finding.mend}".strip()
        lines.append(f"{letters}{found.heading}: {text}")
    return "\n".join(lines)


def _without(cells: tuple[str, ...], position: int | None) -> tuple[str, ...]:
    return cells if position is None else (*cells[:position], *cells[position + 1 :])


def _moved(position: int, old: int | None) -> int:
    """Where a column stands once ours is in front and the last one's errors are gone."""
    return position + 1 if old is None or position < old else position
