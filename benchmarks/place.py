"""A node on disk that holds the benchmark's records, as a follower would."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from benchmarks.corpus import BASE, KEY, LOG, bodies, documents, entries
from node.config import Config, NodeSettings, Role, ServerSettings
from node.core.admission import Verdict, admit
from node.core.identity import identity_of
from node.service.home import Home, Keys, Own
from node.store.keyfiles import KeyFolder
from node.store.oxigraph import open_oxigraph
from node.store.ports import Audience
from node.store.sqlite import open_sqlite
from node.store.tantivy import open_tantivy
from node.web.app import make_app
from peers.checkpoint import NoteSigner
from peers.client import Fetcher
from peers.did import DidDocument, LogId
from peers.history import KeyHistory, Term
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import Body, extend, read_entry
from peers.tiles import WIDTH

__all__ = [
    "PEER",
    "PEER_KEYS",
    "free_port",
    "homestead",
    "judge",
    "leaves_and_bodies",
    "listening",
    "take_in",
]

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def _key(name: str) -> SecretKey:
    return SecretKey.from_seed(hashlib.sha256(f"benchmark: {name}".encode()).digest())


PEER: DidDocument = identity_of(BASE, KEY.public, _key("log").public, _key("http").public)
"""Whose records the corpus holds."""

KEYS = KeyHistory(
    did=PEER.did,
    log=LOG,
    terms={method: Term(key, 0) for method, key in PEER.record_keys.items()},
    recovery="",
)
"""Its keys, which never changed."""


PEER_KEYS = Keys(record=KEY, log=_key("log"), http=_key("http"))
"""The secret halves of ``PEER``'s keys, for whoever runs its node."""


@asynccontextmanager
async def homestead(
    folder: Path, port: int = 8498, *, keys: Keys | None = None, role: Role = "observer"
) -> AsyncIterator[Home]:
    """A node in a folder, its stores on disk."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - once, before anything is measured
    base = f"http://localhost:{port}"
    keys = keys or Keys(record=_key("own record"), log=_key("own log"), http=_key("own http"))
    limits = Limits()
    async with (
        open_sqlite(folder / "node.db") as (ledger, desk),
        open_tantivy(folder / "text") as text,
        open_tantivy(folder / "members-text") as members_text,
        open_oxigraph(folder / "graph") as graph,
        Fetcher(limits, allow_loopback=True) as fetch,
    ):
        yield Home(
            config=Config(
                node=NodeSettings(base_url=base, role=role, data_dir=folder),
                server=ServerSettings(listen=f"127.0.0.1:{port}"),
            ),
            own=Own(identity_of(base, keys.record.public, keys.log.public, keys.http.public), keys),
            keyring=KeyFolder(folder / "keys"),
            logs={one: LogId(f"localhost:{port}/log/{one}") for one in Audience},
            ledger=ledger,
            desk=desk,
            text=text,
            members_text=members_text,
            graph=graph,
            fetch=fetch,
            limits=limits,
            now=lambda: NOW,
            entropy=bytes,
        )


def leaves_and_bodies(count: int) -> tuple[list[bytes], list[Body]]:
    """The corpus's log: its leaves, and the records that they commit to."""
    held = bodies(count)
    iris = [str(document["id"]) for document in documents(count)]
    return [entry.leaf for entry in entries(held, iris)], held


def judge(leaf: bytes, index: int, body: Body | None) -> Verdict:
    """What a follower's admission says of an entry; here it must be yes."""
    verdict = admit(read_entry(leaf, LOG, index), body, LOG, PEER, KEYS, Limits())
    assert verdict.admitted, verdict.reason
    return verdict


async def take_in(
    home: Home,
    leaves: Sequence[bytes],
    held: Sequence[Body | None],
    judged: Callable[[bytes, int, Body | None], Verdict] = judge,
    log: LogId = LOG,
) -> None:
    """Judge and commit a log, a bundle at a time."""
    signer = NoteSigner(log, _key("log"))
    for start in range(0, len(leaves), WIDTH):
        step = slice(start, start + WIDTH)
        verdicts = [
            judged(leaf, index, body)
            for index, (leaf, body) in enumerate(zip(leaves[step], held[step], strict=True), start)
        ]
        batch = extend(await home.ledger.head(log), leaves[step], signer)
        await home.ledger.commit(batch, held[step], verdicts, recorded="2026-01-02T00:00:00Z")


@asynccontextmanager
async def listening(home: Home, port: int) -> AsyncIterator[str]:
    """The node's pages and interfaces at a port of this machine; gives their address."""
    runner = web.AppRunner(make_app(home), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
