"""``/movement/{year}``: the state of the movement, as a page with charts, CSV and JSON.

A network counts its members; any other node every city that it holds. Nothing here ranks cities:
figures are of parts of the world and of actions, each with its denominator.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final, NamedTuple

from aiohttp import web

from node.core.movement import Movement, as_json, movement, write_csv, years
from node.errors import NotFound
from node.service.dumps import known_versions
from node.service.home import Home
from node.web import shelf
from node.web.answers import Document, Link, send
from node.web.context import addresses_of, home_of
from node.web.formats import CSV
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.twins import JSON
from peers.encoding import jcs
from vocab.framework import Action, load

__all__ = ["newest", "one"]


class Line(NamedTuple):
    """One row of a chart: what it is of, and its figures with their shares of all cities."""

    of: Action | str
    figures: list[tuple[str, float]]


_FORMS: Final = {".csv": CSV, ".json": JSON}


async def newest(request: web.Request) -> web.StreamResponse:
    """``/movement``: leads to this year."""
    shell = await shell_of(request)
    raise web.HTTPSeeOther(shell.href(f"/movement/{home_of(request).now().year}"))


async def one(request: web.Request) -> web.Response:
    """``/movement/{year}``, and its files ``.csv`` and ``.json``."""
    year, suffix = int(request.match_info["year"]), request.match_info["suffix"]
    home, here = home_of(request), addresses_of(request)
    offered, counted = await _counted(request, year)
    if suffix:
        body = write_csv(counted) if suffix == ".csv" else jcs(as_json(counted))
        return await send(request, Document(body=body, media_type=_FORMS[suffix]))
    entries = await shelf.cities(request)
    shell = await shell_of(request, demonstration=any(map(shelf.is_demonstration, entries)))
    return await render(
        request,
        "movement.html",
        shell,
        section="cities",
        links=[
            Link(here.whole(f"/movement/{year}{form}"), "alternate", {"type": media})
            for form, media in _FORMS.items()
        ],
        counted=counted,
        years=offered,
        now=year == home.now().year,
        whole=counted.whole,
        by_region=[
            Line(_region(shell, part.region), _shares([part.cities], counted.whole.cities))
            for part in counted.parts
        ],
        by_action=[
            (
                area,
                [
                    _covered(counted, action)
                    for action in load().actions
                    if action.area == area.slug
                ],
            )
            for area in load().scheme("area")
        ],
        actions=load().actions,
        region=partial(_region, shell),
    )


def _covered(counted: Movement, action: Action) -> Line:
    """How many of all cities report on an action, and in how many it is in place."""
    coverage = counted.whole.actions[action.code]
    figures = [coverage.reported, coverage.states.get("in-place", 0)]
    return Line(action, _shares(figures, counted.whole.cities))


def _shares(figures: list[int], of: int) -> list[tuple[str, float]]:
    return [(str(figure), figure / of if of else 0.0) for figure in figures]


def _region(shell: Shell, code: str) -> str:
    return shell.words.place(code) if code else str(shell.words.say("part of the world not known"))


async def _counted(request: web.Request, year: int) -> tuple[list[int], Movement]:
    home = home_of(request)
    offered, counted = await shelf.kept(
        request, f"movement {year} {home.now().date()}", lambda: _count(home, year)
    )
    if year not in offered:
        raise NotFound(f"{year}: expected a year from {offered[-1]} to {offered[0]}.")
    return offered, counted


async def _count(home: Home, year: int) -> tuple[list[int], Movement]:
    known, today = await known_versions(home), home.now().date()
    network = home.agent if home.config.node.role == "network" else ""
    counted = await asyncio.to_thread(movement, known, year, today, network)
    return years(known, today), counted
