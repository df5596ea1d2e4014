"""A city applies from its desk; at the network's, two people check, approve, renew and suspend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from node.service.index import catch_up
from node.service.outbox import deliver
from node.service.publish import publish, publish_many
from node.service.replicate import sync_all
from tests.homes import Clock, Web, home_of, profile
from tests.node.service.test_pair import Post
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk, Page

NETWORK = "http://localhost:8484"
EVIDENCE = f"{BASE}/commitment/01J0000000000000000000000A"


@dataclass(frozen=True, slots=True)
class Desks:
    """The city's publisher, and two people of the network."""

    city: Desk
    first: Desk
    second: Desk
    clock: Clock

    async def carry(self) -> None:
        """Messages are brought, logs are read."""
        for _ in range(2):
            self.clock.time += timedelta(minutes=10)
            for home in (self.city.home, self.first.home):
                await deliver(home)
                await sync_all(home)
                await catch_up(home)

    async def applied(self, **filled: str) -> tuple[Page, str]:
        """The city's page, and the path of the application at the network's."""
        page = await self.city.open("/desk/networks")
        page = await self.city.press(
            page,
            "apply",
            {
                "url": NETWORK,
                "tag": "es",
                "office": "Oficina de derechos",
                "email": "derechos@aurora.example",
                "evidence": EVIDENCE,
                "mandate": f"{BASE}/files/letter.pdf",
                "statement": "Queremos aprender.",
                **filled,
            },
        )
        listed = await self.first.open("/desk/applications")
        return page, next(one for one in listed.links if one.startswith("/desk/applications/0"))


@pytest_asyncio.fixture
async def desks() -> AsyncIterator[Desks]:
    clock, post = Clock(), Post(Web())
    city = await home_of(BASE, web=post.web, clock=clock, fetch=post)
    network = await home_of(NETWORK, role="network", web=post.web, clock=clock, fetch=post)
    await publish_many(city, [profile(workingLanguages=["es"])])
    named = {"type": "Organization", "name": {"es": "Red de prueba"}}
    role = "https://w3id.org/intercity/ns#node-role/network"
    await publish(network, {**named, "role": role})
    for home in (city, network):
        await catch_up(home)
    async with AsyncExitStack() as stack:
        city_desk = Desk(await stack.enter_async_context(site_of(city)))
        site = await stack.enter_async_context(site_of(network))
        first, second = Desk(site), Desk(site)
        await city_desk.sign_in_as("Amaru", "publisher")
        await first.sign_in_as("Noor", "publisher")
        yield Desks(city_desk, first, second, clock)


async def ticked(desk: Desk, path: str) -> Page:
    page = await desk.press(await desk.open(path), "Begin to check")
    for item in ("evidence", "mandate", "contact"):
        page = await desk.press(page, f"tick:{item}", {"note": "Por teléfono."})
    return page


async def test_a_city_becomes_a_member_and_both_desks_say_each_step(desks: Desks) -> None:
    page, path = await desks.applied()
    await desks.carry()
    page = await desks.city.open("/desk/networks")
    assert "Red de prueba" in page.text
    assert "received by the network" in page.text
    assert "not accepted yet" in page.text
    front = await desks.city.open("/desk")
    assert "asks you to accept its data policy" in front.text
    page = await desks.city.press(page, "accept")
    assert "accepted" in page.text
    assert "A city asks to become a member: Villa Aurora" in (await desks.first.open("/desk")).text
    page = await ticked(desks.first, path)
    assert "Noor" in page.text
    assert "Only one person here may approve" in page.text
    page = await desks.first.press(page, "approve", {"until": "2028-06-30"})
    assert "You have approved; another person has to." in page.text
    await desks.carry()
    assert "being checked" in (await desks.city.open("/desk/networks")).text
    assert "Villa Aurora" not in (await desks.first.open("/desk")).text, "not asked again"
    await desks.second.sign_in_as("Imani", "admin")
    front = await desks.second.open("/desk")
    assert "Waits for a second approval: Villa Aurora" in front.text
    page = await desks.second.press(await desks.second.open(path), "approve")
    assert "member." in page.text
    await desks.carry()
    page = await desks.city.open("/desk/networks")
    assert "1 January 2026 to 30 June 2028" in page.text
    assert any("/membership" in link for link in page.links)
    said = (await desks.second.open("/desk/audit")).text
    assert "approved an application" in said
    assert "has checked a mandate letter" in said


