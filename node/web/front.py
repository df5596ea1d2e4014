"""``/``: the front door, by role; ``/organizations/{host}``; pages of rules and explanations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from node.core.negotiate import media_type
from node.errors import NotFound
from node.service.directory import members
from node.service.discover import CityEntry, Found, found, host_of, put_of
from node.service.dumps import dumps
from node.service.home import Home
from node.service.lists import listed_networks
from node.store.ports import SearchWish
from node.web import shelf
from node.web.answers import HTML, Link
from node.web.city_cards import Card, card_of, places_of
from node.web.context import addresses_of, home_of
from node.web.formats import JSONLD, NTRIPLES, TURTLE, chosen
from node.web.pages import own_profile, render, shell_of
from node.web.problems import PROBLEMS
from node.web.queries import worked_queries
from node.web.records import PAGE_FIRST, answer, newest, profile_links
from node.web.texts import mark
from node.web.worldmap import HEIGHT, WIDTH, land, lay_out
from vocab.records import Organization

__all__ = ["STATEMENTS", "home", "organization", "statement"]

_DUMPS: Final = 40
_NEWEST: Final = 6
STATEMENTS: Final = {
    "about": mark("About this node"),
    "accessibility": mark("Accessibility"),
    "privacy": mark("Privacy"),
    "licence": mark("Licences"),
    "data": mark("Data"),
}
"""Pages that are text: ``/{name}``, each a template of its name."""


async def home(request: web.Request) -> web.Response:
    """``/``: of a city itself, of a network its members, of an observer what it has published.

    Asked for RDF, it leads to the record about who this is: ``/#city`` is the city itself.
    """
    here = home_of(request)
    accept = request.headers.get("Accept", "")
    if media_type(accept, [HTML, JSONLD, TURTLE, NTRIPLES]) not in {HTML, None}:
        raise web.HTTPSeeOther(here.profile_iri)
    entries = await shelf.cities(request)
    cards = await _cards(request, entries)
    shell = await shell_of(
        request, demonstration=any(shelf.is_demonstration(card.entry) for card in cards)
    )
    newest = await _newest(request)
    own = next((card for card in cards if card.entry.own), None)
    shown = await _members_only(request, cards) if shell.role == "network" else cards
    return await render(
        request,
        "home.html",
        shell,
        links=[Link(here.profile_iri, "describedby", {"type": JSONLD})],
        profile=await own_profile(here),
        own=own,
        cards=[card for card in shown if card is not own],
        newest=newest,
        totals=await _totals(request),
        names=await shelf.names(request),
        dots=lay_out(places_of(shell, shown)),
        land=land(),
        map_width=WIDTH,
        map_height=HEIGHT,
    )


async def organization(request: web.Request) -> web.Response:
    """``/organizations/{host}``: a network or an observer, and what it has published."""
    host = request.match_info["host"].lower().replace(":", "%3A")
    profiles = await found(home_of(request), kinds=["Organization"])
    one = next((one for one in profiles if host_of(one.put.agent) == host), None)
    if one is None or not isinstance(one.record, Organization):
        raise NotFound(f"{host}: expected a network or an observer that this node holds.")
    if chosen(request, PAGE_FIRST) != HTML:
        return await answer(request, await newest(request, one.put.iri), fixed=False)
    shell = await shell_of(request, demonstration=bool(one.record.demonstration))
    page = await home_of(request).text.search(
        SearchWish(filters={"city": (one.put.agent,)}, counts=("kind",), order="newest", limit=20)
    )
    return await render(
        request,
        "organization.html",
        shell,
        links=await profile_links(request, one.put.iri),
        found=one,
        organization=one.record,
        joined=_how_to_join(home_of(request)) if one.put.agent == home_of(request).agent else None,
        records=[Found(hit.put, put_of(hit.put)) for hit in page.hits],
        counts=page.facets.get("kind", ()),
        total=page.total,
        names=await shelf.names(request),
        size=(await home_of(request).ledger.head(one.put.log)).size,
    )


def _how_to_join(home: Home) -> tuple[str, str] | None:
    """Version and address of the data policy that applicants accept; ``None`` at no network."""
    asked = home.config.network
    if home.config.node.role != "network":
        return None
    return asked.data_policy, asked.data_policy_url or f"{home.base_url}/licence"


async def statement(request: web.Request) -> web.Response:
    """``/about``, ``/accessibility``, ``/privacy``, ``/licence``, ``/data``."""
    name = request.path.rpartition("/")[2]
    shell = await shell_of(request)
    return await render(
        request,
        f"{name}.html",
        shell,
        section="data" if name == "data" else "",
        heading=shell.words.say(STATEMENTS[name]),
        profile=await own_profile(home_of(request)),
        config=home_of(request).config,
        did=home_of(request).document.did.text,
        problems=PROBLEMS,
        worked=worked_queries(),
        base=addresses_of(request).base,
        totals=await _totals(request),
        dumps=(await dumps(home_of(request)))[:_DUMPS] if name == "data" else (),
    )


async def _cards(request: web.Request, entries: Sequence[CityEntry]) -> list[Card]:
    contacts = {one.log: one for one in await home_of(request).desk.contacts()}
    now = home_of(request).now()
    return [card_of(entry, contacts.get(entry.profile.put.log), now) for entry in entries]


async def _members_only(request: web.Request, cards: Sequence[Card]) -> list[Card]:
    """Members of this network, and those whom the list of another has brought."""
    admitted = {one.agent for one in await members(home_of(request)) if one.state == "member"}
    included = await listed_networks(home_of(request))
    return [
        card
        for card in cards
        if card.entry.agent in admitted
        or (card.entry.contact is not None and card.entry.contact.source in included)
    ]


async def _newest(request: web.Request) -> list[Found]:
    page = await home_of(request).text.search(
        SearchWish(filters={"kind": ("Practice",)}, order="newest", limit=_NEWEST)
    )
    return [Found(hit.put, put_of(hit.put)) for hit in page.hits]


async def _totals(request: web.Request) -> dict[str, int]:
    """How many records of each kind are held."""
    page = await home_of(request).text.search(SearchWish(counts=("kind",), limit=1))
    return {one.value: one.count for one in page.facets.get("kind", ())}
