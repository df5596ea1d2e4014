"""The witness (c2sp.org/tlog-witness): cosignatures for the logs that this node follows."""

from __future__ import annotations

from aiohttp import web

from node.errors import NotFound
from node.service.witness import add_checkpoint, hash_of, held_note
from node.web.answers import Document, send
from node.web.context import home_of
from peers.witness import Cosigned, Declined

__all__ = ["add", "newest"]


async def add(request: web.Request) -> web.Response:
    """``POST /witness/add-checkpoint``: our signature lines, or the protocol's refusal.

    The body is read up to the limit of the application and no further.
    """
    headers = {"Cache-Control": "no-store"}
    match await add_checkpoint(home_of(request), await request.read()):
        case Cosigned(lines=lines):
            return web.Response(body=lines, content_type="text/plain", headers=headers)
        case Declined(status=status, media_type=kind, body=body):
            return web.Response(status=status, text=body, content_type=kind, headers=headers)


async def newest(request: web.Request) -> web.Response:
    """``/witness/{hash}/checkpoint``: the newest note of a log that binds us as a witness.

    A log that was restored from a backup learns from it how far it had come.
    """
    home = home_of(request)
    for contact in await home.desk.contacts():
        if hash_of(contact.log) == request.match_info["hash"]:
            note = await held_note(home, contact.log)
            if note is not None:
                cache = "public, max-age=5, must-revalidate"
                return await send(
                    request, Document(body=note, media_type="text/plain", cache=cache)
                )
    raise NotFound("No log of that hash is witnessed here.")
