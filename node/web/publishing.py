"""``/desk/publish/{name}``: who will see it, what to look at once more, now or later; the receipt.

What is published was looked at: the form carries the digest of the text that its page showed, and
another text is not published by it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import Duty
from node.core.changes import changes
from node.core.drafts import called
from node.core.personal import Sign, Trace, traces
from node.core.review import text_digest
from node.errors import NodeError, NotFound
from node.service.drafts import review_of
from node.service.home import Home
from node.service.records import document_of, receipt
from node.service.reviews import (
    audience_before,
    cancel_schedule,
    publish_reviewed,
    schedule,
    why_not_yet,
)
from node.service.verify import verify_receipt
from node.store.ports import Audience, audience_of
from node.web.context import home_of
from node.web.forms import place_label, violations
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token, may
from node.web.texts import mark
from node.web.written import Written, view_of_draft, whole_of, written_at
from vocab.languages import LangMap
from vocab.shapes import Widest, audience_limit

__all__ = ["offered_to", "page", "publish", "receipt_page"]

_SIGNS: Final = {
    Sign.EMAIL: mark("an e-mail address"),
    Sign.PHONE: mark("a telephone number"),
    Sign.NUMBER: mark("a number of an identity document or an account"),
    Sign.PERSON: mark("a person's name"),
}
_ALWAYS_PUBLIC: Final = frozenset({"City", "Organization", "Membership"})


async def page(request: web.Request) -> web.Response:
    """``/desk/publish/{name}``."""
    return await _page(request)


async def publish(request: web.Request) -> web.Response:
    """``POST /desk/publish/{name}``: publish it, now or at a time, or let it wait again."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    written = await written_at(home, request.match_info["name"])
    audience, digest = str(form.get("audience", "")), str(form.get("digest", ""))
    wish, when = str(form.get("go", "")), _moment(str(form.get("at", "")))
    here = shell.href(f"/desk/publish/{written.name}")
    if wish == "unschedule":
        await cancel_schedule(home, person.id, written.key)
        return _to(here)
    problem, status = "", 422
    if audience not in offered_to(written, await audience_before(home, written.key)):
        problem, audience = shell.words.say("Choose who will see it."), ""
    elif traces(written.document) and form.get("looked") != digest:
        problem = shell.words.say("Look at what may be about persons, and say that you have.")
    elif wish == "later" and when <= home.stamp():
        problem = shell.words.say("Enter a day and a time in UTC that are still to come.")
    else:
        try:
            await _do(home, person.id, written.key, Audience(audience), when, wish, digest, shell)
        except NodeError as exc:
            problem, status = str(exc), exc.status
    if problem:
        return await _page(request, problem=problem, chosen=audience, status=status)
    return _to(here if wish == "later" else shell.href(f"/desk/receipts/{written.name}"))


async def receipt_page(request: web.Request) -> web.Response:
    """``/desk/receipts/{name}``: what was published, where it stands, and that it holds."""
    home, shell = home_of(request), await shell_of(request)
    written = await written_at(home, request.match_info["name"], withdrawn=True)
    held = await home.ledger.latest(written.key)
    if held is None or held.body is None or held.log not in home.logs.values():
        raise NotFound("Expected a record that this node has published, found none.")
    said = await receipt(home, written.key, held.entry.version)
    public = audience_of(held.log) is Audience.PUBLIC
    return await render(
        request,
        "receipt.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        written=written,
        title=written.title or await _title_before(home, written.key),
        held=held,
        size=(await home.ledger.head(held.log)).size,
        public=public,
        found=await home.text.get(written.key) is not None,
        steps=await verify_receipt(home, said) if public else [],
        withdrawn=document_of(held).get("type") == "Withdrawal",
    )


async def _title_before(home: Home, iri: str) -> LangMap:
    """What a withdrawn record was called; empty where its text was erased."""
    for held in reversed(await home.ledger.versions(iri)):
        if held.body is not None and (title := called(document_of(held))):
            return title
    return {}


async def _page(
    request: web.Request, *, problem: str = "", chosen: str = "", status: int = 200
) -> web.Response:
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    written = await written_at(home, request.match_info["name"])
    draft = written.draft is not None
    findings = violations(whole_of(home, written.document), shell.language) if draft else []
    before = await audience_before(home, written.key)
    review = await review_of(home, written.key)
    offered = offered_to(written, before)
    if home.config.desk.two_people and review.shown_to in offered:
        # The approval was for an audience, or a narrower one.
        offered = offered[offered.index(review.shown_to) :]
    return await render(
        request,
        "publish.html",
        shell,
        status=status,
        cache="no-store",
        person=person,
        token=form_token(request),
        written=written,
        draft=draft,
        review=review,
        problem=problem,
        findings=findings,
        waits=await why_not_yet(home, written.key) if draft else "",
        offered=offered,
        fixed=before is not None,
        limit=audience_limit(written.document),
        chosen=_first(offered, chosen, review.audience, review.shown_to),
        signs=[_sign(shell, written, one) for one in traces(written.document)],
        changed=len(changes(written.published, whole_of(home, written.document))) if draft else 0,
        digest=text_digest(written.document) if draft else "",
        view=None if findings or not draft else await view_of_draft(home, shell, written),
        may_publish=may(person, Duty.PUBLISHER),
    )


async def _do(
    home: Home,
    who: str,
    key: str,
    audience: Audience,
    when: str,
    wish: str,
    digest: str,
    shell: Shell,
) -> None:
    """Publish it now, or see to it that it is published."""
    if wish == "later":
        await schedule(home, who, key, audience, when, digest=digest)
    else:
        await publish_reviewed(home, who, key, audience, digest=digest, language=shell.language)


def _first(offered: list[str], *wished: str) -> str:
    """The audience that is marked: the first wish that is offered, else the widest."""
    return next((one for one in (*wished, *offered) if one in offered), "")


def offered_to(written: Written, before: Audience | None) -> list[str]:
    """Whom a record may be published to, the widest first; none where it stays inside."""
    limit = audience_limit(written.document)
    if limit.widest is Widest.INTERNAL:
        return []
    if before is not None:
        return [str(before)]
    if written.kind in _ALWAYS_PUBLIC:
        return [str(Audience.PUBLIC)]
    if limit.widest is Widest.MEMBERS:
        return [str(Audience.MEMBERS)]
    return [str(Audience.PUBLIC), str(Audience.MEMBERS)]


def _sign(shell: Shell, written: Written, trace: Trace) -> tuple[str, Markup, str]:
    """A sign of personal data: where, what it looks like, and the words."""
    where = place_label(written.kind, trace.place, shell.language)
    return where, shell.words.say(_SIGNS[trace.sign]), trace.found


def _moment(text: str) -> str:
    """A day and time in UTC as stamps have it; empty where it is none.

    >>> _moment("2027-03-01T08:30"), _moment("2027-03-01 08:30"), _moment("soon")
    ('2027-03-01T08:30:00Z', '2027-03-01T08:30:00Z', '')
    """
    try:
        when = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return ""
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
