"""``/compare?c=…``: two to four cities beside each other, action by action, as each reports itself.

Nothing is counted up or ranked: a row shows what each city says of one action, and the cities stand
in the order in which the reader chose them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from node.errors import NotFound
from node.service.discover import CityEntry, CityPicture, Found
from node.web import shelf
from node.web.answers import Link
from node.web.city_cards import freshness
from node.web.context import home_of
from node.web.facade import Block
from node.web.formats import JSONLD
from node.web.pages import render, shell_of
from vocab.framework import Action
from vocab.records import City

__all__ = ["compare"]

LEAST: Final = 2
MOST: Final = 4
_LONGEST: Final = 260
"""Characters of a host that are looked at, as in the paths of cities."""


@dataclass(frozen=True, slots=True)
class Column:
    """One city of the comparison."""

    picture: CityPicture
    city: City
    blocks: Mapping[str, Block]
    practices: Mapping[str, int]
    freshness: str

    @property
    def entry(self) -> CityEntry:
        return self.picture.entry

    def said(self, action: Action) -> Sequence[Found]:
        """What the city says of an action: of the whole city first, then of districts."""
        return self.picture.statuses.get(action.iri, ())


async def compare(request: web.Request) -> web.Response:
    """``/compare``: without two cities that are held, the page asks for them."""
    asked = _asked(request)
    columns, absent = [], []
    for host in asked[:MOST]:
        column = await _column(request, host)
        if column is None:
            absent.append(host.replace("%3A", ":"))
        else:
            columns.append(column)
    entries = await shelf.cities(request)
    shown = entries if len(columns) < LEAST else [one.entry for one in columns]
    shell = await shell_of(request, demonstration=any(shelf.is_demonstration(one) for one in shown))
    return await render(
        request,
        "compare.html",
        shell,
        section="cities",
        links=[Link(one.entry.profile.put.iri, "describedby", {"type": JSONLD}) for one in columns],
        columns=columns,
        entries=entries,
        chosen=[one.entry.host for one in columns],
        absent=absent,
        over=len(asked) > MOST,
        least=LEAST,
        most=MOST,
    )


def _asked(request: web.Request) -> list[str]:
    """Hosts in the order asked for, each once; forms send empty ones too."""
    said = (one[:_LONGEST].strip().lower() for one in request.query.getall("c", []))
    return list(dict.fromkeys(one.replace(":", "%3A").replace("%3a", "%3A") for one in said if one))


async def _column(request: web.Request, host: str) -> Column | None:
    try:
        picture = await shelf.picture(request, host)
    except NotFound:
        return None
    city = picture.entry.profile.record
    if not isinstance(city, City):
        return None
    home = home_of(request)
    log = picture.entry.profile.put.log
    contact = next((one for one in await home.desk.contacts() if one.log == log), None)
    return Column(
        picture=picture,
        city=city,
        blocks=shelf.blocks_of(picture),
        practices=Counter(
            action for one in picture.practices for action in getattr(one.record, "action", ())
        ),
        freshness=freshness(picture.entry, contact, home.now()),
    )
