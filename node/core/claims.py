"""Two nodes that claim to be one city: found by what their profiles say, decided by a person.

Anybody can write any name into a profile. What is compared are the identities that a profile gives
itself (Wikidata, GeoNames), its name within its country, and whether it points to the other node as
its own. Two towns may bear one name: so nothing is decided here, only brought before somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from node.core.words import fold
from vocab.records import City

__all__ = ["GROUNDS", "Clash", "clashes"]

GROUNDS: Final = ("wikidata", "place", "name", "points")
"""Why two nodes are taken to claim one city; ``points``: one says that the other is its own."""

_MOST: Final = 20
"""Nodes of one identity that are compared with each other: a flood of one name costs no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two nodes that claim one city.

    Attributes:
        dids: Of both, in order.
        grounds: Of ``GROUNDS``, those that apply.
    """

    dids: tuple[str, str]
    grounds: tuple[str, ...]


def clashes(profiles: Iterable[tuple[str, City]]) -> list[Clash]:
    """Every two of these nodes that claim one city.

    Args:
        profiles: DID of a node, and what it says of itself.
    """
    known = dict(profiles)
    claimed: dict[tuple[str, str], list[str]] = {}
    found: dict[tuple[str, str], set[str]] = {}
    for did in sorted(known):
        city = known[did]
        for ground, identity in _identities(city):
            claimed.setdefault((ground, identity), []).append(did)
        for other in _named(city):
            if other != did and other in known:
                pair = (min(did, other), max(did, other))
                found.setdefault(pair, set()).add("points")
    for (ground, _), dids in claimed.items():
        for one, two in combinations(sorted(set(dids))[:_MOST], 2):
            if ground != "name" or not _apart(known[one], known[two]):
                found.setdefault((one, two), set()).add(ground)
    return [
        Clash(dids=pair, grounds=tuple(one for one in GROUNDS if one in grounds))
        for pair, grounds in sorted(found.items())
    ]


def _identities(city: City) -> list[tuple[str, str]]:
    names = {fold(name) for name in city.name.values()}
    return [
        *([("wikidata", city.wikidata)] if city.wikidata else []),
        *([("place", city.place)] if city.place else []),
        *(("name", f"{city.country} {name}") for name in sorted(names) if name),
    ]


def _named(city: City) -> list[str]:
    """The nodes that a profile names as its own."""
    host = (city.homepage or "").partition("://")[2].partition("/")[0].lower()
    return [*([city.did] if city.did else []), *([f"did:web:{host}"] if host else [])]


def _apart(one: City, two: City) -> bool:
    """Whether two towns of one name lie in regions that are called differently."""
    shared = set(one.region) & set(two.region)
    different = any(fold(one.region[tag]) != fold(two.region[tag]) for tag in shared)
    other = bool(one.wikidata and two.wikidata and one.wikidata != two.wikidata)
    elsewhere = bool(one.place and two.place and one.place != two.place)
    return different or other or elsewhere
