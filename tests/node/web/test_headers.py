"""What stands around every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from node.store.memory import MemoryLedger
from node.store.ports import Full, Held, StoreError
from node.web.routes import ROUTES
from tests.homes import home_of
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLE = [
    "/",
    "/cities",
    "/nope",
    "/city",
    "/.well-known/did.json",
    "/log/public/checkpoint",
    "/sparql",
    "/vocab.ttl",
    "/static/nope",
    "/healthz",
    "/feed",
    "/feed/0",
    "/feed.atom",
]


@pytest.mark.parametrize("path", SAMPLE)
async def test_every_answer_is_hardened(network: Mapping[str, Site], path: str) -> None:
    async with await network["hansol"].get(path, Accept="text/html") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"]
        assert answer.headers["X-Request-Id"]
        assert "Server" not in answer.headers
        assert "Set-Cookie" not in answer.headers


async def test_every_request_has_an_id_of_its_own(network: Mapping[str, Site]) -> None:
    ids = set()
    for _ in range(3):
        async with await network["hansol"].get("/healthz") as answer:
            ids.add(answer.headers["X-Request-Id"])
    assert len(ids) == 3


@pytest.mark.parametrize("path", ["/", "/city", "/log/public/checkpoint", "/vocab"])
async def test_head_answers_like_get_without_a_body(network: Mapping[str, Site], path: str) -> None:
    site = network["hansol"]
    async with await site.client.head(path, headers={"Accept": "text/html"}) as answer:
        assert answer.status in {200, 303}
        assert await answer.read() == b""


async def test_each_route_stands_once() -> None:
    named = [(method, path) for method, path, _ in ROUTES]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("path", ["/cities", "/sparql", "/log/public/checkpoint"])
async def test_a_method_that_is_not_taken_is_said(network: Mapping[str, Site], path: str) -> None:
    async with await network["hansol"].client.delete(path) as answer:
        assert answer.status == 405
        assert "GET" in answer.headers["Allow"]
        assert (await answer.json(content_type=None))["status"] == 405


@pytest.mark.parametrize(
    "target",
    [
        b"/practice/../city",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/static/..%2f..%2fapp.py",
        b"/static/%00",
        b"/cities/%00",
        b"/cities/" + b"a" * 500,
        b"/search?q=%00%ff%fe",
        b"/search?q=" + b"%22" * 500,
        b"/search?page=99999999999999999999",
        b"/search?page=-1",
        b"/search?page=%D9%A3",
        b"/search?action=" + b"x" * 3000,
        b"/search?" + b"&".join(b"kind=%d" % n for n in range(400)),
        b"/search?sort=nonsense&q=AND%20OR%20NOT%20%28",
        b"/practices?city=%27%22%3E%3Cscript%3E",
        b"/cities?page=1e3&speaks=%3Cb%3E",
        b"/cities?q=" + b"%E2%80%AE" * 60,
        b"/partners?for=%2e%2e",
        b"/actions/F1?lang=%3Cscript%3E",
        b"/vocab/ns/../../x",
        b"/log/public/tile/entries/%2e%2e%2f000",
        b"/feed.atom?x=%0d%0aSet-Cookie:%20a=b",
        b"/?lang=ar&lang=ko",
        b"/sparql?query=%00&format=%00",
        b"/verify?u=%00",
        b"//evil.example/",
        b"/\xff\xfe",
    ],
)
async def test_a_hostile_path_is_never_our_fault(
    network: Mapping[str, Site], target: bytes
) -> None:
    server = network["directory"].client.server
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n"
    writer.write(request + b"Connection: close\r\n\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    status = int(answer.split(b" ", 2)[1])
    assert 200 <= status < 500
    assert b"<script" not in answer
    assert b"Set-Cookie" not in answer


class Failing(MemoryLedger):
    """A ledger that cannot be read."""

    def __init__(self, error: Exception) -> None:
        super().__init__("failing")
        self.error = error

    async def latest(self, iri: str) -> Held | None:
        assert iri
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreError("database disk image is malformed: /var/lib/x"), 503),
        (Full("no room"), 507),
        (RuntimeError("a secret: hunter2"), 500),
    ],
)
async def test_our_failures_say_nothing_of_their_cause(
    error: Exception, status: int, caplog: Any
) -> None:
    home = replace(await home_of("http://localhost:8495"), ledger=Failing(error))
    async with site_of(home) as site:
        for accept in ("text/html", "application/json"):
            async with await site.get("/city", Accept=accept) as answer:
                text = await answer.text()
                assert answer.status == status
                assert answer.headers["X-Request-Id"] in text
                assert "hunter2" not in text
                assert "/var/lib" not in text


async def test_readiness_names_the_store_that_fails(network: Mapping[str, Site]) -> None:
    class Down(MemoryLedger):
        async def uuid(self) -> str:
            raise StoreError("down")

    async with await network["hansol"].get("/readyz") as answer:
        assert (await answer.json())["ready"] is True
    home = replace(await home_of("http://localhost:8496"), ledger=Down("down"))
    async with site_of(home) as site, await site.get("/readyz") as answer:
        assert answer.status == 503
        assert (await answer.json())["stores"]["ledger"] == "cannot be read"
    async with site_of(home) as site, await site.get("/healthz") as answer:
        assert answer.status == 200


async def test_the_versions_are_said(network: Mapping[str, Site]) -> None:
    async with await network["hansol"].get("/version") as answer:
        assert {"intercity", "vocabulary"} <= set(await answer.json())
