"""Small answers for machines: identity, health, robots, the logo."""

from __future__ import annotations

import json

from aiohttp import web

from node import __version__
from node.store.ports import StoreError
from node.web.answers import Document, send
from node.web.assets import icon
from node.web.context import addresses_of, home_of
from peers.did import write_document
from vocab.framework import load

__all__ = ["did", "favicon", "healthz", "readyz", "robots", "version"]


async def did(request: web.Request) -> web.Response:
    """``/.well-known/did.json``: our keys and where our services answer."""
    return await send(
        request,
        Document(
            body=write_document(home_of(request).document),
            media_type="application/did+json",
            cache="public, max-age=60, must-revalidate",
        ),
    )


async def healthz(_request: web.Request) -> web.Response:
    """Whether the process answers at all; it touches nothing."""
    return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})


async def readyz(request: web.Request) -> web.Response:
    """Whether each store can be read: 503 and which one, where not."""
    home = home_of(request)
    asked = {
        "ledger": home.ledger.uuid(),
        "desk": home.desk.page("ready", "ready"),
        "text": home.text.position(),
        "members_text": home.members_text.position(),
        "graph": home.graph.position(),
    }
    found = {}
    for name, question in asked.items():
        try:
            await question
        except (StoreError, OSError):
            found[name] = "cannot be read"
        else:
            found[name] = "ok"
    ready = set(found.values()) == {"ok"}
    return web.Response(
        status=200 if ready else 503,
        text=json.dumps({"ready": ready, "stores": found}) + "\n",
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def version(_request: web.Request) -> web.Response:
    """Of the program and of the vocabulary that it speaks."""
    said = {"intercity": __version__, "vocabulary": load().version}
    return web.json_response(said, headers={"Cache-Control": "no-cache"})


async def robots(request: web.Request) -> web.Response:
    """Public pages are for everyone; queries and searches are not to be crawled."""
    here = addresses_of(request)
    closed = [f"Disallow: {here(path)}" for path in ("/sparql", "/search?")]
    lines = ["User-agent: *", *closed, f"Sitemap: {here.whole('/sitemap.xml')}"]
    return await send(
        request, Document(body="\n".join([*lines, ""]).encode(), media_type="text/plain")
    )


async def favicon(request: web.Request) -> web.Response:
    """The logo."""
    return await send(
        request,
        Document(
            body=icon(), media_type="image/svg+xml", cache="public, max-age=86400", open=False
        ),
    )
