"""Four clients ask a directory twenty things, and are told the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
import rdflib

from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from node.web.queries import worked_queries
from tests.homes import FW, Web
from tests.interop.askers import ASKERS, Answer, as_said
from tests.interop.conftest import Node
from tests.interop.queries import QUERIES
from tests.node.web.conftest import network_of, site_of

TWENTY = {**{one.slug: one.text for one in worked_queries()}, **QUERIES}
IC = "https://w3id.org/intercity/ns#"
RESULTS = "application/sparql-results+json"
EMPTY = {"nobody"}
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint() -> AsyncIterator[str]:
    """A directory's, of three cities and an observatory, one exchange among them."""
    homes = await network_of(Web())
    directory, hansol, aurora = homes["directory"], homes["hansol"], homes["villa-aurora"]
    exchange = {
        "type": "Exchange",
        "learner": hansol.agent,
        "helper": aurora.agent,
        "publisherRole": f"{IC}exchange-role/learner",
        "action": f"{FW}action/human-rights-based-budgeting",
        "state": f"{IC}exchange-state/closed",
        "outcome": f"{IC}exchange-state/adopted",
        "ended": "2026-05",
    }
    await publish(hansol, exchange)
    await sync_all(directory)
    await catch_up(directory)
    async with site_of(directory) as site:
        yield str(site.client.make_url("/sparql"))


@pytest.fixture(autouse=True)
def literally(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib shall give literals as they were written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.mark.parametrize("name", ASKERS)
async def test_every_client_is_told_the_same(endpoint: str, node: Node, name: str) -> None:
    assert len(TWENTY) == 20
    found = await asyncio.to_thread(ASKERS[name], endpoint, TWENTY, node)
    async with aiohttp.ClientSession() as session:
        for asked, query in TWENTY.items():
            answer = found[asked]
            form = "application/n-triples" if asked.startswith("construct") else RESULTS
            headers = {"Accept": form}
            async with session.post(endpoint, data={"query": query}, headers=headers) as said:
                wanted = as_said(await said.text())
            assert answer == wanted, asked
            assert (answer == Answer()) == (asked in EMPTY), f"{asked}: nothing to compare"
