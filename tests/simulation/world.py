"""A network under one clock: nodes that die and come back, and links that lose what they carry.

Every node is a real one but for its stores, which are the ports' twins in memory, and its network,
which is this world: services, messages, signatures and proofs are those of the product. What is
random comes from one seed, and nothing waits for real time, so a run can be made again.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, cast

from node.errors import NodeError
from node.jobs import begin
from node.service.cosigning import collect_cosignatures
from node.service.erase import erase_withdrawn
from node.service.home import Home, Standing
from node.service.inbox import receive
from node.service.index import catch_up
from node.service.outbox import announce, deliver
from node.service.own import own_of
from node.service.replicate import sync_all, sync_hinted
from node.store.memory import MemoryDesk, MemoryLedger
from node.store.ports import StoreError
from peers.client import Answer
from peers.errors import PeerError, TooLarge, Unreachable, Untrusted
from peers.httpsig import Request
from tests.homes import Clock, Web, WebFetcher, home_of
from tests.simulation.mortality import Fragile, Fuse, Killed

__all__ = ["Chances", "Node", "World"]

Work: TypeAlias = Callable[[], Awaitable[Any]]

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How likely it is that something goes wrong, each time it could.

    Attributes:
        lost: A request does not arrive.
        unheard: It arrives, and its answer does not.
        twice: A message arrives a second time at once.
        late: A message arrives hours later; its sender takes it for lost.
    """

    lost: float = 0.03
    unheard: float = 0.03
    twice: float = 0.03
    late: float = 0.03


@dataclass(slots=True)
class Node:
    """One city's process and disk.

    Attributes:
        name: Its host.
        home: Of the process that runs now, or ran last.
        fuse: Ends the process at a write to come.
        skew: By which its clock is wrong.
        alive: Whether a process runs.
        said: (IRI, version) → digest of everything that it acknowledged.
        erasing: IRIs whose text it meant to erase; ``erased``: those for which it said so.
        backups: Copies of its ledger and desk, oldest first.
    """

    name: str
    home: Home
    fuse: Fuse
    skew: timedelta
    alive: bool = True
    said: dict[tuple[str, int], str] = field(default_factory=dict)
    erasing: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    backups: list[tuple[MemoryLedger, MemoryDesk]] = field(default_factory=list)

    @property
    def did(self) -> str:
        return self.home.document.did.text

    @property
    def base_url(self) -> str:
        return self.home.base_url


