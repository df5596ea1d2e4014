"""Running the demonstration from the command line: until it is stopped, or one trip through it."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from node.app import start_journal
from node.config import LogSettings
from node.demo.check import Done, check
from node.demo.network import Network, network
from node.errors import Refused
from vocab.languages import best

__all__ = ["run_check", "run_demo"]

_TRY = """
Try next, in another terminal:
  curl -H 'Accept: text/turtle' http://localhost:{city}/city
  intercity verify http://localhost:{city}/city        (from any node's folder)
and in a browser:
  http://localhost:{port}/cities        every city, on a map and in a list
  http://localhost:{port}/search?q=ombudsperson        finds a Korean and a Spanish practice
  http://localhost:{city}/partners        who could learn from whom, and why
  http://localhost:{port}/sparql        the same as linked data

The cities are invented. The observatory's facts are about real cities, each with its source.
Stop with Ctrl-C."""


def run_demo(
    port: int,
    cities: int,
    keep: Path | None,
    *,
    browse: bool,
    say: Callable[[str], None],
    talk: Callable[[str], None],
) -> None:
    """Run the network until SIGINT or SIGTERM, and print every address.

    Raises:
        Refused: A port is taken.
    """
    start_journal(LogSettings(level="warning"))
    asyncio.run(_demo(port, cities, keep, browse=browse, say=say, talk=talk))


def run_check(
    port: int, cities: int, keep: Path | None, *, say: Callable[[str], None] | None
) -> list[Done]:
    """Make the whole trip, telling each step; no server is left running."""
    start_journal(LogSettings(level="error"))
    return asyncio.run(_check(port, cities, keep, say or (lambda _: None)))


async def _demo(
    port: int,
    cities: int,
    keep: Path | None,
    *,
    browse: bool,
    say: Callable[[str], None],
    talk: Callable[[str], None],
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    start = time.monotonic()
    talk("Starting a network of invented cities …")
    async with _running(port, cities, keep, talk) as made:
        say(_addresses(made))
        talk(f"Ready after {time.monotonic() - start:.1f} s.")
        talk(_TRY.format(port=port, city=port + 1))
        if browse:
            webbrowser.open(made.directory.base_url)
        await stopped.wait()
        talk("Stopping …")


async def _check(
    port: int, cities: int, keep: Path | None, say: Callable[[str], None]
) -> list[Done]:
    done: list[Done] = []
    async with _running(port, cities, keep, lambda _: None) as made:
        done.append(Done("start the network", ok=True, detail=f"{len(made.homes)} nodes"))
        say(_line(done[-1]))
        async for step in check(made):
            done.append(step)
            say(_line(step))
    return done


@asynccontextmanager
async def _running(
    port: int, cities: int, keep: Path | None, talk: Callable[[str], None]
) -> AsyncIterator[Network]:
    _check_ports(range(port, port + cities + 2))
    with _folder(keep) as folder:
        async with network(folder, port, cities, talk) as made:
            yield made


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with TemporaryDirectory(prefix="intercity-demo-") as folder:
        yield Path(folder)


def _check_ports(ports: range) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as exc:
                raise Refused(
                    f"port {port} is taken on this machine: stop what listens there, or choose "
                    f"{len(ports)} free ports with --port"
                ) from exc


def _addresses(made: Network) -> str:
    rows = [(home.base_url, best(made.names[key], ["en"])) for key, home in made.homes.items()]
    return "\n".join(f"{url}  {name[1] if name else ''}" for url, name in rows)


def _line(step: Done) -> str:
    return f"{'ok    ' if step.ok else 'FAILED'}  {step.name}: {step.detail}"
