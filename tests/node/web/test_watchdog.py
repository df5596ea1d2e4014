"""A client that only costs is cut; one that is merely slow is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from aiohttp import web

from node.web.watchdog import DOG, Patience, Watchdog, watched, watched_server

PATIENCE = Patience(request=0.4, body=0.4, rate=100, stall=0.4, connections=5, look=0.05)
LARGE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Served:
    """A server whose patience is short."""

    dog: Watchdog
    port: int

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def sends(self, *parts: bytes, every: float = 0.0) -> bytes:
        """What comes back for parts that are sent one after the other, until the end."""
        reader, writer = await self.connect()
        try:
            for part in parts:
                writer.write(part)
                await asyncio.sleep(every)
            return await asyncio.wait_for(reader.read(), 5)
        except ConnectionError:
            return b""
        finally:
            writer.close()


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    async def small(request: web.Request) -> web.Response:
        return web.Response(text=f"{len(await request.read())} bytes\n")

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=bytes(LARGE))

    app = web.Application(middlewares=[watched], client_max_size=LARGE)
    app[DOG] = dog = Watchdog(PATIENCE)
    app.router.add_route("*", "/", small)
    app.router.add_get("/large", large)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    server = await watched_server(runner, dog, "127.0.0.1", 0)
    try:
        async with dog.looking():
            yield Served(dog, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await runner.cleanup()


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
CLOSE = b"Connection: close\r\n\r\n"


async def gone(served: Served) -> None:
    """Until no connection is left, or the test has waited long enough."""
    for _ in range(100):
        if not len(served.dog):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a connection is still there")


async def test_an_honest_request_is_answered(served: Served) -> None:
    assert (await served.sends(GET + CLOSE)).endswith(b"0 bytes\n")
    await gone(served)


async def test_a_slow_but_honest_client_is_served(served: Served) -> None:
    answer = await served.sends(GET, CLOSE, every=0.2)
    assert answer.endswith(b"0 bytes\n")


async def test_whoever_says_nothing_is_cut(served: Served) -> None:
    assert await served.sends() == b""
    await gone(served)


async def test_headers_that_never_end_are_cut(served: Served) -> None:
    drops = [b"X-Drop: 1\r\n"] * 20
    assert await served.sends(GET, *drops, every=0.05) == b""
    await gone(served)


async def test_a_second_request_has_to_be_finished_too(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(GET + b"\r\n")
    assert await asyncio.wait_for(reader.readuntil(b"bytes\n"), 5)
    for _ in range(15):
        writer.write(b"G")
        await asyncio.sleep(0.05)
    await gone(served)
    writer.close()


async def test_a_connection_between_two_requests_is_let_be(served: Served) -> None:
    answer = await served.sends(GET + b"\r\n", b"", b"", GET + CLOSE, every=0.3)
    assert answer.count(b"200 OK") == 2


async def test_a_body_that_never_ends_is_cut(served: Served) -> None:
    post = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n" + CLOSE
    assert await served.sends(post, *[b"x"] * 19, every=0.06) == b""
    await gone(served)


async def test_a_large_body_may_take_longer(served: Served) -> None:
    post = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n" + CLOSE
    answer = await served.sends(post, *[b"x" * 10] * 10, every=0.07)
    assert answer.endswith(b"100 bytes\n")


async def test_an_answer_that_nobody_reads_is_given_up(served: Served) -> None:
    _, writer = await served.connect()
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await writer.drain()
    await gone(served)
    writer.close()


async def test_an_answer_that_is_read_slowly_arrives_whole(served: Served) -> None:
    reader, writer = await served.connect()
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n" + CLOSE)
    read = 0
    while part := await asyncio.wait_for(reader.read(1024 * 1024), 5):
        read += len(part)
        await asyncio.sleep(0.02)
    assert read > LARGE
    writer.close()


async def test_more_connections_than_allowed_are_closed_as_they_come(served: Served) -> None:
    held = [await served.connect() for _ in range(PATIENCE.connections)]
    await asyncio.sleep(0.05)
    assert await served.sends(GET + CLOSE) == b""
    for _, writer in held:
        writer.close()
    await gone(served)
    assert (await served.sends(GET + CLOSE)).endswith(b"0 bytes\n")
