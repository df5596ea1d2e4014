"""Connections that only cost: closed in time, so that they keep nobody else out.

aiohttp lets a client open a connection and say nothing, send headers a byte at a time, never end a
body, or never read an answer, for as long as it likes. Here each connection has a watch between the
loop and aiohttp's handler; once a second all are looked at, and whoever is out of patience is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, cast

from aiohttp import web

__all__ = ["DOG", "Patience", "Watchdog", "watched", "watched_server"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client may take, and how many of them there may be.

    Attributes:
        request: Seconds from the connection, or the answer before, to the end of a request's
            headers; also how long a connection may say nothing at first.
        body: Seconds for a body, and one more for each ``rate`` bytes that it announces.
        rate: Bytes a second that a body has to come in with.
        stall: Seconds in which an answer may not move because nobody reads it.
        connections: At once; the next one is closed as it comes.
        look: Seconds between two looks.
    """

    request: float = 15.0
    body: float = 30.0
    rate: int = 16 * 1024
    stall: float = 30.0
    connections: int = 1000
    look: float = 1.0


class Watchdog:
    """All connections of a server, and what each is waiting for."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._watches: dict[asyncio.BaseTransport, _Watch] = {}

    def __len__(self) -> int:
        return len(self._watches)

    def __contains__(self, transport: object) -> bool:
        return transport in self._watches

    def protocol(self, handler: asyncio.Protocol) -> asyncio.Protocol:
        """aiohttp's protocol of one connection, with a watch around it."""
        return _Watch(self, handler)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look after the connections until the block ends."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self.patience.look)
            now = asyncio.get_running_loop().time()
            for watch in list(self._watches.values()):
                if watch.overdue(now, self.patience):
                    watch.cut()

    def add(self, transport: asyncio.BaseTransport, watch: _Watch) -> bool:
        """Take note of a connection; ``False`` where there are too many."""
        if len(self._watches) >= self.patience.connections:
            return False
        self._watches[transport] = watch
        return True

    def remove(self, transport: asyncio.BaseTransport) -> None:
        """Forget a connection that has ended."""
        self._watches.pop(transport, None)

    def begin(self, request: web.Request) -> None:
        """A request's headers are complete, and its handler begins."""
        watch = self._watches.get(cast("asyncio.BaseTransport", request.transport))
        if watch is not None:
            watch.begin(request)

    def end(self, request: web.Request) -> None:
        """Its handler has ended; the answer may still be on its way."""
        watch = self._watches.get(cast("asyncio.BaseTransport", request.transport))
        if watch is not None:
            watch.end()


DOG: Final = web.AppKey("watchdog", Watchdog)


@web.middleware
async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the watchdog when a request is being handled."""
    dog = request.config_dict[DOG]
    dog.begin(request)
    try:
        return await handler(request)
    finally:
        dog.end(request)


async def watched_server(
    runner: web.AppRunner, dog: Watchdog, host: str, port: int
) -> asyncio.Server:
    """Listen for a runner that is set up, with a watch on every connection.

    Raises:
        OSError: The address cannot be listened on.
    """
    answering = runner.server
    assert answering is not None, "the runner is set up"
    return await asyncio.get_running_loop().create_server(
        lambda: dog.protocol(answering()), host, port, reuse_address=True
    )


class _Watch(asyncio.Protocol):
    """One connection: passes everything on, and remembers since when it waits for what."""

    def __init__(self, dog: Watchdog, handler: asyncio.Protocol) -> None:
        self._dog, self._handler = dog, handler
        self._transport: asyncio.Transport | None = None
        self._request: web.Request | None = None
        self._since = 0.0
        self._idle = False
        self._unsent, self._moved = 0, 0.0

    def overdue(self, now: float, patience: Patience) -> bool:
        """Whether the client has had its time. An answer that nobody reads counts first."""
        assert self._transport is not None
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent or not unsent:
            self._unsent, self._moved = unsent, now
        if unsent:
            self._since = now
            return now - self._moved > patience.stall
        if self._request is None:
            return not self._idle and now - self._since > patience.request
        if self._request.content.is_eof():
            return False  # What a handler may take is its own matter, and bounded there.
        announced = self._request.content_length or 0
        return now - self._since > patience.body + announced / patience.rate

    def cut(self) -> None:
        """End the connection now: a polite end would wait for the client."""
        assert self._transport is not None
        self._transport.abort()

    def begin(self, request: web.Request) -> None:
        self._request, self._since = request, self._now()

    def end(self) -> None:
        self._request, self._since, self._idle = None, self._now(), True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._since = self._now()
        if self._dog.add(transport, self):
            self._handler.connection_made(transport)
        else:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._idle and self._request is None:
            # The next request begins. How long it may stay away is aiohttp's keep-alive.
            self._idle, self._since = False, self._now()
        self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        return self._handler.eof_received()

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        assert self._transport is not None
        known = self._transport in self._dog
        self._dog.remove(self._transport)
        if known:
            self._handler.connection_lost(exc)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
