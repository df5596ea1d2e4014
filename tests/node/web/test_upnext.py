"""The desk says what waits for whoever is signed in, and leads to where it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from node.core.review import text_digest
from node.service.drafts import draft
from node.service.publish import publish
from node.service.reviews import (
    approve,
    give_back,
    publish_due,
    save_draft,
    schedule,
    submit,
)
from node.store.ports import Audience
from tests.homes import FW, Clock, home_of, practice, profile
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

NAME = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
KEY = f"{BASE}/practice/{NAME}"
STATE = "https://w3id.org/intercity/ns#state"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """A node at which nothing has been said yet."""
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        yield Desk(site)


async def test_a_new_node_is_asked_who_it_is_and_for_the_nine_priority_actions(desk: Desk) -> None:
    await desk.sign_in_as("Amaru", "author")
    page = await desk.open("/desk")
    assert "Say who you are" in page.text
    assert "/desk/drafts/city/basics" in page.links
    assert "9 of the priority actions are not reported yet" in page.text
    first = f"{FW}action/public-commitment"
    await publish(desk.home, {"type": "ActionStatus", "action": first, "state": f"{STATE}/planned"})
    page = await desk.open("/desk")
    assert "8 of the priority actions are not reported yet" in page.text
    assert "1 action was last reviewed more than a year ago, or nobody says when" in page.text


async def test_each_sees_what_waits_for_them_and_not_for_others(desk: Desk) -> None:
    home = desk.home
    amaru = await desk.sign_in_as("Amaru", "author", "publisher")
    reviewer = Desk(desk.site)
    benita = await reviewer.sign_in_as("Benita", "reviewer")
    await save_draft(home, amaru, KEY, practice("Un borrador"), None)
    await submit(home, amaru, KEY)
    assert "Waits for your review: Un borrador" in (await reviewer.open("/desk")).text
    assert "Waits for your review" not in (await desk.open("/desk")).text
    await give_back(home, benita, KEY, "Falta algo")
    assert "Returned to you: Un borrador" in (await desk.open("/desk")).text
    assert "Returned to you" not in (await reviewer.open("/desk")).text
    await submit(home, amaru, KEY)
    await approve(home, benita, KEY, text_digest(await draft(home, KEY)))
    page = await desk.open("/desk")
    assert "Approved, and to be published: Un borrador" in page.text
    assert f"/desk/publish/{NAME}" in page.links
    assert "Approved, and to be" not in (await reviewer.open("/desk")).text


async def test_what_could_not_be_published_at_its_time_is_told(desk: Desk) -> None:
    home, clock = desk.home, desk.home.now
    assert isinstance(clock, Clock)
    amaru = await desk.sign_in_as("Amaru", "author", "publisher")
    await save_draft(home, amaru, KEY, practice("Un borrador", started="ayer"), None)
    at = (clock.time + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = text_digest(await draft(home, KEY))
    await schedule(home, amaru, KEY, Audience.PUBLIC, at, digest=digest)
    clock.time += timedelta(minutes=2)
    assert await publish_due(home) == 0
    page = await desk.open("/desk")
    assert "Was not published at its time: Un borrador" in page.text
    assert "It was not published at its time" in (await desk.open(f"/desk/publish/{NAME}")).text


async def test_a_desk_with_hundreds_of_drafts_shows_a_page_of_them(desk: Desk) -> None:
    await desk.sign_in_as("Amaru", "author", "publisher")
    for number in range(130):
        key = f"{BASE}/practice/01ARZ3NDEKTSV4RRFFQ69G5{number:03d}"
        await save_draft(desk.home, "somebody", key, practice(f"Borrador {number:03d}"), None)
    page = await desk.open("/desk")
    assert page.text.count("Borrador 1") == 30
    assert "Borrador 000" not in page.text
    page = await desk.open("/desk?page=2")
    assert "Borrador 000" in page.text
    assert (await desk.open("/desk?page=999999999")).status == 200


async def test_the_reaffirmation_is_asked_for_from_ninety_days_before_until_it_is_made() -> None:
    clock = Clock(datetime(2026, 9, 10, 9, tzinfo=UTC))
    async with site_of(await home_of(BASE, clock=clock)) as site:
        desk = Desk(site)
        await publish(desk.home, profile())
        await desk.sign_in_as("Amaru", "author")
        assert "to be reaffirmed" not in (await desk.open("/desk")).text, "91 days before"
        clock.time += timedelta(days=1)
        await desk.sign_in_as("Benita", "author")
        page = await desk.open("/desk?lang=en")
        assert "to be reaffirmed on 10 December 2026, in 90 days" in page.text
        assert "/desk/reports/2026?lang=en" in page.links
        commitment = {
            "type": "Commitment",
            "title": {"es": "Reafirmamos"},
            "kind": f"{FW}action-element/declaration",
            "adopted": "2026-09-11",
        }
        await publish(desk.home, commitment)
        assert "to be reaffirmed" not in (await desk.open("/desk")).text
