"""A city as lists show it: its card, how fresh it is, and what a list is narrowed by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from node.core.countries import country
from node.core.sizes import BOUNDS, size_of
from node.service.discover import CityEntry
from node.store.ports import Contact
from node.web import shelf
from node.web.facade import Block
from node.web.shell import Shell
from node.web.wording import size_name
from node.web.worldmap import Place
from vocab.framework import load
from vocab.records import City

__all__ = [
    "FACETS",
    "STATES",
    "Card",
    "card_of",
    "facets_of",
    "fits",
    "freshness",
    "freshness_of",
    "is_named",
    "places_of",
]

_STALE: Final = timedelta(days=3)
STATES: Final = ("in-place", "under-way", "planned", "stopped", "not-applicable", "")
"""Of an action, as they are counted; empty: not reported."""


@dataclass(frozen=True, slots=True)
class Card:
    """A city in the list: what is shown of it, and what it is filtered by."""

    entry: CityEntry
    city: City
    blocks: Mapping[str, Block]
    region: str
    freshness: str
    offers: bool = False

    @property
    def actions(self) -> set[str]:
        """Codes of the actions that are in place or under way."""
        return {code for code, block in self.blocks.items() if block.state in STATES[:2]}

    @property
    def areas(self) -> set[str]:
        """Areas of the framework in which an action is in place or under way."""
        done = self.actions
        return {action.area for action in load().actions if action.code in done}


def card_of(
    entry: CityEntry, contact: Contact | None, now: datetime, *, offers: bool = False
) -> Card:
    """What the list shows of a city; ``offers``: whether it has said what it can help with."""
    city = entry.profile.record
    assert isinstance(city, City)
    blocks = {
        action.code: Block(shelf.slug_of(entry.states[action.iri]))
        for action in load().actions
        if action.iri in entry.states
    }
    region, fresh = country(city.country).region, freshness(entry, contact, now)
    return Card(entry, city, blocks, region, fresh, offers)


def freshness(entry: CityEntry, contact: Contact | None, now: datetime) -> str:
    """``own``, ``fresh``, ``late`` (no contact for three days), ``frozen``, or ``left``."""
    if entry.own:
        return "own"
    return freshness_of(contact, now) if contact else "left"


def freshness_of(contact: Contact, now: datetime) -> str:
    """The same of a node that we follow."""
    if contact.state == "blocked":
        return "left"
    if contact.state == "frozen":
        return "frozen"
    reached = contact.verified or contact.followed
    try:
        late = now - datetime.fromisoformat(reached) > _STALE
    except ValueError:
        late = True
    return "late" if late else "fresh"


FACETS: Final[Mapping[str, Callable[[Card], Iterable[str]]]] = {
    "area": lambda card: card.areas,
    "action": lambda card: card.actions,
    "region": lambda card: [card.region] if card.region else [],
    "size": lambda card: [size_of(card.city.population)] if card.city.population else [],
    "speaks": lambda card: card.city.working_languages,
    "open": lambda card: ["yes"] if card.offers else [],
}
"""Facet → the values that a city has of it."""


_ORDERS: Final[Mapping[str, Sequence[str]]] = {
    "area": ("foundations", "structures", "tools"),
    "action": [action.code for action in load().actions],
    "size": [str(bound) for bound in (0, *BOUNDS)],
}
"""Facets whose values have an order of their own; others are in the order of their names."""


def fits(card: Card, facet: str, values: Sequence[str]) -> bool:
    """Whether a city has one of the values, or none is asked for."""
    return not values or bool(set(values) & set(FACETS[facet](card)))


def is_named(card: Card, words: str) -> bool:
    """Whether each word stands in one of the city's names, summaries or its region's."""
    city = card.city
    texts = [*city.name.values(), *city.alt_name.values(), *city.summary.values()]
    text = " ".join([*texts, *city.region.values(), card.entry.host]).casefold()
    return all(word in text for word in words.casefold().split())


def facets_of(
    shell: Shell, cards: Sequence[Card], chosen: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, list[tuple[str, str, int, bool]]]]:
    """Facet → (value, its name, how many cities, whether it is chosen), in the order of names."""
    shown = []
    for facet, values in FACETS.items():
        counted = Counter(value for card in cards for value in values(card))
        rows = [
            (value, _value_name(shell, facet, value), n, value in chosen[facet])
            for value, n in counted.items()
        ]
        order = _ORDERS.get(facet, ())
        rows.sort(key=lambda row: (order.index(row[0]) if row[0] in order else 0, row[1]))
        shown.append((facet, rows))
    return shown


def _value_name(shell: Shell, facet: str, value: str) -> str:
    match facet:
        case "area":
            area = next(one for one in load().scheme("area") if one.slug == value)
            return shell.plain(area.label)
        case "region":
            return shell.words.place(value)
        case "action":
            action = load().action(value)
            return f"{value} {shell.plain(action.label)}" if action else value
        case "size":
            return str(size_name(shell.words, value))
        case "open":
            return str(shell.words.say("has published an offer"))
        case _:
            return shell.words.tongue(value)


def places_of(shell: Shell, cards: Sequence[Card]) -> list[Place]:
    """Where the cities are that say so, for the map."""
    return [
        Place(
            shell.plain(card.city.name),
            shell.href(f"/cities/{card.entry.host}"),
            float(card.city.latitude),
            float(card.city.longitude),
        )
        for card in cards
        if card.city.latitude is not None and card.city.longitude is not None
    ]
