"""The list of cities is narrowed by what they do, where they are, how large, and whom they help."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from node.service.contacts import follow
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import sync_all
from tests.homes import FW, Clock, Web, home_of, profile
from tests.node.web.conftest import Site, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import check
from vocab.terms import IC

F1, F2 = f"{FW}action/public-commitment", f"{FW}action/hrba-ordinance"
TOWNS: dict[str, tuple[dict[str, Any], dict[str, str], bool]] = {
    "Aurora": (
        {"country": "AR", "population": 12_000, "populationYear": "2024"},
        {F1: "in-place"},
        True,
    ),
    "Bruma": (
        {"country": "BR", "population": 3_000_000, "populationYear": "2024"},
        {F1: "planned", F2: "under-way"},
        False,
    ),
    "Chaeun": ({"country": "KR"}, {F2: "in-place"}, True),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    """A network that follows three cities, each unlike the others."""
    web, clock = Web(), Clock()
    network = await home_of("http://localhost:8500", role="network", web=web, clock=clock)
    for number, (name, (more, states, offers)) in enumerate(TOWNS.items(), 8501):
        town = await home_of(f"http://localhost:{number}", web=web, clock=clock)
        said = [
            {"type": "ActionStatus", "action": action, "state": f"{IC}state/{state}"}
            for action, state in states.items()
        ]
        offer = {"type": "Offer", "action": F1, "kind": f"{IC}offer-kind/answer", "capacity": 2}
        await publish_many(town, [profile(name, **more), *said, *([offer] if offers else [])])
        await follow(network, town.base_url)
    await sync_all(network)
    await catch_up(network)
    async with site_of(network) as made:
        yield made


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("", "Aurora Bruma Chaeun"),
        ("action=F1", "Aurora"),
        ("action=F2", "Bruma Chaeun"),
        ("action=", "Aurora Bruma Chaeun"),
        ("action=F2&open=yes", "Chaeun"),
        ("open=yes", "Aurora Chaeun"),
        ("size=0", "Aurora"),
        ("size=1000000", "Bruma"),
        ("size=0&size=1000000", "Aurora Bruma"),
        ("region=019", "Aurora Bruma"),
        ("area=foundations&region=142", "Chaeun"),
        ("action=T19", ""),
        ("q=bru", "Bruma"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_facet_keeps_the_cities_that_have_it(site: Site, query: str, listed: str) -> None:
    text = await site.page(f"/cities?{query}")
    check(read(text))
    names = re.findall(r'<h3[^>]*><a href="/cities/[^"]*">(?:<[^>]*>)*([A-Z][a-z]+)', text)
    assert names == listed.split()


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_chosen_stays_chosen_and_can_be_taken_back(site: Site) -> None:
    text = await site.page("/cities?action=F2&size=1000000")
    assert '<option value="F2" selected>' in text
    assert 'value="1000000" checked' in text
    assert "1,000,000 to 5,000,000 residents" in read(text).text
    removals = re.findall(r'class="chip" href="([^"]*)"', text)
    assert sorted(removals) == ["/cities?action=F2", "/cities?size=1000000"]
