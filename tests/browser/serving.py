"""Nodes that a browser reaches at the addresses that they say are theirs."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from node.service import accounts
from node.service.admitting import begin
from node.service.applications import receive
from node.service.applying import Form, apply
from node.service.drafts import put_draft
from node.service.home import Home
from node.service.publish import publish
from tests.homes import Web, home_of, practice, profile
from tests.node.web.conftest import Site, network_of, site_of

__all__ = ["Town", "listening", "town_of"]


@dataclass(frozen=True, slots=True)
class Town:
    """Served nodes: a directory, an observatory, two cities, and a node that says nothing yet."""

    sites: Mapping[str, Site]

    def base(self, name: str) -> str:
        return self.sites[name].home.base_url

    async def link(self, name: str, *duties: str) -> str:
        """The address of a sign-in link for somebody with these duties at a node's desk."""
        home = self.sites[name].home
        contact = f"{'-'.join(duties)}@aurora.example"
        if contact not in {one.contact for one in await accounts.people(home)}:
            await accounts.invite(home, "operator", "Oficina", contact, duties)
        secret = await accounts.sign_in_link(home, "operator", contact)
        return f"{home.base_url}/sign-in?link={secret}"


def listening() -> tuple[socket.socket, str]:
    """A socket on a free port of loopback, and the address of a node that listens there."""
    held = socket.create_server(("127.0.0.1", 0))
    return held, f"http://localhost:{held.getsockname()[1]}"


@asynccontextmanager
async def town_of() -> AsyncIterator[Town]:
    """The nodes, until the block ends."""
    held = {base: one for one, base in (listening() for _ in range(5))}
    *bases, empty = held
    async with AsyncExitStack() as stack:
        web = Web()
        homes = await network_of(web, bases) | {"empty": await home_of(empty)}
        sites = {
            name: await stack.enter_async_context(site_of(home, held[home.base_url]))
            for name, home in homes.items()
        }
        await put_draft(homes["villa-aurora"], practice())
        await _apply(await home_of("https://newcomer.example", web=web), homes["directory"])
        yield Town(sites)


async def _apply(city: Home, network: Home) -> None:
    """An application of a city that has just begun; the network is checking it."""
    await publish(city, profile("Puerto Nuevo"))
    form = Form(
        office={"es": "Oficina de derechos humanos"},
        email="derechos@newcomer.example",
        evidence=f"{city.base_url}/commitment/01J0000000000000000000000A",
        mandate_sha256="0" * 64,
        statement={"es": "Queremos aprender de otras ciudades."},
    )
    view = await apply(city, network.base_url, form)
    for _, word in view.words:
        await receive(network, word)
    await begin(network, view.id, "operator")
