"""Who reads a sheet, and what is known of its rows beside what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from node.core.drafts import named
from node.core.sheets.places import Places, known_places, place_key
from node.core.sheets.sheet import Sheet
from node.core.sheets.wording import CellFinding, Spot, said
from node.core.ulid import is_ulid
from peers.encoding import JsonObject
from vocab.records import KINDS
from vocab.terms import AssessmentMode

__all__ = ["Reader", "completed", "mode_of", "whole_of"]

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
        known: The address of the record that a document without one speaks of, if any: there is
            one status of an action in one part of a city, for example.
        places: Cities that it knows by country and name.
    """

    base_url: str
    agent: str
    language: str = "en"
    tag: str = "en"
    kind: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    held: Callable[[str], Mapping[str, Any] | None] = lambda _iri: None
    known: Callable[[Mapping[str, Any]], str | None] = lambda _document: None
    places: Places = field(default_factory=known_places)


def completed(document: JsonObject, row: int, reader: Reader, sheet: Sheet) -> list[CellFinding]:
    """Put in what follows from who we are and what we know; what could not be put in."""
    _complete_id(document, reader)
    if "id" not in document and (known := reader.known(document)):
        document["id"] = known
    findings = _foreign(document, row, reader, sheet)
    if sheet.kind == "Assessment":
        findings += _complete_assessment(document, row, reader, sheet)
    return findings


def whole_of(document: JsonObject, reader: Reader) -> JsonObject:
    """The document with all its names, to be checked; those of a new record are stand-ins."""
    return named(document, base_url=reader.base_url, agent=reader.agent, now=_EPOCH, entropy=bytes)


def _complete_id(document: JsonObject, reader: Reader) -> None:
    """An address of which only the last part is given, and that of a profile."""
    kind, given = str(document["type"]), document.get("id")
    if kind in {"City", "Organization"} and given is None:
        document["id"] = f"{reader.base_url}/{KINDS[kind]}"
    elif isinstance(given, str) and is_ulid(given):
        document["id"] = f"{reader.base_url}/{KINDS[kind]}/{given}"


def _foreign(document: JsonObject, row: int, reader: Reader, sheet: Sheet) -> list[CellFinding]:
    """A record of somebody else's is not ours to change."""
    given = document.get("id")
    if given is None or str(given).startswith(f"{reader.base_url}/"):
        return []
    return [said("not-ours", reader.language, _spot(row, sheet, "id"), found=given)]


def _complete_assessment(
    document: JsonObject, row: int, reader: Reader, sheet: Sheet
) -> list[CellFinding]:
    """The city that is meant, by country and name; and the mode that follows from who we are."""
    document.setdefault("mode", str(mode_of(reader)))
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


def _spot(row: int, sheet: Sheet, key: str) -> Spot:
    """Where in the sheet a finding about one field of a row belongs."""
    return Spot(row, sheet.position(key), sheet.called(key))


def mode_of(reader: Reader) -> AssessmentMode:
    """A city speaks of another one as its peer; anybody else is independent."""
    return AssessmentMode.PEER if reader.agent.endswith("#city") else AssessmentMode.INDEPENDENT
