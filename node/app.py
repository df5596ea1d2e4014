"""The composition root: the only place where a node's parts meet, and where the clock is read.

``build`` opens the stores and gathers them into a ``Home``; ``serve`` adds the server, the jobs and
the control socket. Several nodes can live in one process, each with a folder of its own.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from node.config import Config, Role, load
from node.control import NotServed, call_line, listening, run
from node.core.identity import identity_of
from node.errors import Refused, SettingsError
from node.jobs import scheduled
from node.service.append import open_logs, resume
from node.service.home import Home, Keys
from node.service.index import catch_up
from node.service.publish import publish
from node.store.keyfiles import load_keys, make_keys
from node.store.oxigraph import open_oxigraph
from node.store.ports import Audience, Broken
from node.store.sqlite import open_sqlite
from node.store.tantivy import open_tantivy
from node.web.app import make_app
from peers.client import Fetcher
from peers.encoding import JsonObject
from peers.limits import Limits
from peers.log import LogId
from vocab.languages import LangMap
from vocab.terms import NodeRole

__all__ = ["Made", "build", "make_node", "one_call", "run_node", "serve"]

_IDENTITY: Final = "identity.json"
"""In the data folder: which address and role the node was made with."""


def now() -> datetime:
    """The clock of the machine, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


@dataclass(frozen=True, slots=True)
class Made:
    """A node that was just made.

    Attributes:
        did: Who it is.
        recovery_key: The secret that is printed once and kept nowhere.
    """

    did: str
    recovery_key: str


def make_node(
    folder: Path, *, name: LangMap, country: str | None, base_url: str, role: str = "city"
) -> Made:
    """Make a node in a folder that is empty or absent: settings, keys, stores, first entries.

    It is made beside its place and moved there when it is whole.

    Raises:
        SettingsError: The folder is not empty, or what was given makes no node.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError([f"{folder} is not empty: a new node needs a folder of its own"])
    if role == "city" and not country:
        raise SettingsError(["a city needs --country, two letters such as KR"])
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    making.mkdir(mode=0o700, parents=True)
    try:
        made = _make(making, name, country, base_url, role)
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except BaseException:
        _remove(making)
        raise
    return made


def _make(folder: Path, name: LangMap, country: str | None, base_url: str, role: str) -> Made:
    settings = folder / "config.toml"
    settings.touch(mode=0o600)
    settings.write_text(
        "# Settings of this node; 'intercity config example' prints all there are.\n\n"
        f"[node]\nbase_url = {json.dumps(base_url)}\nrole = {json.dumps(role)}\n\n"
        f'[server]\nlisten = "{_listen(base_url)}"\n',
        "utf-8",
    )
    config = load(settings, {})
    data = config.node.data_dir
    data.mkdir(mode=0o700)
    _, recovery = make_keys(data / "keys", secrets.token_bytes)
    identity = {"base_url": config.node.base_url, "role": config.node.role}
    (data / _IDENTITY).write_text(json.dumps(identity), "utf-8")

    async def begin() -> str:
        async with build(config) as home:
            await publish(home, _profile(home, name, country))
            await catch_up(home)
            return home.document.did.text

    return Made(asyncio.run(begin()), recovery.multikey)


def _profile(home: Home, name: LangMap, country: str | None) -> JsonObject:
    role: Role = home.config.node.role
    common: JsonObject = {
        "id": home.profile_iri,
        "name": dict(name),
        "did": home.document.did.text,
        "homepage": f"{home.base_url}/",
    }
    if role == "city":
        return {**common, "type": "City", "country": (country or "").upper()}
    kind = NodeRole.NETWORK if role == "network" else NodeRole.OBSERVER
    return {**common, "type": "Organization", "role": str(kind)}


@asynccontextmanager
async def build(
    config: Config,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> AsyncIterator[Home]:
    """Open a node's stores and keys, and finish what a crash left unfinished.

    Raises:
        SettingsError: There is no node here.
        Refused: It was made with another address or role, or its keys are readable by others.
        Busy: Another process has its data.
    """
    data = config.node.data_dir
    await asyncio.to_thread(_check_identity, config)
    files = await asyncio.to_thread(load_keys, data / "keys")
    document = identity_of(
        config.node.base_url, files.record.public, files.log.public, files.http.public
    )
    limits = Limits()
    name = config.node.base_url.partition("://")[2]
    async with AsyncExitStack() as stack:
        ledger, desk = await stack.enter_async_context(open_sqlite(data / "node.db"))
        home = Home(
            config=config,
            document=document,
            keys=Keys(record=files.record, log=files.log, http=files.http),
            logs={one: LogId(f"{name}/log/{one}") for one in Audience},
            ledger=ledger,
            desk=desk,
            text=await stack.enter_async_context(open_tantivy(data / "text")),
            graph=await stack.enter_async_context(
                open_oxigraph(data / "graph", slots=config.query.workers)
            ),
            fetch=await stack.enter_async_context(
                Fetcher(limits, allow_loopback=document.did.is_loopback)
            ),
            limits=limits,
            now=clock,
            entropy=entropy,
        )
        await resume(home)
        await open_logs(home, files.recovery_hash)
        yield home


@asynccontextmanager
async def serve(
    config: Config,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> AsyncIterator[Home]:
    """Run a node until the block ends: it answers when the block begins."""
    async with build(config, clock=clock, entropy=entropy) as home:
        await catch_up(home)
        runner = web.AppRunner(
            make_app(home), access_log=None, shutdown_timeout=2, max_line_size=8190
        )
        await runner.setup()
        try:
            host, _, port = config.server.listen.rpartition(":")
            site = web.TCPSite(runner, host.strip("[]"), int(port), reuse_address=True)
            try:
                await site.start()
            except OSError as exc:
                raise Refused(f"{config.server.listen} cannot be listened on: {exc}") from exc
            async with listening(home, _socket(config)), scheduled(home):
                yield home
        finally:
            await runner.cleanup()


def run_node(config: Config, *, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        Refused, SettingsError, StoreError: As ``build`` does.
    """
    asyncio.run(_run(config, say))


async def _run(config: Config, say: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with serve(config) as home:
        say(f"{home.document.did} answers on {config.server.listen} as {home.base_url}")
        say("Stop with Ctrl-C. Next: intercity doctor")
        await _first(stopped, home.broken)
        if home.broken.is_set():
            raise Broken("the disk failed while writing: start the node again, and see its journal")


async def _first(*events: asyncio.Event) -> None:
    """Wait for one of them."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


def one_call(config: Config, name: str, arguments: Mapping[str, Any]) -> JsonObject:
    """Run one operation: in the process that serves, or here where none does."""
    return asyncio.run(_one_call(config, name, arguments))


async def _one_call(config: Config, name: str, arguments: Mapping[str, Any]) -> JsonObject:
    try:
        return await call_line(_socket(config), name, arguments)
    except NotServed:
        async with build(config) as home:
            return await run(home, name, arguments)


def _socket(config: Config) -> Path:
    return config.node.data_dir / "run" / "control.sock"


def _check_identity(config: Config) -> None:
    """A node never changes its address or its role: its records and keys are bound to them."""
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


def _listen(base_url: str) -> str:
    """Where a new node listens: its own port on this machine, 8400 behind a proxy."""
    authority = base_url.partition("://")[2].partition("/")[0]
    host, _, port = authority.partition(":")
    local = host == "localhost" or host.startswith("127.")
    return f"127.0.0.1:{port if local and port else 8400}"


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    folder.rmdir()
