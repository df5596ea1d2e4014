"""Tables for people who count: cities by actions and dates, practices, exchanges; and a codebook.

One column a language, so that nothing is multiplied by joining titles. Three dates stand apart:
*since* when something holds, when the city *reviewed* it, and when it was *logged*. An action of
which a city has said nothing has a row with an empty state: that is the denominator, and no *no*.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.core.sheets.csv_file import safe_cell
from vocab.framework import Action, load
from vocab.languages import LANGUAGES, LangMap
from vocab.records import ActionStatus, AnyRecord, City, Exchange, Membership, Practice

__all__ = ["TABLES", "Column", "Known", "Table", "codebook", "write"]


@dataclass(frozen=True, slots=True)
class Known:
    """A version of a public record.

    Attributes:
        logged: When it was put into the log, RFC 3339; log, index: where it stands.
        newest: Whether no later version is known.
    """

    iri: str
    version: int
    logged: str
    log: str
    index: int
    record: AnyRecord
    newest: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it says, and how it is written (for the codebook, in English)."""

    name: str
    meaning: str
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its file, what a row is, its columns, and how rows are made."""

    name: str
    a_row: str
    columns: tuple[Column, ...]
    rows: Callable[[Sequence[Known]], Iterator[Mapping[str, str]]]


_DATE: Final = "partial date: 2024, 2024-05 or 2024-05-17"
_MOMENT: Final = "RFC 3339, UTC"
_IRI: Final = "IRI"


def _texts(name: str, meaning: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{name}_{tag}", f"{meaning}, in {tag}; empty where it was not written in it")
        for tag in LANGUAGES
    )


def _in_columns(name: str, texts: LangMap) -> dict[str, str]:
    return {f"{name}_{tag}": texts[tag] for tag in LANGUAGES if tag in texts}


_PLACE: Final = (
    Column("record", "The record", _IRI),
    Column("version", "Its version", "number, from 1"),
    Column("logged", "When this version was put into the log", _MOMENT),
    Column("log", "The log in which it stands", "origin line"),
    Column("index", "Its entry in the log", "number, from 0"),
)

_CITIES_ACTIONS: Final = (
    Column("city", "The city", _IRI),
    *_texts("name", "The city's name"),
    Column("country", "Where it lies", "ISO 3166-1 alpha-2"),
    Column("invented", "Whether the city is invented, for a demonstration", "yes or empty"),
    Column("member_of", "Networks that have admitted it", "IRIs, by spaces"),
    Column("member_from", "First day of its earliest membership: count from here", "day or empty"),
    Column("member_until", "Last day of its latest membership", "day; empty: open, or no member"),
    Column("action", "Action of the framework", "F1–F3, S1–S6, T1–T19"),
    Column("state", "State that the city reports; empty: not reported, which is not no", "slug"),
    Column("district", "The part of the city that it is about; empty: all of it", "text"),
    Column("since", "Since when it holds, as the city says", _DATE),
    Column("reviewed", "When the city last looked at it", "day"),
    Column("newest", "Whether this is the newest version", "yes or empty"),
    *_PLACE,
)

_PRACTICES: Final = (
    *_PLACE,
    Column("city", "Whose practice it is", _IRI),
    *_texts("title", "Its title"),
    Column("actions", "Actions that it is about", "codes, by spaces"),
    Column("started", "When it began", _DATE),
    Column("ended", "When it ended", _DATE),
    Column("documents", "How many documents are named as evidence", "number"),
    Column("adapted_from", "The practice of another city that it builds on", _IRI),
    Column("license", "Its licence; empty: that of the node's data page", _IRI),
)

_EXCHANGES: Final = (
    Column("exchange", "Its number: each of its two cities tells it once; count by this", "ULID"),
    *_PLACE,
    Column("learner", "The city that learned", _IRI),
    Column("helper", "The city that helped", _IRI),
    Column("action", "What it was about", "code"),
    Column("started", "When it began", _DATE),
    Column("ended", "When it ended", _DATE),
    Column("outcome", "What came of it", "slug"),
    *_texts("note", "What was learned, in the words that both agreed on"),
)


def _cities_actions(known: Sequence[Known]) -> Iterator[dict[str, str]]:
    members: dict[str, list[Membership]] = {}
    for one in known:
        if one.newest and isinstance(one.record, Membership):
            members.setdefault(one.record.member, []).append(one.record)
    said: dict[tuple[str, str], list[Known]] = {}
    for one in known:
        if isinstance(one.record, ActionStatus):
            said.setdefault((one.record.publisher, one.record.action), []).append(one)
    for city in sorted(
        (one for one in known if one.newest and isinstance(one.record, City)),
        key=lambda one: one.record.publisher,
    ):
        assert isinstance(city.record, City)
        about = _about_city(city.record, members.get(city.record.publisher, []))
        for action in load().actions:
            rows = said.get((city.record.publisher, action.iri), [])
            yield from (
                {**about, "action": action.code, **_status(one)}
                for one in sorted(rows, key=lambda one: (one.logged, one.iri))
            )
            if not rows:
                yield {**about, "action": action.code}


def _about_city(city: City, memberships: Sequence[Membership]) -> dict[str, str]:
    ends = [one.valid_until or "" for one in memberships]
    return {
        "city": city.publisher,
        **_in_columns("name", city.name),
        "country": city.country or "",
        "invented": _yes(city.demonstration),
        "member_of": " ".join(sorted(one.organization for one in memberships)),
        "member_from": min((one.valid_from for one in memberships), default=""),
        "member_until": "" if "" in ends else max(ends, default=""),
    }


def _status(one: Known) -> dict[str, str]:
    status = one.record
    assert isinstance(status, ActionStatus)
    return {
        "state": _slug(status.state),
        "district": next(iter(status.district.values()), ""),
        "since": status.since or "",
        "reviewed": status.reviewed or "",
        "newest": _yes(one.newest),
        **_place(one),
    }


def _practices(known: Sequence[Known]) -> Iterator[dict[str, str]]:
    for one in sorted(known, key=lambda one: one.iri):
        practice = one.record
        if one.newest and isinstance(practice, Practice):
            yield {
                **_place(one),
                "city": practice.publisher,
                **_in_columns("title", practice.title),
                "actions": " ".join(_code(iri) for iri in practice.action),
                "started": practice.started or "",
                "ended": practice.ended or "",
                "documents": str(len(practice.evidence)),
                "adapted_from": practice.adapted_from or "",
                "license": practice.license or "",
            }


def _exchanges(known: Sequence[Known]) -> Iterator[dict[str, str]]:
    for one in sorted(known, key=lambda one: one.iri):
        exchange = one.record
        if one.newest and isinstance(exchange, Exchange):
            yield {
                "exchange": _slug(one.iri),
                **_place(one),
                "learner": exchange.learner,
                "helper": exchange.helper,
                "action": _code(exchange.action),
                "started": exchange.started or "",
                "ended": exchange.ended or "",
                "outcome": _slug(exchange.outcome or ""),
                **_in_columns("note", exchange.note),
            }


TABLES: Final[Mapping[str, Table]] = {
    one.name: one
    for one in (
        Table(
            "cities-actions",
            "what a city says of an action, by version; and each action that it says nothing of",
            _CITIES_ACTIONS,
            _cities_actions,
        ),
        Table("practices", "a practice, as it stands now", _PRACTICES, _practices),
        Table(
            "exchanges",
            "an exchange as one of its two cities has published it",
            _EXCHANGES,
            _exchanges,
        ),
    )
}
"""Name of the file without its ending → the table."""


def write(table: Table, known: Sequence[Known]) -> bytes:
    """The table as CSV (RFC 4180), UTF-8, with its columns' names in the first row."""
    names = [column.name for column in table.columns]
    return _csv([names, *([row.get(name, "") for name in names] for row in table.rows(known))])


def codebook() -> bytes:
    """Every column of every table, with its meaning and its form, as CSV."""
    rows = [["table", "a_row_is", "column", "meaning", "form"]]
    rows += [
        [table.name, table.a_row, column.name, column.meaning, column.form]
        for table in TABLES.values()
        for column in table.columns
    ]
    return _csv(rows)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue().encode()


def _place(one: Known) -> dict[str, str]:
    return {
        "record": one.iri,
        "version": str(one.version),
        "logged": one.logged,
        "log": one.log,
        "index": str(one.index),
    }


def _code(iri: str) -> str:
    concept = load().concept(iri)
    return concept.code if isinstance(concept, Action) else ""


def _slug(iri: str) -> str:
    return iri.rpartition("/")[2]


def _yes(value: object) -> str:
    return "yes" if value else ""
