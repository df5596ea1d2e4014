"""``/pairings``: who could help a city, from public records alone.

As on ``/partners``: what two cities say to each other is read nowhere here.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from node.core.pairing import suggest
from node.errors import NotFound
from node.service.matching import public_past
from node.web import shelf
from node.web.api.items import proposal_item, unmatched_item
from node.web.api.operation import Call, Reply
from node.web.api.paging import number_of
from vocab.framework import load

__all__ = ["listing"]

_MOST = 1_000_000
"""Far beyond any rank."""


async def listing(call: Call) -> Reply:
    """Proposals for one city, best first; needs that nobody meets, and why."""
    told_rank = number_of(call.asked, _MOST)
    hosts = {entry.agent: entry.host for entry in await shelf.cities(call.request)}
    everyone = await shelf.profiles(call.request)
    wanted = quote(unquote(call.text("city")).lower(), safe="").lower()
    learner = next((one for one in everyone if hosts.get(one.agent, "").lower() == wanted), None)
    if learner is None:
        raise NotFound(
            f"{call.text('city')}: expected the host of a city that this node holds, found none"
        )
    told = suggest(
        learner,
        everyone,
        call.home.now().date(),
        past=await public_past(call.home, everyone),
        near=[action.iri for action in load().actions],
    )
    ahead = [one for one in told.proposals if one.rank > told_rank]
    limit = call.number("limit")
    return Reply(
        content={
            "learner": learner.agent,
            "asOf": call.home.now().date().isoformat(),
            "total": len(told.proposals),
            "items": [proposal_item(one, hosts) for one in ahead[:limit]],
            "unmatched": [unmatched_item(one) for one in told.unmatched],
        },
        place=ahead[limit - 1].rank if len(ahead) > limit else None,
        position=await call.home.text.position(),
    )
