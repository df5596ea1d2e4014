"""``/feed``: our public log as a Linked Data Event Stream, in N-Quads, TriG and JSON-LD.

Pages are made from the ledger. They carry a validator and a short life, full ones too: a record on
them may be erased.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.service.feed import feed_page, feed_root
from node.web.answers import Document, send
from node.web.context import home_of
from node.web.formats import JSONLD, NQUADS, TRIG, chosen, write_quads
from peers.feed import POLLING, Span

__all__ = ["SPANS", "page", "root"]

SPANS: Final = web.AppKey("spans", dict[int, Span])
"""Times of the feed's full pages: they never change."""

_OFFERS: Final = (NQUADS, TRIG, JSONLD)


async def root(request: web.Request) -> web.Response:
    """``/feed``: the stream, and where its pages are."""
    media = chosen(request, _OFFERS)
    return await _send(
        request, await feed_root(home_of(request), request.config_dict[SPANS]), media
    )


async def page(request: web.Request) -> web.Response:
    """``/feed/{n}``: the entries of bundle n."""
    media = chosen(request, _OFFERS)
    number = int(request.match_info["number"])
    return await _send(request, await feed_page(home_of(request), number), media)


async def _send(request: web.Request, quads: str, media: str) -> web.Response:
    return await send(
        request,
        Document(
            body=await write_quads(quads, media),
            media_type=media,
            cache=f"public, max-age={POLLING}, must-revalidate",
            vary=["Accept"],
        ),
    )
