"""A network of a thousand cities: each with keys, a log and records of its own, then one round.

Sizes, countries and languages are those of places of the gazetteer; needs and offers are drawn
(``benchmarks.cities``), and every city has an invented host.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import pytest

from benchmarks.cities import cities
from node.core.profile import Profile
from node.core.rounds.published import Round
from node.service import rounds
from node.service.contacts import follow
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import sync_peer
from peers.encoding import JsonObject
from tests.homes import FW, Clock, Web, home_of
from vocab.terms import State

T = TypeVar("T")

CITIES = 1_000
MEMBERS_ONLY = f"{FW}action/protection-of-human-rights-defenders"
NETWORK = "https://network.example"


def records(city: Profile) -> Iterator[JsonObject]:
    """What a city would publish to be seen as this profile."""
    base = city.agent.removesuffix("/#city")
    tongues = sorted(city.languages)
    yield {
        "type": "City",
        "name": dict(city.name),
        "did": city.did,
        "country": city.country.code,
        "population": city.population,
        "populationYear": "2026",
        "workingLanguages": tongues,
    }
    for action, wish in _public(city.wishes):
        yield {
            "type": "Need",
            "action": action,
            "strength": str(wish.strength),
            "interpretationAccepted": wish.interpretation,
        }
    for action, help_ in _public(city.helps):
        assert help_.day is not None
        status = {
            "type": "ActionStatus",
            "action": action,
            "state": State.IN_PLACE,
            "since": help_.day.isoformat(),
        }
        paper = {"id": "#e1", "type": "Evidence", "contentUrl": f"{base}/act.pdf"}
        yield status | ({"evidence": [paper]} if help_.documented else {})
        yield {
            "type": "Offer",
            "action": action,
            "kind": help_.kind,
            "capacity": help_.capacity,
            "interpretationAccepted": help_.interpretation,
        }


def _public(said: Mapping[str, T]) -> list[tuple[str, T]]:
    """Without the protection of defenders, on which cities ask and offer among members alone."""
    return [(action, one) for action, one in said.items() if action != MEMBERS_ONLY]


def membership(home: Home) -> JsonObject:
    """What the network says of a member whose node it follows."""
    return {
        "type": "Membership",
        "member": home.agent,
        "memberDid": home.document.did.text,
        "memberName": {"en": home.base_url},
        "memberLogs": [f"{home.base_url}/log/public"],
        "organization": f"{NETWORK}/#organization",
        "validFrom": "2026-01-01",
    }


async def read_all(home: Home, bases: Iterable[str]) -> None:
    """Follow every node, and take in what it has published."""
    for base in bases:
        if base != home.base_url:
            await sync_peer(home, await follow(home, base))
    await catch_up(home)


def names(made: Round) -> set[tuple[str, str]]:
    return {(one.learner, one.helper) for one in made.pairs}


@pytest.mark.timeout(300)
async def test_a_thousand_cities_have_a_round_that_any_of_them_makes_anew() -> None:
    web, clock = Web(), Clock()
    network = await home_of(NETWORK, role="network", web=web, clock=clock)
    drawn = cities(CITIES)
    homes = []
    for city in drawn:
        home = await home_of(city.agent.removesuffix("/#city"), web=web, clock=clock)
        await publish_many(home, list(records(city)))
        homes.append(home)
    await publish_many(network, [membership(one) for one in homes])
    await read_all(network, web.homes)

    opened = await rounds.open_round(network, {"en": "A round of a thousand"})
    identity = opened.iri.rpartition("/")[2]
    start = time.process_time()
    made = await rounds.compute_round(network, identity)
    assert time.process_time() - start <= 3, "seconds of CPU, the reading of all records included"

    told = made.report
    bands = {one.name: one for one in told.groups if one.by == "size"}
    assert told.everyone.learners >= 0.99 * CITIES
    assert told.everyone.served >= 0.95 * told.everyone.learners
    assert not told.alarm, "small cities are not left behind"
    assert all(one.served >= 0.9 * one.learners for one in bands.values()), bands
    by_agent = {one.agent: one for one in drawn}
    assert sum(one.learners for one in bands.values()) == told.everyone.learners
    for learner, helper in names(made):
        assert by_agent[learner].wishes.keys() & by_agent[helper].helps.keys()

    published = await rounds.publish_round(network, identity)
    member = homes[0]
    await read_all(member, web.homes)
    text = await rounds.held_text(network, published.iri)
    checked = await rounds.check_round(member, published.iri, text)
    assert checked.solved, "computed anew, not only proved"
    assert checked.result == made
