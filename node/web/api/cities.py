"""``/cities`` and ``/actions``: who is here, and what each says of each action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from node.errors import NotFound
from node.service.discover import CityEntry
from node.web import shelf
from node.web.answers import Link
from node.web.api.items import action_item, city_item, code_of, record_item
from node.web.api.operation import Call, Reply
from node.web.api.paging import foreign, place_of
from vocab.framework import load

__all__ = ["action", "actions", "listing", "one"]


async def listing(call: Call) -> Reply:
    """Cities by the IRI of the city itself, which is the place of a list."""
    place = place_of(call.asked)
    if not isinstance(place, str | None):
        raise foreign()
    entries = sorted(await shelf.cities(call.request), key=lambda entry: entry.agent)
    kept = [entry for entry in entries if _fits(call, entry)]
    ahead = [entry for entry in kept if place is None or entry.agent > place]
    limit = call.number("limit")
    shown = ahead[:limit]
    return Reply(
        content={
            "total": len(kept),
            "items": [city_item(call.addresses, entry) for entry in shown],
        },
        place=shown[-1].agent if len(ahead) > limit else None,
        position=await call.home.text.position(),
    )


async def one(call: Call) -> Reply:
    """One city, with its records of each action's state and the number of its other records."""
    host = call.text("host").lower().replace(":", "%3A")
    picture = await shelf.picture(call.request, host)
    statuses = [
        record_item(call.addresses, found.put)
        for action in load().actions
        for found in picture.statuses.get(action.iri, ())
    ]
    counts = {
        "Practice": len(picture.practices),
        "Strategy": len(picture.strategies),
        "Commitment": len(picture.commitments),
        "ProgressReport": len(picture.reports),
        "Need": len(picture.needs),
        "Offer": len(picture.offers),
        "Exchange": len(picture.exchanges),
    }
    profile = picture.entry.profile.put
    return Reply(
        content={
            **city_item(call.addresses, picture.entry),
            "statuses": statuses,
            "records": counts,
            "assessments": [
                record_item(call.addresses, found.put) for found in picture.assessments
            ],
        },
        position=await call.home.text.position(),
        links=[Link(profile.iri, "describedby", {"type": "application/ld+json"})],
    )


async def actions(call: Call) -> Reply:
    """All 28, in the framework's order."""
    counts = _counts(await shelf.cities(call.request))
    shown = [
        one
        for one in load().actions
        if call.text("area") in {"", one.area} and call.text("tier") in {"", one.tier}
    ]
    return Reply(
        content={
            "total": len(shown),
            "items": [action_item(one, counts.get(one.iri, {})) for one in shown],
        },
        position=await call.home.text.position(),
    )


async def action(call: Call) -> Reply:
    """One action, its parts, and what each city reports of it; a city that is not there said
    nothing."""
    found = load().action(call.text("code"))
    if found is None:
        raise NotFound(
            f"{call.text('code')}: expected an action of the framework, F1 to F3, S1 to S6 or "
            "T1 to T19; found none"
        )
    entries = await shelf.cities(call.request)
    said: dict[str, Any] = {
        entry.agent: shelf.slug_of(entry.states[found.iri])
        for entry in sorted(entries, key=lambda entry: entry.agent)
        if found.iri in entry.states
    }
    elements = [{"id": part.iri, "label": dict(part.label)} for part in load().narrower(found.iri)]
    return Reply(
        content={
            **action_item(found, _counts(entries).get(found.iri, {})),
            "elements": elements,
            "states": said,
        },
        position=await call.home.text.position(),
        links=[Link(found.iri, "canonical")],
    )


def _fits(call: Call, entry: CityEntry) -> bool:
    countries, action = call.many("country"), call.text("action")
    country = getattr(entry.profile.record, "country", "")
    if countries and country not in countries:
        return False
    told = {code_of(iri): shelf.slug_of(state) for iri, state in entry.states.items()}
    states = call.many("state")
    if action:
        return action in told and (not states or told[action] in states)
    return not states or any(state in told.values() for state in states)


def _counts(entries: Sequence[CityEntry]) -> Mapping[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        for iri, state in entry.states.items():
            counts.setdefault(iri, Counter())[shelf.slug_of(state)] += 1
    return counts
