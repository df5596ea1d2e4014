"""Behind a proxy with a path prefix: every link of every page works, and none leads elsewhere."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from yarl import URL

from node.config import ServerSettings
from node.service.home import Home
from tests.homes import Web, home_of
from tests.node.web.conftest import Site, network_of, site_of
from tests.node.web.proxying import FORGED, Proxy, proxied
from tests.node.web.reading import read

pytestmark = pytest.mark.asyncio(loop_scope="session")

PREFIX = "/rights/network"
WORDS = {
    "creativecommons.org",
    "docs.un.org",
    "metadata.un.org",
    "purl.org",
    "schema.org",
    "w3id.org",
    "www.w3.org",
    "xmlns.com",
}
"""Hosts of vocabularies, documents and licences; any other stands in a signed record."""
LINKED = re.compile(r'(?:href|src|url)[=(]["\']?([^"\')\s>]+)')
ADDRESS = re.compile(r"https?://[^\s\"'<>\\\\)]+")


@dataclass(frozen=True, slots=True)
class Behind:
    """A directory behind a proxy, under a path, and the nodes that it follows, without either.

    Attributes:
        peers: Their addresses.
    """

    proxy: Proxy
    site: Site
    peers: tuple[str, ...]
    session: ClientSession


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def behind() -> AsyncIterator[Behind]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
    bases = [f"http://localhost:{one.getsockname()[1]}" for one in held]
    async with (
        AsyncExitStack() as stack,
        proxied(held[0]) as proxy,
        ClientSession(cookie_jar=DummyCookieJar()) as session,
    ):
        homes = await network_of(Web(), [proxy.base + PREFIX, *bases[1:]])
        waiting = dict(zip(bases[1:], held[1:], strict=True))
        sites = [
            await stack.enter_async_context(site_of(one, waiting.get(one.base_url)))
            for one in homes.values()
        ]
        directory = next(one for one in sites if one.home.base_url not in waiting)
        proxy.nodes[PREFIX] = str(directory.client.make_url("/")).rstrip("/")
        yield Behind(proxy, directory, tuple(bases[1:]), session)


async def said(home: Home) -> set[str]:
    """Every address that stands in a record that a node holds."""
    found: set[str] = set()
    for log in await home.ledger.logs():
        size = (await home.ledger.head(log)).size
        for held in await home.ledger.entries(log, 0, size):
            if held.body is not None:
                found |= set(ADDRESS.findall(json.dumps(json.loads(held.body.record))))
                found |= set(_texts(json.loads(held.body.record)))
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


async def crawl(behind: Behind, start: str, most: int) -> tuple[dict[str, int], set[str]]:
    """Status of everything on this host that anything leads to, and the addresses elsewhere."""
    waiting, seen = [(start, "start")], dict[str, int]()
    outside: set[str] = set()
    while waiting and len(seen) < most:
        address, origin = waiting.pop(0)
        if address in seen:
            continue
        async with behind.session.get(
            URL(address, encoded=True),
            headers={"Accept": "text/html,*/*;q=0.1"},
            allow_redirects=False,
        ) as answer:
            seen[address] = answer.status
            fine = {405} if address.endswith("/inbox") else {200, 303, 410}
            assert answer.status in fine, (
                f"{origin} leads to {address}, which answers {answer.status}"
            )
            links = [answer.headers.get("Location", "")]
            links += re.findall(r"<([^>]*)>", answer.headers.get("Link", ""))
            if address.startswith(behind.peers):
                continue  # At its publisher's own address: it is there, and leads on from there.
            if answer.content_type == "text/html":
                page = read(await answer.text())
                links += [*page.links, *page.loads]
                links += [one.get("href", "") for one in page.all("link")]
            elif answer.content_type in {"application/atom+xml", "text/css"}:
                links += LINKED.findall(await answer.text())
        for link in filter(None, links):
            whole, _ = urldefrag(urljoin(address, link.replace("&amp;", "&")))
            if not whole.startswith((f"{behind.proxy.base}/", *behind.peers)):
                outside.add(whole)
            elif "lang=" not in whole or len(seen) < 3:
                waiting.append((whole, address))
    assert not waiting or len(seen) == most
    return seen, outside


@pytest.mark.parametrize("strips", [True, False])
async def test_every_link_from_the_home_page_leads_somewhere(behind: Behind, strips: bool) -> None:
    """From the directory's front door to all that it has, through the proxy alone."""
    behind.proxy.strips = strips
    base = behind.site.home.base_url
    seen, outside = await crawl(behind, f"{base}/", 4000 if strips else 400)
    assert len(seen) > 300
    held = await said(behind.site.home)
    elsewhere = {one for one in outside if urlsplit(one).netloc not in WORDS}
    strange = {one for one in elsewhere if not one.startswith("mailto:") and one not in held}
    assert not {one for one in strange if unquote(one) not in held}, "neither ours nor in a record"


async def test_what_a_visitor_says_of_the_host_changes_nothing(behind: Behind) -> None:
    """Past the proxy and through it: no address is built from what a request says."""
    behind.proxy.strips = True
    site = behind.site
    base = site.home.base_url
    paths = [
        "/",
        "/cities",
        "/practices",
        "/feed.atom",
        "/organization",
        "/nowhere",
        "/desk",
        "/feed",
    ]
    for path in paths:
        behind.proxy.adds = {}
        async with behind.session.get(base + path, allow_redirects=False) as plain:
            expected = plain.status, plain.headers.get("Location"), plain.headers.get("Link")
        behind.proxy.adds = FORGED
        through = behind.session.get(base + path, allow_redirects=False)
        past = site.client.get(path, headers=FORGED, allow_redirects=False)
        for asked in (through, past):
            async with asked as answer:
                told = f"{answer.headers} {await answer.text()}"
                found = answer.status, answer.headers.get("Location"), answer.headers.get("Link")
            assert found == expected, path
            assert "evil" not in told, path
    behind.proxy.adds = {}


async def test_a_forged_host_is_no_way_past_the_check_of_forms(behind: Behind) -> None:
    """Another site's form stays another site's, whatever host the request claims."""
    site = behind.site
    async with site.client.post(
        "/sign-in", data={"link": "x"}, headers={**FORGED, "Origin": "http://evil.example"}
    ) as answer:
        assert answer.status == 403
        assert "Expected a form of this site" in await answer.text()


async def test_whoever_comes_past_the_proxies_is_refused() -> None:
    home = await home_of("https://rights.villa-aurora.example")
    settings = home.config.model_copy(
        update={"server": ServerSettings(trusted_proxies=("127.0.0.1",))}
    )
    async with site_of(replace(home, config=settings)) as site:
        assert (await site.get("/")).status == 200
        stranger = TCPConnector(local_addr=("127.0.0.2", 0))
        async with ClientSession(connector=stranger) as session:
            for path, status in (("/", 403), ("/desk", 403), ("/inbox", 403), ("/healthz", 200)):
                answer = await session.get(
                    site.client.make_url(path), headers={"X-Forwarded-For": "127.0.0.1"}
                )
                assert answer.status == status, path
