"""ldes-client takes our feed whole, and every record that it took still verifies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pyoxigraph as ox
import pytest
from aiohttp.test_utils import TestServer, unused_port

from node.service.home import Home
from node.service.publish import publish_many, withdraw
from node.service.records import document_of
from node.store.ports import Audience, Held
from node.web.app import make_app
from peers import proofs
from peers.encoding import parse_canonical
from peers.feed import read_page
from peers.log import EntryKind
from peers.tiles import WIDTH
from tests.homes import Clock, home_of, practice, profile
from tests.interop.conftest import Node
from vocab.jsonld import to_quads

LATER = timedelta(minutes=1)


@asynccontextmanager
async def town() -> AsyncIterator[Home]:
    """A city with a profile, at the address under which it is served."""
    port = unused_port()
    home = await home_of(f"http://127.0.0.1:{port}", clock=Clock())
    await publish_many(home, [profile()])
    server = TestServer(make_app(home), host="127.0.0.1", port=port)
    await server.start_server()
    try:
        yield home
    finally:
        await server.close()


async def grow(home: Home, count: int) -> None:
    """Publish practices, in batches a minute apart."""
    assert isinstance(home.now, Clock)
    for start in range(0, count, 100):
        home.now.time += LATER
        names = range(start, min(start + 100, count))
        await publish_many(home, [practice(f"Práctica {one}: «y más»\n") for one in names])


async def entries(home: Home) -> list[Held]:
    log = home.logs[Audience.PUBLIC]
    return await home.ledger.entries(log, 0, (await home.ledger.head(log)).size)


async def replicate(node: Node, home: Home, **options: Any) -> dict[str, Any]:
    """What ldes-client takes; our server answers meanwhile."""
    asked = {"url": f"{home.base_url}/feed", **options}
    found: dict[str, Any] = await asyncio.to_thread(node, "ldes", asked)
    return found


def verify(home: Home, signed: bytes) -> None:
    """Check a recovered record against nothing but the node's DID document."""
    record = parse_canonical(signed)
    method = proofs.method_of(record)
    proofs.verify(record, home.document.record_keys[method], method=method)


def triples(quads: str) -> set[tuple[object, ...]]:
    read = ox.parse(quads, format=ox.RdfFormat.N_QUADS)
    return {(one.subject, one.predicate, one.object) for one in read}


async def test_every_entry_is_replicated_and_every_record_verifies(node: Node) -> None:
    async with town() as home:
        await grow(home, 2 * WIDTH + 40)
        held = await entries(home)
        await withdraw(home, held[5].entry.object, reason="outdated")
        await home.ledger.erase(held[6].entry.digest)
        held = await entries(home)
        assert len(held) > 2 * WIDTH
        found = await replicate(node, home)
        members = {one["id"]: one for one in found["members"]}
        assert len(found["members"]) == len(members) == len(held), "each once, none missing"
        for one in held:
            member = members[one.entry.id]
            assert member["isVersionOf"] == one.entry.object
            assert member["timestamp"].removesuffix(".000Z") == one.entry.published.rstrip("Z")
            recovered = dict(read_page(member["quads"]))
            if one.body is None:
                assert recovered == {}
                assert "#Tombstone>" in member["quads"]
                continue
            assert recovered == {one.entry.id: one.body.record}
            verify(home, recovered[one.entry.id])
            if one.entry.kind in {EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE}:
                assert triples(to_quads(document_of(one))) < triples(member["quads"])
        assert sum(one.entry.kind is EntryKind.DELETE for one in held) == 1
        assert sum(one.body is None for one in held) == 1


async def test_a_follower_is_given_what_comes(node: Node) -> None:
    """From less than a bundle to more than two, while it looks.

    It gives a member twice where it looks again before it has taken a page apart.
    """
    async with town() as home:
        await grow(home, 100)
        whole = len(await entries(home)) + 450
        following = asyncio.create_task(replicate(node, home, follow=whole))
        for count in (100, 200, 150):
            await asyncio.sleep(1)
            await grow(home, count)
        found = await following
        held = {one.entry.id: one for one in await entries(home)}
        assert len(held) == whole > 2 * WIDTH
        assert {one["id"] for one in found["members"]} == held.keys()
        for member in found["members"]:
            [(_, signed)] = read_page(member["quads"])
            body = held[member["id"]].body
            assert body is not None
            assert signed == body.record
            verify(home, signed)


@pytest.mark.parametrize("ordered", ["ascending", "descending"])
async def test_it_can_be_had_in_the_order_of_time(node: Node, ordered: str) -> None:
    async with town() as home:
        await grow(home, WIDTH + 100)
        found = await replicate(node, home, ordered=ordered)
        times = [one["timestamp"] for one in found["members"]]
        assert len(times) == len(await entries(home))
        assert len(set(times)) > 3
        assert times == sorted(times, reverse=ordered == "descending")


async def test_who_asks_for_what_is_new_does_not_fetch_old_pages(node: Node) -> None:
    """That is what a page's two relations are for."""
    async with town() as home:
        await grow(home, 2 * WIDTH + 188)
        held = await entries(home)
        after = held[2 * WIDTH].entry.published
        found = await replicate(node, home, after=after)
        newer = [one.entry.id for one in held if one.entry.published > after]
        assert len(newer) == 100
        assert sorted(one["id"] for one in found["members"]) == sorted(newer)
        pages = {url.rpartition("/")[2] for url in found["fragments"]}
        assert "2" in pages
        assert not pages & {"0", "1"}
