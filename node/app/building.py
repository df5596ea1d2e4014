"""Opening a node: keys, stores and the way out, gathered into a ``Home``."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import structlog

from node.config import Config
from node.errors import Refused, SettingsError
from node.service.append import open_logs, resume
from node.service.home import Home
from node.service.own import lost, own_of
from node.store.keyfiles import KeyFolder, first_recovery_hash
from node.store.oxigraph import open_oxigraph
from node.store.ports import Audience
from node.store.sqlite import open_sqlite
from node.store.tantivy import open_tantivy
from node.store.workers.pool import Workers
from peers.client import Fetcher
from peers.limits import Limits
from peers.log import LogId

__all__ = ["build", "check_identity", "keep_identity", "now"]

_log = structlog.get_logger(__name__)

_IDENTITY: Final = "identity.json"
"""In the data folder: which address and role the node was made with."""


def now() -> datetime:
    """The clock of the machine, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


@asynccontextmanager
async def build(
    config: Config,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
    workers: Workers | None = None,
    recovering: bool = False,
) -> AsyncIterator[Home]:
    """Open a node's stores and keys, and finish what a crash left unfinished.

    Args:
        workers: Query workers that several nodes share; a pool of its own without.
        recovering: Open it even where keys in force are lost, to put new ones in their place.

    Raises:
        SettingsError: There is no node here.
        Refused: It was made with another address or role, or its keys are readable by others.
        Busy: Another process has its data.
    """
    data = config.node.data_dir
    await asyncio.to_thread(check_identity, config)
    ring = KeyFolder(data / "keys")
    limits = Limits()
    name = config.node.base_url.partition("://")[2]
    async with AsyncExitStack() as stack:
        ledger, desk = await stack.enter_async_context(open_sqlite(data / "node.db"))
        own = await own_of(ledger, ring, config.node.base_url)
        if lost(own) and not recovering:
            raise Refused(f"{data / 'keys'}: {lost(own)[0]}")
        home = Home(
            config=config,
            own=own,
            keyring=ring,
            logs={one: LogId(f"{name}/log/{one}") for one in Audience},
            ledger=ledger,
            desk=desk,
            text=await stack.enter_async_context(open_tantivy(data / "text")),
            members_text=await stack.enter_async_context(open_tantivy(data / "text-members")),
            graph=await stack.enter_async_context(
                open_oxigraph(data / "graph", slots=config.query.workers, workers=workers)
            ),
            fetch=await stack.enter_async_context(
                Fetcher(limits, allow_loopback=own.document.did.is_loopback)
            ),
            limits=limits,
            now=clock,
            entropy=entropy,
        )
        try:
            await resume(home)
            await open_logs(home, await asyncio.to_thread(first_recovery_hash, data / "keys"))
        except Refused as exc:
            # It still reads. What is staged stays so until it may sign.
            _log.error("nothing is published from here", reason=str(exc))
        yield home


def keep_identity(config: Config) -> None:
    """Note in the data folder which address and role the node is made with."""
    kept = {"base_url": config.node.base_url, "role": config.node.role}
    (config.node.data_dir / _IDENTITY).write_text(json.dumps(kept), "utf-8")


def check_identity(config: Config) -> None:
    """A node never changes its address or its role: its records and keys are bound to them.

    Raises:
        SettingsError: There is no node in the data folder.
        Refused: The settings name another address or role.
    """
    path = config.node.data_dir / _IDENTITY
    try:
        made = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            [f"{config.node.data_dir} holds no node: 'intercity init FOLDER' makes one"]
        ) from None
    for key in ("base_url", "role"):
        expected, found = made[key], getattr(config.node, key)
        if expected != found:
            raise Refused(
                f"node.{key} is {found!r}, but this node was made with {expected!r}: "
                "its records are signed under that. Put it back, or make a new node"
            )
