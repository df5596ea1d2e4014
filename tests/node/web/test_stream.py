"""The feed over HTTP: three formats of the same quads, validators, and what is erased is gone."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from node.service.home import Home
from node.service.publish import publish_many
from node.store.ports import Audience
from peers.did import read_document
from peers.feed import read_page
from peers.tiles import WIDTH
from tests.homes import home_of, need, practice, profile
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORMATS = {
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
IMMUTABLE = "<https://w3id.org/ldes#immutable>"


async def city(count: int = 3) -> Home:
    home = await home_of("https://aurora.example")
    await publish_many(home, [profile(), *(practice(f"Práctica {one}") for one in range(count))])
    return home


async def quads_of(site: Site, path: str, accept: str) -> set[ox.Quad]:
    async with await site.get(path, Accept=accept) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].partition(";")[0] == accept
        assert "Accept" in answer.headers["Vary"].split(", ")
        assert "immutable" not in answer.headers["Cache-Control"]
        assert "max-age=60" in answer.headers["Cache-Control"]
        return set(ox.parse(await answer.read(), format=FORMATS[accept]))


@pytest.mark.parametrize("path", ["/feed", "/feed/0"])
async def test_every_format_carries_the_same_quads(path: str) -> None:
    async with site_of(await city()) as site:
        [first, *others] = [await quads_of(site, path, accept) for accept in FORMATS]
        assert first
        assert all(other == first for other in others)
        async with await site.get(path) as answer:
            assert answer.content_type == "application/n-quads"
        async with await site.get(path, Accept="image/png") as answer:
            assert answer.status == 406


@pytest.mark.parametrize("accept", FORMATS)
async def test_what_has_not_changed_is_not_sent_again(accept: str) -> None:
    home = await city()
    async with site_of(home) as site:
        tag = ""
        for path in ("/feed", "/feed/0"):
            async with await site.get(path, Accept=accept) as answer:
                tag = answer.headers["ETag"]
            async with await site.get(path, Accept=accept, If_None_Match=tag) as answer:
                assert answer.status == 304
                assert await answer.read() == b""
        await publish_many(home, [practice("Otra")])
        async with await site.get("/feed/0", Accept=accept, If_None_Match=tag) as answer:
            assert answer.status == 200


async def test_a_page_is_a_bundle_and_a_full_one_says_so() -> None:
    home = await city(WIDTH - 3)
    async with site_of(home) as site:
        assert f'{IMMUTABLE} "false"' in await text_of(site, "/feed/0")
        async with await site.get("/feed/1") as answer:
            assert answer.status == 404
        await publish_many(home, [practice("La 255"), practice("La 256")])
        assert f'{IMMUTABLE} "true"' in await text_of(site, "/feed/0")
        assert f'{IMMUTABLE} "false"' in await text_of(site, "/feed/1")
        root = await text_of(site, "/feed")
        assert root.count("#GreaterThanOrEqualToRelation>") == 2
        assert root.count("#LessThanOrEqualToRelation>") == 1
        assert await text_of(site, "/feed") == root, "what is kept of full pages says the same"


async def text_of(site: Site, path: str) -> str:
    async with await site.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_what_was_erased_leaves_the_feed() -> None:
    home = await city()
    log = home.logs[Audience.PUBLIC]
    held = (await home.ledger.entries(log, 3, 4))[0]
    async with site_of(home) as site:
        before = await text_of(site, "/feed/0")
        await home.ledger.erase(held.entry.digest)
        after = await text_of(site, "/feed/0")
    assert "Práctica 1" in before
    assert "Práctica 1" not in after
    assert f"<{held.entry.id}#erased>" in after
    assert set(dict(read_page(before))) - set(dict(read_page(after))) == {held.entry.id}


async def test_nothing_for_members_is_in_it() -> None:
    home = await city()
    await publish_many(home, [need()], audience=Audience.MEMBERS)
    async with site_of(home) as site:
        for path in ("/feed", "/feed/0"):
            text = await text_of(site, path)
            assert "/log/members" not in text
            assert "/need/" not in text


async def test_the_node_says_where_its_feed_is() -> None:
    home = await city()
    async with site_of(home) as site, await site.get("/.well-known/did.json") as answer:
        document = read_document(await answer.read(), home.document.did)
    assert document.services["feed"] == "https://aurora.example/feed"
