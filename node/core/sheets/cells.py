"""One row as a document: what stands in its cells, put where the columns say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from node.core.sheets.columns import TYPE, Column, Form
from node.core.sheets.matching import Matched, is_errors
from node.core.sheets.sheet import Sheet
from node.core.sheets.table import CELL, Row
from node.core.sheets.values import items_of, read_value
from node.core.sheets.wording import CellFinding, Spot, said
from peers.encoding import JsonObject

__all__ = ["RowSaid", "merged", "row_said"]


@dataclass(frozen=True, slots=True)
class RowSaid:
    """What a row says.

    Attributes:
        document: ``type`` and the fields; parts in the order of their numbers, without names
            unless the row gave some.
        words: Position of a column → text of its cell, where a known column is not empty.
        findings: Cells that could not be read.
        notes: Heading → text of cells in unknown columns.
    """

    document: JsonObject
    words: Mapping[int, str]
    findings: tuple[CellFinding, ...]
    notes: Mapping[str, str]


def row_said(row: Row, sheet: Sheet) -> RowSaid:
    """Read every cell of a row."""
    document: JsonObject = {"type": sheet.kind}
    words: dict[int, str] = {}
    notes: dict[str, str] = {}
    findings = list(_troubles(row, sheet))
    wrong = {finding.column for finding in findings}
    placed: dict[tuple[str | int, ...], int] = {}
    for position, text in enumerate(row.cells):
        if position in wrong or not text.strip():
            continue
        column = sheet.column(position)
        if column is None:
            if not is_errors(sheet.heading(position)):
                notes[sheet.heading(position)] = text
            continue
        words[position] = text
        if column == TYPE:
            continue
        value = _value(text, column, sheet.language)
        first = placed.setdefault(column.place, position)
        if first == position:
            _put(document, column.place, value)
        elif value != _at(document, column.place):
            spot = Spot(row.number, position, sheet.heading(position))
            other = sheet.heading(first)
            findings.append(said("differs", sheet.language, spot, other=other))
    return RowSaid(_settled(document), words, tuple(findings), notes)


def _troubles(row: Row, sheet: Sheet) -> Iterator[CellFinding]:
    """Cells that cannot be read at all."""
    troubles = sheet.table.troubles
    for position in range(max(len(row.cells), len(sheet.table.headings))):
        spot = Spot(row.number, position, sheet.heading(position))
        trouble = troubles.get((row.number, position))
        size = len(row.cells[position]) if position < len(row.cells) else 0
        if trouble is not None:
            yield said(trouble.code, sheet.language, spot, found=trouble.found)
        elif size > CELL:
            count, limit = f"{size:,}", f"{CELL:,}"
            yield said("cell-too-large", sheet.language, spot, count=count, limit=limit)


def _value(text: str, column: Column, language: str) -> Any:
    """A cell's text as the value of its column."""
    leaf = column.leaf
    if leaf.form is Form.LIST:
        return [read_value(item, leaf.ref, language) for item in items_of(text)]
    return read_value(text, leaf.ref, language)


def _put(document: JsonObject, place: tuple[str | int, ...], value: Any) -> None:
    """Put a value where it belongs. Numbered parts are kept by number until all are there."""
    holder: dict[Any, Any] = document
    for step in place[:-1]:
        holder = holder.setdefault(step, {})
    holder[place[-1]] = value


def _at(document: JsonObject, place: tuple[str | int, ...]) -> Any:
    found: Any = document
    for step in place:
        found = found[step]
    return found


def _settled(document: JsonObject) -> JsonObject:
    """Numbered parts as lists, in the order of their numbers."""
    return {
        key: [value[number] for number in sorted(value)]
        if isinstance(value, dict) and all(isinstance(step, int) for step in value)
        else value
        for key, value in document.items()
    }


def merged(said: JsonObject, held: Mapping[str, Any], matched: Matched) -> JsonObject:
    """What a row says, with the fields of the held document that the sheet has no column for.

    An empty cell takes the field away; a column that is not there leaves it alone. Text is taken
    one language at a time, parts as a whole.
    """
    columns = [column for column in matched.columns if column]
    covered = {column.field.key for column in columns}
    tags = {(column.field.key, column.tag) for column in columns if not column.inner}
    kept: JsonObject = {}
    for key, value in held.items():
        if key in {"@context", "id", "type", "version", "publisher", "proof"} or key in said:
            continue
        if key not in covered:
            kept[key] = value
    for column in columns:
        key = column.field.key
        if column.field.form is Form.TEXTS and isinstance(held.get(key), dict):
            others = {tag: text for tag, text in held[key].items() if (key, tag) not in tags}
            if others or key in said:
                kept[key] = {**others, **said.get(key, {})}
    return {**said, **kept}
