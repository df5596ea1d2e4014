"""Two nodes claim one city: their pages say so until somebody of the secretariat decides."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from node.service.contacts import follow
from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from tests.homes import Web, home_of, profile
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

NOTICE = "Another node claims to be this city, too"
TWINS = ("https://aurora.example", "https://aurora-city.example")


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    web = Web()
    network = await home_of(BASE, role="network", web=web)
    for base in TWINS:
        city = await home_of(base, web=web)
        await publish(city, profile(contactEmail="derechos@aurora.example"))
        await follow(network, base)
    await sync_all(network)
    await catch_up(network)
    async with site_of(network) as site:
        desk = Desk(site)
        await desk.sign_in_as("Noor", "publisher")
        yield desk


async def test_both_pages_say_so_until_a_person_has_decided(desk: Desk) -> None:
    for host in ("aurora.example", "aurora-city.example"):
        assert NOTICE in (await desk.open(f"/cities/{host}")).text
    front = await desk.open("/desk")
    assert "Two nodes claim to be one city: Villa Aurora" in front.text
    assert "/desk/conflicts" in front.links
    page = await desk.open("/desk/conflicts")
    assert "the same name in the same country" in page.text
    assert "did:web:aurora-city.example" in page.text
    page = await desk.press(page, "stand", {"reason": " "})
    assert (page.status, "expected a reason" in page.text) == (422, True)
    page = await desk.press(page, "stand", {"reason": "Dos pueblos."})
    assert "Dos pueblos. Noor" in page.text
    for host in ("aurora.example", "aurora-city.example"):
        assert NOTICE not in (await desk.open(f"/cities/{host}")).text
    assert "Two nodes claim" not in (await desk.open("/desk")).text


async def test_who_may_not_decide_sees_the_facts_alone(desk: Desk) -> None:
    await desk.sign_in_as("Lu", "author")
    page = await desk.open("/desk/conflicts")
    assert "Ask the city by a telephone number" in page.text
    assert all("stand" not in value for form in page.forms for _, value, _ in form.buttons)
