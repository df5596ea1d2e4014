"""Documents as rows of a table, so that ``documents_of`` gives the same documents back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from node.core.sheets.columns import LONG, TYPE, Column, Form, columns_of, fields_of, held_by
from node.core.sheets.labels import heading, name_of
from node.core.sheets.table import Row, Table
from node.core.sheets.values import joined, write_value
from vocab.records import TYPES

__all__ = ["rows_of", "template_of"]

_BY_LINE: Final = frozenset({"WebAddress", "SdgTarget"})
"""Definitions whose entries stand one a line: addresses are long."""

_OFFERED: Final = {"evidence": 2, "measures": 3, "observations": 1, "partnersNamed": 2}
"""Parts that a template has columns for; a sheet may have more."""


def rows_of(documents: Sequence[Mapping[str, Any]], language: str = "en") -> Table:
    """Documents of one or several types as a table with every column that they need.

    The first column names the type. A proof is left out: an imported record is signed anew.

    Args:
        language: Of headings and concepts.

    Raises:
        KeyError: A document is of no known type.
    """
    kinds = [kind for kind in TYPES if any(one["type"] == kind for one in documents)]
    by_kind = {
        kind: held_by([one for one in documents if one["type"] == kind], kind) for kind in kinds
    }
    headings: dict[str, int] = {heading(TYPE, language): 0}
    for columns in by_kind.values():
        for column in columns:
            headings.setdefault(heading(column, language), len(headings))
    rows: list[Row] = []
    for whole in documents:
        kind = str(whole["type"])
        for document in _by_row(whole):
            cells = [""] * len(headings)
            cells[0] = name_of(kind, language)
            for column in by_kind[kind]:
                cells[headings[heading(column, language)]] = cell_of(document, column, language)
            rows.append(Row(len(rows) + 2, tuple(cells)))
    return Table(tuple(headings), tuple(rows))


def _by_row(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A document as often as it has rows: once for each part that has a row of its own."""
    key = LONG.get(str(document["type"]), "")
    parts = document.get(key) or ()
    return [{**document, key: [part]} for part in parts] or [document]


def template_of(kind: str, tags: Sequence[str]) -> tuple[Column, ...]:
    """The columns of an empty sheet for one type, with text in these languages.

    Raises:
        KeyError: There is no such type.
    """
    held = {field.key for field in fields_of(kind) if field.form is Form.PARTS}
    return columns_of(kind, tags, {key: n for key, n in _OFFERED.items() if key in held})


def cell_of(document: Mapping[str, Any], column: Column, language: str) -> str:
    """What a document has in a column; empty where it has nothing."""
    value: Any = document
    for step in column.place:
        if isinstance(step, int):
            value = value[step] if step < len(value) else None
        else:
            value = value.get(step)
        if value is None:
            return ""
    leaf = column.leaf
    if leaf.key == "id" and column.inner is not None:
        return str(value).removeprefix(str(document.get("id")))
    if leaf.form is Form.LIST:
        items = [write_value(item, leaf.ref, language) for item in value]
        return joined(items, by_line=leaf.ref in _BY_LINE)
    return write_value(value, leaf.ref, language)
