"""``/desk``: what waits for whoever is signed in, and the drafts that may be published."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from node.core.accounts import Duty
from node.core.drafts import called
from node.core.personal import traces
from node.core.review import Review
from node.errors import Invalid, NodeError
from node.service.accounts import note_deed
from node.service.drafts import draft, drafts, notes_of, publish_drafts
from node.service.index import catch_up
from node.service.reviews import reviews, why_not_yet
from node.store.ports import Audience
from node.web.addresses import PLURALS
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token, may
from node.web.upnext import up_next
from peers.encoding import JsonObject
from vocab.records import KINDS
from vocab.shapes import Severity, check

__all__ = ["WRITTEN", "page", "publish"]

_SHOWN: Final = 100
"""Drafts on one page of the list."""
WRITTEN: Final = (
    "Practice",
    "Strategy",
    "Commitment",
    "Need",
    "Offer",
    "Body",
    "Study",
    "Agreement",
    "Indicator",
    "ObservationSet",
    "Submission",
    "Recommendation",
    "Assessment",
)
"""Types that the desk offers to begin, what cities write most first."""


async def page(request: web.Request) -> web.Response:
    """``/desk``."""
    return await _page(request)


async def publish(request: web.Request) -> web.Response:
    """``POST /desk/publish``: the chosen drafts, all of them or none."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, keys = home_of(request), [str(key) for key in form.getall("draft", [])]
    shell = await shell_of(request)
    if not keys:
        return await _page(request, problem=shell.words.say("Choose at least one draft."))
    for key in keys:
        if traces(await draft(home, key)):
            problem = shell.words.say(
                "One of these may be about persons: publish it from its own page, where that is "
                "looked at."
            )
            return await _page(request, problem=problem, status=422)
        await note_deed(home, request[PERSON].id, "publish", key)
    try:
        receipts = await publish_drafts(
            home, keys, audience=Audience.PUBLIC, language=shell.language
        )
    except Invalid as exc:
        return await _page(request, problem=str(exc), findings=exc.findings, status=422)
    except NodeError as exc:
        return await _page(request, problem=str(exc), status=exc.status)
    await catch_up(home)
    return await _page(request, receipts=receipts)


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    findings: tuple[object, ...] = (),
    receipts: list[Any] | None = None,
    status: int = 200,
) -> web.Response:
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    kept = await drafts(home)
    pages = max(1, -(-len(kept) // _SHOWN))
    page = min(_number(request.query.get("page", "")), pages)
    newest = sorted(kept, key=lambda key: key.rpartition("/")[2], reverse=True)
    known = await reviews(home)
    rows = [
        _row(shell, key, one, await notes_of(home, key), known.get(key, Review()))
        for key, one in ((key, kept[key]) for key in newest[(page - 1) * _SHOWN : page * _SHOWN])
    ]
    for row in rows:
        row["waits"] = await why_not_yet(home, str(row["key"]))
    return await render(
        request,
        "desk.html",
        shell,
        status=status,
        cache="no-store",
        person=person,
        token=form_token(request),
        rows=rows,
        todo=await up_next(home, shell, person, {key: kept[key] for key in newest}, known),
        page=page,
        pages=pages,
        problem=problem,
        findings=findings,
        receipts=receipts or [],
        may_write=may(person, Duty.AUTHOR, Duty.PUBLISHER),
        kinds=[(PLURALS[KINDS[kind]], kind) for kind in WRITTEN],
        profile=shell.href(f"/desk/drafts/{home.profile_iri.rpartition('/')[2]}/basics"),
        may_publish=may(person, Duty.PUBLISHER),
    )


def _number(text: str) -> int:
    """A page's number, from 1."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _row(
    shell: Shell, key: str, document: JsonObject, notes: dict[str, str], review: Review
) -> dict[str, Any]:
    """A draft in the list: its type, its title, and what keeps it from being published."""
    asked = check({"version": 1, **document}, shell.language)
    wrong = [one for one in asked if one.severity is Severity.VIOLATION]
    return {
        "key": key,
        "name": key.rpartition("/")[2],
        "kind": str(document.get("type", "")),
        "title": called(document),
        "wrong": wrong,
        "notes": notes,
        "review": review,
        "persons": bool(traces(document)),
    }
