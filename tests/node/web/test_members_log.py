"""The members' log over HTTP: whole for a reader, and for everybody else not there at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from node.service.contacts import follow, set_grant
from node.service.home import Home
from node.service.publish import publish, publish_many, withdraw
from node.store.ports import Audience
from peers.checkpoint import NoteVerifier
from peers.client import Fetcher, LogReader
from peers.httpsig import sign_read
from peers.log import LogId, read_entries
from peers.merkle import Frontier
from peers.sync import drive, pull_bodies, pull_entries
from tests.homes import Clock, Web, home_of, practice, profile
from tests.node.web.conftest import Site, site_of

BASE, READER = "http://localhost:8471", "http://localhost:8472"
PREFIXED = "http://localhost:8473/rights"
LOG = "/log/members"
PARTS = (
    f"{LOG}/checkpoint",
    f"{LOG}/tile/0/000.p/4",
    f"{LOG}/tile/entries/000.p/4",
    f"{LOG}/records/000.p/4",
    f"{LOG}/e/1",
    f"{LOG}/genesis",
)


@pytest_asyncio.fixture
async def homes() -> tuple[Home, Home, Home]:
    """A city with records for members, another below a path, and a peer that may read of both."""
    web, clock = Web(), Clock()
    reader = await home_of(READER, web=web, clock=clock)
    found = []
    for base in (BASE, PREFIXED):
        home = await home_of(base, web=web, clock=clock)
        await publish(home, profile())
        await publish_many(
            home, [practice(f"Práctica {n}") for n in range(3)], audience=Audience.MEMBERS
        )
        await follow(home, READER)
        await set_grant(home, READER, granted=True)
        found.append(home)
    return found[0], found[1], reader


@pytest_asyncio.fixture
async def sites(homes: tuple[Home, Home, Home]) -> AsyncIterator[tuple[Site, Site]]:
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(site_of(homes[0])),
            await stack.enter_async_context(site_of(homes[1])),
        )


def signed(reader: Home, url: str) -> dict[str, str]:
    now = int(reader.now().timestamp())
    return sign_read(url, reader.keys.http, keyid=reader.http_method, now=now)


async def answered(answer: ClientResponse, path: str) -> tuple[int, dict[str, str], str]:
    """All of an answer but the request's own id, its path and the time."""
    text = (await answer.text()).replace(path, "PATH").replace(answer.headers["X-Request-Id"], "")
    own = {"date", "x-request-id"}
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in own}
    return answer.status, kept, text


async def test_a_reader_takes_the_whole_log(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site]
) -> None:
    home, _, reader = homes
    log = home.logs[Audience.MEMBERS]
    verifier = NoteVerifier(log, home.keys.log.public)
    served = str(sites[0].client.make_url(LOG))
    async with Fetcher(home.limits, allow_loopback=True) as fetcher:
        log_reader = LogReader(
            fetcher, served, signed=lambda url: signed(reader, url.replace(served, BASE + LOG))
        )
        batch = await drive(pull_entries(Frontier(), verifier, home.limits), log_reader)
        assert batch is not None
        bodies = await drive(
            pull_bodies(LogId(log), 0, read_entries(batch), home.limits), log_reader
        )
        assert await drive(pull_entries(batch.head, verifier, home.limits), log_reader) is None
    held = await home.ledger.entries(log, 0, 10)
    assert [body.record for body in bodies if body] == [one.body.record for one in held if one.body]
    assert batch.head == await home.ledger.head(log)


