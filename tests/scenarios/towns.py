"""Real nodes on loopback ports, several in one process, for stories of several cities."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from node.app import make_node, serve
from node.config import Config, load
from node.service.home import Home
from node.service.index import catch_up
from node.service.keys import history_of
from node.service.replicate import PeerReport, sync_all
from node.store.ports import Audience
from node.store.workers.pool import open_workers
from peers.checkpoint import NoteVerifier, open_note
from peers.encoding import parse_canonical
from peers.log import EntryKind
from peers.merkle import Frontier
from peers.proofs import method_of, verify

__all__ = ["check_everything", "free_port", "in_step", "made", "running"]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


async def made(folder: Path, name: str, country: str = "AR", role: str = "city") -> Config:
    """A new node in a folder of its own."""
    await asyncio.to_thread(
        make_node,
        folder / name,
        name={"es": name},
        country=country if role == "city" else None,
        base_url=f"http://localhost:{free_port()}",
        role=role,
    )
    # Jobs must not ask by themselves while a story is told.
    return load(folder / name / "config.toml", {"INTERCITY_SYNC__EVERY": "3 days"})


@asynccontextmanager
async def running(*configs: Config) -> AsyncIterator[list[Home]]:
    """The nodes, serving, with one pool of query workers."""
    async with AsyncExitStack() as stack:
        workers = await stack.enter_async_context(open_workers(slots=1))
        yield [
            await stack.enter_async_context(serve(config, workers=workers)) for config in configs
        ]


async def in_step(*homes: Home) -> list[PeerReport]:
    """Let each ask its peers, and index what came."""
    reports: list[PeerReport] = []
    for home in homes:
        reports += await sync_all(home)
        await catch_up(home)
    return reports


async def check_everything(home: Home) -> None:
    """Whatever happened: every log adds up, every body fits, our proofs hold, nothing is staged,
    and both projections show what the ledger says."""
    for log in await home.ledger.logs():
        head, note = await home.ledger.head(log), await home.ledger.note(log)
        assert note is not None
        tree = Frontier().extend(await home.ledger.leaves(log, 0, head.size))
        assert tree == head
        held = await home.ledger.entries(log, 0, head.size)
        assert [one.entry.published for one in held] == sorted(one.entry.published for one in held)
        for one in held:
            assert one.body is None or one.body.digest == one.entry.digest
        if log in home.logs.values():
            checkpoint = open_note(note, NoteVerifier(log, home.keys.log.public))
            assert (checkpoint.size, checkpoint.root) == (head.size, head.root())
            assert held[0].entry.kind is EntryKind.GENESIS
            history = await history_of(home.ledger, log, home.document.did)
            assert history is not None
            assert history.in_force("record")[0] == home.record_method
            newest: dict[str, int] = {}
            for one in held:
                assert one.entry.version == newest.get(one.entry.object, 0) + 1
                newest[one.entry.object] = one.entry.version
                assert one.body is not None
                if one.entry.kind is EntryKind.KEY_CHANGE:
                    assert one.index in history.changes
                    continue
                secured = parse_canonical(one.body.record)
                key = history.valid_at(method_of(secured), one.index)
                assert key is not None or not one.verdict.admitted
                if key is not None:
                    verify(secured, key)
    assert await home.desk.staged() == []
    assert await _in_step(home)


async def _in_step(home: Home) -> bool:
    """Whether both projections come to the ledger's end, which the node's jobs may still move."""
    for _ in range(50):
        await catch_up(home)
        end = await home.ledger.end(Audience.PUBLIC)
        if (await home.text.position(), await home.graph.position()) == (end, end):
            return True
        await asyncio.sleep(0.1)
    return False
