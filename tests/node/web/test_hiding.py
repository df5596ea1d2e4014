"""A record is hidden from the desk; a notice stands in its place, and leads to the record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest_asyncio

from node.service.contacts import follow
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from node.web.api.operation import ROOT
from tests.homes import Clock, Web, home_of, practice, profile
from tests.node.web.conftest import Site, site_of
from tests.node.web.desks import BASE, Desk

HANSOL = "http://localhost:8482"


@dataclass
class Town:
    """An admin's desk at a node that follows a neighbour with one practice."""

    desk: Desk
    site: Site
    hansol: Home
    iri: str

    @property
    def path(self) -> str:
        return f"/practices/localhost%3A8482/{self.iri.rpartition('/')[2]}"


@pytest_asyncio.fixture
async def town() -> AsyncIterator[Town]:
    web = Web()
    hansol = await home_of(HANSOL, web=web)
    await publish(hansol, profile("Hansol", "KR"))
    iri = (await publish(hansol, practice("Wirklich <b>schlecht</b>"))).iri
    home = await home_of(BASE, web=web, clock=Clock())
    await publish(home, profile())
    await follow(home, HANSOL)
    await sync_all(home)
    await catch_up(home)
    async with site_of(home) as site:
        desk = Desk(site)
        await desk.sign_in_as("Amaru", "admin")
        yield Town(desk, site, hansol, iri)


async def test_a_notice_takes_the_place_of_the_record(town: Town) -> None:
    assert "schlecht" in await town.site.page("/practices")
    form = await town.desk.open("/desk/hidden")
    page = await town.desk.press(form, "hide", {"record": BASE + town.path, "reason": "persons"})
    assert "Done." in page.text
    assert town.iri in page.text
    for path in ("/practices", "/search?q=schlecht", "/cities/localhost%3A8482", "/feed.atom"):
        async with await town.site.get(path) as answer:
            assert "Wirklich" not in await answer.text(), path
    query = f"SELECT ?o WHERE {{ <{town.iri}> ?p ?o }}"
    async with await town.site.get(
        "/sparql?" + urlencode({"query": query}), Accept="application/sparql-results+json"
    ) as answer:
        assert (await answer.json(content_type=None))["results"]["bindings"] == []
    for path in (town.path, f"{town.path}/v/1"):
        async with await town.site.get(path, Accept="text/html") as answer:
            assert answer.status == 410
            told = await answer.text()
        assert "schlecht" not in told
        assert "It tells of persons who can be recognized." in told
        assert f'href="{town.iri}"' in told
    assert town.iri in await town.site.page("/hidden")


async def test_programs_are_told_in_words(town: Town) -> None:
    form = await town.desk.open("/desk/hidden")
    await town.desk.press(form, "hide", {"record": town.iri, "reason": "spam"})
    for path in (town.path, f"{ROOT}/record?id=" + quote(town.iri, safe="")):
        async with await town.site.get(path, Accept="application/ld+json") as answer:
            assert answer.status == 410, path
            said = await answer.json(content_type=None)
        assert said["type"].endswith("/data#problem-hidden")
        assert "spam" in said["detail"]
        assert town.iri in said["detail"]


async def test_the_mirror_gives_out_the_log_as_it_is(town: Town) -> None:
    log = next(one for one in await town.site.home.ledger.logs() if "8482" in one)
    before = await town.site.home.ledger.entries(log, 0, 10)
    form = await town.desk.open("/desk/hidden")
    await town.desk.press(form, "hide", {"record": town.iri, "reason": "other"})
    assert await town.site.home.ledger.entries(log, 0, 10) == before


async def test_it_is_shown_again(town: Town) -> None:
    form = await town.desk.open("/desk/hidden")
    page = await town.desk.press(form, "hide", {"record": town.iri, "reason": "spam"})
    page = await town.desk.press(page, "unhide")
    assert "Nothing is hidden here." in page.text
    assert "schlecht" in await town.site.page("/practices")
    assert "schlecht" in await town.site.page(town.path)


async def test_a_mistake_is_told_and_changes_nothing(town: Town) -> None:
    form = await town.desk.open("/desk/hidden")
    own = f"{BASE}/practice/01J9Z5K3D0000000000000000A"
    page = await town.desk.press(form, "hide", {"record": own, "reason": "spam"})
    assert page.status == 422
    assert "our own record" in page.text
    assert page.form("hide").fields["record"] == [own]
    assert "schlecht" in await town.site.page("/practices")


async def test_others_than_admins_may_not(town: Town) -> None:
    other = Desk(town.site)
    town.site.client.session.cookie_jar.clear()
    await other.sign_in_as("Sol", "author")
    async with await other.get("/desk/hidden") as answer:
        assert answer.status == 403
