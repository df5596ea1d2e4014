"""``/cities``: a map, a list and facets; ``/cities/{host}``: one city, as it reports of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from node.errors import NotFound
from node.service.conflicts import open_clashes
from node.service.discover import Elsewhere, Found
from node.service.lists import vouched
from node.web import shelf
from node.web.answers import HTML, Link
from node.web.api.operation import ROOT
from node.web.city_cards import (
    FACETS,
    STATES,
    Card,
    card_of,
    facets_of,
    fits,
    freshness,
    is_named,
    places_of,
)
from node.web.context import home_of
from node.web.elsewhere import named, spots
from node.web.facade import Block
from node.web.formats import chosen
from node.web.pages import render, shell_of
from node.web.records import PAGE_FIRST, answer, newest, profile_links
from node.web.twins import JSON, twin
from node.web.worldmap import HEIGHT, WIDTH, land, lay_out
from peers.did import parse_did
from vocab.framework import load
from vocab.records import City

__all__ = ["listing", "one"]

_PAGE: Final = 25


async def listing(request: web.Request) -> web.Response:
    """``/cities``."""
    links = [twin(request, "/cities")]
    entries = await shelf.cities(request)
    now = home_of(request).now()
    contacts = {one.log: one for one in await home_of(request).desk.contacts()}
    offering = await shelf.offering(request)
    cards = [
        card_of(entry, contacts.get(entry.profile.put.log), now, offers=entry.agent in offering)
        for entry in entries
    ]
    demonstration = any(shelf.is_demonstration(entry) for entry in entries)
    shell = await shell_of(request, demonstration=demonstration)
    chosen = {name: tuple(filter(None, request.query.getall(name, []))) for name in FACETS}
    words = request.query.get("q", "").strip()[:100]
    kept = [
        card
        for card in cards
        if is_named(card, words) and all(fits(card, facet, chosen[facet]) for facet in FACETS)
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
        facets=facets_of(shell, cards, chosen),
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


def _told(
    listed: Sequence[Elsewhere], words: str, chosen: Mapping[str, Sequence[str]]
) -> list[Elsewhere]:
    """Cities without a node that fit: but for its part of the world, nobody told what they are."""
    if any(values for facet, values in chosen.items() if facet != "region"):
        return []
    return named(listed, words, chosen["region"])


def _sorted(cards: list[Card], order: str) -> list[Card]:
    if order == "updated":
        return sorted(cards, key=lambda card: card.entry.profile.put.published, reverse=True)
    return cards


def _page_number(request: web.Request, total: int) -> int:
    text = request.query.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), max(1, -(-total // _PAGE)))
