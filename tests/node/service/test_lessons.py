"""Who learned what from whom: what public records say, and nothing beyond it."""

from __future__ import annotations

import pytest

from node.errors import Invalid
from node.service import lessons as what
from node.service.contacts import follow
from node.service.home import Home
from node.service.index import catch_up
from node.service.lessons import lessons
from node.service.publish import publish
from node.service.replicate import sync_all
from node.store.ports import Audience
from tests.homes import FW, Clock, Web, home_of, practice, profile
from vocab.terms import IC

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
ACTION = f"{FW}action/human-rights-based-budgeting"
ULID = "01J9Z5K3D0000000000000000A"
ELSEWHERE = "https://marama.example/practice/01J9Z5K3D0000000000000000B"


def exchange(publisher: str, other: str, **more: object) -> dict[str, object]:
    """An exchange in which Aurora learned from Hansol, told by one of them."""
    role = "learner" if publisher == AURORA else "helper"
    return {
        "id": f"{publisher}/exchange/{ULID}",
        "type": "Exchange",
        "learner": f"{AURORA}/#city",
        "helper": f"{HANSOL}/#city",
        "publisherRole": f"{IC}exchange-role/{role}",
        "counterpart": f"{other}/exchange/{ULID}",
        "action": ACTION,
        "state": f"{IC}exchange-state/closed",
        "outcome": f"{IC}exchange-state/adopted",
        "ended": "2026-05",
        **more,
    }


@pytest.fixture
async def towns() -> tuple[Home, Home]:
    web, clock = Web(), Clock()
    aurora, hansol = [await home_of(base, web=web, clock=clock) for base in (AURORA, HANSOL)]
    await publish(aurora, profile("Aurora"))
    await publish(hansol, profile("Hansol"))
    await follow(aurora, HANSOL)
    return aurora, hansol


async def told(home: Home) -> list[what.Lesson]:
    await sync_all(home)
    await catch_up(home)
    return await lessons(home)


async def test_an_adapted_practice_was_learned_from_who_published_the_first(
    towns: tuple[Home, Home],
) -> None:
    aurora, hansol = towns
    first = await publish(hansol, practice("Budget forum"))
    own = await publish(aurora, {**practice("Our forum"), "adaptedFrom": first.iri})
    (one,) = await told(aurora)
    assert (one.learner, one.teacher) == (aurora.agent, hansol.agent)
    assert (one.how, one.origin, one.told.put.iri) == (what.ADAPTED, first.iri, own.iri)
    assert one.both


async def test_a_practice_that_is_not_held_is_known_by_its_address(
    towns: tuple[Home, Home],
) -> None:
    aurora, _ = towns
    await publish(aurora, {**practice("Our forum"), "adaptedFrom": ELSEWHERE})
    (one,) = await told(aurora)
    assert one.teacher == "https://marama.example/#city"
    assert not one.both


async def test_nothing_is_learned_from_oneself_or_from_a_web_page(
    towns: tuple[Home, Home],
) -> None:
    aurora, _ = towns
    first = await publish(aurora, practice("Forum"))
    await publish(aurora, {**practice("Next forum"), "adaptedFrom": first.iri})
    page = "https://marama.example/news/forum"
    await publish(aurora, {**practice("Third forum"), "adaptedFrom": page})
    assert await told(aurora) == []


async def test_an_exchange_that_both_tell_is_counted_once(towns: tuple[Home, Home]) -> None:
    aurora, hansol = towns
    await publish(hansol, exchange(HANSOL, AURORA))
    (alone,) = await told(aurora)
    assert not alone.both
    await publish(aurora, exchange(AURORA, HANSOL))
    (one,) = await told(aurora)
    assert one.both
    assert (one.learner, one.teacher) == (aurora.agent, hansol.agent)
    assert one.told.put.agent == aurora.agent, "the learner says what it learned"
    assert (one.how, one.day, one.actions) == (what.EXCHANGED, "2026-05", (ACTION,))


async def test_an_exchange_without_an_end_has_taught_nothing_yet(
    towns: tuple[Home, Home],
) -> None:
    aurora, hansol = towns
    said = exchange(HANSOL, AURORA, state=f"{IC}exchange-state/met")
    del said["outcome"]
    await publish(hansol, said)
    assert await told(aurora) == []


async def test_what_members_alone_may_read_is_not_told(towns: tuple[Home, Home]) -> None:
    aurora, hansol = towns
    first = await publish(hansol, practice("Budget forum"))
    await publish(
        aurora, {**practice("Our forum"), "adaptedFrom": first.iri}, audience=Audience.MEMBERS
    )
    assert await told(aurora) == []


async def test_a_city_cannot_tell_what_two_others_learned(towns: tuple[Home, Home]) -> None:
    _, hansol = towns
    with pytest.raises(Invalid, match="does not have the role"):
        await publish(hansol, exchange(HANSOL, AURORA, helper="https://marama.example/#city"))
