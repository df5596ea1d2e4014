"""The inbox (W3C Linked Data Notifications): signed messages from other nodes, taken or refused."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.service.inbox import receive
from node.web.context import addresses_of, home_of
from peers.errors import Unreachable
from peers.httpsig import Request

__all__ = ["post"]

_READ: Final = ("application/ld+json", "application/activity+json")
_ONCE: Final = ("signature", "signature-input", "content-digest", "content-type")


async def post(request: web.Request) -> web.Response:
    """``POST /inbox``: 202 where the message was taken; nothing in it is believed.

    The body is read up to the limit of the application and no further. The address that the
    signature must cover is ours as configured; what the request says of its host counts nothing.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise web.HTTPUnsupportedMediaType(text="Expected no Content-Encoding.")
    if request.content_type.lower() not in _READ:
        raise web.HTTPUnsupportedMediaType(text=f"Expected {' or '.join(_READ)}.")
    twice = [name for name in _ONCE if len(request.headers.getall(name, [])) > 1]
    if twice:
        raise web.HTTPBadRequest(text=f"Expected {twice[0]} once, found it more than once.")
    query = f"?{request.raw_path.partition('?')[2]}" if "?" in request.raw_path else ""
    asked = Request(
        method=request.method,
        target=addresses_of(request).whole("/inbox") + query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
    )
    try:
        await receive(home_of(request), asked)
    except Unreachable as exc:
        # Not the message's fault: its sender is told to come back, and does.
        raise web.HTTPTooManyRequests(
            text=f"Who sent it could not be checked: {exc}", headers={"Retry-After": "60"}
        ) from exc
    return web.Response(status=202, headers={"Cache-Control": "no-store"})
