"""``/rounds/{host}/{ulid}``: a pairing round with its reasons; and the document beside the record.

What is shown is the document that this node has checked, or made itself. A round that nobody here
has checked is named, and its pairs are left to the network that vouches for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.pairing import MICRO, ContextTerm, Unmatched
from node.core.rounds.published import Pair, Round
from node.core.rounds.report import BANDS, Group, Left
from node.errors import NotFound
from node.service.home import Home
from node.service.rounds import RoundView, held_text, result_of, rounds
from node.web import shelf
from node.web.addresses import host_of
from node.web.answers import Document, send
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.partners import said_of_context, why_not
from node.web.shell import Shell
from node.web.texts import mark

__all__ = ["document", "page"]

_PAGE: Final = 50
_LEFT: Final = 100
"""Cities without a pair that are listed; the document has all."""

_INCOME: Final = {
    "low": mark("Countries of low income"),
    "lower-middle": mark("Countries of lower middle income"),
    "upper-middle": mark("Countries of upper middle income"),
    "high": mark("Countries of high income"),
    "": mark("Income group of the country unknown"),
}


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A pair with what the two cities have in common, as sentences."""

    pair: Pair
    reasons: tuple[Markup, ...]


async def page(request: web.Request) -> web.Response:
    """A round; ``?start=`` how many pairs are before the first that is shown."""
    home = home_of(request)
    view = await _view(request, home)
    made = await result_of(home, view.iri)
    entries = {entry.agent: entry for entry in await shelf.cities(request)}
    invented = any(shelf.is_demonstration(one) for one in entries.values())
    shell = await shell_of(request, demonstration=invented)
    start = _start(request)
    pairs = made.pairs[start : start + _PAGE] if made else ()
    left = made.left[:_LEFT] if made else ()
    return await render(
        request,
        "round.html",
        shell,
        section="partners",
        view=view,
        made=made,
        names=await shelf.names(request),
        content_url=f"{view.iri}/result.json",
        path=f"/rounds/{host_of(view.iri)}/{view.iri.rpartition('/')[2]}",
        start=start,
        before=max(0, start - _PAGE) if start else None,
        after=start + _PAGE if made and start + _PAGE < len(made.pairs) else None,
        pairs=[Reasoned(one, tuple(_reasons(shell, one))) for one in pairs],
        left=[(one, _whys(shell, one)) for one in left],
        more_left=len(made.left) - len(left) if made else 0,
        groups=_groups(shell, made) if made else [],
    )


async def document(request: web.Request) -> web.Response:
    """``/pairing-round/{ulid}/result.json``: the bytes whose digest the record names."""
    home = home_of(request)
    iri = f"{home.base_url}/pairing-round/{request.match_info['ulid']}"
    text = await held_text(home, iri)
    if text is None:
        raise NotFound("Expected a round that this network has published, found none.")
    return await send(
        request,
        Document(body=text, media_type="application/json", cache="public, max-age=300"),
    )


async def _view(request: web.Request, home: Home) -> RoundView:
    host = request.match_info["host"].lower().replace(":", "%3A")
    end = f"/pairing-round/{request.match_info['ulid']}"
    for one in await rounds(home):
        if one.state == "published" and one.iri.endswith(end) and host_of(one.iri) == host:
            return one
    raise NotFound("Expected a round of a network that this node follows, found none.")


def _start(request: web.Request) -> int:
    text = request.query.get("start", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _reasons(shell: Shell, pair: Pair) -> list[Markup]:
    terms = [ContextTerm(name, Decimal(value) / MICRO) for name, value in pair.context.items()]
    return [said for term in terms if (said := said_of_context(shell, term))]


def _whys(shell: Shell, left: Left) -> list[tuple[str, Markup, str]]:
    return [
        (
            one.action,
            why_not(shell, Unmatched(one.action, one.reason, one.nearest or None)),
            one.nearest if one.reason != "full" else "",
        )
        for one in left.why
    ]


def _groups(shell: Shell, made: Round) -> list[tuple[Markup, Group]]:
    say = shell.words.say
    shown = [(say("All cities"), made.report.everyone)]
    for one in made.report.groups:
        match one.by:
            case "size":
                shown.append((_band(shell, one.name), one))
            case "income":
                shown.append((say(_INCOME[one.name]), one))
            case _:
                pass
    return shown


def _band(shell: Shell, name: str) -> Markup:
    say, number = shell.words.say, shell.words.number
    if not name:
        return say("Population unknown")
    above = [end for end in BANDS if end > int(name)]
    if not above:
        return say("%(low)s residents or more", low=number(int(name)))
    if name == "0":
        return say("Up to %(high)s residents", high=number(above[0]))
    return say("%(low)s to %(high)s residents", low=number(int(name)), high=number(above[0]))