@pytest.mark.parametrize("path", PARTS)
async def test_what_a_reader_is_given_nobody_keeps(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site], path: str
) -> None:
    headers = signed(homes[2], BASE + path)
    async with await sites[0].client.get(path, headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Signature-Input" in answer.headers["Vary"]
        assert "Access-Control-Allow-Origin" not in answer.headers
        tag = answer.headers["ETag"]
    async with await sites[0].client.get(path, headers={**headers, "If-None-Match": tag}) as same:
        assert same.status == 304
        assert same.headers["Cache-Control"] == "private, no-store"
    async with await sites[0].client.get(path, headers={"If-None-Match": tag}) as refused:
        assert refused.status == 404


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", PARTS)
async def test_nobody_else_can_tell_it_from_what_is_not_there(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site], path: str, method: str, accept: str
) -> None:
    stranger = await home_of("http://localhost:8479", clock=Clock())
    nothing = path.replace("members", "nothing")
    wrong: list[Mapping[str, str]] = [
        {},
        {"If-None-Match": "*"},
        signed(stranger, BASE + path),
        {**signed(homes[2], BASE + nothing)},
        {"Signature": "sig=:AAAA:", "Signature-Input": "sig=()"},
    ]
    for headers in wrong:
        sent = {**headers, "Accept": accept}
        asked = await sites[0].client.request(method, path, headers=sent)
        absent = await sites[0].client.request(method, nothing, headers=sent)
        async with asked, absent:
            assert asked.status == 404
            assert await answered(asked, path) == await answered(absent, nothing)
            assert "ETag" not in asked.headers


async def test_the_address_is_ours_as_configured_and_never_what_the_request_says(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site]
) -> None:
    path, reader = f"{LOG}/checkpoint", homes[2]
    elsewhere = {**signed(reader, f"http://evil.example{path}"), "Host": "evil.example"}
    here = {**signed(reader, BASE + path), "Host": "evil.example"}
    for headers, status in ((elsewhere, 404), (here, 200)):
        async with await sites[0].client.get(path, headers=headers) as answer:
            assert answer.status == status


async def test_a_proxy_may_cut_off_the_path_that_it_routes_by(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site]
) -> None:
    headers = signed(homes[2], f"{PREFIXED}{LOG}/checkpoint")
    for path in (f"/rights{LOG}/checkpoint", f"{LOG}/checkpoint"):
        async with await sites[1].client.get(path, headers=headers) as answer:
            assert answer.status == 200, path


async def test_two_signatures_are_none(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site]
) -> None:
    path = f"{LOG}/checkpoint"
    headers = [*signed(homes[2], BASE + path).items()]
    async with await sites[0].client.get(path, headers=[*headers, headers[0]]) as answer:
        assert answer.status == 404


async def test_a_members_record_is_had_at_its_address_by_a_reader_alone(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site]
) -> None:
    home, _, reader = homes
    receipt = await publish(home, practice("Reservada"), audience=Audience.MEMBERS)
    await publish(home, practice("Corregida", id=receipt.iri), audience=Audience.MEMBERS)
    path = receipt.iri.removeprefix(BASE)
    held = [one.body for one in await home.ledger.versions(receipt.iri)]
    for version, place in ((1, path), (0, f"{path}/v/1")):
        async with await sites[0].client.get(place, headers=signed(reader, BASE + place)) as answer:
            assert answer.status == 200
            body = held[version]
            assert body is not None
            assert await answer.read() == body.record
            assert answer.headers["Cache-Control"] == "private, no-store"
    place = f"{path}/v/1/receipt.json"
    async with await sites[0].client.get(place, headers=signed(reader, BASE + place)) as answer:
        assert (await answer.json())["log"] == f"{BASE}{LOG}"
    await withdraw(home, receipt.iri, "mistake")
    async with await sites[0].client.get(path, headers=signed(reader, BASE + path)) as answer:
        assert answer.status == 410
        assert (await answer.json(content_type=None))["type"] == "Withdrawal"
    nothing = path[:-1] + ("0" if path[-1] != "0" else "1")
    for tail in ("", ".jsonld", "/v/1", "/v/1/receipt.json"):
        for headers in ({}, signed(home, BASE + path + tail)):
            asked = await sites[0].client.get(path + tail, headers=headers)
            absent = await sites[0].client.get(nothing + tail, headers=headers)
            async with asked, absent:
                assert asked.status == 404
                same = await answered(asked, path + tail), await answered(absent, nothing + tail)
                assert same[0] == same[1]


async def test_a_page_of_a_record_says_who_may_read_it(
    homes: tuple[Home, Home, Home], sites: tuple[Site, Site]
) -> None:
    receipt = await publish(homes[0], practice("Abierta"))
    page = await sites[0].page(receipt.iri.removeprefix(BASE))
    assert "<dt>Who may read it</dt><dd>everyone</dd>" in page
