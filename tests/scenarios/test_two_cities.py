"""Stories of two and three cities on real sockets, with real stores."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.control import run
from node.errors import Gone
from node.service.home import Home
from node.service.index import catch_up, rebuild
from node.service.outbox import announce, deliver
from node.service.publish import publish, publish_many, withdraw
from node.service.records import record_at
from node.service.replicate import follow, sync_all, sync_hinted
from node.store.ports import Budget, SearchWish
from peers.encoding import jcs, parse_canonical
from tests.homes import need, practice
from tests.scenarios.towns import check_everything, in_step, made, running

ACCEPT = {"Accept": "application/ld+json"}


@pytest.fixture
async def cities(tmp_path: Path) -> AsyncIterator[tuple[Home, Home]]:
    """Aurora and Hansol, which follow each other."""
    configs = [await made(tmp_path, "aurora"), await made(tmp_path, "hansol", "KR")]
    async with running(*configs) as (aurora, hansol):
        await follow(aurora, hansol.base_url)
        await follow(hansol, aurora.base_url)
        yield aurora, hansol
        for home in (aurora, hansol):
            await check_everything(home)


async def test_a_record_of_one_city_is_found_in_the_other(cities: tuple[Home, Home]) -> None:
    aurora, hansol = cities
    receipt = await publish(aurora, practice("Una defensoría que va a los barrios"))
    await in_step(hansol)
    # Found in Spanish by its words, in French by its concept.
    for words in ("defensoría barrios", "mécanisme de plainte"):
        found = await hansol.text.search(SearchWish(words=words))
        assert receipt.iri in {hit.put.iri for hit in found.hits}, words
    [hit] = (await run(hansol, "search", {"words": "defensoría"}))["hits"]
    assert hit["city"] == "aurora"
    assert hit["place"] == f"{receipt.log} {receipt.index}"
    assert hit["checked"]
    rows = await hansol.graph.select(
        f"SELECT ?title {{ <{receipt.iri}> <http://purl.org/dc/terms/title> ?title }}", Budget()
    )
    assert b"barrios" in rows.body


async def test_an_unchanged_peer_costs_one_request(cities: tuple[Home, Home]) -> None:
    _, hansol = cities
    [first] = await sync_all(hansol)
    [again] = await sync_all(hansol)
    # The fourth is for the members' log, which is not there for a stranger.
    assert (first.requests, again.requests) == (4, 1)
    assert again.error == ""


async def test_a_withdrawn_record_is_gone_everywhere(cities: tuple[Home, Home]) -> None:
    aurora, hansol = cities
    receipt = await publish(aurora, practice("Efímera"))
    await in_step(aurora, hansol)
    await withdraw(aurora, receipt.iri, "mistake")
    await in_step(aurora, hansol)
    for home in cities:
        assert (await home.text.search(SearchWish(words="efímera"))).total == 0
        assert await home.graph.describe(receipt.iri) is None
        with pytest.raises(Gone):
            await record_at(home, receipt.iri)
    answer = await hansol.fetch.get(receipt.iri, 100_000, headers=ACCEPT)
    assert answer.status == 410
    assert parse_canonical(answer.body)["type"] == "Withdrawal"


async def test_news_travels_by_announcement(cities: tuple[Home, Home]) -> None:
    aurora, hansol = cities
    await in_step(aurora, hansol)
    receipt = await publish(aurora, practice("Noticia"))
    # The jobs of either side may be faster than we are: that is the point of them.
    await announce(aurora)
    await sync_hinted(hansol)
    for _ in range(50):
        if await hansol.ledger.latest(receipt.iri):
            break
        await sync_hinted(hansol)
    assert await hansol.ledger.latest(receipt.iri) is not None


async def test_anyone_can_check_a_record_at_its_address(cities: tuple[Home, Home]) -> None:
    aurora, hansol = cities
    receipt = await publish(aurora, practice())
    await in_step(hansol)
    steps = (await run(hansol, "verify", {"what": receipt.iri}))["steps"]
    assert [step["name"] for step in steps if not step["ok"]] == []
    assert steps[-1]["name"] == "our own copy of the log says the same"
    probed = (await run(hansol, "peers.test", {"url": aurora.base_url}))["steps"]
    assert [step["name"] for step in probed if not step["ok"]] == []


async def test_a_thousand_records_arrive_and_a_rebuild_changes_nothing(
    cities: tuple[Home, Home],
) -> None:
    aurora, hansol = cities
    await publish_many(aurora, [practice(f"Número {n}") for n in range(1000)])
    [report] = await sync_all(hansol)
    assert (report.new, report.quarantined) == (1001, ())
    await catch_up(hansol)
    dump = await hansol.graph.dump()
    rebuilt = await rebuild(hansol)
    assert await hansol.graph.dump() == dump
    assert rebuilt.records == 1002


async def test_what_is_for_members_is_in_no_public_answer(cities: tuple[Home, Home]) -> None:
    aurora, hansol = cities
    marker = "palabra-que-nadie-debe-ver"
    document = need("annual-report", problem={"es": marker})
    done = await run(aurora, "publish", {"documents": [document], "audience": "members"})
    iri = done["receipts"][0]["iri"]
    await in_step(aurora, hansol)
    seen = b"".join(
        [
            (await hansol.fetch.get(f"{aurora.base_url}{path}", 10_000_000, headers=headers)).body
            for path in (
                "/",
                "/search?q=palabra",
                "/log/public/checkpoint",
                "/log/public/tile/entries/000.p/2",
                "/log/public/records/000.p/2",
                "/log/members/checkpoint",
                "/log/members/records/000.p/2",
                iri.removeprefix(aurora.base_url),
                "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
            )
            for headers in ({}, ACCEPT)
        ]
    )
    assert marker.encode() not in seen
    assert iri.rpartition("/")[2].encode() not in seen.replace(iri.encode(), b"")
    assert await hansol.ledger.latest(iri) is None


async def test_two_cities_pair_and_both_tell_of_it(cities: tuple[Home, Home]) -> None:
    aurora, hansol = cities
    await publish(aurora, need("annual-report"))
    await in_step(aurora, hansol)
    asked = await run(aurora, "pair.ask", {"city": hansol.base_url, "action": "T4", "answers": {}})
    identity = asked["id"]
    steps = [
        (hansol, "accept"),
        (aurora, "schedule"),
        (hansol, "meet"),
    ]
    for home, verb in steps:
        await run(home, "pair.say", {"exchange": identity, "verb": verb})
        await deliver(home)
    note = {"es": "Un índice de quince indicadores, por distrito."}
    await run(aurora, "pair.say", {"exchange": identity, "verb": "adopt", "note": note})
    await run(hansol, "pair.say", {"exchange": identity, "verb": "adopt"})
    await in_step(aurora, hansol)
    for home, other in ((aurora, hansol), (hansol, aurora)):
        held = await record_at(home, f"{home.base_url}/exchange/{identity}")
        assert held.body is not None
        record = json.loads(held.body.record)
        assert record["counterpart"] == f"{other.base_url}/exchange/{identity}"
        assert record["note"] == note
        assert await home.ledger.latest(record["counterpart"]) is not None


async def test_a_directory_shows_its_members_as_one(tmp_path: Path) -> None:
    configs = [
        await made(tmp_path, "red", role="network"),
        await made(tmp_path, "aurora"),
        await made(tmp_path, "hansol", "KR"),
    ]
    async with running(*configs) as (network, aurora, hansol):
        await publish(aurora, practice("Presupuesto participativo"))
        await publish(hansol, practice("Presupuesto con enfoque"))
        for city in (aurora, hansol):
            await run(network, "network.admit", {"url": city.base_url, "until": "2036-12-31"})
        await in_step(network)
        listed = (await run(network, "network.members", {}))["members"]
        assert [(one["name"], one["state"]) for one in listed] == [
            ("aurora", "member"),
            ("hansol", "member"),
        ]
        found = (await run(network, "search", {"words": "presupuesto"}))["hits"]
        assert {hit["city"] for hit in found} == {"aurora", "hansol"}
        for home in (network, aurora, hansol):
            await check_everything(home)


async def test_a_node_that_was_away_catches_up_by_the_difference(tmp_path: Path) -> None:
    one, two = await made(tmp_path, "aurora"), await made(tmp_path, "hansol")
    async with running(one, two) as (aurora, hansol):
        await follow(hansol, aurora.base_url)
        await publish_many(aurora, [practice(f"Antes {n}") for n in range(300)])
        await in_step(hansol)
    async with running(two) as (hansol,):
        [report] = await sync_all(hansol)
        assert report.exit_code == 3
        assert "cannot be reached" in report.error
    async with running(one, two) as (aurora, hansol):
        await publish(aurora, practice("Después"))
        [report] = await sync_all(hansol)
        assert (report.new, report.error) == (1, "")
        assert report.requests <= 4
        await check_everything(hansol)


async def test_bad_input_is_refused_in_words_and_the_node_goes_on(
    cities: tuple[Home, Home],
) -> None:
    aurora, _ = cities
    bad = [
        b"",
        b"{",
        jcs({"type": "Practice"}),
        b"[" * 100_000,
        b'{"a": 1, "a": 2}',
    ]
    for body in bad:
        headers = {"Content-Type": "application/ld+json"}
        answer = await aurora.fetch.post(f"{aurora.base_url}/inbox", body, headers)
        assert 400 <= answer.status < 500, answer.body
    assert (await aurora.fetch.get(f"{aurora.base_url}/city", 10_000, headers=ACCEPT)).status == 200
