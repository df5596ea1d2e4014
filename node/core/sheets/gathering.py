"""Rows that are one record together: where each part has a row of its own (``columns.LONG``).

Rows belong together where they follow each other and say the same of the whole, or nothing. Each
part knows its row, so that what is wrong with it is told there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from node.core.sheets.cells import RowSaid, row_said
from node.core.sheets.columns import LONG, TYPE
from node.core.sheets.sheet import Sheet
from node.core.sheets.table import Row
from node.core.sheets.wording import CellFinding, located
from peers.encoding import JsonObject
from vocab.shapes import Finding

__all__ = ["Together", "gathered", "said_together"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What the rows of one record say.

    Attributes:
        number: The first row's.
        document: The record, with the parts of all rows.
        findings: Cells that could not be read.
        notes: Heading → text of cells in unknown columns, one row's below the other's.
        rows: Number and cells of each row.
        parts: For each part of the document, which of the rows it came from.
    """

    number: int
    document: JsonObject
    findings: tuple[CellFinding, ...]
    notes: Mapping[str, str]
    rows: tuple[tuple[int, Mapping[int, str]], ...]
    parts: tuple[int, ...]

    def located(self, finding: Finding, sheet: Sheet) -> CellFinding:
        """A finding about the document, at the cell that it came from."""
        row, moved = 0, finding
        match finding.path.split("/"):
            case ["", key, index, *rest] if key == LONG.get(sheet.kind) and index.isdecimal():
                row = self.parts[int(index)]
                moved = replace(finding, path="/".join(("", key, "0", *rest)))
        found = located(moved, self.rows[row][0], sheet, self.rows[row][1])
        return replace(found, finding=replace(found.finding, path=finding.path))


def gathered(
    rows: Sequence[Row], kind_of: Callable[[Row], str], sheet_of: Callable[[str], Sheet]
) -> Iterator[list[Row]]:
    """The rows of each record, in order.

    Args:
        kind_of: What a row says that it is; empty where that is unknown.
        sheet_of: What the columns mean for a type.
    """
    group: list[Row] = []
    kind: str = ""
    whole: tuple[str, ...] = ()
    for row in rows:
        now = kind_of(row)
        said = _of_the_whole(row, sheet_of(now)) if now in LONG else ()
        if group and now in LONG and now == kind and (said == whole or not any(said)):
            group.append(row)
            continue
        if group:
            yield group
        group, kind, whole = [row], now, said
    if group:
        yield group


def _of_the_whole(row: Row, sheet: Sheet) -> tuple[str, ...]:
    """What a row says beside its part, and beside its type."""
    return tuple(
        row.cells[position].strip() if position < len(row.cells) else ""
        for position, column in enumerate(sheet.matched.columns)
        if column is not None and column != TYPE and not column.by_row
    )


def said_together(group: Sequence[Row], sheet: Sheet) -> Together:
    """Read every cell of a record's rows."""
    reads = [row_said(row, sheet) for row in group]
    document, key = dict(reads[0].document), LONG.get(sheet.kind)
    parts: list[int] = []
    if key is not None:
        held = [(n, part) for n, read in enumerate(reads) for part in read.document.get(key, ())]
        parts = [n for n, _ in held]
        if held:
            document[key] = [part for _, part in held]
    return Together(
        number=group[0].number,
        document=document,
        findings=tuple(finding for read in reads for finding in read.findings),
        notes=_notes(reads),
        rows=tuple((row.number, read.words) for row, read in zip(group, reads, strict=True)),
        parts=tuple(parts),
    )


def _notes(reads: Sequence[RowSaid]) -> dict[str, str]:
    """The cells of unknown columns, each text once."""
    found: dict[str, dict[str, None]] = {}
    for read in reads:
        for heading, text in read.notes.items():
            found.setdefault(heading, {})[text] = None
    return {heading: "\n".join(texts) for heading, texts in found.items()}
