"""``/desk/records``: what this node has published, to be corrected; ``/desk/withdraw/{name}``.

A withdrawal never waits for a second person. It can ask everyone to erase the text as well; both
are seen, by whoever looks at the address, for good.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.core.accounts import Duty
from node.core.drafts import called
from node.errors import Gone, NodeError, NotFound
from node.service.accounts import note_deed
from node.service.erase import erase
from node.service.index import catch_up
from node.service.publish import withdraw
from node.service.records import document_of, own_records
from node.service.reviews import audience_before
from node.store.ports import Audience, Held, audience_of
from node.web.context import home_of
from node.web.pages import own_profile, render, shell_of
from node.web.staff import PERSON, check_form, form_token, may
from node.web.written import written_at
from peers.log import EntryKind
from vocab.framework import load
from vocab.languages import LangMap
from vocab.terms import WithdrawalReason

__all__ = ["records", "take_back", "withdrawal"]

_MOST: Final = 500
"""Records that the page lists; the rest is found by search."""
_LONGEST: Final = 8000
"""Characters of a note; what is longer is cut by no one, and found by the shapes."""


async def records(request: web.Request) -> web.Response:
    """``/desk/records``: our own, newest first; withdrawn ones at the end."""
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    held = await own_records(home, withdrawn=True)
    held.sort(key=lambda one: (one.entry.kind is not EntryKind.DELETE, one.entry.published))
    rows = []
    for one in reversed(held[-_MOST:]):
        kind, title = await _named(request, one)
        rows.append(
            {
                "name": one.entry.object.rpartition("/")[2],
                "iri": one.entry.object,
                "kind": kind,
                "title": title,
                "held": one,
                "gone": one.entry.kind is EntryKind.DELETE,
                "public": audience_of(one.log) is Audience.PUBLIC,
            }
        )
    return await render(
        request,
        "own-records.html",
        shell,
        cache="no-store",
        person=person,
        token=form_token(request),
        rows=rows,
        more=max(0, len(held) - _MOST),
        may_write=may(person, Duty.AUTHOR, Duty.PUBLISHER),
        may_publish=may(person, Duty.PUBLISHER),
    )


async def withdrawal(request: web.Request) -> web.Response:
    """``/desk/withdraw/{name}``: the form that takes a record back."""
    return await _page(request)


async def take_back(request: web.Request) -> web.Response:
    """``POST /desk/withdraw/{name}``."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    written = await written_at(home, request.match_info["name"], withdrawn=True)
    said = {name: str(form.get(name, "")).strip() for name in ("reason", "note", "replaced")}
    tag, everywhere = str(form.get("text-tag", shell.language)), form.get("erase") == "1"
    note: LangMap = {tag: said["note"][: _LONGEST + 1]} if said["note"] else {}
    if not said["reason"]:
        problem = str(shell.words.say("Choose why it is taken back."))
        return await _page(request, problem=problem, said=said, status=422)
    try:
        await note_deed(home, person.id, "erase" if everywhere else "withdraw", written.key)
        if everywhere:
            await erase(home, written.key, said["reason"], note=note)
        else:
            await withdraw(
                home,
                written.key,
                said["reason"],
                note=note,
                replaced_by=said["replaced"] or None,
            )
    except NodeError as exc:
        return await _page(request, problem=str(exc), said=said, status=exc.status)
    await catch_up(home)
    to = shell.href(f"/desk/receipts/{written.name}")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    said: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    written = await written_at(home, request.match_info["name"], withdrawn=True)
    if await audience_before(home, written.key) is None:
        raise NotFound("Expected a record that this node has published, found none.")
    profile = await own_profile(home)
    return await render(
        request,
        "withdraw.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        written=written,
        reasons=[load().concept(str(one)) for one in WithdrawalReason],
        problem=problem,
        said=said or {"reason": "", "note": "", "replaced": ""},
        tongues=dict.fromkeys((shell.language, *(profile.working_languages if profile else ()))),
    )


async def _named(request: web.Request, held: Held) -> tuple[str, LangMap]:
    """Type and title of a record; of a withdrawn one, those of the version before."""
    home = home_of(request)
    for one in [held, *reversed(await home.ledger.versions(held.entry.object))]:
        try:
            document = document_of(one)
        except Gone:
            continue
        if document.get("type") != "Withdrawal":
            return str(document.get("type", "")), called(document)
    return "Withdrawal", {}
