"""Our own log extended: canonical bytes, proof, digest, tree and a durable batch."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from benchmarks.corpus import BASE, KEY, METHOD, START, documents, entries
from benchmarks.measure import Row
from benchmarks.place import PEER_KEYS, homestead
from node.core.admission import Verdict
from node.service.append import open_logs
from node.service.home import Home
from node.service.publish import publish_many
from node.store.ports import Audience
from peers.checkpoint import NoteSigner
from peers.encoding import JsonObject, jcs
from peers.keychange import recovery_hash
from peers.log import Body, extend
from peers.proofs import sign

__all__ = ["run"]

_BATCH = 256
_PORT = int(BASE.rpartition(":")[2])
_CITY = {"type": "City", "name": {"es": "Villa Medida"}, "country": "AR"}


def run(count: int) -> Iterator[Row]:
    """Append ``count`` records in batches: the bare trip, and as the service does it."""
    with tempfile.TemporaryDirectory() as folder:
        bare = asyncio.run(_measured(Path(folder, "bare"), documents(count), _append))
        whole = asyncio.run(_measured(Path(folder, "whole"), documents(count), publish_many))
    note = f"batches of {_BATCH}, on disk"
    yield Row(
        what="append: canonical, signed, hashed, durable",
        ours=bare,
        unit="/s",
        goal="≥ 10,000",
        note=note,
    )
    yield Row(
        what="publish: the same, with every check, staged and confirmed",
        ours=whole,
        unit="/s",
        note=note,
    )


async def _measured(
    folder: Path,
    made: list[JsonObject],
    append: Callable[[Home, list[JsonObject]], Awaitable[object]],
) -> float:
    """Records a second of CPU."""
    async with homestead(folder, _PORT, keys=PEER_KEYS, role="city") as home:
        await open_logs(home, recovery_hash(PEER_KEYS.http.public))
        await publish_many(home, [_CITY])
        start = time.process_time()
        for at in range(0, len(made), _BATCH):
            await append(home, made[at : at + _BATCH])
        return len(made) / (time.process_time() - start)


async def _append(home: Home, made: list[JsonObject]) -> None:
    log = home.logs[Audience.PUBLIC]
    secured = [jcs(sign(one, KEY, method=METHOD, created=START)) for one in made]
    held = [Body(home.entropy(16), record) for record in secured]
    base = await home.ledger.head(log)
    appended = entries(held, [str(one["id"]) for one in made], base.size)
    batch = extend(base, [one.leaf for one in appended], NoteSigner(log, home.keys.log))
    verdicts = [Verdict(admitted=True)] * len(held)
    await home.ledger.commit(batch, held, verdicts, recorded=home.stamp())
