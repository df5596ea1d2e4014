"""A practice's page: its versions, who has built on it, and where each part is had."""

from __future__ import annotations

import pytest

from node.service.contacts import follow
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import sync_all
from tests.homes import Web, home_of, practice, profile
from tests.node.web.conftest import site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import check

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_versions_and_adaptations_are_shown_at_home_and_at_a_follower() -> None:
    web = Web()
    aurora = await home_of("http://localhost:8501", web=web)
    hansol = await home_of("http://localhost:8502", web=web)
    await publish_many(aurora, [profile()])
    [first] = await publish_many(aurora, [practice()])
    await publish_many(aurora, [practice("Una defensoría que escucha", id=first.iri)])
    await publish_many(hansol, [profile("Hansol", "KR")])
    [later] = await publish_many(hansol, [practice("Adaptada", adaptedFrom=first.iri)])
    await follow(aurora, hansol.base_url)
    await follow(hansol, aurora.base_url)
    for home in (aurora, hansol):
        await sync_all(home)
        await catch_up(home)
    ulid = first.iri.rpartition("/")[2]
    at_home = f"/practice/{ulid}"
    copied = f"/practices/localhost%3A8501/{ulid}"
    for home, path in ((aurora, at_home), (hansol, copied)):
        async with site_of(home) as site:
            page = read(await site.page(path))
            check(page)
            for name in ("JSON-LD", "Turtle", "N-Triples"):
                assert name in page.text
            assert {f"{path}.jsonld", f"{path}.ttl", f"{path}/v/1"} <= set(page.links)
            assert f"{path}/v/2" not in page.links, "the version that is shown"
            adapted = page.text.partition("Adapted by")[2]
            assert "Adaptada" in adapted[:200]
            assert "Hansol" in adapted[:200]
            old = read(await site.page(f"{path}/v/1"))
            assert "This is version 1" in old.text
            async with await site.get(f"{path}/v/1.jsonld") as answer:
                assert "va a los barrios" in await answer.text()
            missing = await site.get(f"{path}/v/3", Accept="text/html")
            assert missing.status == 404
    async with site_of(hansol) as site:
        page = read(await site.page(f"/practice/{later.iri.rpartition('/')[2]}"))
        assert "No city has said yet that it adapted this practice." in page.text
        assert copied in page.links


async def test_practices_are_found_by_part_of_the_world_and_size() -> None:
    home = await home_of("http://localhost:8503")
    await publish_many(home, [profile(population=74_000, populationYear="2020")])
    await catch_up(home)
    await publish_many(home, [practice()])
    await catch_up(home)
    async with site_of(home) as site:
        page = read(await site.page("/practices?size=50000&region=019"))
        check(page)
        assert "50,000 to 250,000 residents" in page.text
        assert "Americas" in page.text
        assert "Una defensoría" in page.text
        for other in ("size=0", "size=5000000", "size=x", "region=150"):
            page = read(await site.page(f"/practices?{other}"))
            assert "Nothing fits." in page.text
