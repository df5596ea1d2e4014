"""Which state of which logs an answer was made from: what makes it citable.

A snapshot is named by the SHA-256 of the sorted lines ``origin size root`` of every public log that
is held. ``/data/checkpoints`` answers the signed notes behind those lines.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from aiohttp import web

from node.service.home import Home
from node.service.views import held_notes
from node.store.ports import Audience, Position, audience_of
from node.web.answers import Document, send
from node.web.context import home_of
from peers.log import LogId

__all__ = ["checkpoints", "lines", "stated"]

_MOST: Final = 32
"""Logs named one by one in headers; with more, their common hash stands alone."""


async def lines(home: Home) -> list[str]:
    """``origin size root`` of each public log held, sorted."""
    found = []
    for log in await _logs(home):
        head = await home.ledger.head(log)
        root = base64.b64encode(head.root()).decode()
        found.append(f"{log} {head.size} {root}")
    return sorted(found)


async def stated(home: Home, position: Position) -> dict[str, str]:
    """Headers that name the state that an answer was made from.

    Where the catalog has not caught up with the logs, its position is named alone: the checkpoints
    of now would claim more than was read.
    """
    headers = {"Intercity-Position": f"{position.ledger}/{position.sequence}"}
    if position == await home.ledger.end(Audience.PUBLIC):
        named = await lines(home)
        digest = hashlib.sha256("".join(f"{line}\n" for line in named).encode()).digest()
        headers["Intercity-Snapshot"] = f"sha-256=:{base64.b64encode(digest).decode()}:"
        if len(named) <= _MOST:
            headers["Intercity-Checkpoints"] = ", ".join(named)
    return headers


async def checkpoints(request: web.Request) -> web.Response:
    """``/data/checkpoints``: the signed notes of every public log held, one after the other."""
    home = home_of(request)
    return await send(
        request,
        Document(
            body=await held_notes(home),
            media_type="text/plain",
            cache="public, max-age=5, must-revalidate",
            headers=await stated(home, await home.ledger.end(Audience.PUBLIC)),
        ),
    )


async def _logs(home: Home) -> list[LogId]:
    return [log for log in await home.ledger.logs() if audience_of(log) is Audience.PUBLIC]
