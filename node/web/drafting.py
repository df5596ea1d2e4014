"""``/desk/{records}/new`` and ``/desk/drafts/{name}``: a record is written, part by part.

Every part is saved by itself, whatever is in it; nothing that was sent is lost. Going to another
part, or to another language of the same part, saves first. Where two people write in one part at
once, the second is shown both versions.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web
from multidict import MultiDictProxy

from node.core.accounts import Duty
from node.core.forms import (
    Section,
    filled,
    form_of,
    part_of,
    place_of,
    section_of,
    sections_of,
    steps_of,
)
from node.errors import NotFound
from node.service.accounts import people
from node.service.drafts import add_notes, drop_draft, notes_of, review_of
from node.service.reviews import note_drop, save_draft
from node.web.addresses import PLURALS
from node.web.context import home_of
from node.web.forms import FormView, place_label, seen_of, tabs_of, violations
from node.web.pages import own_profile, render, shell_of
from node.web.referring import known_for
from node.web.shell import Shell
from node.web.staff import LATE_SAVE, PERSON, check_form, form_token, may
from node.web.written import Written, begun, view_of_draft, whole_of, written_at
from peers.encoding import JsonObject
from vocab.framework import load
from vocab.records import KINDS, City, Organization

__all__ = ["drop", "form_sent", "form_values", "new", "overview", "part", "save"]

LARGEST: Final = 1024 * 1024
"""Bytes of a form: a part with eight long texts in any script fits."""
_TRIES: Final = 5
_CHANGED: Final = 409


async def new(request: web.Request) -> web.Response:
    """``/desk/{records}/new``: the first part, empty. ``?action=S3`` says what it is about."""
    home, kind = home_of(request), _kind_of(request.match_info["plural"])
    action = load().action(request.query.get("action", ""))
    return await _page(request, begun(home, kind, action), Section.BASICS)


async def part(request: web.Request) -> web.Response:
    """``/desk/drafts/{name}/{section}``: one part, as it stands."""
    written = await written_at(home_of(request), request.match_info["name"])
    return await _page(request, written, _section(request, written.kind))


async def save(request: web.Request) -> web.Response:
    """``POST /desk/drafts/{name}/{section}``: keep it, and go where its writer wants to go."""
    form = await form_sent(request)
    check_form(request, form.get("token"))
    home, shell = home_of(request), await shell_of(request)
    name, tag = request.match_info["name"], str(form.get("text-tag", ""))[:40]
    sent = {key: [str(one) for one in form.getall(key)] for key in form}
    for _ in range(_TRIES):
        written = await written_at(home, name, kind=str(form.get("record-kind", "")))
        section = _section(request, written.kind)
        made = filled(written.kind, section, written.document, tag, sent, shell.language)
        stored = part_of(written.kind, section, written.document, tag)
        if form.get("as-seen") != seen_of(written.kind, section, written.document, tag):
            mine = part_of(written.kind, section, made, tag)
            others = {
                one: _shown(stored.get(one, ""))
                for one in dict.fromkeys((*stored, *mine))
                if stored.get(one) != mine.get(one)
            }
            if others and LATE_SAVE in request:
                # Nothing can be shown, and nothing of either is lost: it is kept beside the draft.
                beside = {
                    place_label(written.kind, steps_of(one), shell.language): _shown(mine[one])
                    for one in others
                    if one in mine
                }
                await add_notes(home, written.key, beside)
                return _go(shell, written, section, tag, form)
            if others:
                return await _page(
                    request, written, section, made=made, tag=tag, others=others, status=_CHANGED
                )
        if await save_draft(home, request[PERSON].id, written.key, made, written.draft):
            return _go(shell, written, section, tag, form)
    raise web.HTTPServiceUnavailable(
        text="Expected the draft to stand still for a moment; others write in it. Send it again."
    )


async def overview(request: web.Request) -> web.Response:
    """``/desk/drafts/{name}``: the draft as it would be published, and what it still needs."""
    home, shell = home_of(request), await shell_of(request)
    written = await written_at(home, request.match_info["name"])
    findings = violations(whole_of(home, written.document), shell.language)
    return await render(
        request,
        "draft.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        written=written,
        saved=request.query.get("saved", "") == "1",
        findings=[(one, section_of(written.kind, str(place_of(one)[0]))) for one in findings],
        view=None if findings else await view_of_draft(home, shell, written),
        may_write=may(request[PERSON], Duty.AUTHOR, Duty.PUBLISHER),
    )


async def drop(request: web.Request) -> web.Response:
    """``POST /desk/drafts/{name}/drop``: forget a draft; what is published stays."""
    check_form(request, (await request.post()).get("token"))
    home, shell = home_of(request), await shell_of(request)
    written = await written_at(home, request.match_info["name"])
    await note_drop(home, request[PERSON].id, written.key)
    await drop_draft(home, written.key)
    return web.Response(status=303, headers={"Location": shell.href("/desk")})


async def form_sent(request: web.Request) -> MultiDictProxy[Any]:
    """The fields of a form, which may be larger than other posts."""
    return await request.clone(client_max_size=LARGEST).post()


async def _page(
    request: web.Request,
    written: Written,
    section: Section,
    *,
    made: JsonObject | None = None,
    tag: str = "",
    others: dict[str, Any] | None = None,
    status: int = 200,
) -> web.Response:
    shell = await shell_of(request)
    values = await form_values(request, shell, written, section, made=made, tag=tag, others=others)
    return await render(request, "form.html", shell, status=status, cache="no-store", **values)


async def form_values(
    request: web.Request,
    shell: Shell,
    written: Written,
    section: Section,
    *,
    made: JsonObject | None = None,
    tag: str = "",
    others: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What ``form.html`` shows of a part.

    Args:
        made: What stands in the fields, where it is not what is kept.
        tag: The language of texts; empty where the page says, or the draft.
        others: Name of a control → what somebody else saved there meanwhile.
    """
    home = home_of(request)
    document = made if made is not None else written.document
    working = _working(await own_profile(home))
    asked = tag or request.query.get("text", "")[:80]
    tag, tabs = tabs_of(written.kind, document, working, asked, shell.language)
    new = written.draft is None and written.published is None
    findings = violations(whole_of(home, document), shell.language)
    view = FormView(
        shell=shell,
        kind=written.kind,
        section=section,
        document=document,
        tag=tag,
        controls=form_of(written.kind, section, document, tag),
        findings=[] if new and made is None else findings,
        others=others or {},
        known=await known_for(home, (one.key for one in sections_of(written.kind)[section])),
        comments=(await review_of(home, written.key)).comments,
        names={one.id: one.name for one in await people(home)},
    )
    return {
        "person": request[PERSON],
        "token": form_token(request),
        "f": view,
        "written": written,
        "new": new,
        "tabs": tabs,
        # What a new form suggests is kept nowhere yet.
        "seen": seen_of(written.kind, section, {} if new else written.document, tag),
        "saved": request.query.get("saved", "") == "1",
        "notes": {} if new else await notes_of(home, written.key),
        "guides": _guides(document),
    }


