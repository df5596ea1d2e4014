"""What only members' nodes may read: the same handlers, behind a signature (RFC 9421).

Whoever may not read is answered exactly as on an address that is not there: the same status, the
same headers, the same words, whatever was asked and by which method. It is access control, not
confidentiality: who may read may also pass on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.service.readers import reader_of
from node.store.ports import Audience
from node.web.context import addresses_of, home_of
from peers.httpsig import Request

__all__ = ["AUDIENCE", "is_reader", "kept_private", "members_only"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

AUDIENCE: Final = web.RequestKey("audience", Audience)
"""Whose log a request is answered from; the public one where it is not said."""

_SIGNED: Final = ("signature", "signature-input")


def members_only(handler: Handler) -> Handler:
    """The same from the members' log, for whoever may read it."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.method not in {"GET", "HEAD"} or not await is_reader(request):
            raise web.HTTPNotFound
        request[AUDIENCE] = Audience.MEMBERS
        return kept_private(await handler(request))

    return guarded


async def is_reader(request: web.Request) -> bool:
    """Whether the request is signed by a node that may read what is for members.

    The address that the signature must cover is ours as configured, and the path and query as they
    came; what the request says of its host counts nothing.
    """
    if any(len(request.headers.getall(name, [])) != 1 for name in _SIGNED):
        return False
    target = _target(request)
    if target is None:
        return False
    headers = {name: request.headers[name] for name in _SIGNED}
    asked = Request(method=request.method, target=target, headers=headers)
    return await reader_of(home_of(request), asked) is not None


def kept_private(response: web.StreamResponse) -> web.StreamResponse:
    """Nobody but the reader keeps the answer, and no page of another site sees it."""
    response.headers["Cache-Control"] = "private, no-store"
    varies = response.headers.get("Vary", "")
    response.headers["Vary"] = ", ".join(filter(None, (varies, "Signature-Input")))
    for name in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
        response.headers.pop(name, None)
    return response


def _target(request: web.Request) -> str | None:
    """The address that was asked for; a proxy may have cut the path of ``base_url`` off."""
    base = addresses_of(request).base
    prefix = urlsplit(base).path
    raw = request.raw_path
    if not raw.startswith("/"):
        return None
    cut = raw.removeprefix(prefix) if prefix and raw.startswith(f"{prefix}/") else raw
    return base + cut
