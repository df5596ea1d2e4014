"""``/reports/{year}``: a city's year, and ``…/vlr``, its chapter for a Voluntary Local Review; at
``/desk/reports`` the same while it is being prepared.

A year is public once the city has published its own report of it. Until then staff alone see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from node.core.accounts import Duty
from node.core.report import next_reaffirmation, prefilled
from node.errors import NotFound
from node.service.drafts import add_notes, drafts
from node.service.home import Home
from node.service.reviews import save_draft
from node.service.yearly import years_reported
from node.store.ports import Audience
from node.web.answers import REVALIDATE, Document, Link, send
from node.web.context import home_of
from node.web.pages import VARY, own_profile, render, shell_of
from node.web.paper import can_print
from node.web.report_files import FORMS, Gathered, gathered, written_as
from node.web.staff import PERSON, check_form, form_token, may
from node.web.texts import mark
from node.web.written import begun
from vocab.framework import load
from vocab.records import KINDS, City
from vocab.terms import FW

__all__ = ["begin", "chapter", "desk", "desk_chapter", "desk_year", "listing", "year"]

_KIND: Final = "ProgressReport"
_FILES: Final = ("docx", "pdf", "xlsx", "jsonld")
_FROM_LAST: Final = mark("From last year's report")
_LOOK: Final = mark("Setbacks and who was consulted stand as they were: say what holds now.")


async def listing(request: web.Request) -> web.Response:
    """``/reports``: the years that the city has reported on."""
    shell = await shell_of(request)
    years = await years_reported(home_of(request))
    return await render(request, "reports.html", shell, years=years)


async def year(request: web.Request) -> web.Response:
    """``/reports/{year}``, and its files ``.docx``, ``.pdf``, ``.xlsx``, ``.jsonld``."""
    return await _public(request, vlr=False)


async def chapter(request: web.Request) -> web.Response:
    """``/reports/{year}/vlr``, and its files."""
    return await _public(request, vlr=True)


async def desk(request: web.Request) -> web.Response:
    """``/desk/reports``: every year that there is something to report on, the newest first."""
    home, shell = home_of(request), await shell_of(request)
    today = home.now().date()
    profile = await own_profile(home)
    reaffirmed = next_reaffirmation(profile if isinstance(profile, City) else None, today)
    return await render(
        request,
        "desk_reports.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        years=range(today.year, await _first_year(home) - 1, -1),
        reported=await years_reported(home),
        reaffirmed=reaffirmed.isoformat(),
        left=(reaffirmed - today).days,
    )


async def desk_year(request: web.Request) -> web.Response:
    """``/desk/reports/{year}``: item by item, what is still true, and the report as it stands."""
    if request.match_info["suffix"]:
        return await _file(request, vlr=False, cache="no-store")
    home, shell, found = home_of(request), await shell_of(request), await _gathered(request)
    waiting = await _drafts_of(home, found.report.year)
    return await render(
        request,
        "desk_report.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        found=found.report,
        blocks=found.text(shell, vlr=False),
        here=True,
        files=await _offered(),
        waiting=waiting,
        may_write=may(request[PERSON], Duty.AUTHOR, Duty.PUBLISHER),
        done=request.query.get("done", "")[:3],
    )


async def desk_chapter(request: web.Request) -> web.Response:
    """``/desk/reports/{year}/vlr``: the chapter before the year is public."""
    return await _shown(request, vlr=True, cache="no-store")


async def begin(request: web.Request) -> web.Response:
    """``POST /desk/reports/{year}``: a draft of the city's own report, prefilled."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, shell, found = home_of(request), await shell_of(request), await _gathered(request)
    waiting = await _drafts_of(home, found.report.year)
    if waiting:
        name = waiting[0]
    elif found.report.report:
        name = found.report.report.iri.rpartition("/")[2]
    else:
        written = begun(home, _KIND)
        framework = f"{FW}{load().version.rpartition('.')[0]}/"
        made = {**written.document, **prefilled(found.report, framework)}
        await save_draft(home, request[PERSON].id, written.key, made, None)
        if found.report.previous:
            say = shell.words.say
            await add_notes(home, written.key, {str(say(_FROM_LAST)): str(say(_LOOK))})
        name = written.name
    to = shell.href(f"/desk/drafts/{name}/basics")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _public(request: web.Request, *, vlr: bool) -> web.Response:
    found = await _gathered(request)
    if found.report.report is None:
        raise NotFound(
            f"Expected a year that the city has published its report of, found {found.report.year}."
        )
    return await _shown(request, vlr=vlr, cache=REVALIDATE, found=found)


async def _shown(
    request: web.Request, *, vlr: bool, cache: str, found: Gathered | None = None
) -> web.Response:
    """The page, or the file that its address asks for."""
    if request.match_info["suffix"]:
        return await _file(request, vlr=vlr, cache=cache)
    found = found or await _gathered(request)
    shell = await shell_of(request)
    path = request.path.removeprefix(shell.addresses.prefix)
    report = found.report.report
    return await render(
        request,
        "report.html",
        shell,
        cache=cache,
        links=[
            Link(shell.addresses.whole(f"{path}.{form}"), "alternate", {"type": FORMS[form]})
            for form in await _offered()
        ],
        found=found.report,
        blocks=found.text(shell, vlr=vlr),
        here=True,
        vlr=vlr,
        stem=path,
        files=await _offered(),
        public=cache == REVALIDATE,
        own=report.iri if report else "",
    )


async def _file(request: web.Request, *, vlr: bool, cache: str) -> web.Response:
    form = request.match_info["suffix"].removeprefix(".")
    shell, found = await shell_of(request), await _gathered(request)
    name = f"{'vlr' if vlr else 'report'}-{found.report.year}-{shell.language}.{form}"
    return await send(
        request,
        Document(
            body=await written_as(form, found, shell, vlr=vlr),
            media_type=FORMS[form],
            cache=cache,
            vary=VARY,
            compress=form == "jsonld",
            open=cache == REVALIDATE,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        ),
    )


async def _gathered(request: web.Request) -> Gathered:
    home, asked = home_of(request), int(request.match_info["year"])
    if not await _first_year(home) <= asked <= home.now().year:
        raise NotFound(f"Expected a year since this node was made, found {asked}.")
    return await gathered(home, asked)


async def _offered() -> Sequence[str]:
    prints = await asyncio.to_thread(can_print)
    return [form for form in _FILES if form != "pdf" or prints]


async def _first_year(home: Home) -> int:
    """The year in which the log was begun."""
    [genesis] = await home.ledger.entries(home.logs[Audience.PUBLIC], 0, 1)
    return int(genesis.entry.published[:4])


async def _drafts_of(home: Home, year: int) -> list[str]:
    """Drafts of a report whose period ends in the year: what the desk calls them."""
    waiting = await drafts(home, f"/{KINDS[_KIND]}/")
    return [
        key.rpartition("/")[2]
        for key, one in waiting.items()
        if str(one.get("periodEnd", "")).startswith(str(year))
    ]
