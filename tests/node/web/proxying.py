"""A proxy as operators have them: it takes a path's prefix, and says things about the visitor."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.test_utils import TestServer
from yarl import URL

__all__ = ["FORGED", "Proxy", "proxied"]

FORGED: Final = {
    "Host": "evil.example",
    "Forwarded": 'for=192.0.2.1;host="evil.example";proto=http',
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "192.0.2.1",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
}
"""What somebody may write into a request so that pages lead to them."""

_HOP: Final = {"connection", "content-length", "transfer-encoding", "content-encoding", "host"}


@dataclass(slots=True)
class Proxy:
    """Leads each prefix to a node, and anything else nowhere.

    Attributes:
        base: Where it listens, without a path.
        nodes: Prefix → where the node listens.
        strips: Whether the prefix is taken off.
        adds: Headers put on every request on its way.
    """

    base: str
    strips: bool = True
    nodes: dict[str, str] = field(default_factory=dict)
    adds: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def proxied(held: socket.socket) -> AsyncIterator[Proxy]:
    """A proxy that listens on a socket until the block ends."""
    proxy = Proxy(f"http://localhost:{held.getsockname()[1]}")
    async with ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=True) as session:

        async def on(request: web.Request) -> web.Response:
            path = request.rel_url.raw_path
            prefix = next((one for one in proxy.nodes if f"{path}/".startswith(f"{one}/")), None)
            if prefix is None:
                return web.Response(status=404, text="no node is here")
            inner = (path.removeprefix(prefix) or "/") if proxy.strips else path
            target = (
                proxy.nodes[prefix] + inner + (f"?{query}" if (query := _query(request)) else "")
            )
            kept = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
            async with session.request(
                request.method,
                URL(target, encoded=True),
                headers={**kept, "Host": URL(proxy.base).authority, **proxy.adds},
                data=await request.read(),
                allow_redirects=False,
            ) as answer:
                headers = [(k, v) for k, v in answer.headers.items() if k.lower() not in _HOP]
                body = await answer.read()
            response = web.Response(status=answer.status, body=body)
            response.headers.clear()
            for name, value in headers:
                response.headers.add(name, value)
            return response

        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", on)
        async with TestServer(app, host="127.0.0.1", socket_factory=lambda *_: held):
            yield proxy


def _query(request: web.Request) -> str:
    return request.rel_url.raw_query_string
