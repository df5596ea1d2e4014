"""Cities without a node here, known by what others say of them: ``/places/{key}``.

``key`` is a number of GeoNames, or the host of a node that is not followed. Nothing on these pages
is a city's own word; as soon as the city's own node is followed, its own page takes their place.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from node.core.countries import country
from node.core.places import place_at
from node.errors import NotFound
from node.service.discover import Elsewhere
from node.web import shelf
from node.web.addresses import place_key
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.worldmap import Place
from vocab.records import Assessment, City

__all__ = ["named", "one", "spots"]


async def one(request: web.Request) -> web.Response:
    """``/places/{key}``; where the city has a node here, its own page."""
    key = request.match_info["host"]
    listed = await shelf.elsewhere(request)
    city = next((it for it in listed if place_key(it.iri) == key), None)
    shell = await shell_of(request)
    if city is None:
        raise web.HTTPSeeOther(shell.href(f"/cities/{await _own_page(request, key)}"))
    place = place_at(city.iri)
    return await render(
        request,
        "place.html",
        shell,
        section="cities",
        city=city,
        place=place,
        region=country(city.country).region,
        names=await shelf.names(request),
        actions={it.record.action for it in city.said if isinstance(it.record, Assessment)},
    )


async def _own_page(request: web.Request, key: str) -> str:
    for entry in await shelf.cities(request):
        profile = entry.profile.record
        place = profile.place if isinstance(profile, City) else None
        if key in {entry.host, place_key(place or entry.agent)}:
            return entry.host
    raise NotFound(f"{key}: expected a city that somebody speaks of in a record held here.")


def named(listed: Sequence[Elsewhere], words: str, regions: Sequence[str]) -> list[Elsewhere]:
    """Those whose name has every word, and that lie in one of the regions, if any is asked for."""
    wanted = words.casefold().split()
    return [
        city
        for city in listed
        if all(word in " ".join(city.name.values()).casefold() for word in wanted)
        and (not regions or country(city.country).region in regions)
    ]


def spots(shell: Shell, listed: Sequence[Elsewhere]) -> list[Place]:
    """Where they lie, as far as that is known."""
    return [
        Place(
            shell.plain(city.name),
            shell.href(f"/places/{place_key(city.iri)}"),
            place.latitude,
            place.longitude,
            kind="told",
        )
        for city in listed
        if (place := place_at(city.iri)) is not None
    ]
