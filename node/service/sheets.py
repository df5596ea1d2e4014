"""Importing files of records: every good row becomes a draft, or the file is refused whole.

A dry run does all of it but the last step. Rows are known again: by their address, by what there
can be only one of (a city's profile, the status of an action in one part of a city), or because
the same words were imported before. So the same file twice changes nothing, and a file that comes
back with its mistakes mended brings only what was mended.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

import orjson

from node.core.sheets import Outcome, Places, Reader, RowRead, Table, known_places, place_key
from node.core.sheets.wording import CellFinding, Spot, said
from node.service.accounts import OPERATOR
from node.service.discover import found
from node.service.drafts import DRAFT, NOTES, claim, document_in, draft_page, drafts, same_words
from node.service.home import Home
from node.service.records import own_records
from node.service.sheet_files import read_documents, read_rows, read_tables
from peers.encoding import JsonObject, jcs, parse_json
from vocab.records import City

__all__ = ["ImportWish", "Imported", "RowTaken", "import_sheet"]

ROW: Final = "sheet-row"
"""Family of the desk's pages: hash of what a row said → the address that it was given."""

State: TypeAlias = Literal["new", "changed", "unchanged", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """How to read a file.

    Attributes:
        name: Of the file; its ending tells JSON-LD, its content the rest.
        kind: The type of all rows; empty to find it out.
        language: The officer's.
        tag: The language of text where a heading names none; the officer's where it is empty.
        given: Heading → what to read instead.
        dry_run: Whether everything is done but nothing kept.
        who: Id of the person whose file it is: they have written what it says.
    """

    name: str = ""
    kind: str = ""
    language: str = "en"
    tag: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    who: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTaken:
    """What became of a row.

    Attributes:
        sheet: Name of the sheet; empty where the file has only one.
        number: The row's.
        state: ``new`` and ``changed`` rows are drafts now (or would be, on a dry run).
        key: The draft's, or the record's address; empty for rows that are wrong.
        findings: What is wrong with it, and advice.
    """

    sheet: str
    number: int
    state: State
    key: str
    findings: tuple[CellFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file.

    Attributes:
        rows: Every row, in order; of a file that was refused, none became a draft.
        findings: Sheet and finding, where a sheet was refused as a whole.
        tables, outcomes: The sheets as they were read; none for JSON-LD.
    """

    rows: tuple[RowTaken, ...]
    findings: tuple[tuple[str, CellFinding], ...]
    tables: tuple[Table, ...]
    outcomes: tuple[Outcome, ...]

    def count(self, state: State) -> int:
        """How many rows are in this state."""
        return sum(row.state == state for row in self.rows)

    @property
    def drafted(self) -> list[str]:
        """Keys of the drafts that the file brought."""
        return [row.key for row in self.rows if row.state in {"new", "changed"}]


async def import_sheet(home: Home, data: bytes, wish: ImportWish) -> Imported:
    """Read a file of records; its good rows become drafts, all of them in one step.

    Raises:
        Invalid: It cannot be read.
    """
    desk = await _desk(home)
    reader = await _reader(home, wish, desk)
    if wish.name.lower().endswith((".json", ".jsonld", ".ndjson", ".jsonl")):
        tables: list[Table] = []
        outcomes = [await asyncio.to_thread(read_documents, data, reader)]
    else:
        tables = await asyncio.to_thread(read_tables, data, wish.given, wish.language)
        outcomes = await asyncio.to_thread(read_rows, tables, reader)
    refused = tuple(
        (_name(tables, n), one) for n, outcome in enumerate(outcomes) for one in outcome.findings
    )
    taking = _Taking(home, desk, wish.language)
    rows = tuple(
        taking.row(_name(tables, n), row)
        for n, outcome in enumerate(outcomes)
        for row in outcome.rows
    )
    if refused:
        rows = tuple(replace(row, state="wrong", key="") for row in rows)
    elif taking.pages and not wish.dry_run:
        await claim(home, wish.who, taking.documents)
        await home.desk.put_pages(taking.pages)
    return Imported(rows=rows, findings=refused, tables=tuple(tables), outcomes=tuple(outcomes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What we have said, and are about to say: documents by address, addresses by hash."""

    drafts: Mapping[str, JsonObject]
    records: Mapping[str, JsonObject]
    hashes: Mapping[str, str]

    def document(self, iri: str) -> JsonObject | None:
        """The draft of that address, else what is published there."""
        return self.drafts.get(iri) or self.records.get(iri)


async def _desk(home: Home) -> _Desk:
    records: dict[str, JsonObject] = {}
    for held in await own_records(home):
        if held.body is not None:
            document = parse_json(held.body.record)
            assert isinstance(document, dict), "what we signed is a document"
            records[held.entry.object] = document
    hashes = await home.desk.pages(ROW)
    return _Desk(
        drafts=await drafts(home),
        records=records,
        hashes={key: iri.decode() for key, iri in hashes.items()},
    )


async def _reader(home: Home, wish: ImportWish, desk: _Desk) -> Reader:
    statuses = {
        _status(document): iri
        for documents in (desk.records, desk.drafts)
        for iri, document in documents.items()
        if document.get("type") == "ActionStatus"
    }
    return Reader(
        base_url=home.base_url,
        agent=home.agent,
        language=wish.language,
        tag=wish.tag or wish.language,
        kind=wish.kind,
        given=wish.given,
        held=desk.document,
        known=lambda document: statuses.get(_status(document)),
        places=await _places(home),
    )


def _status(document: Mapping[str, Any]) -> str:
    """There is one status of an action in the whole city, or in one part of it."""
    if document.get("type") != "ActionStatus":
        return ""
    parts = [document.get("action"), document.get("district"), document.get("place")]
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


async def _places(home: Home) -> Places:
    """Cities by country and name: those with a node of their own before the others."""
    places = dict(known_places())
    for city in await found(home, kinds=("City",)):
        if isinstance(city.record, City):
            names = (*city.record.name.values(), *city.record.alt_name.values())
            for name in names:
                places[place_key(city.record.country, name)] = city.record.publisher
    return places


def _name(tables: Sequence[Table], position: int) -> str:
    return tables[position].name if position < len(tables) else ""


class _Taking:
    """Decides about one row after another, and gathers what the desk is to keep.

    Attributes:
        pages: What the desk is to keep, all together.
        documents: Key of each draft → its text.
    """

    def __init__(self, home: Home, desk: _Desk, language: str) -> None:
        self._home, self._desk, self._language = home, desk, language
        self._seen: dict[str, int] = {}
        self.pages: dict[tuple[str, str], bytes | None] = {}
        self.documents: dict[str, JsonObject] = {}

    def row(self, sheet: str, row: RowRead) -> RowTaken:
        """What becomes of a row."""
        taken = RowTaken(
            sheet=sheet, number=row.number, state="wrong", key="", findings=row.findings
        )
        if not row.good:
            return taken
        iri = row.document.get("id")
        if isinstance(iri, str):
            held = self._desk.document(iri)
            if held is not None and same_words(row.document, held):
                return replace(taken, state="unchanged", key=iri)
            return replace(taken, state="changed" if held else "new", key=self._keep(row))
        said_before = hashlib.sha256(jcs(row.document)).hexdigest()
        if said_before in self._seen:
            other = self._seen[said_before]
            advice = said("row-twice", self._language, Spot(row.number), other=other)
            return replace(taken, state="unchanged", findings=(*row.findings, advice))
        self._seen[said_before] = row.number
        known = self._desk.hashes.get(said_before, "")
        if self._desk.document(known) is not None:
            return replace(taken, state="unchanged", key=known)
        key = self._keep(row)
        self.pages[ROW, said_before] = key.encode()
        return replace(taken, state="new", key=key)

    def _keep(self, row: RowRead) -> str:
        """A row as a draft, with what no field has room for."""
        key, content = draft_page(self._home, row.document)
        self.pages[DRAFT, key] = content
        self.documents[key] = document_in(content)
        self.pages[NOTES, key] = jcs(dict(row.notes)) if row.notes else None
        return key
