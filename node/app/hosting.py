"""Homes: many nodes on one machine, each with a host name, keys, people and a folder of its own.

A network hosts cities that cannot run a server. What it runs for a city is a node like any other:
nothing is shared but the process, so a city takes its home away as any node is moved, by a backup
that is restored elsewhere. A home that was handed over is not served here again: two nodes that
sign with one key would show two histories.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvloop

from node.app.building import build
from node.app.journal import start_journal
from node.app.making import Made, listen_of, make_node
from node.app.running import HANDED_OVER, first_of, serve
from node.config import Config, load
from node.errors import NodeError, Refused, SettingsError
from node.service.backups import Backup, make_backup
from node.store.ports import Busy, StoreError
from node.store.workers.pool import Workers, open_workers
from vocab.languages import LangMap

__all__ = ["Homestead", "add_home", "hand_over", "homes_in", "serve_homes"]

_SETTINGS: Final = "config.toml"
_FIRST_PORT: Final = 8401
_LOOK: Final = 2.0
"""Seconds between two looks at which homes there are."""
_LEAVE: Final = 30.0
"""Seconds that whoever serves a home is given to let go of it."""


@dataclass(frozen=True, slots=True)
class Homestead:
    """One of the homes in a folder.

    Attributes:
        base_url: Its own address; listen: where it answers on this machine.
        handed_over: When it was handed over, RFC 3339; empty while it lives here.
    """

    name: str
    folder: Path
    base_url: str
    listen: str
    handed_over: str


def homes_in(folder: Path) -> list[Homestead]:
    """Every home of a folder, by name.

    Raises:
        SettingsError: There is no such folder, or the settings of one are wrong.
    """
    _check_folder(folder)
    found = []
    for name, path in sorted(_settings_in(folder).items()):
        config = load(path, {})
        mark = config.node.data_dir / HANDED_OVER
        found.append(
            Homestead(
                name=name,
                folder=path.parent,
                base_url=config.node.base_url,
                listen=config.server.listen,
                handed_over=mark.read_text("utf-8").strip() if mark.is_file() else "",
            )
        )
    return found


def add_home(
    folder: Path, name: str, *, title: LangMap, country: str, base_url: str
) -> tuple[Made, Homestead]:
    """Make a home for one more city: its own address, its own keys, a port that no other has.

    Raises:
        SettingsError: Another home has this name or address, or what was given makes no node.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = homes_in(folder)
    address = base_url.rstrip("/").lower()
    for other in others:
        if other.name == name or other.base_url.lower() == address:
            raise SettingsError(
                [f"{other.name} at {other.base_url} is here already: each home has its own address"]
            )
    ports = {int(other.listen.rpartition(":")[2]) for other in others}
    port = next(port for port in range(_FIRST_PORT, 65_536) if port not in ports)
    made = make_node(
        folder / name,
        name=title,
        country=country,
        base_url=base_url,
        listen=listen_of(base_url, port),
    )
    return made, next(home for home in homes_in(folder) if home.name == name)


def hand_over(folder: Path, name: str, out: Path) -> Backup:
    """Give a home away: it is served here no more, and all of it is in one file.

    Raises:
        NodeError: There is no such home, it was handed over before, another process goes on
            serving it, or the file cannot be written. Then it stays as it was.
    """
    home = next((one for one in homes_in(folder) if one.name == name), None)
    if home is None:
        raise SettingsError([f"{folder / name}: expected a home, found none"])
    if home.handed_over:
        raise Refused(f"{name} was handed over on {home.handed_over[:10]}")
    return asyncio.run(_hand_over(load(home.folder / _SETTINGS, {}), out))


async def _hand_over(config: Config, out: Path) -> Backup:
    mark = config.node.data_dir / HANDED_OVER
    # Whoever serves the homes sees this and lets go of the folder.
    mark.write_text("being handed over\n", "utf-8")
    try:
        async with asyncio.timeout(_LEAVE):
            while True:
                with suppress(Busy):
                    async with build(config) as home:
                        backup = await make_backup(home, out)
                        mark.write_text(f"{home.stamp()}\n", "utf-8")
                        return backup
                await asyncio.sleep(0.2)
    except TimeoutError:
        mark.unlink()
        raise Refused(
            f"{config.node.base_url} is still served by another process: stop that one first"
        ) from None
    except BaseException:
        mark.unlink()
        raise


def serve_homes(folder: Path, *, say: Callable[[str], None]) -> None:
    """Serve every home of a folder until SIGINT or SIGTERM; those added later as well.

    A home that cannot be served is said, tried again when its settings change, and keeps none of
    the others from being served.

    Raises:
        SettingsError: There is no such folder.
    """
    _check_folder(folder)
    uvloop.run(_serve_homes(folder, say))


@dataclass(slots=True)
class _Served:
    """A home that is served, or was tried: its task, its end, and when its settings changed."""

    task: asyncio.Task[None]
    stop: asyncio.Event
    changed: int


@dataclass(slots=True)
class _House:
    """All that are served."""

    workers: Workers
    say: Callable[[str], None]
    served: dict[str, _Served] = field(default_factory=dict)

    async def look(self, folder: Path) -> None:
        """Begin with what is new or changed, end what is gone."""
        paths = await asyncio.to_thread(_settings_in, folder)
        for name in [one for one in self.served if one not in paths or _is_away(paths[one])]:
            await self.end(name)
        for name, path in sorted(paths.items()):
            changed = path.stat().st_mtime_ns
            before = self.served.get(name)
            if _is_away(path):
                continue
            if before and not (before.task.done() and before.changed != changed):
                continue
            stop = asyncio.Event()
            task = asyncio.create_task(self._serve(name, path, stop))
            self.served[name] = _Served(task, stop, changed)

    async def end(self, name: str) -> None:
        """Stop serving one."""
        served = self.served.pop(name)
        served.stop.set()
        await served.task

    async def _serve(self, name: str, path: Path, stop: asyncio.Event) -> None:
        try:
            config = load(path, {})
            start_journal(config.log)
            async with serve(config, workers=self.workers) as home:
                self.say(f"{name}: {home.base_url} answers on {config.server.listen}")
                await first_of(stop, home.broken)
                if home.broken.is_set():
                    self.say(f"{name}: the disk failed while writing; it is served no more")
                else:
                    self.say(f"{name}: stopped")
        except (NodeError, StoreError) as exc:
            self.say(f"{name}: not served. {exc}")


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise SettingsError([f"{folder}: expected the folder of the homes, found none"])


def _settings_in(folder: Path) -> dict[str, Path]:
    """Name of each home → its settings; what is still being made has a name with a dot."""
    found = {path.parent.name: path for path in folder.glob(f"*/{_SETTINGS}")}
    return {name: path for name, path in found.items() if not name.startswith(".")}


def _is_away(path: Path) -> bool:
    try:
        return (load(path, {}).node.data_dir / HANDED_OVER).is_file()
    except SettingsError:
        return False  # Serving it will say what is wrong.


async def _serve_homes(folder: Path, say: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with open_workers() as workers:
        house = _House(workers, say)
        try:
            while not stopped.is_set():
                await house.look(folder)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), _LOOK)
        finally:
            for name in list(house.served):
                await house.end(name)