def _go(
    shell: Shell, written: Written, section: Section, tag: str, form: MultiDictProxy[Any]
) -> web.Response:
    """Where the pressed button leads, after saving."""
    wish, _, value = str(form.get("go", "save")).partition(":")
    sections = list(sections_of(written.kind))
    here = f"/desk/drafts/{written.name}"
    to = f"{here}/{section}"
    asked: dict[str, str] = {"text": tag, "saved": "1"}
    if wish == "part" and value in sections:
        to = f"{here}/{value}"
    elif wish == "text":
        asked["text"] = value[:40]
    elif wish == "other":
        asked["text"] = str(form.get("other-tag", ""))[:80] or tag
    elif wish == "next":
        after = sections[sections.index(section) + 1 :]
        to = f"{here}/{after[0]}" if after else here
    elif wish == "look":
        to = here
    elif wish == "publish":
        to = f"/desk/publish/{written.name}"
    return web.Response(status=303, headers={"Location": shell.href(to, **asked)})


def _section(request: web.Request, kind: str) -> Section:
    """The part that an address names, where this type has it.

    Raises:
        NotFound: It has not.
    """
    asked = request.match_info["section"]
    if asked not in list(sections_of(kind)):
        expected = ", ".join(sections_of(kind))
        raise NotFound(f"expected a part of this record ({expected}), found {asked[:40]!r}")
    return Section(asked)


def _kind_of(plural: str) -> str:
    """The type that a segment of pages names."""
    segment = next(one for one, many in PLURALS.items() if many == plural)
    return next(kind for kind, one in KINDS.items() if one == segment)


def _working(profile: City | Organization | None) -> tuple[str, ...]:
    return profile.working_languages if profile else ()


def _shown(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _guides(document: JsonObject) -> list[Any]:
    """The framework's words on the actions that a draft is about: the first few."""
    said = document.get("action") or document.get("classification") or []
    iris = said if isinstance(said, list) else [said]
    actions = [one for one in load().actions if one.iri in iris]
    return actions[:3]
