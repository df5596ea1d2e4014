"""What the API says of a record, a city, an action and a proposal: plain JSON with whole IRIs.

Codes and slugs stand beside IRIs where people write them. Texts keep their language maps; a date is
as exact as its publisher gave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from node.core.pairing import ActionTerm, Proposal, Unmatched
from node.service.discover import CityEntry
from node.store.ports import Contact, Hit, TextPut
from node.web.addresses import Addresses
from node.web.shelf import slug_of
from peers.encoding import parse_json
from vocab.framework import Action, load
from vocab.records import City

__all__ = [
    "action_item",
    "city_item",
    "code_of",
    "hit_item",
    "proposal_item",
    "record_item",
    "unmatched_item",
]


def record_item(addresses: Addresses, put: TextPut, *, whole: bool = True) -> dict[str, Any]:
    """A record: what it is, where it stands, and the signed document itself.

    Args:
        whole: With the document.
    """
    path = addresses.path_of(put.iri)
    said: dict[str, Any] = {
        "id": put.iri,
        "type": put.kind,
        "publisher": put.agent,
        "title": dict(put.title),
        "actions": [code_of(iri) for iri in put.facets.get("action", ())],
        "version": put.version,
        "published": put.published,
        "verified": put.recorded,
        "log": str(put.log),
        "index": put.index,
        "page": addresses.whole(path) if path else put.iri,
        "citeAs": f"{put.iri}/v/{put.version}",
    }
    if put.sort:
        said["date"] = put.sort
    if whole:
        said["record"] = parse_json(put.stored)
    return said


def hit_item(addresses: Addresses, hit: Hit) -> dict[str, Any]:
    """A record that was found by words: where, and an excerpt as plain and matched parts."""
    match: dict[str, Any] = {"in": hit.why}
    if hit.snippet:
        match |= {"language": hit.snippet_language, "excerpt": list(hit.snippet)}
    if hit.matched:
        match["through"] = hit.matched
    return {**record_item(addresses, hit.put, whole=False), "match": match}


def city_item(addresses: Addresses, entry: CityEntry) -> dict[str, Any]:
    """A city: who it is, and its own word on each action that it reports, for the whole city."""
    city = entry.profile.record
    assert isinstance(city, City)
    said: dict[str, Any] = {
        "id": entry.agent,
        "host": entry.host,
        "name": dict(city.name),
        "country": city.country,
        "demonstration": bool(city.demonstration),
        "languages": list(city.working_languages),
        "states": {code_of(iri): slug_of(state) for iri, state in sorted(entry.states.items())},
        "profile": entry.profile.put.iri,
        "page": addresses.whole(f"/cities/{entry.host}"),
        "reached": _reached(entry.contact),
    }
    if city.latitude is not None and city.longitude is not None:
        said["place"] = {"latitude": float(city.latitude), "longitude": float(city.longitude)}
    return said


def action_item(action: Action, counts: Mapping[str, int]) -> dict[str, Any]:
    """An action in the framework's words, and how many cities report each state of it."""
    return {
        "id": action.iri,
        "code": action.code,
        "area": action.area,
        "tier": action.tier,
        "label": dict(action.label),
        "definition": action.definition or "",
        "cities": dict(sorted(counts.items())),
    }


def proposal_item(proposal: Proposal, hosts: Mapping[str, str]) -> dict[str, Any]:
    """A city that another could learn from, with everything that its place rests on."""
    return {
        "rank": proposal.rank,
        "score": proposal.score,
        "helper": proposal.helper,
        "helperHost": hosts.get(proposal.helper, ""),
        "terms": [_term(one) for one in proposal.terms],
        "context": {
            one.feature: _number(one.closeness) if one.closeness is not None else None
            for one in proposal.context
        },
        "workedTogetherLately": proposal.recent,
        "inReturn": [code_of(iri) for iri in proposal.back],
    }


def unmatched_item(unmatched: Unmatched) -> dict[str, Any]:
    """A need that nobody meets, and why."""
    said: dict[str, Any] = {"action": code_of(unmatched.action), "reason": unmatched.reason}
    if unmatched.nearest:
        said["nearest"] = code_of(unmatched.nearest)
    return said


def code_of(iri: str) -> str:
    """An action's code, such as ``T6``; another IRI as it is."""
    concept = load().concept(iri)
    return concept.code if isinstance(concept, Action) else iri


def _term(term: ActionTerm) -> dict[str, Any]:
    said: dict[str, Any] = {
        "action": code_of(term.action),
        "need": _number(term.need),
        "willingness": _number(term.willingness),
        "maturity": _number(term.maturity),
        "evidence": _number(term.evidence),
        "recency": _number(term.recency),
        "product": _number(term.product),
        "sources": [term.need_source, *term.help.sources],
    }
    day: date | None = term.help.day
    return said | ({"asOf": day.isoformat()} if day else {})


def _number(value: Decimal) -> float:
    return round(float(value), 6)


def _reached(contact: Contact | None) -> str | None:
    """When its node was last verified; ``None`` for our own, and for one not followed."""
    return (contact.verified or contact.followed or None) if contact else None
