"""Who could help us and whom we could help, from the signed public records that this node holds.

Every node ranks from its own copy; two that hold the same records see the same numbers. What is
under way between us and others, which nobody else knows, only says who has room left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from node.core.exchange import is_live
from node.core.pairing import Past, Proposal, Suggestions, suggest, suggest_learners
from node.core.past import past_of
from node.core.profile import Profile, profile_of
from node.errors import NotFound
from node.service.discover import found
from node.service.exchanges import exchanges
from node.service.home import Home
from vocab.framework import load
from vocab.records import AnyRecord, Assessment, City, Exchange

__all__ = [
    "PROFILE_KINDS",
    "learners",
    "past",
    "profiles",
    "profiles_of",
    "public_past",
    "suggestions",
]

PROFILE_KINDS: Final = ("City", "Need", "Offer", "ActionStatus", "Practice", "Assessment")


async def profiles(home: Home) -> list[Profile]:
    """Every city that is held, as pairing sees it."""
    return profiles_of([one.record for one in await found(home, kinds=PROFILE_KINDS)])


def profiles_of(records: Sequence[AnyRecord]) -> list[Profile]:
    """The cities that records tell of, by IRI; the newest version of each record, in any order."""
    # An assessment names a city, or its place where the assessor knew of no node there.
    at_place = _places(records)
    by_city: dict[str, list[AnyRecord]] = {}
    for one in records:
        about = one.subject if isinstance(one, Assessment) else one.publisher
        by_city.setdefault(at_place.get(about, about), []).append(one)
    made = (profile_of(records) for records in by_city.values())
    return sorted((one for one in made if one), key=lambda one: one.agent)


async def suggestions(home: Home) -> Suggestions:
    """Who could help with what we need, and why nobody does with the rest.

    Raises:
        NotFound: We have not published who we are.
    """
    everyone = await profiles(home)
    own = _own(home, everyone)
    near = [action.iri for action in load().actions]
    known = await past(home, everyone)
    return suggest(own, everyone, home.now().date(), past=known, near=near)


async def learners(home: Home) -> tuple[Proposal, ...]:
    """Whom we could help with what we offer, most to be learned first.

    Raises:
        NotFound: We have not published who we are.
    """
    everyone = await profiles(home)
    own = _own(home, everyone)
    return suggest_learners(own, everyone, home.now().date(), past=await past(home, everyone))


async def public_past(home: Home, everyone: Sequence[Profile]) -> Past:
    """What has been between cities, as everyone can read it."""
    told = [one.record for one in await found(home, kinds=["Exchange"])]
    exchanged = [one for one in told if isinstance(one, Exchange)]
    return past_of(exchanged, everyone, home.now().date())


async def past(home: Home, everyone: Sequence[Profile]) -> Past:
    """The same, with what is under way between us and others, and whom we have blocked."""
    known = await public_past(home, everyone)
    active = dict(known.active)
    for view in await exchanges(home):
        if is_live(view.state):
            helper = view.peer_agent if view.role == "learner" else home.agent
            active[helper] = active.get(helper, 0) + 1
    blocked = {one.did for one in await home.desk.contacts() if one.state == "blocked"}
    unwanted = [one.agent for one in everyone if one.did in blocked]
    pairs = {pair for one in unwanted for pair in ((home.agent, one), (one, home.agent))}
    return Past(recent=known.recent, active=active, blocked=frozenset(pairs))


def _places(records: Iterable[AnyRecord]) -> dict[str, str]:
    """Place → the city that it is; a place that two claim is nobody's."""
    claims = [(one.place, one.publisher) for one in records if isinstance(one, City) and one.place]
    counted = Counter(place for place, _ in claims)
    return {place: city for place, city in claims if counted[place] == 1}


def _own(home: Home, everyone: Sequence[Profile]) -> Profile:
    own = next((one for one in everyone if one.agent == home.agent), None)
    if own is None:
        raise NotFound(
            f"{home.profile_iri}: expected this city's own profile, found none; publish it first"
        )
    return own
