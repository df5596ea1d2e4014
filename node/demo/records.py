"""The demonstration's records: invented cities from TOML, sourced facts from CSV.

The TOML files are written for people: an action is its code (``S3``), a concept its slug, another
record of the same city ``@key``, one of a city before it ``@city/key``. Here they become documents
as a city would write them. Names of tables are types in snake case; each table's field names are
those of ``vocab.records``.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from node.core.ulid import ulid
from peers.encoding import JsonObject
from vocab.framework import load
from vocab.records import CONTEXT, KINDS
from vocab.terms import IC

__all__ = ["CITIES", "City", "city_documents", "fact_documents", "named_in", "read_city"]

CITIES = ("qasr-al-noor", "villa-aurora", "hansol", "baie-claire", "port-marama")
"""The five, in the order of their ports."""

_SCHEMES = {
    "element": "action-element",
    "audience": "audience",
    "rightsHolders": "group",
    "serviceArea": "service-area",
    "policyArea": "policy-area",
    "principle": "principle-or-right",
    "challenge": "challenge",
    "instrument": "instrument-type",
    "partner": "partner",
    "mechanism": "mechanism",
    "kind": "action-element",
    "state": "state",
    "extent": "extent",
    "costBand": "cost-band",
    "governmentLevel": "government-level",
}
"""Field → the scheme that its slugs are looked up in."""


@dataclass(frozen=True, slots=True)
class City:
    """One invented city: its key, its name in each language, and its tables as written."""

    key: str
    name: Mapping[str, str]
    country: str
    tables: Mapping[str, Any]


def read_city(key: str) -> City:
    """Read one of ``CITIES``."""
    text = files("node.demo").joinpath("data", f"{key}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return City(key, tables["city"]["name"], tables["city"]["country"], tables)


def city_documents(
    city: City,
    base: str,
    did: str,
    entropy: Callable[[int], bytes],
    now_ms: int,
    others: Mapping[str, str] | None = None,
) -> list[JsonObject]:
    """A city's records as documents, the profile first, ready to be published.

    Args:
        base: The node's address, without a trailing slash.
        entropy: Bytes for the records' ULIDs.
        now_ms: Milliseconds since 1970, for the same.
        others: ``@city/key`` → address of a record of another city. What names one that is not
            there is left out: not every demonstration has all cities.
    """
    profile = {
        **_document("City", f"{base}/city", city.tables["city"]),
        "publisher": f"{base}/#city",
        "did": did,
        "homepage": f"{base}/",
        "demonstration": True,
    }
    drafts = _drafts(city)
    addresses = [f"{base}/{KINDS[kind]}/{ulid(now_ms, entropy)}" for kind, _ in drafts]
    named = {
        f"@{row['key']}": address
        for (_, row), address in zip(drafts, addresses, strict=True)
        if "key" in row
    }
    named |= others or {}
    return [profile] + [
        {**_document(kind, address, _told(row, named), named), "publisher": f"{base}/#city"}
        for (kind, row), address in zip(drafts, addresses, strict=True)
    ]


def named_in(city: City, documents: Sequence[JsonObject]) -> dict[str, str]:
    """``@city/key`` → address, of the documents that ``city_documents`` made of this city."""
    return {
        f"@{city.key}/{row['key']}": str(document["id"])
        for (_, row), document in zip(_drafts(city), documents[1:], strict=True)
        if "key" in row
    }


def fact_documents(base: str, entropy: Callable[[int], bytes], now_ms: int) -> list[JsonObject]:
    """The sourced facts about real cities, as assessments by an independent third party."""
    text = files("node.demo").joinpath("data", "facts.csv").read_text(encoding="utf-8")
    documents: list[JsonObject] = []
    for row in csv.DictReader(text.splitlines()):
        document = {
            "subject": f"https://sws.geonames.org/{row['geonames_id']}/",
            "subjectName": {"en": row["city"]},
            "subjectCountry": row["country"],
            "action": row["action"],
            "mode": f"{IC}assessment-mode/independent",
            "statement": {"en": row["statement"]},
            "source": row["source"],
        }
        if row["date"]:
            document["date"] = row["date"]
        address = f"{base}/assessment/{ulid(now_ms, entropy)}"
        documents.append(
            {**_document("Assessment", address, document), "publisher": f"{base}/#organization"}
        )
    return documents


def _drafts(city: City) -> list[tuple[str, Mapping[str, Any]]]:
    """Type and table of each record but the profile, in the order of the file."""
    return [
        (_type_of(table), row)
        for table, rows in city.tables.items()
        if isinstance(rows, list)
        for row in rows
    ]


def _told(row: Mapping[str, Any], named: Mapping[str, str]) -> Mapping[str, Any]:
    """A table without what names a record of a city that is not there."""
    return {
        field: value
        for field, value in row.items()
        if not (isinstance(value, str) and value.startswith("@") and "/" in value) or value in named
    }


def _document(
    kind: str, iri: str, row: Mapping[str, Any], named: Mapping[str, str] | None = None
) -> JsonObject:
    """One row as a JSON-LD document: slugs, codes and keys become IRIs, parts get theirs."""
    document: JsonObject = {"@context": list(CONTEXT), "id": iri, "type": kind, "version": 1}
    for field, value in row.items():
        if field == "key":
            continue
        if field in {"evidence", "measures"}:
            document[field] = [_part(field, iri, n, part) for n, part in enumerate(value, 1)]
        elif isinstance(value, list):
            document[field] = [_value(kind, field, item, named or {}) for item in value]
        else:
            document[field] = _value(kind, field, value, named or {})
    return document


def _part(field: str, iri: str, number: int, row: Mapping[str, Any]) -> JsonObject:
    kind = {"evidence": "Evidence", "measures": "Measure"}[field]
    part: JsonObject = {"id": f"{iri}#{kind.lower()}-{number}", "type": kind}
    return part | {name: _value(kind, name, value, {}) for name, value in row.items()}


def _value(kind: str, field: str, value: Any, named: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        return named[value]
    if field == "action":
        return _actions()[value]
    if (kind, field) == ("Offer", "kind"):
        return f"{IC}offer-kind/{value}"
    if field in _SCHEMES:
        return _concepts(_SCHEMES[field])[value]
    return value


@cache
def _actions() -> dict[str, str]:
    return {action.code: action.iri for action in load().actions}


@cache
def _concepts(scheme: str) -> dict[str, str]:
    """Slug → IRI of a scheme, the framework's or ours."""
    return {concept.slug: concept.iri for concept in load().scheme(scheme)}


def _type_of(table: str) -> str:
    """``action_status`` → ``ActionStatus``."""
    return "".join(word.title() for word in table.split("_"))
