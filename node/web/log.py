"""Logs as others follow them: checkpoint, tiles, bundles, records (c2sp.org/tlog-tiles).

Our public one stands under ``/log/public``; a copy of each that we follow, byte for byte, under
``/mirror/{hash}``, the SHA-256 of its origin. A copy answers where its origin does not, and nobody
needs to trust it: what it says is signed by the log. No log for members is ever mirrored.

Everything is made from the ledger, which is the truth; proxies in front may keep full tiles and
bundles for ever. Pages of records are ours: they may change when something is erased, so they carry
a validator and a short life. The members' log is answered from by the same handlers, behind
``node.web.readers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from aiohttp import web

from node.errors import NotFound
from node.service.contacts import contact_of_log
from node.service.witness import hash_of
from node.store.ports import Audience, audience_of
from node.web.answers import IMMUTABLE, Document, Link, send
from node.web.context import addresses_of, home_of
from node.web.readers import AUDIENCE
from peers.log import LogId
from peers.tiles import WIDTH, bundle_path, pack, pack_records, records_path, tile_path

__all__ = ["bundle", "checkpoint", "document", "entry", "itself", "keys", "records", "tile"]

SHORT: Final = "public, max-age=5, must-revalidate"
_PLACE: Final = re.compile(r"((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LEVELS: Final = 6
"""Levels of tiles that a log of 2^40 entries has at most, with room."""
_STEP: Final = 32
"""Records read at a time: 32 of the largest fill a page."""


async def itself(request: web.Request) -> web.Response:
    """``/log/public``: the log's address leads to what it says of itself."""
    raise web.HTTPSeeOther(addresses_of(request)("/log/public/checkpoint"))


async def checkpoint(request: web.Request) -> web.Response:
    """``/log/public/checkpoint``: the signed note."""
    home = home_of(request)
    note = await home.ledger.note(await _log(request))
    if note is None:
        raise NotFound("The log has no checkpoint yet.")
    return await send(request, Document(body=note, media_type="text/plain", cache=SHORT))


async def bundle(request: web.Request) -> web.Response:
    """``/log/public/tile/entries/{place}``: up to 256 leaves, each behind its length."""
    index, width = _place(request, bundle_path)
    leaves = await home_of(request).ledger.leaves(
        await _log(request), index * WIDTH, index * WIDTH + width
    )
    if len(leaves) < width:
        raise NotFound("The log has not come that far.")
    cache = IMMUTABLE if width == WIDTH else SHORT
    return await send(
        request, Document(body=pack(leaves), media_type="application/octet-stream", cache=cache)
    )


async def tile(request: web.Request) -> web.Response:
    """``/log/public/tile/{level}/{place}``: up to 256 hashes of 32 bytes."""
    level = int(request.match_info["level"])
    if level >= _LEVELS:
        raise NotFound("The log has no tiles of that level.")
    index, width = _place(request, lambda index, width: tile_path(level, index, width))
    hashes = await home_of(request).ledger.tile(await _log(request), level, index, width)
    if len(hashes) < width * 32:
        raise NotFound("The log has not come that far.")
    return await send(
        request,
        Document(
            body=hashes, media_type="application/octet-stream", cache=IMMUTABLE, compress=False
        ),
    )


async def records(request: web.Request) -> web.Response:
    """``/log/public/records/{place}``: salts and records of a bundle's entries, one a line.

    The page is cut before the line that would make it larger than ``Limits.page``; what follows is
    had by ``?from=`` with the number of lines skipped.
    """
    index, width = _place(request, records_path)
    skip = _skip(request, width)
    home, log = home_of(request), await _log(request)
    head = await home.ledger.head(log)
    if head.size < index * WIDTH + width:
        raise NotFound("The log has not come that far.")
    page, start, stop = bytearray(), index * WIDTH + skip, index * WIDTH + width
    while start < stop:
        held = await home.ledger.entries(log, start, min(stop, start + _STEP))
        for one in held:
            line = pack_records([one.body])
            if page and len(page) + len(line) > home.limits.page:
                return await _page(request, bytes(page))
            page += line
        start += len(held)
    return await _page(request, bytes(page))


async def entry(request: web.Request) -> web.Response:
    """``/log/public/e/{n}``: one leaf, byte for byte."""
    number = int(request.match_info["number"])
    leaves = await home_of(request).ledger.leaves(await _log(request), number, number + 1)
    if not leaves:
        raise NotFound(f"The log has no entry {number} yet.")
    return await send(
        request,
        Document(body=leaves[0], media_type="application/activity+json", cache=IMMUTABLE),
    )


async def keys(request: web.Request) -> web.Response:
    """``/log/public/genesis`` and ``/log/public/keychange/{n}``: what fixed or changed our keys."""
    home, log = home_of(request), await _log(request)
    url = home.log_url(_audience(request))
    iri = f"{url}/{request.match_info['name']}"
    found = next((one for one in await home.ledger.versions(iri) if one.log == log), None)
    if found is None or found.body is None:
        raise NotFound(f"Nothing is held under {iri}.")
    return await send(
        request,
        Document(
            body=found.body.record,
            media_type="application/ld+json",
            links=[Link(found.entry.id, "describedby")],
        ),
    )


async def document(request: web.Request) -> web.Response:
    """``/mirror/{hash}/did.json``: the DID document of a log's node, as we pinned it.

    For whoever cannot ask that node any more; it is our word alone.
    """
    log = await _log(request)
    contact = await contact_of_log(home_of(request), log)
    if contact is None:
        raise NotFound("The node of this log is not followed here.")
    return await send(
        request,
        Document(body=contact.document, media_type="application/did+json", cache=SHORT),
    )


async def _page(request: web.Request, body: bytes) -> web.Response:
    return await send(request, Document(body=body, media_type="application/x-ndjson", cache=SHORT))


async def _log(request: web.Request) -> LogId:
    """The log that an address is of: ours, or the copy that its hash names."""
    home = home_of(request)
    asked = request.match_info.get("hash")
    if asked is None:
        return home.logs[_audience(request)]
    for log in await home.ledger.logs():
        if hash_of(log) == asked and audience_of(log) is Audience.PUBLIC:
            return log
    raise NotFound("No public log of that hash is mirrored here.")


def _audience(request: web.Request) -> Audience:
    audience: Audience = request.get(AUDIENCE, Audience.PUBLIC)
    return audience


def _place(request: web.Request, path: Callable[[int, int], str]) -> tuple[int, int]:
    """Index and width of a tile's place; only the one spelling that the format has is known."""
    place = request.match_info["place"]
    found = _PLACE.fullmatch(place)
    if found is None:
        raise NotFound("Expected a place such as x001/234, or x001/234.p/17.")
    index = int(found[1].replace("x", "").replace("/", ""))
    width = int(found[2] or WIDTH)
    if width > WIDTH or not path(index, width).endswith(f"/{place}"):
        raise NotFound("Expected the shortest spelling, and a width of 1 to 255.")
    return index, width


def _skip(request: web.Request, width: int) -> int:
    text = request.query.get("from", "0")
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) >= width:
        raise web.HTTPBadRequest(text=f"from: expected a number below {width}, found {text[:20]!r}")
    return int(text)
