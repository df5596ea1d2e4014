"""Nodes that a browser reaches at the addresses that they say are theirs."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from node.service import accounts
from node.service.drafts import put_draft
from tests.homes import Web, home_of, practice
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
        homes = await network_of(Web(), bases) | {"empty": await home_of(empty)}
        sites = {
            name: await stack.enter_async_context(site_of(home, held[home.base_url]))
            for name, home in homes.items()
        }
        await put_draft(homes["villa-aurora"], practice())
        yield Town(sites)
