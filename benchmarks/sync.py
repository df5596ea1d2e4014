"""A peer followed over HTTP, beside ldes-client on the feed of the same log; what polling costs.

Both fetch from the same peer, which runs in a process of its own; only the follower's CPU counts.
ldes-client neither verifies nor stores what it takes. Without Node our own figures stand alone.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.handshake import handshake
from benchmarks.measure import Row
from benchmarks.place import homestead
from benchmarks.served import serving
from node.service.contacts import contact_of, follow
from node.service.index import catch_up
from node.service.replicate import sync_all, sync_peer

__all__ = ["run"]

_POLLS = 300
_A_MINUTE = 10_000
_INTEROP = Path(__file__).parents[1] / "tests" / "interop"


@dataclass(frozen=True, slots=True)
class _Figures:
    """Records a second of CPU, durable and then searchable; and microseconds for a poll."""

    durable: float
    searchable: float
    poll: float


def run(count: int) -> Iterator[Row]:
    """Follow a peer with ``count`` records, with our software and with ldes-client."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder, "peer"), count) as (url, _):
        ours = asyncio.run(_ours(Path(folder, "own"), url, count))
        theirs, reason = _ldes_client(f"{url}/feed", count)
    beside, note = "ldes-client 0.3", reason or "theirs neither verifies nor stores"
    yield Row(
        what="follow a peer: verified, durable",
        ours=ours.durable,
        unit="/s",
        beside=beside,
        theirs=theirs,
        goal="≥ 5×",
        note=note,
    )
    yield Row(
        what="follow a peer: verified, text and graph on disk",
        ours=ours.searchable,
        unit="/s",
        beside=beside,
        theirs=theirs,
        goal="≥ 1.4×",
        note=note,
    )
    fresh = ours.poll + handshake()
    for what, each, goal in (
        ("kept connections", ours.poll, "≤ 5 %"),
        ("a fresh TLS connection each", fresh, "≤ 25 %"),
    ):
        yield Row(
            what=f"poll {_A_MINUTE:,} unchanged peers a minute, {what}",
            ours=each * _A_MINUTE / 60e6 * 100,
            unit="%",
            goal=goal,
            note=f"of a core; {each:,.0f} µs a peer",
        )


async def _ours(folder: Path, url: str, count: int) -> _Figures:
    async with homestead(folder) as home:
        await follow(home, url)
        start = time.process_time()
        report = await sync_peer(home, await contact_of(home, url))
        durable = time.process_time() - start
        assert report.size >= count, report
        await catch_up(home)
        searchable = time.process_time() - start
        start = time.process_time()
        for _ in range(_POLLS):
            [again] = await sync_all(home)
            assert again.exit_code == 0, again
        poll = (time.process_time() - start) / _POLLS * 1e6
    return _Figures(count / durable, count / searchable, poll)


def _ldes_client(feed: str, count: int) -> tuple[float | None, str]:
    """Members a second of CPU, its own start not counted; or ``None``, and why."""
    if shutil.which("node") is None:
        return None, "ldes-client was left out: node is not installed"
    if not (_INTEROP / "node_modules" / "ldes-client").is_dir():
        return None, "ldes-client was left out: npm ci --ignore-scripts --prefix tests/interop"
    ran = subprocess.run(
        ["node", _INTEROP / "ldes.mjs"],
        input=json.dumps({"url": feed, "count": True}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    said = json.loads(ran.stdout)
    assert said["count"] >= count, said
    return said["count"] / said["cpu"], ""
