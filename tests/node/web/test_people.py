"""Who may sign in: the first admin's link, and the page on which admins look after people."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from node.core.accounts import LINK_LIFE
from node.errors import NodeError, Refused
from node.service import accounts
from node.service.first_admin import first_link, is_first, open_first
from tests.homes import Clock, home_of
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

MARIA = "office@aurora.example"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        yield Desk(site)


async def test_the_first_link_makes_an_admin_and_is_spent_by_it(desk: Desk) -> None:
    link = await first_link(desk.home)
    page = await desk.open(f"/sign-in?link={link}")
    page = await desk.press(page, "Become the first admin", {"name": "Office", "contact": MARIA})
    assert page.path == "/desk"
    [person] = await accounts.people(desk.home)
    assert (person.name, person.contact, [*person.duties]) == ("Office", MARIA, ["admin"])
    assert await first_link(desk.home) == ""
    assert not await is_first(desk.home, link)
    with pytest.raises(Refused):
        await open_first(desk.home, link, "Somebody", "else@aurora.example")


async def test_only_the_newest_first_link_is_good_and_not_for_ever(desk: Desk) -> None:
    old, new = await first_link(desk.home), await first_link(desk.home)
    assert not await is_first(desk.home, old)
    assert await is_first(desk.home, new)
    assert isinstance(desk.home.now, Clock)
    desk.home.now.time += timedelta(seconds=LINK_LIFE)
    assert not await is_first(desk.home, new)


async def test_a_first_link_is_void_once_there_is_an_admin(desk: Desk) -> None:
    link = await first_link(desk.home)
    await accounts.invite(desk.home, "operator", "Office", MARIA, ["admin"])
    assert not await is_first(desk.home, link)


async def test_a_mistake_does_not_spend_the_first_link(desk: Desk) -> None:
    link = await first_link(desk.home)
    with pytest.raises(NodeError, match="expected a name"):
        await open_first(desk.home, link, " ", MARIA)
    assert await is_first(desk.home, link)
    async with await desk.post("/sign-in", {"link": link, "name": "", "contact": ""}) as answer:
        assert answer.status == 422
        assert "expected a name" in await answer.text()


async def test_an_admin_invites_somebody_whose_link_opens_the_desk(desk: Desk) -> None:
    await desk.sign_in("admin")
    page = await desk.open("/desk/people")
    page = await desk.press(
        page,
        "Invite, and make a link",
        {"name": "Nadia", "contact": MARIA, "duty": ["author", "reviewer"]},
    )
    found = re.search(r"/sign-in\?link=([\w-]+)", page.html)
    assert found is not None
    guest = Desk(desk.site)
    assert (await guest.post("/sign-in", {"link": found[1]})).status == 303
    opened = await guest.open("/desk")
    assert "Signed in as Nadia" in opened.text
    assert "/desk/people" not in opened.links
    assert (await guest.get("/desk/people")).status == 403
    assert found[1] not in (await desk.open("/desk/people")).html, "it is shown once"


async def test_changed_duties_end_sessions_and_a_closed_account_is_forgotten(desk: Desk) -> None:
    await desk.sign_in("admin")
    guest = Desk(desk.site)
    key = await guest.sign_in_as("Nadia", "author")
    token = await desk.token("/desk/people")
    path = f"/desk/people/{key}"
    changed = await desk.post(path, {"token": token, "do": "duties", "duty": "reviewer"})
    assert changed.status == 200
    assert (await guest.get("/desk")).status == 303
    async with await desk.post(path, {"token": token, "do": "remove"}) as closed:
        assert "Nadia" not in await closed.text()
    assert {one.name for one in await accounts.people(desk.home)} == {"Oficina"}


@pytest.mark.parametrize("form", [{"do": "remove"}, {"do": "duties", "duty": "author"}])
async def test_the_last_admin_cannot_lock_everybody_out(desk: Desk, form: dict[str, str]) -> None:
    await desk.sign_in("admin")
    [me] = await accounts.people(desk.home)
    token = await desk.token("/desk/people")
    async with await desk.post(f"/desk/people/{me.id}", {"token": token, **form}) as answer:
        assert answer.status >= 400
        assert "at least one admin" in await answer.text()
    assert (await desk.get("/desk/people")).status == 200


@pytest.mark.parametrize("duty", ["author", "reviewer", "publisher"])
async def test_people_are_the_admins_business(desk: Desk, duty: str) -> None:
    await desk.sign_in(duty)
    assert (await desk.get("/desk/people")).status == 403
    assert (await desk.get("/desk/audit")).status == 403
    form = {"token": "x", "name": "A", "contact": "a@b.example", "duty": "admin"}
    assert (await desk.post("/desk/people", form)).status == 403


async def test_what_was_done_is_told_in_words_without_texts(desk: Desk) -> None:
    await desk.sign_in("admin")
    page = await desk.open("/desk/audit")
    rows = [
        re.sub("<[^>]+>", " ", row).split()
        for row in page.html.split("</tbody>")[0].split("<tr>")[2:]
    ]
    said = [" ".join(row[5:]) for row in rows]
    assert said[:3] == [
        "Oficina signed in Oficina",
        "whoever runs the node made a sign-in link Oficina",
        "whoever runs the node opened an account Oficina",
    ]
