"""Workbooks as text: values as they are shown, dates as days, formulas as their results."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from node.core.sheets.matching import is_help
from node.core.sheets.table import Grid, Row, Trouble, column_letters
from node.core.sheets.wording import Unreadable
from node.core.sheets.xlsx_guard import Vetted, vetted

__all__ = ["read_xlsx", "text_of"]

Cell: TypeAlias = int | float | str | bool | date | datetime | time | timedelta

_MERGES: Final = 10_000


def read_xlsx(data: bytes) -> tuple[Grid, ...]:
    """The visible sheets of a workbook, without the one that explains the others.

    Raises:
        Unreadable: It is too large, packed or unpacked, or no workbook.
    """
    safe = vetted(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(safe.data)) as workbook:
            names = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible is SheetVisibleEnum.Visible
                and sheet.typ is SheetTypeEnum.WorkSheet
                and not is_help(sheet.name)
            ]
            return tuple(_grid(workbook.get_sheet_by_name(name), safe) for name in names)
    except BaseException as broken:
        # A panic of the library is no Exception (PyO3); what else is none, is not ours to stop.
        if isinstance(broken, Unreadable | MemoryError) or not _of_the_library(broken):
            raise
        raise Unreadable("not-a-workbook", found="XLSX") from None


def _of_the_library(error: BaseException) -> bool:
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def text_of(cell: Cell) -> str:
    """A cell's value as text: a day without a time, a number without a needless point.

    >>> text_of(5.0), text_of(0.1 + 0.2), text_of(datetime(2021, 3, 5)), text_of(True)
    ('5', '0.3', '2021-03-05', 'true')
    """
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            # Programs calculate with 17 digits and show 15.
            return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime():
            at_midnight = cell.time() == time()
            return cell.date().isoformat() if at_midnight else cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _grid(sheet: CalamineSheet, safe: Vetted) -> Grid:
    """One sheet's rows that are not blank, and what is wrong with its cells."""
    rows = tuple(_rows(sheet))
    troubles = dict(safe.troubles.get(sheet.name, {}))
    troubles |= _merged(sheet, {row.number for row in rows})
    return Grid(sheet.name, rows, troubles)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    top, left = sheet.start or (0, 0)
    for number, cells in enumerate(sheet.iter_rows(), top + 1):
        texts = [text_of(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if any(text.strip() for text in texts):
            yield Row(number, ("",) * left + tuple(texts))


def _merged(sheet: CalamineSheet, filled: set[int]) -> dict[tuple[int, int], Trouble]:
    """In each row that merged cells touch, the first of their columns."""
    troubles: dict[tuple[int, int], Trouble] = {}
    for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[:_MERGES]:
        name = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
        for number in filled.intersection(range(top + 1, bottom + 2)):
            troubles[number, left] = Trouble("merged", name)
    return troubles
