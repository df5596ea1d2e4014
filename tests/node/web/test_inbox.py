"""The inbox: what is signed by who it says is taken, everything else is refused with a reason."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from node.service.contacts import follow, set_state
from node.service.home import Home
from node.service.publish import publish_many
from node.store.ports import Audience
from peers.httpsig import Request, content_digest, sign_request
from peers.notify import announce
from tests.homes import Clock, Web, home_of, profile
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

KIND = "application/ld+json"


@dataclass(frozen=True, slots=True)
class Pair:
    """A node that is written to, and one that writes."""

    site: Site
    writer: Home

    async def message(self) -> bytes:
        note = await self.writer.ledger.note(self.writer.logs[Audience.PUBLIC])
        assert note is not None
        return announce(
            id=f"urn:uuid:{self.writer.entropy(16).hex()}",
            actor=self.writer.document.did,
            published=self.writer.stamp(),
            log=self.writer.log_url(Audience.PUBLIC),
            note=note,
        )

    def signed(self, body: bytes, *, target: str = "", **changes: str) -> dict[str, str]:
        """The headers that the writer sends with a body."""
        asked = Request(
            method="POST",
            target=target or f"{self.site.home.base_url}/inbox",
            headers={"content-type": KIND},
            body=body,
        )
        signature = sign_request(
            asked,
            self.writer.keys.http,
            keyid=self.writer.http_method,
            now=int(self.writer.now().timestamp()),
            nonce=self.writer.entropy(16).hex(),
        )
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        return {"Content-Type": KIND, **signature, **named}

    async def post(self, body: bytes, headers: dict[str, str]) -> ClientResponse:
        return await self.site.client.post("/inbox", data=body, headers=headers)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pair() -> AsyncIterator[Pair]:
    web, clock = Web(), Clock()
    reader = await home_of("http://localhost:8491", web=web, clock=clock)
    writer = await home_of("http://localhost:8492", web=web, clock=clock)
    await publish_many(writer, [profile()])
    await follow(reader, writer.base_url)
    async with site_of(reader) as site:
        yield Pair(site, writer)


async def test_a_signed_announcement_is_taken_as_a_hint(pair: Pair) -> None:
    body = await pair.message()
    async with await pair.post(body, pair.signed(body)) as answer:
        assert answer.status == 202
        assert await answer.read() == b""
    assert await pair.site.home.desk.page("hint", pair.writer.document.did.text)


async def test_the_same_request_is_taken_once(pair: Pair) -> None:
    body = await pair.message()
    headers = pair.signed(body)
    async with await pair.post(body, headers) as first, await pair.post(body, headers) as second:
        assert (first.status, second.status) == (202, 403)
        assert "before" in (await second.json(content_type=None))["detail"]


async def test_a_body_that_was_changed_is_refused(pair: Pair) -> None:
    body = await pair.message()
    async with await pair.post(body.replace(b"Announce", b"Announcf"), pair.signed(body)) as answer:
        assert answer.status in {400, 403}


async def test_a_digest_that_fits_saves_no_changed_body(pair: Pair) -> None:
    body = await pair.message()
    other = await pair.message()
    headers = pair.signed(body, Content_Digest=content_digest(other))
    async with await pair.post(other, headers) as answer:
        assert answer.status == 403


async def test_a_message_signed_for_another_address_is_refused(pair: Pair) -> None:
    body = await pair.message()
    headers = pair.signed(body, target="http://localhost:8499/inbox")
    async with await pair.post(body, headers) as answer:
        assert answer.status == 403


async def test_the_host_that_a_request_names_counts_nothing(pair: Pair) -> None:
    body = await pair.message()
    headers = pair.signed(body, Host="evil.example", X_Forwarded_Host="evil.example")
    async with await pair.post(body, headers) as answer:
        assert answer.status == 202


async def test_a_query_is_part_of_the_address(pair: Pair) -> None:
    body = await pair.message()
    async with await pair.site.client.post(
        "/inbox?x=1", data=body, headers=pair.signed(body)
    ) as answer:
        assert answer.status == 403


async def test_a_blocked_peer_is_refused(pair: Pair) -> None:
    await set_state(pair.site.home, pair.writer.base_url, "blocked")
    body = await pair.message()
    async with await pair.post(body, pair.signed(body)) as answer:
        assert answer.status == 403
    await set_state(pair.site.home, pair.writer.base_url, "following")


async def test_a_stranger_that_cannot_be_asked_is_told_to_come_back(pair: Pair) -> None:
    stranger = Pair(pair.site, await home_of("http://localhost:8493"))
    body = await stranger.message()
    async with await stranger.post(body, stranger.signed(body)) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("Content-Type", "application/json", 415),
        ("Content-Type", "text/html", 415),
        ("Content-Type", "", 415),
        ("Content-Type", "application/ld+json;;;=", 403),
        ("Content-Encoding", "gzip", 415),
        ("Content-Encoding", "identity, gzip", 415),
        ("Signature", "", 400),
        ("Signature", "intercity=:AAAA:", 400),
        ("Signature", "x" * 5000, 400),
        ("Signature-Input", "", 400),
        ("Signature-Input", "intercity=()", 400),
        ("Signature-Input", 'intercity=("@method");created=1', 400),
        ("Signature-Input", "intercity=(" + '"@method" ' * 300 + ")", 400),
        ("Content-Digest", "sha-256=:AAAA:", 403),
        ("Content-Digest", "md5=:AAAA:", 403),
    ],
)
async def test_hostile_headers_are_refused_with_a_reason(
    pair: Pair, name: str, value: str, status: int
) -> None:
    body = await pair.message()
    sent = gzip.compress(body) if (name, value) == ("Content-Encoding", "gzip") else body
    async with await pair.post(sent, {**pair.signed(body), name: value}) as answer:
        assert answer.status == status
        said = await answer.json(content_type=None)
    assert said["status"] == status
    assert said["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"type":"Announce"}',
        b'{"a":1,"a":2}',
        b'{"a":1e999}',
        b'{"@context":"https://evil.example/","type":"Announce"}',
        b"[" * 20_000,
        b'{"x":' * 5_000,
        b"9" * 60_000,
        b'{"x":"' + b"\xed\xa0\x80" + b'"}',
    ],
)
async def test_hostile_bodies_are_refused_with_a_reason(pair: Pair, body: bytes) -> None:
    async with await pair.post(body, pair.signed(body)) as answer:
        assert answer.status == 400
        said = await answer.json(content_type=None)
    assert said["type"].startswith(pair.site.home.base_url)
    assert said["detail"]


async def test_a_body_over_the_limit_is_refused(pair: Pair) -> None:
    body = b"x" * (64 * 1024 + 1)
    async with await pair.post(body, pair.signed(body)) as answer:
        assert answer.status == 413


async def test_a_header_that_comes_twice_is_refused(pair: Pair) -> None:
    body = await pair.message()
    headers = [*pair.signed(body).items(), ("Signature", "intercity=:AAAA:")]
    async with await pair.site.client.post("/inbox", data=body, headers=headers) as answer:
        assert answer.status == 400
        assert "once" in (await answer.json(content_type=None))["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_told_which_one(pair: Pair, method: str) -> None:
    async with await pair.site.client.request(method, "/inbox") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
