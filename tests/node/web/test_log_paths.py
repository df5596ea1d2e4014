"""Our log as others follow it, over HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
import zstandard
from aiohttp import ClientSession

from node.service.publish import publish_many
from node.store.ports import Audience
from peers.checkpoint import NoteVerifier
from peers.client import Fetcher, LogReader
from peers.log import LogId, read_entries
from peers.merkle import Frontier
from peers.sync import drive, pull_bodies, pull_entries
from tests.homes import home_of, practice, profile
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOG = "/log/public"
ULID = "01HF7YAT00GXQAQKZJSNGR0PHB"


async def follow(site: Site) -> tuple[list[bytes], list[bytes]]:
    """Everything that a follower takes: leaves, and the records' bytes."""
    home = site.home
    log = home.logs[Audience.PUBLIC]
    verifier = NoteVerifier(log, next(iter(home.document.log_keys.values())))
    async with Fetcher(home.limits, allow_loopback=True) as fetcher:
        reader = LogReader(fetcher, str(site.client.make_url(LOG)))
        batch = await drive(pull_entries(Frontier(), verifier, home.limits), reader)
        assert batch is not None
        entries = read_entries(batch)
        bodies = await drive(pull_bodies(LogId(log), 0, entries, home.limits), reader)
    return list(batch.entries), [body.record for body in bodies if body]


async def test_a_follower_gets_every_entry_and_record(network: Mapping[str, Site]) -> None:
    site = network["hansol"]
    leaves, records = await follow(site)
    held = await site.home.ledger.entries(site.home.logs[Audience.PUBLIC], 0, len(leaves))
    assert leaves == [one.entry.leaf for one in held]
    assert records == [one.body.record for one in held if one.body]


async def test_a_log_of_more_than_a_bundle_is_followed_whole() -> None:
    home = await home_of("http://localhost:8477")
    await publish_many(home, [profile(), *(practice(f"Práctica {n}") for n in range(300))])
    async with site_of(home) as site:
        leaves, records = await follow(site)
        assert len(leaves) == len(records) == 302
        async with await site.get(f"{LOG}/tile/entries/000") as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        async with await site.get(f"{LOG}/tile/entries/001.p/46") as answer:
            assert "immutable" not in answer.headers["Cache-Control"]
        async with await site.get(f"{LOG}/tile/0/000") as answer:
            assert len(await answer.read()) == 8192


async def test_a_page_of_records_is_cut_and_gone_on_with() -> None:
    home = await home_of("http://localhost:8478")
    await publish_many(home, [profile(), *(practice(f"Práctica {n}") for n in range(20))])
    small = replace(home, limits=replace(home.limits, page=3000))
    async with site_of(small) as site:
        async with await site.get(f"{LOG}/records/000.p/22") as answer:
            page = await answer.read()
        lines = page.splitlines()
        assert 0 < len(lines) < 22
        assert len(page) <= 3000
        async with await site.get(f"{LOG}/records/000.p/22?from={len(lines)}") as answer:
            more = (await answer.read()).splitlines()
        assert json.loads(more[0])["record"]["id"] != json.loads(lines[-1])["record"]["id"]
        leaves, records = await follow(site)
        assert len(records) == len(leaves) == 22


async def test_an_unchanged_checkpoint_costs_304(network: Mapping[str, Site]) -> None:
    site = network["hansol"]
    async with await site.get(f"{LOG}/checkpoint") as answer:
        tag = answer.headers["ETag"]
        assert "max-age=5" in answer.headers["Cache-Control"]
    async with await site.get(f"{LOG}/checkpoint", If_None_Match=tag) as again:
        assert again.status == 304
        assert await again.read() == b""


@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
async def test_records_come_in_the_coding_asked_for(
    network: Mapping[str, Site], coding: str
) -> None:
    url = network["hansol"].client.make_url(f"{LOG}/records/000.p/5")
    async with (
        ClientSession(auto_decompress=False) as session,
        session.get(url, headers={"Accept-Encoding": coding}) as answer,
    ):
        assert answer.headers.get("Content-Encoding", "identity") == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.content_type == "application/x-ndjson"
        page = await answer.read()
    plain = {
        "zstd": lambda: zstandard.ZstdDecompressor().decompress(page),
        "gzip": lambda: gzip.decompress(page),
        "identity": lambda: page,
    }[coding]()
    assert len(plain.splitlines()) == 5


async def test_an_entry_is_its_leaf(network: Mapping[str, Site]) -> None:
    site = network["hansol"]
    async with await site.get(f"{LOG}/e/1") as answer:
        said = json.loads(await answer.read())
    assert said["id"] == f"{site.home.log_url(Audience.PUBLIC)}/e/1"


async def test_the_genesis_is_a_signed_document(network: Mapping[str, Site]) -> None:
    site = network["hansol"]
    async with await site.get(f"{LOG}/genesis") as answer:
        said = json.loads(await answer.read())
    assert said["type"] == "Genesis"
    assert said["proof"]["cryptosuite"] == "eddsa-jcs-2022"


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/999",
        "tile/entries/000.p/256",
        "tile/entries/000.p/0",
        "tile/entries/0",
        "tile/entries/x000/000",
        "tile/entries/x999/x999/x999/x999/999",
        "tile/entries/../../../etc",
        "tile/entries/%2e%2e%2f%2e%2e",
        "tile/0/000.p/255",
        "tile/9/000.p/1",
        "tile/-1/000.p/1",
        "tile/00/000.p/1",
        "records/000",
        "records/000.p/3/",
        "e/99999",
        "e/00",
        "e/-1",
        "e/99999999999999999999",
        "keychange/1",
        "keychange/0",
        "checkpoint/",
        "",
    ],
)
async def test_what_is_not_there_is_404(network: Mapping[str, Site], path: str) -> None:
    async with await network["hansol"].get(f"{LOG}/{path}") as answer:
        assert answer.status == 404
        assert (await answer.json(content_type=None))["status"] == 404


@pytest.mark.parametrize("skip", ["-1", "3", "999", "1e1", "", "٣", "0x1"])
async def test_a_skip_beyond_the_page_is_refused(network: Mapping[str, Site], skip: str) -> None:
    async with await network["hansol"].get(f"{LOG}/records/000.p/3?from={skip}") as answer:
        assert answer.status == 400


async def test_the_members_log_is_answered_like_nothing(network: Mapping[str, Site]) -> None:
    for path in ("/log/members/checkpoint", "/log/members/tile/entries/000.p/1"):
        async with await network["hansol"].get(path) as answer:
            assert answer.status == 404
