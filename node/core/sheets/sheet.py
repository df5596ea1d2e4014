"""A table together with what its columns mean for one type of record."""

from __future__ import annotations

from dataclasses import dataclass

from node.core.sheets.columns import Column, fields_of
from node.core.sheets.labels import label
from node.core.sheets.matching import Matched
from node.core.sheets.table import Table

__all__ = ["Sheet"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose columns are known for one type.

    Attributes:
        kind: The type.
        table: Headings and rows.
        matched: What each heading means.
        language: The officer's.
    """

    kind: str
    table: Table
    matched: Matched
    language: str

    def heading(self, position: int) -> str:
        """What stands above a column; empty beyond the last."""
        return self.table.headings[position] if position < len(self.table.headings) else ""

    def column(self, position: int) -> Column | None:
        """What a column means; None where it is unknown."""
        columns = self.matched.columns
        return columns[position] if position < len(columns) else None

    def position(self, key: str) -> int | None:
        """The first column of a field; None where the sheet has none."""
        for position, column in enumerate(self.matched.columns):
            if column is not None and column.field.key == key:
                return position
        return None

    def called(self, key: str) -> str:
        """What a field is called: by the sheet, else by us."""
        position = self.position(key)
        if position is not None:
            return self.heading(position)
        field = next((one for one in fields_of(self.kind) if one.key == key), None)
        return label(field, self.language) if field else key
