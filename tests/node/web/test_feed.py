"""The feed for people: what RFC 4287 asks of one, the reader's language, and every page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from node.service.home import Home
from node.service.publish import publish_many, withdraw
from node.store.ports import Audience
from tests.homes import home_of, need, practice, profile
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
BASE = "https://aurora.example"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


async def city(count: int) -> Home:
    home = await home_of(BASE)
    titles = [{"es": f"Práctica {one} <&>", "fr": f"Pratique {one}"} for one in range(count)]
    await publish_many(home, [profile(), *(practice() | {"title": title} for title in titles)])
    return home


async def feed(site: Site, path: str = "/feed.atom", **headers: str) -> ET.Element:
    async with await site.get(path, **headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/atom+xml"
        assert "Accept-Language" in answer.headers["Vary"]
        return ET.fromstring(await answer.read())  # noqa: S314 - our own


def text(element: ET.Element, name: str) -> str:
    [found] = element.findall(ATOM + name)
    return found.text or ""


def links(element: ET.Element) -> dict[str, str]:
    found = [(one.attrib["rel"], one.attrib["href"]) for one in element.findall(f"{ATOM}link")]
    assert len(dict(found)) == len(found), "one of each"
    return dict(found)


def check(root: ET.Element) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have, and once."""
    assert root.tag == f"{ATOM}feed"
    assert text(root, "id") == f"{BASE}/feed.atom"
    assert text(root, "title")
    assert TIME.fullmatch(text(root, "updated"))
    assert {"self", "alternate", "first"} <= links(root).keys()
    [author] = root.findall(f"{ATOM}author")
    assert text(author, "name")
    entries = root.findall(f"{ATOM}entry")
    ids = [text(entry, "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        assert text(entry, "title")
        assert text(entry, "summary")
        assert TIME.fullmatch(text(entry, "updated"))
        assert TIME.fullmatch(text(entry, "published"))
        assert links(entry)["alternate"].startswith(f"{BASE}/")
    updated = [text(entry, "updated") for entry in entries]
    assert updated == sorted(updated, reverse=True), "newest first"
    if updated:
        assert text(root, "updated") == updated[0]


def titles(root: ET.Element) -> Iterator[tuple[str | None, str]]:
    for entry in root.findall(f"{ATOM}entry"):
        [title] = entry.findall(f"{ATOM}title")
        yield title.get(f"{XML}lang"), title.text or ""


async def test_it_is_a_feed_with_the_newest_first() -> None:
    home = await city(3)
    iri = (await home.ledger.entries(home.logs[Audience.PUBLIC], 2, 3))[0].entry.object
    await withdraw(home, iri, "outdated")
    async with site_of(home) as site:
        root = await feed(site, Accept_Language="es")
    check(root)
    found = list(titles(root))
    assert found[0] == (None, iri), "a withdrawal is new, and its text is gone"
    assert found[1] == ("es", "Práctica 2 <&>")
    assert root.get(f"{XML}lang") == "es"


async def test_it_speaks_the_readers_language() -> None:
    async with site_of(await city(1)) as site:
        by_header = await feed(site, Accept_Language="fr")
        by_choice = await feed(site, "/feed.atom?lang=fr", Accept_Language="es")
    for root in (by_header, by_choice):
        assert root.get(f"{XML}lang") == "fr"
        assert next(titles(root)) == ("fr", "Pratique 0")
    assert links(by_choice)["self"] == f"{BASE}/feed.atom?lang=fr"
    assert links(by_header)["self"] == f"{BASE}/feed.atom"


@pytest.mark.parametrize("query", ["", "?lang=ru"])
async def test_its_pages_lead_to_every_entry_once(query: str) -> None:
    home = await city(130)
    async with site_of(home) as site:
        pages, address = [], f"{BASE}/feed.atom{query}"
        while address:
            pages.append(root := await feed(site, address.removeprefix(BASE)))
            check(root)
            assert links(root)["first"] == f"{BASE}/feed.atom{query}"
            address = links(root).get("next", "")
        assert "previous" not in links(pages[0])
        back = await feed(site, links(pages[-1])["previous"].removeprefix(BASE))
    said = [text(entry, "id") for root in pages for entry in root.findall(f"{ATOM}entry")]
    log = home.logs[Audience.PUBLIC]
    held = await home.ledger.entries(log, 1, (await home.ledger.head(log)).size)
    assert said == [one.entry.id for one in reversed(held)]
    assert [text(one, "id") for one in back.findall(f"{ATOM}entry")] == [
        text(one, "id") for one in pages[-2].findall(f"{ATOM}entry")
    ]


async def test_a_feed_without_records_is_one() -> None:
    async with site_of(await home_of(BASE)) as site:
        root = await feed(site)
    check(root)
    assert root.findall(f"{ATOM}entry") == []


@pytest.mark.parametrize("before", ["0", "-1", "x", "1e3", "9" * 20, ""])
async def test_a_position_that_is_none_is_refused(before: str) -> None:
    async with (
        site_of(await home_of(BASE)) as site,
        await site.get(f"/feed.atom?before={before}") as answer,
    ):
        assert answer.status == 400
        assert "expected a position" in await answer.text()


async def test_what_is_for_members_is_not_in_it() -> None:
    home = await city(1)
    await publish_many(home, [need()], audience=Audience.MEMBERS)
    async with site_of(home) as site, await site.get("/feed.atom") as answer:
        assert "/need/" not in await answer.text()
