"""``/verify``: a record checked step by step, in plain words; ``/peers``: the nodes we follow.

Checking asks the record's own node. A stranger's wish makes us talk to nodes that we follow, and to
ourselves, and to nobody else; and only a few wishes at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.core.steps import Step
from node.service.contacts import Care, care_of
from node.service.home import Home
from node.service.keys import KeyNews, key_news
from node.service.regard import said_of
from node.service.verify import verify_url
from node.store.ports import Contact, Held
from node.web import shelf
from node.web.city_cards import freshness_of
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.texts import mark
from peers.did import did_of
from peers.errors import PeerError
from vocab.languages import LangMap

__all__ = ["CARES", "TURNS", "PeerView", "peer_view", "peers", "verify"]

_LENGTH: Final = 2048
_REFUSED: Final = 20
"""Quarantined entries that the page names for each peer."""


CARES: Final = {
    Care.ASK_THE_CITY: mark("Ask the city what happened; nothing more is taken from it."),
    Care.NOTHING_TAKEN: mark("Nothing is taken from it."),
    Care.SEE_WHY: mark(
        "It is tried again at least every hour; the command “intercity peers test ADDRESS” says "
        "more to the operator."
    ),
}


TURNS: Final = web.AppKey("turns", asyncio.Semaphore)
"""How many checks run at once."""


@dataclass(frozen=True, slots=True)
class PeerView:
    """A peer as the page shows it.

    Attributes:
        size: Entries of its log that we hold and have verified.
        behind: Entries that its last checkpoint named and we do not hold.
        said: What its checkpoint lacks: a sign of life, or witnesses.
        keys: How its keys have changed by its log's own word; None where they have not.
        care: What is to be done about it.
        agent: IRI of the city or organization, where we know it.
    """

    contact: Contact
    host: str
    size: int
    behind: int
    freshness: str
    said: str
    keys: KeyNews | None
    care: Care
    agent: str
    refused: tuple[Held, ...]
    refused_total: int


async def verify(request: web.Request) -> web.Response:
    """``/verify?u=`` an address of a record, ours or of a node that we follow."""
    address = request.query.get("u", "").strip()[:_LENGTH]
    shell = await shell_of(request)
    steps: list[Step] = []
    problem, status = "", 200
    if address:
        turns = request.config_dict[TURNS]
        if not await _may_ask(home_of(request), _whole(address)):
            problem, status = "stranger", 403
        elif turns.locked():
            problem, status = "busy", 429
        else:
            async with turns:
                steps = await verify_url(home_of(request), _whole(address))
    return await render(
        request,
        "verify.html",
        shell,
        status=status,
        cache="no-store",
        address=address,
        steps=steps,
        problem=problem,
        holds=bool(steps) and all(step.ok for step in steps),
    )


async def peers(request: web.Request) -> web.Response:
    """``/peers``."""
    home = home_of(request)
    shell = await shell_of(request)
    names = await shelf.names(request)
    views = [await peer_view(home, one, names) for one in await home.desk.contacts()]
    views.sort(key=lambda view: (view.contact.state == "following", view.host))
    return await render(
        request,
        "peers.html",
        shell,
        cache="no-cache",
        views=views,
        names=names,
        cares={care: shell.words.say(sentence) for care, sentence in CARES.items()},
    )


async def peer_view(home: Home, contact: Contact, names: Mapping[str, LangMap]) -> PeerView:
    """A peer as pages show it; ``names``: of every city and organization that is held."""
    size = (await home.ledger.head(contact.log)).size
    refused = await home.ledger.quarantined(contact.log)
    agents = [f"{contact.base_url}/#{kind}" for kind in ("city", "organization")]
    return PeerView(
        contact=contact,
        host=urlsplit(contact.base_url).netloc,
        size=size,
        behind=max(0, contact.size - size),
        freshness=freshness_of(contact, home.now()),
        said=await said_of(home, contact),
        keys=await key_news(home, contact.log),
        care=care_of(contact),
        agent=next((one for one in agents if one in names), ""),
        refused=tuple(refused[:_REFUSED]),
        refused_total=len(refused),
    )


async def _may_ask(home: Home, address: str) -> bool:
    """Whether an address is ours, or of a node that our operator chose to follow."""
    try:
        did = did_of(address.partition("?")[0].partition("#")[0])
    except PeerError:
        return False
    contact = await home.desk.contact(did.text)
    return did == home.document.did or (contact is not None and contact.state != "blocked")


def _whole(address: str) -> str:
    """What was typed as an address: without a scheme, https is meant."""
    return address if "://" in address else f"https://{address}"
