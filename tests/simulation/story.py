"""Thirty days of a network: what cities do, and what befalls them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final

from node.service.append import Receipt
from node.service.contacts import follow
from node.service.erase import erase
from node.service.home import Home, Standing
from node.service.publish import publish, withdraw
from node.service.rotate import Rotated, rotate
from node.store.ports import Audience
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from tests.homes import practice, recovery_of
from tests.simulation.invariants import (
    Broken,
    check_always,
    check_in_the_end,
    holders_of_both,
)
from tests.simulation.world import Chances, Node, World

__all__ = ["LIES", "Story", "play"]

LIES: Final = ("", "fork", "rollback")

TURNS: Final = 2
"""Of each node a day."""
CALM: Final = Chances(lost=0, unheard=0, twice=0, late=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How much befalls a network.

    Attributes:
        nodes, days: How many of each.
        follows: Peers that each node chooses, beside its neighbour and the first node; they
            follow back.
        dies: Chance that a node's process ends during a turn.
        restores: Nodes that are set back to an old backup.
        rotations: Changes of keys, every third of them with the recovery key.
        partitions: Times that the network falls into two parts, for a day or two.
        lies: ``""``, ``fork`` (the last node shows two histories) or ``rollback`` (it is set back
            and goes on as if nothing had been).
    """

    nodes: int = 10
    days: int = 30
    follows: int = 2
    dies: float = 0.02
    restores: int = 2
    rotations: int = 4
    partitions: int = 3
    lies: str = ""


class _Shameless(Standing):
    """Of a node that signs, whatever it is shown."""

    def close(self, reason: str, *, behind: bool = False, forked: bool = False) -> None:
        del reason, behind, forked


@dataclass(slots=True)
class _Run:
    story: Story
    world: World
    paper: dict[str, SecretKey] = field(default_factory=dict)
    other: Home | None = None

    @property
    def nodes(self) -> list[Node]:
        return list(self.world.nodes.values())

    @property
    def liar(self) -> str:
        return self.nodes[-1].name if self.story.lies else ""

    @property
    def honest(self) -> list[Node]:
        return [node for node in self.nodes if node.name != self.liar]


async def play(world: World, story: Story) -> None:
    """Play a story to its end, checking what must hold all the time.

    Raises:
        Broken: It does not hold; the world's seed and the story make it happen again.
    """
    run = _Run(story, world)
    await _begin(run)
    random = world.random
    days = range(story.days)
    restores = {random.choice(days[8:]): random.choice(run.honest) for _ in range(story.restores)}
    rotations = {random.choice(days[2:-2]): n for n in range(story.rotations)}
    partitions = {random.choice(days[2:-3]) for _ in range(story.partitions)}
    lie = random.choice(days[5:15])
    for day in days:
        if day in partitions:
            _part(run)
        if story.lies and day == lie:
            await _lie(run)
        if day in rotations:
            await _rotate(run, rotations[day])
        if day in restores:
            await _restore(run, restores[day])
        await _day(run, day)
        await check_always(run.world, run.liar)
    await _heal(run)
    await check_in_the_end(run.world, run.liar)
    if story.lies:
        await _check_caught(run)


async def _begin(run: _Run) -> None:
    for number in range(run.story.nodes):
        await run.world.settle(f"town-{number}.example")
    run.world.chances = CALM
    # Whom a node does not follow it cannot ask for its own entries: so each follows back.
    first, random = run.nodes[0], run.world.random
    pairs = {(first.name, one.name) for one in run.nodes[1:]}
    for number, node in enumerate(run.nodes):
        others = [one.name for one in run.nodes if one is not node]
        chosen = [run.nodes[number - 1].name, *random.sample(others, run.story.follows)]
        pairs |= {(node.name, name) for name in chosen}
    for one, other in sorted(pairs | {(other, one) for one, other in pairs}):
        await follow(run.world.nodes[one].home, f"https://{other}")
    run.world.chances = Chances()


async def _day(run: _Run, day: int) -> None:
    world = run.world
    for _ in range(TURNS):
        order = world.random.sample(run.nodes, len(run.nodes))
        for node in order:
            await world.pass_time(timedelta(minutes=world.random.randint(5, 60)))
            if not node.alive and world.random.random() < 0.5:
                await world.rise(node)
            if world.random.random() < run.story.dies:
                node.fuse.light(world.random.randint(1, 60))
            await _act(run, node, node.home)
            await world.turn(node)
            if run.other is not None and node.name == run.liar:
                await _act(run, node, run.other)
    if world.random.random() < 0.4:
        world.cut.clear()
    if day % 4 == 0:
        for node in run.nodes:
            world.back_up(node)


