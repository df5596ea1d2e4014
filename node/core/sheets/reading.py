"""A table as documents: every row read, every finding with its row and column.

Nothing is decided here about what becomes of the rows. A row with a violation has a document too,
so that its findings can be shown beside it; whoever imports takes the good rows only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from node.core.drafts import named
from node.core.sheets.cells import RowSaid, merged, row_said
from node.core.sheets.columns import TYPE
from node.core.sheets.concepts import word_for
from node.core.sheets.labels import heading, name_of
from node.core.sheets.matching import guess_kind, is_errors, match, means_type
from node.core.sheets.places import Places, known_places, place_key
from node.core.sheets.sheet import Sheet
from node.core.sheets.table import Row, Table
from node.core.sheets.values import read_type
from node.core.sheets.wording import CellFinding, Spot, located, said
from node.core.ulid import is_ulid
from peers.encoding import JsonObject
from vocab.records import KINDS, TYPES
from vocab.shapes import check
from vocab.terms import AssessmentMode

__all__ = ["Outcome", "Reader", "RowRead", "documents_of"]

FINDINGS: Final = 10_000
"""Things wrong with one table, after which it is read no further."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, and what is known beforehand.

    Attributes:
        base_url: Address of the node, without a trailing slash.
        agent: Its city or organization.
        language: The officer's: of findings, and first among the languages of concepts.
        tag: The language of text where a heading names none.
        kind: The type of all rows; empty to find it out.
        given: Heading → what to read instead, as the officer said.
        held: What this node says now under an address of its own: fields that the sheet has no
            column for stay as they are.
        places: Cities that it knows by country and name.
    """

    base_url: str
    agent: str
    language: str = "en"
    tag: str = "en"
    kind: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    held: Callable[[str], Mapping[str, Any] | None] = lambda _iri: None
    places: Places = field(default_factory=known_places)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRead:
    """One row as a document.

    Attributes:
        number: The row's.
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
    typed = next((n for n, text in enumerate(table.headings) if means_type(text)), None)
    kind = reader.kind or _kind_of(table, reader)
    if not kind and typed is None:
        return Outcome(findings=(said("no-type", reader.language, Spot(table.header)),))
    sheets: dict[str, Sheet] = {}
    rows: list[RowRead] = []
    wrong = 0
    for row in table.rows:
        rows.append(_read(row, table, reader, kind, sheets, typed))
        wrong += len(rows[-1].findings)
        if wrong > FINDINGS:
            spot, limit = Spot(row.number), f"{FINDINGS:,}"
            stopped = said("too-many-findings", reader.language, spot, limit=limit)
            return Outcome(rows=tuple(rows), findings=(stopped,), kind=kind)
    return Outcome(
        rows=tuple(_once(rows, sheets, reader.language)),
        kind="" if typed is not None and not reader.kind else kind,
        unknown=_unknown(table, sheets),
        close=_close(sheets, reader.language),
        assumed=_assumed(sheets, reader),
    )


def _kind_of(table: Table, reader: Reader) -> str:
    """The type that the sheet is called after, or that its headings speak of."""
    named_so = read_type(table.name)
    if named_so in TYPES:
        return named_so
    return guess_kind(table.headings, language=reader.language, tag=reader.tag) or ""


def _read(
    row: Row,
    table: Table,
    reader: Reader,
    default: str,
    sheets: dict[str, Sheet],
    position: int | None,
) -> RowRead:
    """One row: its type, its cells, what is known beside them, and what is wrong with it all.

    Args:
        default: The type of rows that do not say theirs.
        sheets: What the columns mean for each type that has been seen; filled as they come.
        position: Of the column that says the type.
    """
    written = "" if position is None or position >= len(row.cells) else row.cells[position].strip()
    kind = read_type(written) if written and not reader.kind else default
    if kind not in KINDS:
        known = ", ".join(name_of(one, reader.language) for one in KINDS)
        spot = Spot(row.number, position, heading(TYPE, reader.language))
        finding = said("unknown-type", reader.language, spot, found=written, known=known)
        return RowRead(number=row.number, document={}, findings=(finding,), notes={})
    if kind not in sheets:
        matched = match(
            table.headings, kind, language=reader.language, tag=reader.tag, given=reader.given
        )
        sheets[kind] = Sheet(kind, table, matched, reader.language)
    return _checked(row, row_said(row, sheets[kind]), reader, sheets[kind])


