"""A sheet as text: headings, rows with their numbers, and what is wrong with single cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["CELL", "COLUMNS", "FILE", "ROWS", "Grid", "Row", "Table", "Trouble", "column_letters"]

FILE: Final = 20 * 1024 * 1024
"""Bytes of a file."""

ROWS: Final = 50_000
"""Rows below the headings, blank ones left out."""

COLUMNS: Final = 500
"""Columns of a sheet."""

CELL: Final = 256 * 1024
"""Characters of a cell: no record may be larger."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        number: Its number as a spreadsheet shows it, from 1.
        cells: Text, from the first column; cells at the end that are empty may be left out.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a cell cannot be read: a code of ``data/findings.toml``, and what was found."""

    code: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet, before it is known which row has the headings.

    Attributes:
        name: The sheet's; empty where the file has only one.
        rows: Those that are not blank.
        troubles: As in ``Table``.
    """

    name: str
    rows: tuple[Row, ...]
    troubles: Mapping[tuple[int, int], Trouble] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet.

    Attributes:
        headings: Text of the row of headings, from the first column.
        rows: Those below it that are not blank.
        name: The sheet's; empty where the file has only one.
        header: Number of the row of headings.
        troubles: Row number and position of the column (from 0) → why the cell cannot be read.
    """

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    name: str = ""
    header: int = 1
    troubles: Mapping[tuple[int, int], Trouble] = field(default_factory=dict)


def column_letters(position: int) -> str:
    """The letters of a column, from its position.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
