"""When things happen by themselves: ask peers, index, deliver, announce.

APScheduler runs the jobs on the event loop. A run that is late is made up for once
(``misfire_grace_time=None``, ``coalesce=True``): by default one that is a second late is dropped.
Every peer has a job of its own, so a slow one delays nobody; a hash of its DID says when in
``sync.every`` its turn is.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from node.errors import NodeError
from node.service.admitting import settle_applications
from node.service.append import resume
from node.service.backups import delete_old, is_due, make_backup
from node.service.contacts import follow, pause_after
from node.service.cosigning import collect_cosignatures
from node.service.dumps import make_due
from node.service.erase import erase_withdrawn
from node.service.exchanges import settle
from node.service.home import Home
from node.service.index import catch_up
from node.service.lists import follow_lists
from node.service.log_facts import tell_logs
from node.service.outbox import announce, deliver
from node.service.replicate import rejudge, sync_hinted, sync_peer
from node.service.reviews import publish_due
from node.service.standing import examine
from node.service.views import compare_views
from node.store.ports import Broken, StoreError
from peers.errors import PeerError

__all__ = ["begin", "scheduled", "turn_of"]

_SOON: Final = 2
"""Seconds between looks at what came in: hints of peers, messages, changes to index."""

_AGAIN: Final = 60
"""Seconds between attempts to find out whether we may sign, while we may not."""
_TOLD: Final = 300
"""Seconds between looks at who vouches for logs that have not grown, and at who is a member."""
_TIDY: Final = 3600
"""Seconds between erasures, each of which writes indexes and graph anew, and between letters."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def scheduled(
    home: Home, also: Mapping[str, Callable[[], Awaitable[object]]] | None = None
) -> AsyncIterator[None]:
    """Run the node's jobs until the block ends.

    Args:
        also: Jobs that need what lies above this layer, by name; each once an hour.
    """
    scheduler = AsyncIOScheduler(
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    roster = _Roster(home, scheduler)
    for name, work in (
        ("roster", roster.refresh),
        ("hints", lambda: _hints(home)),
        ("post", lambda: _post(home)),
        ("index", lambda: catch_up(home)),
        ("witnesses", lambda: collect_cosignatures(home)),
        ("embargoes", lambda: publish_due(home)),
    ):
        scheduler.add_job(_safely, "interval", seconds=_SOON, args=(home, name, work), id=name)
    standing = (home, "standing", lambda: _stand(home))
    scheduler.add_job(_safely, "interval", seconds=_AGAIN, args=standing, id="standing")
    telling = (home, "logs", lambda: tell_logs(home))
    scheduler.add_job(_safely, "interval", seconds=_TOLD, args=telling, id="logs")
    joining = (home, "members", lambda: _members(home))
    scheduler.add_job(_safely, "interval", seconds=_TOLD, args=joining, id="members")
    dumping = (home, "dump", lambda: make_due(home))
    scheduler.add_job(_safely, "interval", seconds=_TIDY, args=dumping, id="dump")
    saving = (home, "backup", lambda: _back_up(home))
    scheduler.add_job(_safely, "interval", seconds=_TIDY, args=saving, id="backup")
    erasing = (home, "erase", lambda: erase_withdrawn(home))
    scheduler.add_job(_safely, "interval", seconds=_TIDY, args=erasing, id="erase")
    for name, more in (also or {}).items():
        scheduler.add_job(_safely, "interval", seconds=_TIDY, args=(home, name, more), id=name)
    scheduler.start()
    first = asyncio.create_task(_safely(home, "start", lambda: begin(home)))
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        first.cancel()
        roster.cancel()
        await asyncio.gather(first, *roster.running, return_exceptions=True)


def turn_of(did: str, every: timedelta) -> timedelta:
    """When in ``every`` a peer's turn is: the same on each day, spread evenly over peers.

    >>> turn_of("did:web:hansol.example", timedelta(minutes=15)) < timedelta(minutes=15)
    True
    """
    fraction = int.from_bytes(hashlib.sha256(did.encode()).digest()[:6]) / 2**48
    return every * fraction


class _Roster:
    """A job for each peer that we follow; jobs come and go with the contacts."""

    def __init__(self, home: Home, scheduler: Any) -> None:
        self.home = home
        self.scheduler = scheduler
        self.slots = asyncio.Semaphore(home.config.sync.at_once)
        self.rest: dict[str, datetime] = {}
        self.running: set[asyncio.Task[None]] = set()
        self.followed = 0

    async def refresh(self) -> None:
        """Add a job for each new peer, asked at once; remove those of peers that are gone."""
        contacts = {one.did: one for one in await self.home.desk.contacts()}
        wanted = {did for did, one in contacts.items() if one.state == "following"}
        self.followed = len(wanted)
        held = {job.id.removeprefix("peer ") for job in self.scheduler.get_jobs() if _is_peer(job)}
        for did in held - wanted:
            self.scheduler.remove_job(f"peer {did}")
            self.rest.pop(did, None)
        every = self.home.config.sync.every
        for did in wanted - held:
            begin = self.home.now() + turn_of(did, every)
            new = not contacts[did].contacted and not contacts[did].failures
            self.scheduler.add_job(
                _safely,
                "interval",
                seconds=every.total_seconds(),
                start_date=begin,
                next_run_time=self.home.now() if new else begin,
                args=(self.home, f"peer {did}", lambda did=did: self.ask(did)),
                id=f"peer {did}",
            )

    async def ask(self, did: str) -> None:
        """Ask one peer, unless it rests after failures."""
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        try:
            async with self.slots:
                await self._ask(did)
        finally:
            self.running.discard(task)

    async def _ask(self, did: str) -> None:
        contact = await self.home.desk.contact(did)
        rest = self.rest.get(did)
        if contact is None or (rest is not None and self.home.now() < rest):
            return
        report = await sync_peer(self.home, contact)
        if report.exit_code:
            _log.warning("a peer could not be followed", peer=did, reason=report.error)
            wait = pause_after(contact.failures + 1, self.home.config.sync.every)
            self.rest[did] = self.home.now() + wait - timedelta(seconds=_SOON)
        elif self.followed > 1:  # A peer alone has nothing to tell of others.
            await compare_views(self.home, contact)
        if report.new or report.changed or report.withdrawn:
            await catch_up(self.home)

    def cancel(self) -> None:
        """Let go of the peers that are being asked."""
        for task in self.running:
            task.cancel()


def _is_peer(job: Any) -> bool:
    return bool(job.id.startswith("peer "))


async def begin(home: Home) -> None:
    """What a node does once when it begins to serve."""
    await _stand(home)
    for url in home.config.sync.peers:
        try:
            await follow(home, url)
        except (PeerError, NodeError) as exc:
            _log.warning("a peer of the settings is not followed", peer=url, reason=str(exc))
    await rejudge(home)
    await settle(home)
    await catch_up(home)
    await _members(home)
    await tell_logs(home)
    await erase_withdrawn(home)


async def _stand(home: Home) -> None:
    """Find out whether we may sign, and then finish what waits for it."""
    if home.standing.open:
        return
    async with home.writing:
        may_sign = await examine(home)
    if may_sign:
        await resume(home)
    else:
        _log.error("nothing is published from here", reason=home.standing.reason)


async def _hints(home: Home) -> None:
    if await sync_hinted(home):
        await catch_up(home)


async def _members(home: Home) -> None:
    await settle_applications(home)
    await follow_lists(home)


async def _back_up(home: Home) -> None:
    if await is_due(home):
        await make_backup(home)
    await delete_old(home)


async def _post(home: Home) -> None:
    await announce(home)
    await deliver(home)


async def _safely(home: Home, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """A job that fails says so, and runs again at its time."""
    try:
        await work()
    except Broken as exc:
        _log.error("the disk failed", job=name, reason=str(exc))
        home.broken.set()
    except (NodeError, StoreError, PeerError, OSError) as exc:
        _log.warning("a job failed", job=name, reason=str(exc), kind=type(exc).__name__)
