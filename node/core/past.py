"""What has been between cities, as far as pairing goes: from published exchanges alone.

What two cities have under way is theirs; each adds its own to what everyone can read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from node.core.profile import Profile, first_day
from vocab.records import Exchange

__all__ = ["Past", "past_of"]

_ROUND: Final = timedelta(days=365)
"""Outside of a network's rounds, a year counts as one: that is what capacity is counted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What has been between cities.

    Attributes:
        recent: Pairs (learner, helper) of the last two rounds, not asked for again.
        active: Helper → exchanges that use up its capacity of this year.
        blocked: Pairs that either side does not want.
    """

    recent: frozenset[tuple[str, str]] = frozenset()
    active: Mapping[str, int] = field(default_factory=dict)
    blocked: frozenset[tuple[str, str]] = frozenset()


def past_of(told: Iterable[Exchange], profiles: Iterable[Profile], today: date) -> Past:
    """What published exchanges say of the last two years.

    An exchange uses up room where the helper itself tells of it: nobody fills a city's year for
    it. A pair counts as new again where the learner has said its need anew since.

    Args:
        told: Newest versions, from either side, in any order.
        profiles: Of every city that is known.
        today: The day of the snapshot.
    """
    cities = {profile.agent: profile for profile in profiles}
    recent: set[tuple[str, str]] = set()
    taken: dict[str, set[str]] = {}
    for one in told:
        ended = first_day(one.ended or one.started)
        if ended is None or today - ended > 2 * _ROUND:
            continue
        if not _said_anew(cities.get(one.learner), one.action, ended):
            recent.add((one.learner, one.helper))
        if one.publisher == one.helper and today - ended <= _ROUND:
            taken.setdefault(one.helper, set()).add(one.id)
    active = {helper: len(records) for helper, records in sorted(taken.items())}
    return Past(recent=frozenset(recent), active=active)


def _said_anew(learner: Profile | None, action: str, since: date) -> bool:
    wish = learner.wishes.get(action) if learner else None
    return wish is not None and wish.said is not None and wish.said > since
