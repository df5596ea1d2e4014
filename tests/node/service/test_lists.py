"""A node follows whom a network has admitted, by the network's own signed list."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from node.config import SyncSettings
from node.errors import NotFound, Refused
from node.service.contacts import follow, set_state, unfollow
from node.service.directory import admit, revoke, suspend
from node.service.discover import cities
from node.service.home import Home
from node.service.index import catch_up
from node.service.lists import drop, follow_lists, include, lists, vouched
from node.service.publish import publish
from node.service.replicate import sync_all
from tests.homes import Clock, Web, home_of, profile

WORLD, RIVERS = "https://world.example", "https://rivers.example"


@dataclass(slots=True)
class Story:
    """Two networks; the members of one."""

    web: Web = field(default_factory=Web)
    clock: Clock = field(default_factory=Clock)
    homes: dict[str, Home] = field(default_factory=dict)

    async def city(self, name: str, *networks: Home) -> Home:
        home = await home_of(f"https://{name.lower()}.example", web=self.web, clock=self.clock)
        await publish(home, profile(name))
        for network in networks:
            await admit(network, home.base_url)
        self.homes[name] = home
        return home

    async def network(self, base: str) -> Home:
        return await home_of(base, role="network", web=self.web, clock=self.clock)


async def in_step(*homes: Home) -> None:
    for home in homes:
        await sync_all(home)
        await catch_up(home)
        await follow_lists(home)


async def shown(home: Home) -> set[str]:
    return {one.name["es"] for one in await cities(home)}


async def followed(home: Home) -> set[str]:
    return {one.did.removeprefix("did:web:") for one in await home.desk.contacts()}


async def test_a_network_shows_the_members_of_another_until_the_list_is_dropped() -> None:
    story = Story()
    world, rivers = await story.network(WORLD), await story.network(RIVERS)
    await story.city("Aurora", world)
    hansol = await story.city("Hansol", rivers)
    await story.city("Marama", rivers, world)
    done = await include(world, RIVERS)
    assert (done.by, done.members, done.followed) == ("hand", 2, 2)
    assert await shown(world) == {"Aurora", "Hansol", "Marama"}
    [(agent, word)] = await vouched(world, hansol.document.did.text)
    assert (agent, word.member) == (rivers.agent, hansol.document.did)
    contact = await world.desk.contact(hansol.document.did.text)
    assert contact is not None
    assert contact.source == rivers.document.did.text
    assert not await follow_lists(world), "nothing new"

    tolmin = await story.city("Tolmin", rivers)
    await in_step(world)
    await follow(world, tolmin.base_url)
    await drop(world, RIVERS)
    kept = {"Aurora", "Marama", "Tolmin"}
    assert await shown(world) == kept, "who was admitted or followed here stays"
    await unfollow(world, tolmin.base_url, forget=True)
    assert await followed(world) == {"aurora.example", "marama.example", "rivers.example"}
    with pytest.raises(NotFound, match="whose list is followed"):
        await drop(world, RIVERS)


async def test_a_city_follows_new_members_and_leaves_those_who_left() -> None:
    story = Story()
    rivers = await story.network(RIVERS)
    aurora = await story.city("Aurora", rivers)
    settings = SyncSettings(members_of=(RIVERS,))
    aurora = replace(aurora, config=aurora.config.model_copy(update={"sync": settings}))
    hansol, marama = await story.city("Hansol", rivers), await story.city("Marama", rivers)
    await in_step(aurora)
    assert await followed(aurora) == {"rivers.example", "hansol.example", "marama.example"}
    await revoke(rivers, hansol.base_url)
    await suspend(rivers, marama.base_url)
    await story.city("Tolmin", rivers)
    story.web.down.add(RIVERS)
    await in_step(aurora)
    assert "hansol.example" in await followed(aurora), "an outage changes nothing"
    story.web.down.clear()
    await in_step(aurora)
    assert await followed(aurora) == {"rivers.example", "tolmin.example"}
    assert {"Hansol", "Marama"} <= await shown(aurora), "what is held stays"
    with pytest.raises(Refused, match=r"'sync\.members_of' has it"):
        await drop(aurora, RIVERS)
    [row] = await lists(aurora)
    assert (row.by, row.members, row.followed) == ("settings", 1, 1)


async def test_a_list_changes_nothing_of_what_somebody_has_decided_here() -> None:
    story = Story()
    world, rivers = await story.network(WORLD), await story.network(RIVERS)
    hansol, marama = await story.city("Hansol", rivers), await story.city("Marama", rivers)
    await follow(world, hansol.base_url)
    await set_state(world, hansol.base_url, "blocked")
    await include(world, RIVERS)
    await revoke(rivers, hansol.base_url)
    await in_step(world)
    held = await world.desk.contact(hansol.document.did.text)
    assert held is not None
    assert (held.state, held.source) == ("blocked", "operator")
    await set_state(world, RIVERS, "blocked")
    await revoke(rivers, marama.base_url)
    await in_step(world)
    assert "marama.example" in await followed(world), "nothing is taken from the network now"


async def test_a_member_whose_log_began_otherwise_is_not_followed() -> None:
    story = Story()
    world, rivers = await story.network(WORLD), await story.network(RIVERS)
    hansol = await story.city("Hansol", rivers)
    story.web.instead[f"{hansol.base_url}/log/public/records/000.p/1"] = b"null\n"
    done = await include(world, RIVERS)
    assert (done.members, done.followed) == (1, 0)
    story.web.instead.clear()
    asked = len(story.web.asked)
    await follow_lists(world)
    assert len(story.web.asked) == asked, "not dialled again so soon"
    story.clock.time += timedelta(hours=1)
    await in_step(world)
    assert "hansol.example" in await followed(world)


async def test_only_a_network_has_a_list() -> None:
    story = Story()
    world = await story.network(WORLD)
    hansol = await story.city("Hansol")
    with pytest.raises(Refused, match="expected a network, found a city"):
        await include(world, hansol.base_url)
    with pytest.raises(Refused, match="our own node"):
        await include(world, WORLD)
