"""Running a node: server, jobs and control socket around its ``Home``."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvloop
from aiohttp import web

from node.app.building import build, now
from node.app.journal import start_journal
from node.app.mailing import digests
from node.app.reporting import ABOVE
from node.config import Config
from node.control import NotServed, call_line, listening, run
from node.core.accounts import LINK_LIFE
from node.errors import Refused, SettingsError
from node.jobs import scheduled
from node.service.doctor import doctor
from node.service.first_admin import first_link
from node.service.home import Home
from node.service.index import catch_up
from node.store.ports import Broken
from node.store.workers.pool import Workers
from node.web.app import make_app
from node.web.watchdog import DOG, watched_server
from peers.encoding import JsonObject

__all__ = ["HANDED_OVER", "first_of", "one_call", "run_node", "serve"]

HANDED_OVER: Final = "handed-over"
"""A file in the data folder of a node that lives elsewhere now; it says since when."""


@asynccontextmanager
async def serve(
    config: Config,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
    workers: Workers | None = None,
) -> AsyncIterator[Home]:
    """Run a node until the block ends: it answers when the block begins.

    Raises:
        Refused: It was handed over and lives elsewhere.
        SettingsError: Its address cannot be listened on; also what ``build`` raises.
    """
    _check_lives_here(config)
    async with (
        build(config, clock=clock, entropy=entropy, workers=workers) as home,
        _answering(home),
        listening(home, _socket(config), ABOVE),
        scheduled(home, {"letters": partial(digests, home)}),
    ):
        yield home


@asynccontextmanager
async def _answering(home: Home) -> AsyncIterator[None]:
    """Listen for requests until the block ends; those under way are let finish, briefly."""
    listen = home.config.server.listen
    host, _, port = listen.rpartition(":")
    app = make_app(home)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2, max_line_size=65_536)
    await runner.setup()
    try:
        try:
            server = await watched_server(runner, app[DOG], host.strip("[]"), int(port))
        except OSError as exc:
            reason = exc.strerror or exc
            raise SettingsError([f"server.listen: cannot listen on {listen}: {reason}"]) from exc
        with closing(server):
            async with app[DOG].looking():
                yield
    finally:
        await runner.cleanup()


def run_node(config: Config, *, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        say: Told where the node answers, and what is wrong with it.

    Raises:
        Broken: The disk failed: what is on it decides, when the node starts again.
        Refused, SettingsError, StoreError: As ``serve`` does.
    """
    start_journal(config.log)
    uvloop.run(_run(config, say))


async def _run(config: Config, say: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with serve(config) as home:
        say(f"{home.document.did} answers on {config.server.listen} as {home.base_url}")
        for check in await doctor(
            home, ("disk", "permissions", "log", "standing", "profile", "peers")
        ):
            if check.result != "ok":
                say(f"{check.result}: {check.found}. Mend: {check.mend}")
        if link := await first_link(home):
            hours = LINK_LIFE // 3600
            say(f"Nobody can sign in yet. Become the first admin, once, within {hours} hours:")
            say(f"  {home.base_url}/sign-in?link={link}")
        say("Stop with Ctrl-C. Next: intercity doctor")
        await first_of(stopped, home.broken)
        if home.broken.is_set():
            raise Broken("the disk failed while writing: start the node again, and see its journal")


async def first_of(*events: asyncio.Event) -> None:
    """Wait for one of them."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


def one_call(config: Config, name: str, arguments: Mapping[str, Any]) -> JsonObject:
    """Run one operation: in the process that serves, or here where none does."""
    start_journal(config.log)
    return asyncio.run(_one_call(config, name, arguments))


async def _one_call(config: Config, name: str, arguments: Mapping[str, Any]) -> JsonObject:
    try:
        return await call_line(_socket(config), name, arguments)
    except NotServed:
        _check_lives_here(config)
        async with build(config, recovering=name == "identity.rotate") as home:
            await catch_up(home)
            return await run(home, name, arguments, ABOVE)


def _check_lives_here(config: Config) -> None:
    mark = config.node.data_dir / HANDED_OVER
    if mark.is_file():
        raise Refused(
            f"{config.node.base_url} was handed over ({mark.read_text('utf-8').strip()[:40]}): it "
            "lives elsewhere, and two nodes with one key would show two histories. Only if it "
            f"never left, delete {mark}"
        )


def _socket(config: Config) -> Path:
    return config.node.data_dir / "run" / "control.sock"
