"""``/cities``: a map, a list and facets; ``/cities/{host}``: one city, as it reports of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from node.core.countries import country
from node.errors import NotFound
from node.service.conflicts import open_clashes
from node.service.discover import CityEntry, Elsewhere, Found
from node.service.lists import vouched
from node.store.ports import Contact
from node.web import shelf
from node.web.answers import HTML, Link
from node.web.api.operation import ROOT
from node.web.context import home_of
from node.web.elsewhere import named, spots
from node.web.facade import Block
from node.web.formats import chosen
from node.web.pages import render, shell_of
from node.web.records import PAGE_FIRST, answer, newest, profile_links
from node.web.shell import Shell
from node.web.twins import JSON, twin
from node.web.worldmap import HEIGHT, WIDTH, Place, land, lay_out
from peers.did import parse_did
from vocab.framework import load
from vocab.records import City

__all__ = ["STATES", "Card", "card_of", "freshness", "freshness_of", "listing", "one", "places_of"]

_PAGE: Final = 25
_STALE: Final = timedelta(days=3)
STATES: Final = ("in-place", "under-way", "planned", "stopped", "not-applicable", "")


@dataclass(frozen=True, slots=True)
class Card:
    """A city in the list: what is shown of it, and what it is filtered by."""

    entry: CityEntry
    city: City
    blocks: Mapping[str, Block]
    region: str
    freshness: str

    @property
    def areas(self) -> set[str]:
        """Areas of the framework in which an action is in place or under way."""
        done = {code for code, block in self.blocks.items() if block.state in STATES[:2]}
        return {action.area for action in load().actions if action.code in done}


async def listing(request: web.Request) -> web.Response:
    """``/cities``."""
    links = [twin(request, "/cities")]
    entries = await shelf.cities(request)
    now = home_of(request).now()
    contacts = {one.log: one for one in await home_of(request).desk.contacts()}
    cards = [card_of(entry, contacts.get(entry.profile.put.log), now) for entry in entries]
    demonstration = any(shelf.is_demonstration(entry) for entry in entries)
    shell = await shell_of(request, demonstration=demonstration)
    chosen = {name: tuple(request.query.getall(name, [])) for name in _FACETS}
    words = request.query.get("q", "").strip()[:100]
    kept = [
        card
        for card in cards
        if _named(card, words) and all(_fits(card, facet, chosen[facet]) for facet in _FACETS)
    ]
    kept = _sorted(kept, request.query.get("sort", "name"))
    number = _page_number(request, len(kept))
    told = _told(await shelf.elsewhere(request), words, chosen)
    return await render(
        request,
        "cities.html",
        shell,
        links=links,
        section="cities",
        cards=kept[(number - 1) * _PAGE : number * _PAGE],
        total=len(kept),
        all_total=len(cards),
        page=number,
        pages=max(1, -(-len(kept) // _PAGE)),
        facets=_facets(shell, cards, chosen),
        chosen=chosen,
        words=words,
        sort=request.query.get("sort", "name"),
        told=told,
        dots=lay_out([*places_of(shell, kept), *spots(shell, told)]),
        land=land(),
        map_width=WIDTH,
        map_height=HEIGHT,
    )


async def one(request: web.Request) -> web.Response:
    """``/cities/{host}``; in every format but a page's, the city's own profile."""
    host = request.match_info["host"].lower().replace(":", "%3A")
    picture = await shelf.picture(request, host)
    home, profile = home_of(request), picture.entry.profile.put.iri
    links = await profile_links(request, profile)
    if chosen(request, PAGE_FIRST) != HTML:
        return await answer(request, await newest(request, profile), fixed=False)
    contact = next(
        (one for one in await home.desk.contacts() if one.log == picture.entry.profile.put.log),
        None,
    )
    entry = picture.entry
    did = home.document.did.text if entry.own else contact.did if contact else ""
    city = entry.profile.record
    if not isinstance(city, City):
        raise NotFound(f"{host}: expected a city.")
    shell = await shell_of(request, demonstration=shelf.is_demonstration(entry))
    blocks = shelf.blocks_of(picture)
    return await render(
        request,
        "city.html",
        shell,
        section="cities",
        links=[
            *links,
            Link(shell.addresses.whole(f"/cities/{entry.host}"), "canonical"),
            Link(shell.addresses.whole(f"{ROOT}/cities/{entry.host}"), "alternate", {"type": JSON}),
        ],
        picture=picture,
        entry=entry,
        city=city,
        blocks=blocks,
        counts=Counter(blocks[a.code].state if a.code in blocks else "" for a in load().actions),
        states=STATES,
        state=_chosen_state(request),
        contact=contact,
        freshness=freshness(entry, contact, home.now()),
        names=await shelf.names(request),
        member_of=await vouched(home, did) if did else [],
        twins=await _twins(request, did) if did else [],
        visible=_visible(blocks, request),
        practices_of=Counter(
            action for one in picture.practices for action in getattr(one.record, "action", ())
        ),
        assessed=_by_action(picture.assessments),
        size=(await home.ledger.head(entry.profile.put.log)).size,
        proof_page=shell.href("/verify", u=entry.profile.put.iri),
        card=shell.addresses.whole(f"/cities/{entry.host}/card", lang=shell.language),
    )


async def _twins(request: web.Request, did: str) -> list[tuple[str, str]]:
    """Host and identity of each other node that claims to be this city, while that is open."""
    found = await open_clashes(home_of(request), did, await shelf.clashes(request))
    others = [next(other for other in one.dids if other != did) for one in found]
    return [(parse_did(other).authority.replace(":", "%3A"), other) for other in others]


def _chosen_state(request: web.Request) -> str | None:
    """The state to show alone: empty for what was not reported, ``None`` for everything."""
    asked = request.query.get("state", "")
    if asked == "none":
        return ""
    return asked if asked and asked in STATES else None


def _visible(blocks: Mapping[str, Block], request: web.Request) -> frozenset[str]:
    """Codes of the actions that are in the chosen state."""
    state = _chosen_state(request)
    return frozenset(
        action.code
        for action in load().actions
        if state is None or blocks.get(action.code, Block()).state == state
    )


def _by_action(assessments: Sequence[Found]) -> dict[str, list[Found]]:
    grouped: dict[str, list[Found]] = {}
    for one in assessments:
        grouped.setdefault(str(getattr(one.record, "action", "")), []).append(one)
    return grouped


def card_of(entry: CityEntry, contact: Contact | None, now: datetime) -> Card:
    """What the list shows of a city."""
    city = entry.profile.record
    assert isinstance(city, City)
    blocks = {
        action.code: Block(shelf.slug_of(entry.states[action.iri]))
        for action in load().actions
        if action.iri in entry.states
    }
    return Card(entry, city, blocks, country(city.country).region, freshness(entry, contact, now))


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


_FACETS: Final[Mapping[str, Callable[[Card], Iterable[str]]]] = {
    "area": lambda card: card.areas,
    "region": lambda card: [card.region] if card.region else [],
    "speaks": lambda card: card.city.working_languages,
}
"""Facet → the values that a city has of it."""


def _told(
    listed: Sequence[Elsewhere], words: str, chosen: Mapping[str, Sequence[str]]
) -> list[Elsewhere]:
    """Cities without a node that fit: what they work in, and in which languages, nobody told."""
    if chosen["area"] or chosen["speaks"]:
        return []
    return named(listed, words, chosen["region"])


def _fits(card: Card, facet: str, values: Sequence[str]) -> bool:
    return not values or bool(set(values) & set(_FACETS[facet](card)))


def _named(card: Card, words: str) -> bool:
    """Whether each word stands in one of the city's names, summaries or its region's."""
    city = card.city
    texts = [*city.name.values(), *city.alt_name.values(), *city.summary.values()]
    text = " ".join([*texts, *city.region.values(), card.entry.host]).casefold()
    return all(word in text for word in words.casefold().split())


def _sorted(cards: list[Card], order: str) -> list[Card]:
    if order == "updated":
        return sorted(cards, key=lambda card: card.entry.profile.put.published, reverse=True)
    return cards


def _facets(
    shell: Shell, cards: Sequence[Card], chosen: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, list[tuple[str, str, int, bool]]]]:
    """Facet → (value, its name, how many cities, whether it is chosen), in the order of names."""
    shown = []
    for facet, values in _FACETS.items():
        counted = Counter(value for card in cards for value in values(card))
        rows = [
            (value, _value_name(shell, facet, value), n, value in chosen[facet])
            for value, n in counted.items()
        ]
        order = ["foundations", "structures", "tools"] if facet == "area" else []
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
        case _:
            return shell.words.tongue(value)


def _page_number(request: web.Request, total: int) -> int:
    text = request.query.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), max(1, -(-total // _PAGE)))


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
