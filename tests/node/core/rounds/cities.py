"""Cities with needs and offers, made up from a seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from node.core.countries import country
from node.core.profile import WILLINGNESS, Help, Profile, Wish
from vocab.framework import load
from vocab.terms import OfferKind

__all__ = ["TODAY", "made_up"]

TODAY = date(2026, 11, 23)
_COUNTRIES = ("KR", "FR", "DE", "BR", "KE", "IN", "US", "MA", "SN", "CO", "XX")
_LANGUAGES = ("en", "fr", "es", "pt", "ko", "ar")


def made_up(count: int, seed: int = 1) -> list[Profile]:
    """Cities whose needs and offers meet now and then, in few values, so that scores tie."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    return [_city(at, chance) for at in range(count)]


def _city(at: int, chance: random.Random) -> Profile:
    own = frozenset(chance.sample(_LANGUAGES, chance.choice([0, 1, 1, 2])))
    actions = [one.iri for one in load().actions[:9]]
    host = f"city{at:04}.example"
    wished = chance.sample(actions, chance.choice([0, 1, 2, 4]))
    helped = chance.sample(actions, chance.choice([0, 1, 3, 5]))
    return Profile(
        agent=f"https://{host}/#city",
        did=f"did:web:{host}",
        name={"en": host},
        country=country(chance.choice(_COUNTRIES)),
        population=chance.choice([None, 900, 40_000, 40_000, 160_000, 900_000, 9_000_000]),
        level=chance.choice(["", "city", "region"]),
        languages=own,
        wishes={
            action: Wish(
                strength=Decimal(chance.choice(["0.3", "0.5", "1"])),
                languages=own or frozenset({"en"}),
                interpretation=chance.random() < 0.3,
                source=f"https://{host}/need/{action[-3:]}",
            )
            for action in wished
        },
        helps={action: _help(host, action, own, chance) for action in helped},
    )


def _help(host: str, action: str, own: frozenset[str], chance: random.Random) -> Help:
    kind = chance.choice(list(OfferKind))
    age = timedelta(days=chance.choice([0, 0, 100, 1461, 3_000]))
    return Help(
        kind=kind,
        willingness=WILLINGNESS[kind],
        maturity=Decimal(chance.choice(["0", "0.5", "0.8", "1"])),
        documented=chance.random() < 0.8,
        assessed=chance.random() < 0.3,
        day=chance.choice([None, TODAY - age, TODAY - age]),
        capacity=chance.choice([1, 2, 3]),
        languages=own,
        interpretation=chance.random() < 0.3,
        sources=(f"https://{host}/offer/{action[-3:]}",),
    )
