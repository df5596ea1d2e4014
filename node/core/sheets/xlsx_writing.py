"""Workbooks for officers: headings that stay in sight, lists to choose from, a sheet of help.

Everything is written as text, so that no program takes ``2021-03`` for a day of March or a title
for a formula. The same table gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from node.core.sheets.columns import Column, Form
from node.core.sheets.concepts import choices, is_concept
from node.core.sheets.hints import hint, word
from node.core.sheets.labels import heading, name_of, spoken
from node.core.sheets.table import Table, column_letters
from node.errors import Invalid
from vocab.languages import direction

__all__ = ["Page", "write_xlsx"]

LONGEST: Final = 32_767
"""Characters that a cell of a workbook holds."""

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet, the headings included."""

_ROOM: Final = 500
"""Empty rows below the last that have lists to choose from."""

_LISTS: Final = "lists"
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What every workbook says of when it was made."""

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet to be written.

    Attributes:
        table: What stands in it; ``table.name`` is the sheet's.
        columns: What each column means; None for one that is not ours.
        marked: Row number and position of cells to be shown as wrong.
    """

    table: Table
    columns: tuple[Column | None, ...]
    marked: frozenset[tuple[int, int]] = frozenset()


def write_xlsx(pages: Sequence[Page], language: str) -> bytes:
    """A workbook with these sheets, and one that explains their columns.

    Raises:
        Invalid: There are too many rows, or a text does not fit into a cell, or has a character
            that XML cannot say.
    """
    out = io.BytesIO()
    with Workbook(out, dict(_OPTIONS)) as workbook:
        workbook.set_properties({"created": _MADE, "author": "Intercity"})
        book = _Book(workbook, language)
        for page in pages:
            book.add(page)
        book.finish()
    return out.getvalue()


class _Book:
    """A workbook in the making: its formats, and the lists that its columns choose from."""

    def __init__(self, workbook: Workbook, language: str) -> None:
        self._workbook, self._language = workbook, language
        self._text = workbook.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self._wrong = workbook.add_format(
            {"num_format": "@", "valign": "top", "text_wrap": True, "bg_color": "#FFD6D6"}
        )
        self._head = self._heading("#E8EEF4")
        self._must = self._heading("#C9DAEA")
        self._names: set[str] = set()
        self._lists: dict[tuple[str, ...], str] = {}
        self._explained: list[Column] = []

    def _heading(self, colour: str) -> Format:
        return self._workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": colour, "border": 1}
        )

    def add(self, page: Page) -> None:
        """Write one sheet."""
        if len(page.table.rows) >= MOST_ROWS:
            raise Invalid(
                f"{page.table.name}: expected fewer than {MOST_ROWS:,} rows, which a workbook can "
                f"hold, found {len(page.table.rows):,}. Write CSV or JSON-LD instead."
            )
        sheet = self._sheet(page.table.name)
        sheet.freeze_panes(1, 1)
        for position, text in enumerate(page.table.headings):
            column = page.columns[position] if position < len(page.columns) else None
            must = column is not None and column.leaf.required and column.field.required
            sheet.set_column(position, position, _width(column), self._text)
            self._write(sheet, 0, position, text, self._must if must else self._head)
            if column is not None:
                self._offer(sheet, position, column, len(page.table.rows) + _ROOM)
        for line, row in enumerate(page.table.rows, 1):
            for position, text in enumerate(row.cells):
                wrong = (row.number, position) in page.marked
                if text or wrong:
                    self._write(sheet, line, position, text, self._wrong if wrong else self._text)
        self._explained += [one for one in page.columns if one and one not in self._explained]

    def finish(self) -> None:
        """Write the sheet of help, and the hidden one with the lists."""
        sheet = self._sheet(name_of("help", self._language))
        sheet.set_column(0, 0, 40, self._text)
        sheet.set_column(1, 1, 14, self._text)
        sheet.set_column(2, 2, 90, self._text)
        sheet.freeze_panes(1, 0)
        for position, name in enumerate(("column", "required", "what")):
            self._write(sheet, 0, position, word(name, self._language), self._head)
        for line, column in enumerate(self._explained, 1):
            must = column.leaf.required and column.field.required
            required = word("required", self._language) if must else ""
            texts = (heading(column, self._language), required, hint(column, self._language))
            for position, text in enumerate(texts):
                self._write(sheet, line, position, text, self._text)
        if self._lists:
            lists = self._workbook.add_worksheet(_LISTS)
            lists.hide()
            for position, words in enumerate(self._lists):
                for line, text in enumerate(words):
                    self._write(lists, line, position, text, self._text)

    def _sheet(self, name: str) -> Worksheet:
        """A new sheet; its name is cut and numbered as programs demand."""
        bare = "".join(mark for mark in name if mark not in "[]:*?/\\").strip("' ")[:25] or "1"
        number, unique = 1, bare
        while unique.lower() in self._names | {_LISTS, "history"}:
            number += 1
            unique = f"{bare} {number}"
        self._names.add(unique.lower())
        sheet = self._workbook.add_worksheet(unique)
        if direction(spoken(self._language)) == "rtl":
            sheet.right_to_left()
        return sheet

    def _write(self, sheet: Worksheet, line: int, position: int, text: str, form: Format) -> None:
        if len(text.encode("utf-16-le")) // 2 > LONGEST or "\ufffe" in text or "\uffff" in text:
            raise Invalid(
                f"{text[:40]!r}…: expected at most {LONGEST:,} characters that a workbook can "
                f"hold, found {len(text):,}. Write CSV or JSON-LD instead."
            )
        sheet.write_string(line, position, text, form)

    def _offer(self, sheet: Worksheet, position: int, column: Column, last: int) -> None:
        """A list to choose from where there is one, and what belongs into the column."""
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": heading(column, self._language)[:32],
            "input_message": hint(column, self._language)[:255],
        }
        words = _words(column, self._language)
        if words:
            rule |= {"validate": "list", "source": self._list(words)}
            # Several may be written, with semicolons; codes and addresses are read as well.
            rule |= {"show_error": False}
        sheet.data_validation(1, position, last, position, rule)

    def _list(self, words: tuple[str, ...]) -> str:
        """Where the words of a list stand."""
        if words not in self._lists:
            letters = column_letters(len(self._lists))
            self._lists[words] = f"={_LISTS}!${letters}$1:${letters}${len(words)}"
        return self._lists[words]


def _words(column: Column, language: str) -> tuple[str, ...]:
    """What there is to choose from."""
    if is_concept(column.leaf.ref):
        return choices(column.leaf.ref, language)
    if column.leaf.ref == "Truth":
        return name_of("true", language), name_of("false", language)
    return ()


def _width(column: Column | None) -> int:
    """Characters that a column shows."""
    if column is None:
        return 20
    if column.leaf.form is Form.TEXTS:
        return 45
    return 30 if column.leaf.form is Form.LIST or is_concept(column.leaf.ref) else 18
