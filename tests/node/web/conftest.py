"""Three nodes in memory, with the demonstration's records: a city, its directory, an observatory.

They reach each other without a socket; each is asked through its web application.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer, get_port_socket

from node.demo.records import CITIES, city_documents, fact_documents, read_city
from node.service.contacts import follow
from node.service.directory import admit
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import sync_all
from node.web.app import make_app
from tests.homes import Clock, Web, home_of

BASES = [f"http://localhost:{port}" for port in (8400, 8409, 8401, 8402, 8403)]
"""Addresses of a directory, an observatory and three cities."""


@dataclass(frozen=True, slots=True)
class Site:
    """One node's application, asked over loopback."""

    home: Home
    client: TestClient[web.Request, web.Application]

    async def get(self, path: str, **headers: str) -> ClientResponse:
        """Ask; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=named, allow_redirects=False)

    async def page(self, path: str) -> str:
        """The page at a path, which must be there."""
        async with await self.get(path, Accept="text/html") as answer:
            assert answer.status == 200, (path, answer.status, await answer.text())
            return await answer.text()


async def network_of(web: Web, bases: Sequence[str] = BASES) -> dict[str, Home]:
    """Cities with records, an observatory with some facts, and a directory that follows all.

    Args:
        bases: Where the directory, the observatory and each city are.
    """
    clock = Clock()
    homes: dict[str, Home] = {}
    for key, base in zip(CITIES, bases[2:], strict=False):
        homes[key] = home = await home_of(base, web=web, clock=clock)
        did = home.document.did.text
        await publish_many(
            home, city_documents(read_city(key), base, did, home.entropy, 1_700_000_000_000)
        )
    observatory = await home_of(bases[1], role="observer", web=web, clock=clock)
    await publish_many(observatory, [_organization("Observatory", "observer")])
    facts = fact_documents(observatory.base_url, observatory.entropy, 1_700_000_000_000)
    await publish_many(observatory, facts[:12])
    directory = await home_of(bases[0], role="network", web=web, clock=clock)
    await publish_many(directory, [_organization("Network of Invented Cities", "network")])
    everyone = {**homes, "observatory": observatory, "directory": directory}
    for home in homes.values():
        await admit(directory, home.base_url)
    await follow(directory, observatory.base_url)
    for home in homes.values():
        for other in everyone.values():
            if other is not home:
                await follow(home, other.base_url)
    for home in everyone.values():
        await sync_all(home)
        await catch_up(home)
    return everyone


@asynccontextmanager
async def site_of(home: Home, held: socket.socket | None = None) -> AsyncIterator[Site]:
    """The node's application, listening on loopback until the block ends.

    Args:
        held: Where it listens, if its base address says so; otherwise on any port.
    """
    server = TestServer(
        make_app(home),
        host="127.0.0.1",
        socket_factory=get_port_socket if held is None else lambda *_: held,
    )
    async with TestClient(server) as client:
        yield Site(home, client)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def network() -> AsyncIterator[Mapping[str, Site]]:
    """Every node of a small network, each with its site; tests that use it change nothing."""
    async with AsyncExitStack() as stack:
        homes = await network_of(Web())
        yield {key: await stack.enter_async_context(site_of(home)) for key, home in homes.items()}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty() -> AsyncIterator[Site]:
    """A node on which nothing has been published."""
    async with site_of(await home_of("http://localhost:8400")) as site:
        yield site


def _organization(name: str, role: str) -> dict[str, object]:
    return {
        "type": "Organization",
        "name": {"en": name},
        "role": f"https://w3id.org/intercity/ns#node-role/{role}",
        "demonstration": True,
    }
