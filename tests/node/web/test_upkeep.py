"""Admins look after the node from its pages: peers, keys, settings, checks; others do not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from node.service import accounts
from node.service.home import Home
from node.service.publish import publish
from tests.homes import Clock, Web, home_of, practice, profile
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

HANSOL = "http://localhost:8482"
PAGES = ["/desk/peers", "/desk/doctor", "/desk/settings", "/desk/keys", "/desk/backups"]


@pytest_asyncio.fixture
async def town() -> AsyncIterator[tuple[Desk, Home]]:
    """An admin at a node that follows nobody, and a neighbour with something to say."""
    web = Web()
    hansol = await home_of(HANSOL, web=web)
    await publish(hansol, profile("Hansol", "KR"))
    home = await home_of(BASE, web=web, clock=Clock())
    await publish(home, profile())
    async with site_of(home) as site:
        desk = Desk(site)
        await desk.sign_in_as("Amaru", "admin")
        yield desk, hansol


async def test_a_node_is_looked_at_and_then_followed(town: tuple[Desk, Home]) -> None:
    desk, hansol = town
    page = await desk.press(await desk.open("/desk/peers"), "look", {"url": HANSOL})
    assert "does not hold" not in page.text
    assert await desk.home.desk.contacts() == [], "looking keeps nothing"
    page = await desk.press(page, "follow")
    [contact] = await desk.home.desk.contacts()
    assert (contact.base_url, contact.state) == (HANSOL, "following")
    assert hansol.keys.record.public.multikey in page.text
    await publish(hansol, practice("Presupuesto"))
    page = await desk.press(page, "sync")
    assert (await desk.home.ledger.head(contact.log)).size == 3
    assert "Hansol" in page.text


async def test_a_node_is_paused_taken_up_blocked_and_forgotten(town: tuple[Desk, Home]) -> None:
    desk, _ = town
    page = await desk.press(await desk.open("/desk/peers"), "look", {"url": HANSOL})
    page = await desk.press(page, "follow")
    for do, state in (("pause", "paused"), ("resume", "following"), ("block", "blocked")):
        page = await desk.press(page, do)
        [contact] = await desk.home.desk.contacts()
        assert contact.state == state
    page = await desk.press(page, "resume")
    page = await desk.press(page, "grant")
    assert (await desk.home.desk.contacts())[0].granted
    page = await desk.press(page, "forget")
    assert await desk.home.desk.contacts() == []
    done = [one.what for one in await accounts.audit(desk.home)]
    assert done[-7:] == ["follow", "pause", "resume", "block", "resume", "grant", "forget"]


async def test_a_node_that_does_not_answer_or_is_ourselves_is_not_followed(
    town: tuple[Desk, Home],
) -> None:
    desk, _ = town
    page = await desk.open("/desk/peers")
    page = await desk.press(page, "look", {"url": "https://nobody.example"})
    assert "does not hold" in page.text
    assert not any("follow" in {value for _, value, _ in form.buttons} for form in page.forms)
    page = await desk.press(page, "look", {"url": "not an address"})
    assert "does not hold" in page.text or "could not be done" in page.text
    assert await desk.home.desk.contacts() == []


async def test_the_checks_say_how_the_node_is(town: tuple[Desk, Home]) -> None:
    page = await town[0].open("/desk/doctor")
    for name in ("disk", "log", "standing", "profile"):
        assert name in page.text
    assert "How to mend it" in page.text


async def test_settings_show_where_they_come_from_and_no_secret(town: tuple[Desk, Home]) -> None:
    page = await town[0].open("/desk/settings")
    assert "sync.every" in page.text
    assert "default" in page.text
    assert "z3u2" not in page.html, "what a secret key begins with"


async def test_keys_are_changed_after_one_more_question(town: tuple[Desk, Home]) -> None:
    desk, _ = town
    before = desk.home.keys.http.public.multikey
    page = await desk.open("/desk/keys")
    assert before in page.text
    page = await desk.press(page, "Go on", {"kind": "http"})
    assert "Are you sure?" in page.text
    assert desk.home.keys.http.public.multikey == before
    page = await desk.press(page, "yes")
    after = desk.home.keys.http.public.multikey
    assert after != before
    assert after in page.text
    page = await desk.press(page, "Go on", {"kind": "recovery"})
    assert page.status == 422


@pytest.mark.parametrize("path", PAGES)
async def test_who_is_no_admin_sees_none_of_it(town: tuple[Desk, Home], path: str) -> None:
    other = Desk(town[0].site)
    await other.sign_in_as("Benita", "author", "reviewer", "publisher")
    assert (await other.open(path)).status == 403


@pytest.mark.parametrize("path", ["/desk/peers", "/desk/peers/change", "/desk/keys"])
async def test_another_site_cannot_press_these_buttons(town: tuple[Desk, Home], path: str) -> None:
    desk = town[0]
    token = await desk.token("/desk/peers")
    form = {"token": token, "do": "follow", "url": HANSOL, "kind": "all", "sure": "yes"}
    async with await desk.post(path, form, origin="https://evil.example") as answer:
        assert answer.status == 403
    async with await desk.post(path, {**form, "token": "0" * 32}) as answer:
        assert answer.status == 403
    assert await desk.home.desk.contacts() == []
