"""The control socket: one request a connection, JSON in, JSON out, for the node's owner alone.

The socket lies in the data folder (``run/control.sock``, 0600, in a folder 0700): who may open it
may as well open the stores. An error comes back as what it was, so a command cannot tell whether
the server or its own process has run the operation.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson
import structlog

from node.control.faults import raised, told
from node.control.operations import Operations, run
from node.errors import NodeError
from node.service.home import Home
from node.store.ports import StoreError
from peers.encoding import JsonObject
from peers.errors import PeerError

__all__ = ["NotServed", "call_line", "listening"]

_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a request or an answer."""
_LONGEST_PATH: Final = 100
"""Bytes of a socket's path; the system takes some 108."""

_log = structlog.get_logger(__name__)


class NotServed(Exception):
    """Nobody listens: the node does not run."""


@asynccontextmanager
async def listening(
    home: Home, path: Path, also: Operations = MappingProxyType({})
) -> AsyncIterator[None]:
    """Answer on the socket at ``path`` for as long as the block runs; ``also`` as in ``run``."""
    await asyncio.to_thread(_prepare, path)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await _answered(home, await _received(reader), also))
            await writer.drain()
        except (ConnectionError, ValueError) as exc:
            _log.warning("a command went away", reason=str(exc))
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    with _short(path) as near:
        server = await asyncio.start_unix_server(answer, near)
    try:
        await asyncio.to_thread(path.chmod, 0o600)
        yield
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def call_line(path: Path, name: str, arguments: Mapping[str, Any]) -> JsonObject:
    """Run an operation in the process that listens at ``path``.

    Raises:
        NotServed: Nobody listens.
        NodeError, PeerError, StoreError: What the operation raised there.
    """
    try:
        with _short(path) as near:
            reader, writer = await asyncio.open_unix_connection(near)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as exc:
        raise NotServed(f"nobody listens at {path}") from exc
    try:
        writer.write(orjson.dumps({"operation": name, "arguments": dict(arguments)}))
        writer.write_eof()
        received = await _received(reader)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    if not received:
        raise NodeError("the running node went away before it answered")
    answer: JsonObject = orjson.loads(received)
    if "error" in answer:
        raise raised(answer["error"])
    result: JsonObject = answer["result"]
    return result


async def _received(reader: asyncio.StreamReader) -> bytes:
    """Everything until the other side ends."""
    data = bytearray()
    while chunk := await reader.read(1 << 16):
        data += chunk
        if len(data) > _LARGEST:
            raise ValueError(f"expected at most {_LARGEST:,} bytes, found more")
    return bytes(data)


async def _answered(home: Home, request: bytes, also: Operations) -> bytes:
    try:
        name, arguments = _command(request)
        result = await run(home, name, arguments, also)
        return orjson.dumps({"result": result})
    except (NodeError, PeerError, StoreError) as exc:
        return orjson.dumps({"error": told(exc)})
    except Exception as exc:  # noqa: BLE001 - one command must not end the server
        _log.exception("an operation failed")
        return orjson.dumps({"error": told(exc)})


def _command(request: bytes) -> tuple[str, dict[str, Any]]:
    """The operation that a request names, and its arguments.

    Raises:
        NodeError: It is no request.
    """
    try:
        asked = orjson.loads(request)
    except orjson.JSONDecodeError:
        asked = None
    match asked:
        case {"operation": str() as name, "arguments": dict() as arguments}:
            return name, arguments
        case _:
            raise NodeError(
                'expected {"operation": "…", "arguments": {…}}, '
                f"found {request[:60].decode(errors='replace')!r}"
            )


def _prepare(path: Path) -> None:
    """The lock of the data folder is ours, so whoever left a socket here is gone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the socket that the system takes, however deep its folder lies."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