def _checked(row: Row, read: RowSaid, reader: Reader, sheet: Sheet) -> RowRead:
    """What a row says, completed from what is known, with the findings of the shapes."""
    document, findings = dict(read.document), list(read.findings)
    _complete_id(document, reader)
    findings += _foreign(document, row, reader, sheet)
    if sheet.kind == "Assessment":
        findings += _complete_assessment(document, row, reader, sheet)
    held = reader.held(str(document["id"])) if "id" in document else None
    if held is not None:
        document = merged(document, held, sheet.matched)
    whole = _named(document, reader)
    seen = {finding.column for finding in findings}
    for finding in check({"version": 1, **whole}, reader.language):
        found = located(finding, row.number, sheet, read.words)
        if found.column is None or found.column not in seen:
            findings.append(found)
    return RowRead(
        number=row.number,
        document=whole if "id" in document else document,
        findings=tuple(findings),
        notes=read.notes,
    )


def _named(document: JsonObject, reader: Reader) -> JsonObject:
    """The document with all its names; a new record's are stand-ins."""
    return named(document, base_url=reader.base_url, agent=reader.agent, now=_EPOCH, entropy=bytes)


def _complete_id(document: JsonObject, reader: Reader) -> None:
    """An address of which only the last part is given, and that of a profile."""
    kind, given = str(document["type"]), document.get("id")
    if kind in {"City", "Organization"} and given is None:
        document["id"] = f"{reader.base_url}/{KINDS[kind]}"
    elif isinstance(given, str) and is_ulid(given):
        document["id"] = f"{reader.base_url}/{KINDS[kind]}/{given}"


def _foreign(document: JsonObject, row: Row, reader: Reader, sheet: Sheet) -> list[CellFinding]:
    """A record of somebody else's is not ours to change."""
    given = document.get("id")
    if given is None or str(given).startswith(f"{reader.base_url}/"):
        return []
    return [said("not-ours", reader.language, _spot(row, sheet, "id"), found=given)]


def _complete_assessment(
    document: JsonObject, row: Row, reader: Reader, sheet: Sheet
) -> list[CellFinding]:
    """The city that is meant, by country and name; and the mode that follows from who we are."""
    document.setdefault("mode", str(_mode(reader)))
    if "subject" in document:
        return []
    country, names = document.get("subjectCountry"), document.get("subjectName")
    if not isinstance(country, str) or not isinstance(names, dict):
        return []
    found = {reader.places.get(place_key(country, name)) for name in names.values()} - {None}
    if len(found) == 1:
        document["subject"] = found.pop()
        return []
    city = f"{next(iter(names.values()))} ({country})"
    return [said("place-unknown", reader.language, _spot(row, sheet, "subjectName"), found=city)]


def _spot(row: Row, sheet: Sheet, key: str) -> Spot:
    """Where in the sheet a finding about one field of a row belongs."""
    return Spot(row.number, sheet.position(key), sheet.called(key))


def _mode(reader: Reader) -> AssessmentMode:
    """A city speaks of another one as its peer; anybody else is independent."""
    return AssessmentMode.PEER if reader.agent.endswith("#city") else AssessmentMode.INDEPENDENT


def _once(rows: Sequence[RowRead], sheets: Mapping[str, Sheet], language: str) -> list[RowRead]:
    """The rows, with a finding on each that has the address of an earlier one."""
    first: dict[str, int] = {}
    checked: list[RowRead] = []
    for row in rows:
        iri = row.document.get("id")
        earlier = first.setdefault(iri, row.number) if isinstance(iri, str) else row.number
        if earlier == row.number:
            checked.append(row)
            continue
        sheet = sheets[str(row.document["type"])]
        spot = Spot(row.number, sheet.position("id"), sheet.called("id"))
        finding = said("id-twice", language, spot, found=iri, other=earlier)
        checked.append(replace(row, findings=(*row.findings, finding)))
    return checked


def _unknown(table: Table, sheets: Mapping[str, Sheet]) -> tuple[str, ...]:
    """Headings that no type of the sheet knows."""
    return tuple(
        text
        for position, text in enumerate(table.headings)
        if text.strip()
        and not is_errors(text)
        and all(sheet.column(position) is None for sheet in sheets.values())
    )


def _close(sheets: Mapping[str, Sheet], language: str) -> dict[str, str]:
    """Headings that were only spelt like ours, and what they were taken for."""
    found: dict[str, str] = {}
    for sheet in sheets.values():
        for position in sheet.matched.close:
            column = sheet.column(position)
            assert column is not None, "a close heading was matched"
            found[sheet.heading(position)] = heading(column, language)
    return found


def _assumed(sheets: Mapping[str, Sheet], reader: Reader) -> dict[str, str]:
    """What every row without a word on it was taken to mean."""
    sheet = sheets.get("Assessment")
    if sheet is None or sheet.position("mode") is not None:
        return {}
    return {sheet.called("mode"): word_for(_mode(reader), "AssessmentModeConcept", reader.language)}
