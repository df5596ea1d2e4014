"""A hidden record leaves everything that a node shows, and nothing that its city said changes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from node.errors import HiddenHere, NotFound, Refused
from node.service.directory import admit
from node.service.discover import found
from node.service.dumps import known_versions
from node.service.hiding import check_shown, hidden, hide, unhide
from node.service.home import Home
from node.service.index import catch_up, rebuild
from node.service.publish import publish
from node.service.replicate import sync_all
from node.store.ports import Budget
from tests.homes import Clock, Web, home_of, practice, profile

WHO = "01J9Z5K3D0000000000000000P"


@dataclass
class Two:
    """A network, and a city in it with two practices."""

    network: Home
    city: Home
    bad: str
    good: str

    async def shown(self) -> set[str]:
        """Practices in the index; that the graph, tables and what is found agree is checked."""
        in_text = {one.put.iri for one in await found(self.network, kinds=["Practice"])}
        ask = "ASK { <%s> a <https://w3id.org/intercity/ns#Practice> }"
        for iri in (self.bad, self.good):
            rows = await self.network.graph.select(ask % iri, Budget())
            assert (b"true" in rows.body) == (iri in in_text)
            assert bool(await self.network.graph.describe(f"{iri}#provenance")) == (iri in in_text)
        tables = {one.iri for one in await known_versions(self.network) if "/practice/" in one.iri}
        assert tables == in_text
        return in_text

    async def in_step(self) -> None:
        await sync_all(self.network)
        await catch_up(self.network)


@pytest.fixture
async def two() -> Two:
    web, clock = Web(), Clock()
    network = await home_of("http://localhost:8420", role="network", web=web, clock=clock)
    city = await home_of("http://localhost:8421", web=web, clock=clock)
    await publish(city, profile())
    bad, good = await publish(city, practice("Bad")), await publish(city, practice("Good"))
    await admit(network, city.base_url)
    made = Two(network, city, bad.iri, good.iri)
    await made.in_step()
    return made


async def test_it_is_gone_from_here_and_whole_in_its_log(two: Two) -> None:
    log = two.city.logs[next(iter(two.city.logs))]
    before = await two.network.ledger.head(log)
    leaves = await two.network.ledger.leaves(log, 0, before.size)
    await hide(two.network, two.bad, "persons", WHO)
    assert await two.shown() == {two.good}
    assert await two.network.ledger.head(log) == before
    assert await two.network.ledger.leaves(log, 0, before.size) == leaves
    held = await two.network.ledger.latest(two.bad)
    assert held is not None
    assert held.body is not None, "the mirror gives out what was signed"
    with pytest.raises(HiddenHere, match="persons"):
        await check_shown(two.network, two.bad)
    await check_shown(two.network, two.good)


async def test_it_stays_hidden_through_new_versions_and_rebuilding(two: Two) -> None:
    await hide(two.network, two.bad, "spam", WHO)
    await publish(two.city, {**practice("Bad again"), "id": two.bad})
    await two.in_step()
    assert await two.shown() == {two.good}
    await rebuild(two.network)
    assert await two.shown() == {two.good}


async def test_it_is_shown_again_as_it_is_now(two: Two) -> None:
    await hide(two.network, two.bad, "other", WHO)
    await publish(two.city, {**practice("Mended"), "id": two.bad})
    await two.in_step()
    await unhide(two.network, two.bad, WHO)
    assert await two.shown() == {two.good, two.bad}
    put = await two.network.text.get(two.bad)
    assert put is not None
    assert put.title == {"es": "Mended"}
    assert await hidden(two.network) == []


async def test_hiding_twice_keeps_the_newer_reason(two: Two) -> None:
    await hide(two.network, two.bad, "spam", WHO)
    await hide(two.network, two.bad, "unlawful", WHO)
    [one] = await hidden(two.network)
    assert (one.iri, one.reason, one.by) == (two.bad, "unlawful", WHO)


async def test_what_cannot_be_hidden_is_refused(two: Two) -> None:
    own = (await publish(two.network, {"type": "Organization", **_organization()})).iri
    with pytest.raises(Refused, match="our own record"):
        await hide(two.network, own, "spam", WHO)
    with pytest.raises(Refused, match="found a profile"):
        await hide(two.network, f"{two.city.base_url}/city", "identity", WHO)
    with pytest.raises(Refused, match="expected a reason"):
        await hide(two.network, two.bad, "dislike", WHO)
    with pytest.raises(NotFound):
        await hide(two.network, "https://else.example/practice/1", "spam", WHO)
    with pytest.raises(NotFound):
        await unhide(two.network, two.good, WHO)
    assert await two.shown() == {two.good, two.bad}


def _organization() -> dict[str, object]:
    return {"name": {"en": "N"}, "role": "https://w3id.org/intercity/ns#node-role/network"}