async def _act(run: _Run, node: Node, home: Home) -> None:
    """What a city's people do between two turns."""
    world, random = run.world, run.world.random
    chance = random.random()
    mine = sorted({iri for iri, _ in node.said} - node.erasing) if home is node.home else []
    title = f"{node.name} {world.time.isoformat()} {random.random()}"
    if chance < 0.25 or not mine:
        done = await world.do(node, lambda: publish(home, practice(title)))
    elif chance < 0.40:
        document = practice(title, id=random.choice(mine))
        done = await world.do(node, lambda: publish(home, document))
    elif chance < 0.44:
        iri = random.choice(mine)
        done = await world.do(node, lambda: withdraw(home, iri, "outdated"))
    elif chance < 0.46:
        iri = random.choice(mine)
        node.erasing.add(iri)
        done = await world.do(node, lambda: erase(home, iri, "privacy"))
        node.erased |= {iri} if isinstance(done, Receipt) else set()
    else:
        return
    if home is node.home and isinstance(done, Receipt):
        node.said[done.iri, done.version] = done.digest


def _part(run: _Run) -> None:
    """The network falls into two parts; some links only in one direction."""
    world = run.world
    names = [node.name for node in run.nodes]
    world.random.shuffle(names)
    here, there = names[: len(names) // 2], names[len(names) // 2 :]
    for one in here:
        for other in there:
            world.cut |= {(one, other), (other, one)}
    world.cut.add((names[0], names[1]))
    world.tell("the network", f"falls into {here} and {there}")


async def _rotate(run: _Run, number: int) -> None:
    world = run.world
    node = world.random.choice(run.honest)
    purposes = world.random.sample(["record", "log", "http"], world.random.randint(1, 3))
    world.tell(node.name, f"changes its keys: {', '.join(purposes)}")
    if number % 3:
        await world.do(node, lambda: rotate(node.home, purposes))
        return
    paper = run.paper.get(node.name, recovery_of(node.base_url))
    following = SecretKey.from_seed(world.random.randbytes(32))
    done = await world.do(
        node,
        lambda: rotate(
            node.home,
            purposes,
            recovery=paper,
            next_recovery_hash=recovery_hash(following.public),
        ),
    )
    if isinstance(done, Rotated):
        run.paper[node.name] = following


async def _restore(run: _Run, node: Node) -> None:
    """An old backup is put in place; what nobody else holds of the time since is lost."""
    if not node.backups:
        return
    log = node.home.logs[Audience.PUBLIC]
    known: set[tuple[str, int]] = set()
    for other in run.honest:
        if other is not node:
            size = (await other.home.ledger.head(log)).size
            copied = await other.home.ledger.entries(log, 0, size)
            known |= {(one.entry.object, one.entry.version) for one in copied}
    await run.world.restore(node, run.world.random.randrange(len(node.backups)))
    size = (await node.home.ledger.head(log)).size
    kept = await node.home.ledger.entries(log, 0, size)
    known |= {(one.entry.object, one.entry.version) for one in kept}
    node.said = {key: digest for key, digest in node.said.items() if key in known}
    node.erased = {iri for iri in node.erased if any(one == iri for one, _ in known)}


async def _lie(run: _Run) -> None:
    """The last node begins to lie."""
    world, node = run.world, run.nodes[-1]
    if not node.alive:
        await world.rise(node)
    if run.story.lies == "rollback":
        # Before it asks anybody: an honest program would take its entries back.
        cut, world.cut = world.cut, {(node.name, one.name) for one in run.honest}
        await world.restore(node, 0)
        node.home = replace(node.home, standing=_Shameless(open=True))
        world.homes[node.base_url] = node.home
        for _ in range(2):
            title = f"{node.name} starts over, {world.random.random()}"
            await world.do(node, partial(publish, node.home, practice(title)))
        world.cut = cut
        return
    world.tell(node.name, "begins to show two histories")
    twin = copy.copy(node)
    twin.said, twin.erased, twin.backups = {}, set(), []
    ledger, desk = world.copied(node)
    await world.start(twin, ledger, desk)
    twin.home.standing.lift()
    run.other = twin.home
    world.homes[node.base_url] = node.home
    half = world.random.sample([one.name for one in run.honest], len(run.honest) // 2)
    world.faces |= {(node.name, name): twin.home for name in half}


async def _heal(run: _Run) -> None:
    """Everybody is there, and can reach everybody, for some rounds."""
    world = run.world
    world.chances = CALM
    world.cut.clear()
    for node in run.nodes:
        node.fuse.left = 0
        if not node.alive:
            await world.rise(node)
    for _ in range(6):
        for node in run.nodes:
            await world.pass_time(timedelta(hours=1))
            await world.turn(node)
    await world.pass_time(timedelta(days=3))
    for node in run.nodes:
        await world.turn(node)


async def _check_caught(run: _Run) -> None:
    """Every holder who could talk to a holder of the other history has frozen the liar."""
    liar = run.nodes[-1]
    if run.other is not None:
        one, other = await holders_of_both(run.world, liar.home, run.other)
        if not (one and other):
            return
    missed = await _unaware(run.honest, liar)
    if missed:
        raise Broken(f"{liar.name} lied, and {', '.join(missed)} still believe it")


async def _unaware(honest: Sequence[Node], liar: Node) -> list[str]:
    found = []
    for node in honest:
        contact = await node.home.desk.contact(liar.did)
        if contact is not None and contact.state != "frozen":
            found.append(node.name)
    return found
