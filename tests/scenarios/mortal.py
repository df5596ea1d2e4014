"""A node that is killed: run as a program, it forks a child for each line that it reads.

A line is ``{"config": …, "do": …, "die_at": n, "die_after": seconds}``; ``do`` is ``publish``,
``rotate``, ``sync`` or ``check``.
The child counts every call into a store, before and after it, and ends itself with SIGKILL at the
n-th; or a timer does, wherever the child is then. What it acknowledged stands in ``acknowledged``
beside the settings, a line each. Answered is ``exit <code>`` or ``killed``.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from node.app import build
from node.config import Config, load
from node.core.identity import log_address
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many, withdraw
from node.service.replicate import sync_all
from node.service.rotate import rotate
from peers.log import LogId
from tests.homes import practice
from tests.scenarios.towns import check_everything

STORES = ("ledger", "desk", "text", "graph", "keyring")
WRITES = ("stage", "unstage", "commit", "apply", "put_contact", "judge", "make")


class Reaper:
    """Ends this very process at the n-th call of ``tick``; never, for 0."""

    def __init__(self, at: int) -> None:
        self.at, self.ticks = at, 0

    def tick(self) -> None:
        self.ticks += 1
        if self.ticks == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The same call, with a tick before and one after it."""

        @functools.wraps(call)
        async def watched(*args: Any, **named: Any) -> Any:
            self.tick()
            answer = await call(*args, **named)
            self.tick()
            return answer

        return watched


def haunt(home: Home, reaper: Reaper) -> None:
    """Put a tick around every write of every store."""
    for store in (getattr(home, name) for name in STORES):
        for name in WRITES:
            if hasattr(store, name):
                setattr(store, name, reaper.around(getattr(store, name)))


async def publishing(home: Home, acknowledge: Callable[[str, int], None]) -> None:
    """Publish two records together, change one of them, withdraw the other."""
    first = await publish_many(home, [practice("Uno"), practice("Dos")])
    for receipt in first:
        acknowledge(receipt.iri, receipt.version)
    [second] = await publish_many(home, [practice("Uno, otra vez", id=first[0].iri)])
    acknowledge(second.iri, second.version)
    gone = await withdraw(home, first[1].iri, "outdated")
    acknowledge(gone.iri, gone.version)
    await catch_up(home)


async def syncing(home: Home, acknowledge: Callable[[str, int], None]) -> None:
    """Ask every peer, and acknowledge what is held of it then."""
    for report in await sync_all(home):
        assert report.error == "", report.error
        contact = await home.desk.contact(report.did)
        assert contact is not None
        for held in await home.ledger.entries(contact.log, 0, report.size):
            acknowledge(held.entry.object, held.entry.version)
    await catch_up(home)


async def rotating(home: Home, acknowledge: Callable[[str, int], None]) -> None:
    """Publish, put new keys in the place of all old ones, and publish with those."""
    for title in ("Antes", "Después"):
        [receipt] = await publish_many(home, [practice(title)])
        acknowledge(receipt.iri, receipt.version)
        if title == "Antes":
            done = await rotate(home, ["record", "log", "http"])
            for log in done.places:
                number = int(home.record_method.rpartition("-")[2]) - 1
                acknowledge(f"{log_address(home.document.did, LogId(log))}/keychange/{number}", 1)
    await catch_up(home)


async def checking(home: Home, acknowledged: Path) -> None:
    """Everything holds, and nothing acknowledged is missing, whole or not there at all."""
    await check_everything(home)
    for line in acknowledged.read_text().splitlines() if acknowledged.exists() else []:
        iri, version = json.loads(line)
        versions = [one for one in await home.ledger.versions(iri) if one.entry.version == version]
        assert len(versions) == 1, f"{iri}, version {version}: held {len(versions)} times"
        assert versions[0].body is not None


async def live(config: Config, order: dict[str, Any], acknowledged: Path) -> None:
    reaper = Reaper(int(order.get("die_at", 0)))
    async with build(config) as home:
        haunt(home, reaper)

        def acknowledge(iri: str, version: int) -> None:
            with acknowledged.open("a") as file:
                file.write(json.dumps([iri, version]) + "\n")

        if order["do"] == "publish":
            await publishing(home, acknowledge)
        elif order["do"] == "rotate":
            await rotating(home, acknowledge)
        elif order["do"] == "sync":
            await syncing(home, acknowledge)
        else:
            await checking(home, acknowledged)


def child(order: dict[str, Any]) -> int:
    path = Path(order["config"])
    if order.get("die_after"):
        end = functools.partial(os.kill, os.getpid(), signal.SIGKILL)
        timer = threading.Timer(float(order["die_after"]), end)
        timer.daemon = True
        timer.start()
    try:
        asyncio.run(live(load(path, {}), order, path.with_name("acknowledged")))
    except BaseException:  # noqa: BLE001 - whatever it is, the test must see it
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    for line in sys.stdin:
        born = os.fork()
        if born == 0:
            code = child(json.loads(line))
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(born, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        end = "killed" if killed else f"exit {os.waitstatus_to_exitcode(status)}"
        sys.stdout.write(f"{end}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
