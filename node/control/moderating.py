"""Operations of moderation: hide a peer's record here, and show it again."""

from __future__ import annotations

from dataclasses import asdict

from node.service import hiding
from node.service.accounts import OPERATOR
from node.service.home import Home
from peers.encoding import JsonObject

__all__ = ["hide_record", "list_hidden", "unhide_record"]


async def hide_record(home: Home, *, iri: str, reason: str) -> JsonObject:
    """What is hidden, since when, why."""
    return asdict(await hiding.hide(home, iri, reason, OPERATOR))


async def unhide_record(home: Home, *, iri: str) -> JsonObject:
    """The record that is shown again."""
    await hiding.unhide(home, iri, OPERATOR)
    return {"iri": iri}


async def list_hidden(home: Home) -> JsonObject:
    """Everything that is hidden, newest first."""
    return {"hidden": [asdict(one) for one in await hiding.hidden(home)]}
