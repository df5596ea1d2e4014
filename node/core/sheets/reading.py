"""A table as documents: every row read, every finding with its row and column.

Nothing is decided here about what becomes of the rows. A row with a violation has a document too,
so that its findings can be shown beside it; whoever imports takes the good rows only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from node.core.sheets.cells import merged
from node.core.sheets.columns import TYPE
from node.core.sheets.concepts import word_for
from node.core.sheets.gathering import Together, gathered, said_together
from node.core.sheets.labels import heading, name_of
from node.core.sheets.matching import guess_kind, is_errors, match, means_type
from node.core.sheets.reader import Reader, completed, mode_of, whole_of
from node.core.sheets.sheet import Sheet
from node.core.sheets.table import Row, Table
from node.core.sheets.values import read_type
from node.core.sheets.wording import CellFinding, Spot, said
from peers.encoding import JsonObject
from vocab.records import KINDS, TYPES
from vocab.shapes import check

__all__ = ["FINDINGS", "Outcome", "RowRead", "documents_of"]

FINDINGS: Final = 10_000
"""Things wrong with one table, after which it is read no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRead:
    """One row as a document, or several where each part of it has a row of its own.

    Attributes:
        number: The first row's.
        document: With ``id`` where the row had one.
        findings: What is wrong with it, and advice.
        notes: Heading → text of the cells in columns that we do not know.
    """

    number: int
    document: JsonObject
    findings: tuple[CellFinding, ...]
    notes: Mapping[str, str]

    @property
    def good(self) -> bool:
        """Whether it may be imported."""
        return not any(finding.refuses for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a table holds.

    Attributes:
        rows: Every row, in order.
        findings: About the table as a whole: nothing of it can be taken.
        kind: The type of all rows; empty where each row says its own.
        unknown: Headings of columns that we do not know: their cells are kept as notes.
        close: Heading → what it was taken for, where it was only spelt like it.
        assumed: What was filled in that no column says: what it is called → words.
    """

    rows: tuple[RowRead, ...] = ()
    findings: tuple[CellFinding, ...] = ()
    kind: str = ""
    unknown: tuple[str, ...] = ()
    close: Mapping[str, str] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)


def documents_of(table: Table, reader: Reader) -> Outcome:
    """Every row as a document of its type, checked.

    Checks what a document says by itself (``vocab.shapes.check``), and that no address stands
    twice. Does not check versions, or whether the records that are referred to exist.
    """
    if not any(text.strip() for text in table.headings):
        return Outcome(findings=(said("no-headings", reader.language, Spot(table.header)),))
    sheets = _Sheets(table, reader)
    kind = reader.kind or _kind_of(table, reader)
    if kind:
        sheets.of(kind)
    elif sheets.typed is None:
        return Outcome(findings=(said("no-type", reader.language, Spot(table.header)),))
    rows: list[RowRead] = []
    wrong = 0
    for group in gathered(table.rows, lambda row: _kind_of_row(row, kind, sheets), sheets.of):
        rows.append(_read(group, kind, sheets))
        wrong += len(rows[-1].findings)
        if wrong > FINDINGS:
            spot, limit = Spot(group[0].number), f"{FINDINGS:,}"
            stopped = said("too-many-findings", reader.language, spot, limit=limit)
            return Outcome(rows=tuple(rows), findings=(stopped,), kind=kind)
    return Outcome(
        rows=tuple(_once(rows, sheets)),
        kind="" if sheets.typed is not None and not reader.kind else kind,
        unknown=_unknown(sheets),
        close=_close(sheets),
        assumed=_assumed(sheets),
    )


class _Sheets:
    """A table, who reads it, and what its columns mean for each type that has been seen.

    Attributes:
        typed: Position of the column that says each row's type.
        seen: Type → the sheet.
    """

    def __init__(self, table: Table, reader: Reader) -> None:
        self.table, self.reader = table, reader
        self.typed = next((n for n, text in enumerate(table.headings) if means_type(text)), None)
        self.seen: dict[str, Sheet] = {}

    def of(self, kind: str) -> Sheet:
        """The table as a sheet of this type."""
        if kind not in self.seen:
            reader, headings = self.reader, self.table.headings
            matched = match(
                headings, kind, language=reader.language, tag=reader.tag, given=reader.given
            )
            self.seen[kind] = Sheet(kind, self.table, matched, reader.language)
        return self.seen[kind]


def _kind_of(table: Table, reader: Reader) -> str:
    """The type that the sheet is called after, or that its headings speak of."""
    named_so = read_type(table.name)
    if named_so in TYPES:
        return named_so
    return guess_kind(table.headings, language=reader.language, tag=reader.tag) or ""


def _kind_of_row(row: Row, default: str, sheets: _Sheets) -> str:
    """What a row says that it is; empty where it says something that we do not know.

    Args:
        default: The type of rows that do not say theirs.
    """
    written = _type_cell(row, sheets)
    kind = read_type(written) if written and not sheets.reader.kind else default
    return kind if kind in KINDS else ""


def _type_cell(row: Row, sheets: _Sheets) -> str:
    typed = sheets.typed
    return "" if typed is None or typed >= len(row.cells) else row.cells[typed].strip()


def _read(group: Sequence[Row], default: str, sheets: _Sheets) -> RowRead:
    """The rows of one record: their type, their cells, what is known beside them, what is wrong."""
    reader, row = sheets.reader, group[0]
    kind = _kind_of_row(row, default, sheets)
    if kind:
        return _checked(said_together(group, sheets.of(kind)), reader, sheets.of(kind))
    known = ", ".join(name_of(one, reader.language) for one in KINDS)
    spot = Spot(row.number, sheets.typed, heading(TYPE, reader.language))
    found = _type_cell(row, sheets)
    finding = said("unknown-type", reader.language, spot, found=found, known=known)
    return RowRead(number=row.number, document={}, findings=(finding,), notes={})


def _checked(together: Together, reader: Reader, sheet: Sheet) -> RowRead:
    """What rows say, completed from what is known, with the findings of the shapes."""
    document, findings = dict(together.document), list(together.findings)
    findings += completed(document, together.number, reader, sheet)
    held = reader.held(str(document["id"])) if "id" in document else None
    if held is not None:
        document = merged(document, held, sheet.matched)
    whole = whole_of(document, reader)
    seen = {(finding.row, finding.column) for finding in findings}
    for finding in check({"version": 1, **whole}, reader.language):
        found = together.located(finding, sheet)
        if found.column is None or (found.row, found.column) not in seen:
            findings.append(found)
    return RowRead(
        number=together.number,
        document=whole if "id" in document else document,
        findings=tuple(findings),
        notes=together.notes,
    )


def _once(rows: Sequence[RowRead], sheets: _Sheets) -> list[RowRead]:
    """The rows, with a finding on each that has the address of an earlier one."""
    first: dict[str, int] = {}
    checked: list[RowRead] = []
    for row in rows:
        iri = row.document.get("id")
        earlier = first.setdefault(iri, row.number) if isinstance(iri, str) else row.number
        if earlier == row.number:
            checked.append(row)
            continue
        sheet = sheets.of(str(row.document["type"]))
        spot = Spot(row.number, sheet.position("id"), sheet.called("id"))
        finding = said("id-twice", sheets.reader.language, spot, found=iri, other=earlier)
        checked.append(replace(row, findings=(*row.findings, finding)))
    return checked


def _unknown(sheets: _Sheets) -> tuple[str, ...]:
    """Headings that no type of the table knows."""
    return tuple(
        text
        for position, text in enumerate(sheets.table.headings)
        if text.strip()
        and not is_errors(text)
        and sheets.seen
        and all(sheet.column(position) is None for sheet in sheets.seen.values())
    )


def _close(sheets: _Sheets) -> dict[str, str]:
    """Headings that were only spelt like ours, and what they were taken for."""
    found: dict[str, str] = {}
    for sheet in sheets.seen.values():
        for position in sheet.matched.close:
            column = sheet.column(position)
            assert column is not None, "a close heading was matched"
            found[sheet.heading(position)] = heading(column, sheet.language)
    return found


def _assumed(sheets: _Sheets) -> dict[str, str]:
    """What every row without a word on it was taken to mean."""
    sheet = sheets.seen.get("Assessment")
    if sheet is None or sheet.position("mode") is not None:
        return {}
    mode = word_for(mode_of(sheets.reader), "AssessmentModeConcept", sheet.language)
    return {sheet.called("mode"): mode}
