"""Pages of a pairing round, at the network that made it and at a member that checked it."""

from __future__ import annotations

import hashlib

from node.core.rounds.published import read as read_round
from node.service import rounds
from node.service.home import Home
from node.service.index import catch_up
from node.service.replicate import sync_all
from tests.homes import Web
from tests.node.web.conftest import network_of, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import check


async def _published(directory: Home) -> str:
    opened = await rounds.open_round(directory, {"en": "Spring round"})
    identity = opened.iri.rpartition("/")[2]
    await rounds.compute_round(directory, identity)
    await rounds.publish_round(directory, identity)
    return opened.iri


def _page_of(iri: str) -> str:
    return f"/rounds/localhost%3A8400/{iri.rpartition('/')[2]}"


async def test_a_round_is_shown_with_pairs_reasons_and_who_gains() -> None:
    homes = await network_of(Web())
    iri = await _published(homes["directory"])
    made = await rounds.result_of(homes["directory"], iri)
    assert made is not None
    assert made.pairs
    async with site_of(homes["directory"]) as site:
        page = read(await site.page(_page_of(iri)))
        check(page)
        assert "Who gains" in page.text
        assert f"{made.report.everyone.served} of {made.report.everyone.learners}" in page.text
        for pair in made.pairs:
            sources = {source for action in pair.actions for source in action.sources}
            here = {source.partition("://")[2].partition("/")[2] for source in sources}
            assert any(one.rpartition("/")[2] in link for one in here for link in page.links)
        assert iri + "/result.json" in page.links
        again = read(await site.page(f"{_page_of(iri)}?start=50"))
        check(again)
        assert "Previous" in again.text


async def test_the_document_is_the_one_that_the_record_names() -> None:
    homes = await network_of(Web())
    iri = await _published(homes["directory"])
    path = iri.removeprefix(homes["directory"].base_url)
    async with site_of(homes["directory"]) as site:
        async with await site.get(f"{path}/result.json") as answer:
            body = await answer.read()
        async with await site.get(path, Accept="application/ld+json") as answer:
            record = await answer.json(content_type=None)
        assert record["sha256"] == hashlib.sha256(body).hexdigest()
        assert record["contentSize"] == len(body)
        assert read_round(body).name == iri
        page = read(await site.page(path))
        check(page)
        assert _page_of(iri) in page.links
        assert "Spring round" in read(await site.page("/partners")).text
        opened = await rounds.open_round(homes["directory"], {"en": "Not yet published"})
        await rounds.compute_round(homes["directory"], opened.iri.rpartition("/")[2])
        secret = opened.iri.removeprefix(homes["directory"].base_url)
        async with await site.get(f"{secret}/result.json") as answer:
            assert answer.status == 404
        async with await site.get(_page_of(opened.iri)) as answer:
            assert answer.status == 404


async def test_a_member_shows_the_pairs_when_it_has_checked_them() -> None:
    web = Web()
    homes = await network_of(web)
    iri = await _published(homes["directory"])
    text = await rounds.held_text(homes["directory"], iri)
    web.instead[f"{iri}/result.json"] = text
    member = homes["hansol"]
    await sync_all(member)
    await catch_up(member)
    async with site_of(member) as site:
        before = read(await site.page(_page_of(iri)))
        check(before)
        assert "This node has not checked the round yet" in before.text
        await rounds.check_round(member, iri)
        after = read(await site.page(_page_of(iri)))
        check(after)
        assert "Who gains" in after.text
        assert "not yet" not in after.text
