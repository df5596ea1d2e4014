"""The secretariat sees which members' nodes are not reached, and whom to call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest_asyncio

from node.service.directory import admit
from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from tests.homes import Clock, Web, home_of, profile
from tests.node.web.conftest import site_of
from tests.node.web.desks import Desk

AURORA, BRUMA, NETWORK = (f"http://localhost:{port}" for port in (8591, 8592, 8593))


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """A network of two members; four days ago both answered, today one of them."""
    web, clock = Web(), Clock()
    network = await home_of(NETWORK, role="network", web=web, clock=clock)
    called: dict[str, Any] = {
        "contactOffice": {"es": "Oficina de derechos"},
        "contactEmail": "d@aurora.example",
    }
    for base, said in (
        (AURORA, profile("Villa Aurora", **called)),
        (BRUMA, profile("Bruma")),
    ):
        await publish(await home_of(base, web=web, clock=clock), said)
        await admit(network, base)
    await sync_all(network)
    clock.time += timedelta(days=4)
    await sync_all(network, [BRUMA])
    await catch_up(network)
    async with site_of(network) as site:
        made = Desk(site)
        await made.sign_in_as("Noor", "publisher")
        yield made


async def test_whose_node_is_not_reached_is_named_with_whom_to_call(desk: Desk) -> None:
    page = await desk.open("/desk/members")
    before, _, listed = page.text.partition("d@aurora.example")
    assert "1 node is not reached" in before
    assert "Villa Aurorano contact since 1 January 2026" in before
    assert "Oficina de derechos" in before
    assert "Bruma" not in before
    assert "Bruma" in listed
    assert "its profile names no office" in listed
    assert "mailto:d@aurora.example" in page.links


async def test_where_all_are_reached_nobody_has_to_call(desk: Desk) -> None:
    await sync_all(desk.home)
    assert "not reached" not in (await desk.open("/desk/members")).text
