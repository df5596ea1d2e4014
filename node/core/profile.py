"""What a city has done and looks for, from its signed records and nothing else.

A missing record is never a need, and never a *no*: it is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from node.core.countries import Country, country
from peers.did import did_of
from vocab.languages import LangMap
from vocab.records import (
    ActionStatus,
    AnyRecord,
    Assessment,
    City,
    Need,
    Offer,
    Practice,
)
from vocab.terms import OfferKind, State

__all__ = ["Help", "Profile", "Wish", "first_day", "profile_of"]

WILLINGNESS: Final = {
    OfferKind.ANSWER: Decimal("0.25"),
    OfferKind.CALL: Decimal("0.5"),
    OfferKind.VISIT: Decimal("0.75"),
    OfferKind.MENTOR: Decimal(1),
}
MATURITY: Final = {
    State.PLANNED: Decimal(0),
    State.UNDER_WAY: Decimal("0.5"),
    State.IN_PLACE: Decimal("0.8"),
    State.STOPPED: Decimal("0.3"),
    State.NOT_APPLICABLE: Decimal(0),
}
"""How far a city's own experience goes; a thing that failed teaches, too."""

_ASSESSED: Final = Decimal(1)
"""Maturity of what is in place and was assessed by somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a city wants to learn, as it says.

    Attributes:
        strength: In (0, 1].
        languages: In which it could; interpretation: whether another would do.
        source: IRI of the Need; said: the day that it carries, where it carries one.
        regions: Parts of the world that it would like (UN M49), or none.
    """

    strength: Decimal
    languages: frozenset[str]
    interpretation: bool
    source: str
    said: date | None = None
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What a city could teach: its willingness, as it says, and what its records show.

    Attributes:
        willingness, maturity: In [0, 1]; see the tables above.
        documented: Whether a document that can be checked stands behind it.
        assessed: Whether somebody else has looked at it, and does not say otherwise.
        day: When the newest of these records says it was so; ``None`` where none says.
        capacity: Exchanges a year.
        sources: IRIs of the records behind it, the Offer first.
        documents: Addresses of the documents behind it.
        regions: Parts of the world that it would like to help (UN M49), or none.
    """

    kind: str
    willingness: Decimal
    maturity: Decimal
    documented: bool
    assessed: bool
    day: date | None
    capacity: int
    languages: frozenset[str]
    interpretation: bool
    sources: tuple[str, ...]
    documents: tuple[str, ...] = ()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A city as pairing sees it.

    Attributes:
        agent: IRI of the city; did: of its node.
        population: Residents, or ``None`` where the city does not say.
        wishes, helps: By action IRI.
    """

    agent: str
    did: str
    name: LangMap
    country: Country
    population: int | None
    level: str
    languages: frozenset[str]
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    helps: Mapping[str, Help] = field(default_factory=dict)


def profile_of(records: Iterable[AnyRecord]) -> Profile | None:
    """A city's profile from its own records, and the assessments of it by others.

    Args:
        records: The newest version of each, in any order. Assessments must be about this city
            and by somebody else; the rest must be its own.

    Returns:
        ``None`` where the city has not said who it is. Nothing here depends on the day: what a
        record is worth after years is for pairing to say.
    """
    held = sorted(records, key=lambda record: record.id)
    city = next((record for record in held if isinstance(record, City)), None)
    if city is None:
        return None
    helps = [(offer.action, _help(offer, city, held)) for offer in held if isinstance(offer, Offer)]
    wishes = [(need.action, _wish(need, city)) for need in held if isinstance(need, Need)]
    return Profile(
        agent=city.publisher,
        did=city.did or did_of(city.publisher.partition("/#")[0]).text,
        name=city.name,
        country=country(city.country),
        population=city.population,
        level=city.government_level or "",
        languages=frozenset(map(_base, city.working_languages)),
        # Of several about one action the stronger counts; the IRI decides among equals.
        wishes=dict(sorted(wishes, key=lambda one: (one[1].strength, one[1].source))),
        helps=dict(sorted(helps, key=lambda one: (one[1].willingness, one[1].sources))),
    )


def _wish(need: Need, city: City) -> Wish:
    return Wish(
        strength=Decimal(need.strength),
        languages=frozenset(map(_base, need.languages or city.working_languages)),
        interpretation=bool(need.interpretation_accepted),
        source=need.id,
        said=first_day(need.modified or need.issued),
        regions=frozenset(need.region_wish),
    )


def _help(offer: Offer, city: City, held: list[AnyRecord]) -> Help:
    statuses = [
        one
        for one in held
        if isinstance(one, ActionStatus) and one.action == offer.action and not one.district
    ]
    practices = [
        one
        for one in held
        if isinstance(one, Practice) and (one.id in offer.practices or offer.action in one.action)
    ]
    states = {one.state for one in statuses}
    assessments = [
        one
        for one in held
        if isinstance(one, Assessment)
        and one.action == offer.action
        and one.publisher != city.publisher
        and (one.state is None or one.state in states)
    ]
    maturity = max((MATURITY[State(state)] for state in states), default=Decimal(0))
    if assessments and State.IN_PLACE in states:
        maturity = _ASSESSED
    shown: tuple[ActionStatus | Practice, ...] = (*statuses, *practices)
    documents = tuple(dict.fromkeys(part.content_url for one in shown for part in one.evidence))
    days = [first_day(one.reviewed or one.since) for one in statuses]
    days += [first_day(one.ended or one.started) for one in practices]
    return Help(
        kind=offer.kind,
        willingness=WILLINGNESS[OfferKind(offer.kind)],
        maturity=maturity,
        documented=bool(documents),
        assessed=bool(assessments),
        day=max((day for day in days if day), default=None),
        capacity=offer.capacity,
        languages=frozenset(map(_base, offer.languages or city.working_languages)),
        interpretation=bool(offer.interpretation_accepted),
        sources=(offer.id, *(one.id for one in (*shown, *assessments))),
        documents=documents,
        regions=frozenset(offer.region_wish),
    )


def first_day(partial: str | None) -> date | None:
    """The first day of a date as it was given: a year, a month or a day.

    >>> first_day("2021-03")
    datetime.date(2021, 3, 1)
    """
    if not partial:
        return None
    year, month, day = (*partial.split("-"), "1", "1")[:3]
    return date(int(year), int(month), int(day))


def _base(tag: str) -> str:
    """The language of a tag, whatever region or script it names."""
    return tag.partition("-")[0].lower()
