"""Two networks with members in common: each shows its own, and neither keeps what is withdrawn."""

from __future__ import annotations

from node.service import rounds
from node.service.directory import admit, members, revoke
from node.service.discover import cities, found
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish, withdraw
from node.service.replicate import sync_all
from tests.homes import Clock, Web, home_of, need, practice, profile
from tests.node.service.test_rounds import offer, status

RIVERS, PORTS = "https://rivers.example", "https://ports.example"


async def in_step(*homes: Home) -> None:
    for home in homes:
        await sync_all(home)
        await catch_up(home)


async def titles(home: Home) -> set[str]:
    return {one.put.title["es"] for one in await found(home, kinds=["Practice"])}


async def shown(home: Home) -> set[str]:
    return {one.name["es"] for one in await cities(home)}


async def test_each_network_shows_its_members_and_a_withdrawal_reaches_both() -> None:
    web, clock = Web(), Clock()
    rivers, ports = [
        await home_of(base, role="network", web=web, clock=clock) for base in (RIVERS, PORTS)
    ]
    towns = {}
    for name, networks in (("Aurora", [rivers]), ("Hansol", [rivers, ports]), ("Marama", [ports])):
        home = await home_of(f"https://{name.lower()}.example", web=web, clock=clock)
        towns[name] = home
        await publish(home, profile(name))
        for document in [status(), offer()] if name == "Hansol" else [need()]:
            await publish(home, document)
        for network in networks:
            await admit(network, home.base_url)
    shared = await publish(towns["Hansol"], practice("Compartida"))
    await publish(towns["Aurora"], practice("Del río"))
    await publish(towns["Marama"], practice("Del puerto"))
    await in_step(rivers, ports)

    assert (await shown(rivers), await shown(ports)) == ({"Aurora", "Hansol"}, {"Hansol", "Marama"})
    assert await titles(rivers) == {"Compartida", "Del río"}
    assert await titles(ports) == {"Compartida", "Del puerto"}
    for network, other in ((rivers, "Aurora"), (ports, "Marama")):
        agents = {towns["Hansol"].agent, towns[other].agent}
        assert {one.agent for one in await members(network)} == agents
        opened = await rounds.open_round(network, {"en": "Round"})
        made = await rounds.compute_round(network, opened.iri.rpartition("/")[2])
        pairs = [(one.learner, one.helper) for one in made.pairs]
        assert pairs == [(towns[other].agent, towns["Hansol"].agent)]

    await withdraw(towns["Hansol"], shared.iri, "mistake")
    await in_step(rivers, ports)
    assert await titles(rivers) == {"Del río"}
    assert await titles(ports) == {"Del puerto"}

    await revoke(rivers, towns["Hansol"].base_url)
    assert {one.agent for one in await members(rivers)} == {towns["Aurora"].agent}
    assert len(await members(ports)) == 2, "what one network decides is its own"
