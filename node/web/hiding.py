"""What those who run this node have hidden: the notice in a record's place, the list, the desk.

The notice says who hid it, when and why, and leads to the record at its own address; ``/hidden`` is
the list that everybody may read, ``/desk/hidden`` where admins keep it.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from aiohttp import web

from node.core.hidden import REASONS, Hidden
from node.errors import NodeError
from node.service.hiding import check_shown, hidden, hide, unhide
from node.service.records import find_iri
from node.web.addresses import PLURALS
from node.web.answers import HTML, REVALIDATE, Link
from node.web.context import addresses_of, home_of
from node.web.formats import chosen
from node.web.pages import render, shell_of
from node.web.records import PAGE_FIRST
from node.web.staff import PERSON, check_form, form_token
from node.web.texts import mark

__all__ = ["change", "desk", "hidden_here", "listing"]

_LENGTH: Final = 2048
_SINGULAR: Final = {plural: singular for singular, plural in PLURALS.items()}
_WORDS: Final = {
    "persons": mark("It tells of persons who can be recognized."),
    "unlawful": mark("It is against the law where this node is."),
    "identity": mark("It pretends to be another city's."),
    "off-topic": mark("It is about something else than human rights in a city."),
    "spam": mark("It is an advertisement."),
    "other": mark("For another reason; ask those who run this node."),
}


async def hidden_here(request: web.Request, notice: Hidden) -> web.Response:
    """The notice, where the record would be; programs get problem details.

    Raises:
        HiddenHere: The client would rather have data.
    """
    if chosen(request, PAGE_FIRST) != HTML:
        await check_shown(home_of(request), notice.iri)
    shell = await shell_of(request)
    return await render(
        request,
        "hidden.html",
        shell,
        status=410,
        links=[Link(notice.iri, "canonical")],
        notice=notice,
        why=shell.words.say(_WORDS[notice.reason]),
    )


async def listing(request: web.Request) -> web.Response:
    """``/hidden``."""
    return await _page(request, "hidden_list.html")


async def desk(request: web.Request) -> web.Response:
    """``/desk/hidden``."""
    return await _desk(request)


async def change(request: web.Request) -> web.Response:
    """``POST /desk/hidden``: hide a record, or show it again."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, written = home_of(request), str(form.get("record", "")).strip()[:_LENGTH]
    iri = await _iri_of(request, written)
    try:
        if form.get("do") == "unhide":
            await unhide(home, iri, request[PERSON].id)
        else:
            await hide(home, iri, str(form.get("reason", "")), request[PERSON].id)
    except NodeError as fault:
        return await _desk(request, problem=str(fault), record=written)
    return await _desk(request, done=True)


async def _iri_of(request: web.Request, written: str) -> str:
    """A record's own address, from that or from the address of our page about it."""
    bare = written.partition("?")[0].partition("#")[0].partition("/v/")[0]
    match bare.removeprefix(addresses_of(request).base).split("/"):
        case ["", plural, host, ulid] if plural in _SINGULAR:
            found = await find_iri(
                home_of(request),
                unquote(host).lower().replace(":", "%3A"),
                f"/{_SINGULAR[plural]}/{ulid}",
            )
            return found or written
    return bare


async def _desk(
    request: web.Request, *, problem: str = "", done: bool = False, record: str = ""
) -> web.Response:
    say = (await shell_of(request)).words.say
    return await _page(
        request,
        "desk_hidden.html",
        status=422 if problem else 200,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        reasons=[(reason, say(_WORDS[reason])) for reason in REASONS],
        problem=problem,
        done=done,
        record=record,
    )


async def _page(
    request: web.Request, template: str, *, cache: str = REVALIDATE, **values: Any
) -> web.Response:
    shell = await shell_of(request)
    rows = [(one, shell.words.say(_WORDS[one.reason])) for one in await hidden(home_of(request))]
    return await render(request, template, shell, cache=cache, rows=rows, **values)