async def test_a_refusal_is_read_by_the_city_and_what_is_withdrawn_is_seen(desks: Desks) -> None:
    _, path = await desks.applied(policy="1")
    page = await desks.first.press(await desks.first.open(path), "Begin to check")
    page = await desks.first.press(page, "tick:contact")
    assert "expected a note on how the contact was confirmed" in page.text
    page = await desks.first.press(page, "refuse", {"reason": "La carta nombra otra ciudad."})
    assert "refused" in page.text
    page = await desks.city.open("/desk/networks")
    assert "La carta nombra otra ciudad." in page.text
    await desks.applied()
    page = await desks.city.press(await desks.city.open("/desk/networks"), "withdraw")
    assert "taken back" in page.text
    assert "taken back" in (await desks.first.open("/desk/applications")).text


async def test_a_membership_is_renewed_suspended_lifted_and_ended(desks: Desks) -> None:
    _, path = await desks.applied(policy="1")
    page = await ticked(desks.first, path)
    await desks.first.press(page, "approve", {"until": "2026-01-20"})
    await desks.second.sign_in_as("Imani", "publisher")
    await desks.second.press(await desks.second.open(path), "approve")
    assert "Villa Aurora ends in 19 days" in (await desks.first.open("/desk")).text
    page = await desks.first.open("/desk/members")
    assert "ends in 19 days" in page.text
    page = await desks.first.press(page, "renew", {"until": "2027-12-31"})
    assert "31 December 2027" in page.text
    page = await desks.first.press(page, "suspend", {"note": "Sin respuesta."})
    assert "Sin respuesta." in page.text
    await desks.carry()
    assert "Sin respuesta." in (await desks.city.open("/desk/networks")).text
    page = await desks.first.press(page, "lift")
    page = await desks.first.press(page, "revoke", {"reason": "outdated", "note": "Cerrada."})
    assert "This network has no members yet." in page.text
    await desks.carry()
    assert "outdated: Cerrada." in (await desks.city.open("/desk/networks")).text


@pytest.mark.parametrize("path", ["/desk/applications", "/desk/members"])
async def test_each_role_has_its_own_pages(desks: Desks, path: str) -> None:
    assert (await desks.city.open(path)).status == 404
    assert (await desks.first.open("/desk/networks")).status == 404


async def test_what_does_not_fit_is_said_in_words(desks: Desks) -> None:
    page = await desks.city.open("/desk/networks")
    said = {"url": NETWORK, "office": "", "email": "x", "evidence": "y"}
    page = await desks.city.press(page, "apply", said)
    assert (page.status, "expected" in page.text) == (422, True)
    await desks.second.sign_in_as("Lu", "author")
    _, path = await desks.applied(policy="1")
    assert "Begin to check" not in (await desks.second.open(path)).text
    page = await desks.first.open(path)
    form = {"token": await desks.first.token(path), "do": "admit"}
    async with await desks.first.post(path, form) as answer:
        assert answer.status == 422
    async with await desks.city.post("/desk/networks/01J0000000000000000000000A", form) as answer:
        assert answer.status == 403


async def test_what_a_stranger_writes_does_nothing_on_our_pages(desks: Desks) -> None:
    hostile = '"><script>alert(1)</script>\u202e'
    for evidence in ("javascript:alert(1)", 'https://a.example/"onload="x'):
        page = await desks.city.open("/desk/networks")
        said = {"url": NETWORK, "office": "x", "email": "a@b.example", "evidence": evidence}
        page = await desks.city.press(page, "apply", {**said, "mandate": EVIDENCE})
        assert (page.status, "expected an address" in page.text) == (422, True)
    _, path = await desks.applied(office=hostile, statement=f"{hostile} [x](javascript:alert(1))")
    for where in (path, "/desk/applications", "/desk"):
        page = await desks.first.open(where)
        assert "<script>alert" not in page.html
        assert not any(link.startswith("javascript:") for link in page.links)


async def test_the_networks_own_page_says_how_to_apply(desks: Desks) -> None:
    page = await desks.first.open("/organizations/localhost%3A8484")
    assert "Become a member" in page.text
    assert "version 1" in page.text
    await desks.carry()
    page = await desks.city.open("/organizations/localhost%3A8484")
    assert "Become a member" not in page.text, "here it is another's page"