class World(Web):
    """Nodes, links and the time.

    Attributes:
        nodes: By name.
        cut: Pairs of names (from, to) between which nothing passes now.
        faces: Of a node that lies: who asks → the home that it is shown instead.
        late: Messages under way: when they arrive, and how to hand them over.
        happened: What befell whom, a line each, for whoever looks into a run.
    """

    def __init__(self, seed: int, chances: Chances | None = None) -> None:
        super().__init__()
        self.random = random.Random(seed)  # noqa: S311 - a run has to be made again
        self.chances = chances or Chances()
        self.time = START
        self.nodes: dict[str, Node] = {}
        self.cut: set[tuple[str, str]] = set()
        self.faces: dict[tuple[str, str], Home] = {}
        self.late: list[tuple[datetime, Work]] = []
        self.happened: list[str] = []

    async def settle(self, name: str) -> Node:
        """A new node."""
        skew = timedelta(seconds=self.random.randint(-60, 60))
        fuse = Fuse(name)
        home = await home_of(
            f"https://{name}", clock=_Clock(self, skew), fetch=_Link(self, name), web=self
        )
        node = Node(name, home, fuse, skew)
        self.nodes[name] = node
        await self.start(node, home.ledger, home.desk)
        return node

    def tell(self, name: str, what: object) -> None:
        """Write down what happens."""
        self.happened.append(f"{self.time:%d %H:%M} {name}: {what}")

    def bury(self, node: Node) -> None:
        """A process is gone; what it had written stays."""
        node.alive = False
        node.fuse.left = 0
        self.tell(node.name, "dies")

    async def rise(self, node: Node) -> None:
        """A new process on the same disk; it may be killed as it starts."""
        self.tell(node.name, "starts again")
        await self.start(node, node.home.ledger, node.home.desk)

    def back_up(self, node: Node) -> None:
        """Copy what the node must not lose."""
        node.backups.append(self.copied(node))

    def copied(self, node: Node) -> tuple[MemoryLedger, MemoryDesk]:
        """A copy of a node's disk as it is."""
        kept = copy.deepcopy((_kept(node.home.ledger), _kept(node.home.desk)))
        return cast("tuple[MemoryLedger, MemoryDesk]", kept)

    async def restore(self, node: Node, number: int) -> None:
        """Put one of its backups in place of what the node has on its disk, and start it."""
        self.tell(node.name, f"is set back to backup {number} of {len(node.backups)}")
        await self.start(node, *copy.deepcopy(node.backups[number]))

    async def do(self, node: Node, work: Work) -> Any:
        """Let a node do something; what it refuses is its answer, and a kill ends its process."""
        if not node.alive:
            return None
        try:
            return await work()
        except (NodeError, PeerError, StoreError) as exc:
            self.tell(node.name, exc)
            return exc
        except Killed as killed:
            self.bury(self.nodes[killed.name])
            return None

    async def turn(self, node: Node) -> None:
        """What a node's jobs do in their time."""
        home = node.home
        jobs: tuple[Callable[[Home], Awaitable[Any]], ...] = (
            begin,
            sync_hinted,
            sync_all,
            catch_up,
            erase_withdrawn,
            collect_cosignatures,
            announce,
            deliver,
        )
        for work in jobs:
            await self.do(node, partial(work, home))

    async def pass_time(self, span: timedelta) -> None:
        """Let time go on; what was late arrives."""
        self.time += span
        due = [one for one in self.late if one[0] <= self.time]
        self.late = [one for one in self.late if one[0] > self.time]
        for _, arrive in due:
            await arrive()

    async def carry(self, sender: str, url: str, hand_over: Work) -> Answer:
        """Bring a request to the node that it is for, and its answer back, or not."""
        name = url.partition("://")[2].partition("/")[0]
        node = self.nodes.get(name)
        if node is None or not node.alive or (sender, name) in self.cut:
            raise Unreachable(url, "cannot be reached: nobody answers")
        if self.random.random() < self.chances.lost:
            raise Unreachable(url, "cannot be reached: no answer in time")
        try:
            answer = await hand_over()
        except Killed as killed:
            if killed.name == sender:
                raise
            self.bury(self.nodes[killed.name])
            raise Unreachable(url, "cannot be reached: the connection was closed") from None
        if self.random.random() < self.chances.unheard or (name, sender) in self.cut:
            raise Unreachable(url, "cannot be reached: no answer in time")
        assert isinstance(answer, Answer)
        return answer

    async def read(
        self, sender: str, url: str, etag: str, headers: Mapping[str, str] | None
    ) -> Answer:
        """A GET."""
        name = url.partition("://")[2].partition("/")[0]
        shown = self.faces.get((name, sender))
        if shown is None:
            return await self.carry(sender, url, lambda: self.get(url, etag, headers))
        other = _Face({shown.base_url: shown})
        return await self.carry(sender, url, lambda: other.get(url, etag, headers))

    async def send(self, sender: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """A POST; messages may come twice, or late."""

        async def hand_over() -> Answer:
            return await self._take(url, body, headers)

        if url.endswith("/inbox"):
            if self.random.random() < self.chances.late:
                when = self.time + timedelta(hours=self.random.randint(1, 48))
                self.late.append((when, lambda: self._arrive(sender, url, hand_over)))
                raise Unreachable(url, "cannot be reached: no answer in time")
            if self.random.random() < self.chances.twice:
                await self.carry(sender, url, hand_over)
        return await self.carry(sender, url, hand_over)

    async def _arrive(self, sender: str, url: str, hand_over: Work) -> None:
        try:
            await self.carry(sender, url, hand_over)
        except (Unreachable, Killed):
            return

    async def _take(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if not url.endswith("/inbox"):
            return await self.post(url, body)
        name = url.partition("://")[2].partition("/")[0]
        said = {key.lower(): value for key, value in headers.items()}
        request = Request(method="POST", target=url, headers=said, body=body)
        try:
            await receive(self.nodes[name].home, request)
        except Unreachable as exc:
            return Answer(status=503, body=exc.reason.encode())
        except Untrusted as exc:
            return Answer(status=403, body=exc.reason.encode())
        except PeerError as exc:
            return Answer(status=400, body=exc.reason.encode())
        except NodeError as exc:
            return Answer(status=exc.status, body=str(exc).encode())
        return Answer(status=202, body=b"")

    async def start(self, node: Node, ledger: object, desk: object) -> None:
        """A process begins on a disk, as ``node.app`` begins it; it may die over that."""
        ledger, desk = _kept(ledger), _kept(desk)
        assert isinstance(ledger, MemoryLedger)
        assert isinstance(desk, MemoryDesk)
        node.home = replace(
            node.home,
            own=await own_of(ledger, node.home.keyring, node.base_url),
            ledger=cast("MemoryLedger", Fragile(ledger, node.fuse)),
            desk=cast("MemoryDesk", Fragile(desk, node.fuse)),
            standing=Standing(),
            writing=asyncio.Lock(),
            indexing=asyncio.Lock(),
            broken=asyncio.Event(),
        )
        self.homes[node.base_url] = node.home
        node.alive = True
        await self.do(node, lambda: begin(node.home))


class _Face(Web):
    """What a liar shows to some."""

    def __init__(self, homes: dict[str, Home]) -> None:
        super().__init__()
        self.homes = homes


class _Clock(Clock):
    """The world's time, as a node with a clock of its own sees it."""

    def __init__(self, world: World, skew: timedelta) -> None:
        super().__init__()
        self.world, self.skew = world, skew

    def __call__(self) -> datetime:
        return self.world.time + self.skew


class _Link(WebFetcher):
    """A node's way to all others."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world)
        self.world, self.name = world, name

    async def get(
        self, url: str, limit: int, *, etag: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self.world.read(self.name, url, etag, headers)
        if len(answer.body) > limit:
            raise TooLarge(url, f"expected at most {limit:,} bytes, found {len(answer.body):,}")
        return answer

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return await self.world.send(self.name, url, body, headers)


def _kept(store: object) -> object:
    return store.store if isinstance(store, Fragile) else store
