"""Two nodes claim one city: neither is admitted until a person has decided."""

from __future__ import annotations

import pytest

from node.errors import NotFound, Refused
from node.service.admitting import approve, checklist
from node.service.conflicts import conflicts, decide, open_clashes
from node.service.contacts import follow, set_state
from node.service.directory import admit, members
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from tests.homes import Clock, Web, home_of, profile
from tests.node.service.test_applications import Two, two

__all__ = ["two"]

TWIN = "https://aurora-city.example"
NUMBER = "http://www.wikidata.org/entity/Q1"


@pytest.fixture
async def network() -> Home:
    """A network with a member, which knows of another node of the same name."""
    web, clock = Web(), Clock()
    home = await home_of("https://network.example", role="network", web=web, clock=clock)
    for base in ("https://aurora.example", TWIN):
        other = await home_of(base, web=web, clock=clock)
        await publish(other, profile())
    await admit(home, "https://aurora.example")
    return home


async def test_the_second_is_refused_until_somebody_says_why(network: Home) -> None:
    with pytest.raises(Refused, match=r"did:web:aurora\.example claims to be the same city \(name"):
        await admit(network, TWIN)
    [found] = await conflicts(network)
    one, other = found.sides
    assert [side.did for side in (one, other)] == [
        "did:web:aurora-city.example",
        "did:web:aurora.example",
    ]
    assert (len(one.member_of), len(other.member_of)) == (0, 1)
    assert one.since
    assert one.followed
    await admit(network, TWIN, despite="Two towns, in the north and in the south.")
    assert len(await members(network)) == 2
    [found] = await conflicts(network)
    assert found.decision is not None
    assert (found.decision.by, found.decision.reason[:9]) == ("operator", "Two towns")


async def test_a_decision_holds_for_what_was_known_then(network: Home) -> None:
    await follow(network, TWIN)
    await sync_all(network)
    await catch_up(network)
    [found] = await conflicts(network)
    with pytest.raises(Refused, match="expected a reason"):
        await decide(network, found.id, "one", " ")
    with pytest.raises(NotFound, match="expected a conflict"):
        await decide(network, "0" * 32, "one", "Two towns.")
    await decide(network, found.id, "one", "Two towns.")
    assert await open_clashes(network, "did:web:aurora.example") == []
    homes = network.fetch.web.homes  # type: ignore[attr-defined]
    for base in ("https://aurora.example", TWIN):
        await publish(homes[base], profile(id=f"{base}/city", wikidata=NUMBER))
    await sync_all(network)
    await catch_up(network)
    [again] = await open_clashes(network, "did:web:aurora.example")
    assert again.grounds == ("wikidata", "name")
    await set_state(network, TWIN, "blocked")
    assert await open_clashes(network, "did:web:aurora.example") == []


async def test_an_application_waits_for_the_decision(two: Two) -> None:
    other = await home_of(TWIN, web=two.post.web, clock=two.clock)
    await publish(other, profile())
    await admit(two.network, TWIN)
    identity = await two.checked()
    assert (await checklist(two.network, identity)).missing == ("conflict",)
    with pytest.raises(Refused, match="missing: conflict"):
        await approve(two.network, identity, "one")
    [found] = await conflicts(two.network)
    await decide(two.network, found.id, "one", "Two towns.")
    await approve(two.network, identity, "one")
    assert await approve(two.network, identity, "two") is not None
