"""Who could help whom, from the signed records that are held.

Any node can compute it for any city from the same records, and comes to the same result.
"""

from __future__ import annotations

from typing import Any, Final

from node.core.pairing import Past, Suggestions, suggest
from node.core.profile import Profile, profile_of
from node.errors import NotFound
from node.service.discover import cities, found
from node.service.home import Home
from node.service.pair import exchanges
from vocab.framework import load

__all__ = ["profiles", "suggestions"]

_LIVE: Final = {"asked", "accepted", "scheduled", "met", "paused"}
"""States in which an exchange uses up a helper's capacity."""


async def profiles(home: Home) -> list[Profile]:
    """Every city that is held, as pairing sees it."""
    kinds = ["City", "Need", "Offer", "ActionStatus", "Practice", "Assessment"]
    by_city: dict[str, list[Any]] = {}
    for one in await found(home, kinds=kinds):
        about = getattr(one.record, "subject", one.put.agent)
        by_city.setdefault(about, []).append(one.record)
    made = (profile_of(records) for records in by_city.values())
    return sorted((one for one in made if one), key=lambda one: one.agent)


async def suggestions(home: Home) -> Suggestions:
    """Who could help with what we need, from signed public records."""
    everyone = await profiles(home)
    own = next((one for one in everyone if one.agent == home.agent), None)
    if own is None:
        raise NotFound(
            f"{home.profile_iri}: expected this city's own profile, found none; publish it first"
        )
    near = [action.iri for action in load().actions]
    past = await _past(home)
    return suggest(own, everyone, home.now().date(), past=past, near=near)


async def _past(home: Home) -> Past:
    """Exchanges under way use up a helper's capacity, as far as we know of them."""
    active: dict[str, int] = {}
    blocked: set[tuple[str, str]] = set()
    for view in await exchanges(home):
        helper = view.peer_agent if view.role == "learner" else home.agent
        if view.state in _LIVE:
            active[helper] = active.get(helper, 0) + 1
    states = {contact.log: contact.state for contact in await home.desk.contacts()}
    entries = await cities(home)
    for entry in entries:
        if states.get(entry.profile.put.log) == "blocked":
            blocked.add((home.agent, entry.agent))
    return Past(active=active, blocked=frozenset(blocked))
