"""``/desk/review/{name}``: what a draft changes, field by field, what was said, and a decision.

Whoever reviews sees the draft beside what is published, comments on fields, and approves it or
returns it. The form carries the digest of the text that its page showed: nothing else is approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import Duty
from node.core.changes import Change, Piece, changes, pieces
from node.core.forms import steps_of
from node.core.review import Comment, Review, Stage, text_digest
from node.core.sheets.columns import fields_of
from node.errors import NodeError
from node.service.accounts import OPERATOR, people
from node.service.drafts import review_of
from node.service.home import Home
from node.service.reviews import approve, audience_before, comment, give_back, submit
from node.web.context import home_of
from node.web.drafting import form_sent
from node.web.forms import place_label, violations
from node.web.pages import render, shell_of
from node.web.publishing import offered_to
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token, may, must_be
from node.web.written import Written, whole_of, written_at
from vocab.framework import load

__all__ = ["decide", "names_of", "page"]

_COMMENT: Final = "on."
"""What the names of comment fields begin with; the place follows."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field that differs, ready for the page.

    Attributes:
        name: Its place: ``title.es``.
        label: In words.
        words: The text word by word; empty where it is a list or a value.
        before, after: Values in words, one a line.
        said: Comments on it, oldest first.
    """

    name: str
    label: str
    words: tuple[Piece, ...]
    before: tuple[Markup, ...]
    after: tuple[Markup, ...]
    said: tuple[Comment, ...]


async def page(request: web.Request) -> web.Response:
    """``/desk/review/{name}``."""
    return await _page(request)


async def decide(request: web.Request) -> web.Response:
    """``POST /desk/review/{name}``: hand over, comment, return or approve."""
    form = await form_sent(request)
    check_form(request, form.get("token"))
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    written = await written_at(home, request.match_info["name"])
    wish, reason = str(form.get("go", "")), str(form.get("reason", ""))
    try:
        if wish == "submit":
            must_be(person, Duty.AUTHOR, Duty.PUBLISHER)
            wished = str(form.get("audience", ""))
            offered = offered_to(written, await audience_before(home, written.key))
            shown_to = wished if wished in offered else ""
            await submit(home, person.id, written.key, shown_to)
        else:
            must_be(person, Duty.REVIEWER, Duty.PUBLISHER)
            for name in form:
                if name.startswith(_COMMENT) and str(form[name]).strip():
                    field = name.removeprefix(_COMMENT)
                    await comment(home, person.id, written.key, field, str(form[name]))
            if wish == "return":
                await give_back(home, person.id, written.key, reason)
            elif wish == "approve":
                await approve(home, person.id, written.key, str(form.get("digest", "")))
    except NodeError as exc:
        return await _page(request, problem=str(exc), reason=reason, status=exc.status)
    to = shell.href(f"/desk/review/{written.name}", done="1")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def names_of(home: Home) -> dict[str, str]:
    """What people of the desk are called, by their ids; those who left are not named."""
    return {OPERATOR: "operator", **{one.id: one.name for one in await people(home)}}


async def _page(
    request: web.Request, *, problem: str = "", reason: str = "", status: int = 200
) -> web.Response:
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    written = await written_at(home, request.match_info["name"])
    review = await review_of(home, written.key)
    document = whole_of(home, written.document)
    offered = offered_to(written, await audience_before(home, written.key))
    names = await names_of(home)
    left = shell.words.say("somebody who has left")
    order = [one.key for one in fields_of(written.kind)]
    found = sorted(
        changes(written.published, document),
        key=lambda one: order.index(key) if (key := str(one.place[0])) in order else len(order),
    )
    rows = [_row(shell, written, one, review) for one in found]
    shown = {row.name for row in rows}
    return await render(
        request,
        "review.html",
        shell,
        status=status,
        cache="no-store",
        person=person,
        token=form_token(request),
        written=written,
        review=review,
        rows=rows,
        others=[one for one in review.comments if one.field not in shown],
        others_label={one.field: _label(written, one.field, shell) for one in review.comments},
        names=names,
        writers=[names.get(one, left) for one in review.writers],
        findings=violations(document, shell.language),
        shown_to=review.shown_to or next(iter(offered), ""),
        digest=text_digest(written.document),
        problem=problem,
        reason=reason,
        waiting=review.stage is Stage.WAITING,
        own=person.id in review.writers,
        may_review=may(person, Duty.REVIEWER, Duty.PUBLISHER),
        may_write=may(person, Duty.AUTHOR, Duty.PUBLISHER),
        may_publish=may(person, Duty.PUBLISHER),
        two_people=home.config.desk.two_people,
    )


def _row(shell: Shell, written: Written, change: Change, review: Review) -> Row:
    name = ".".join(map(str, change.place))
    texts = all(len(side) <= 1 and not _is_value(side) for side in (change.before, change.after))
    return Row(
        name=name,
        label=place_label(written.kind, change.place, shell.language),
        words=tuple(pieces("".join(change.before), "".join(change.after))) if texts else (),
        before=tuple(_shown(shell, one) for one in change.before),
        after=tuple(_shown(shell, one) for one in change.after),
        said=tuple(one for one in review.comments if one.field == name),
    )


def _is_value(lines: tuple[str, ...]) -> bool:
    """Whether there is a concept, which is compared as a whole."""
    return any(load().concept(line) is not None for line in lines)


def _shown(shell: Shell, value: str) -> Markup:
    concept = load().concept(value)
    return shell.word(value) if concept else Markup("<bdi>{}</bdi>").format(value)


def _label(written: Written, field: str, shell: Shell) -> str:
    """A place as it stands in a comment, in words; empty for the whole."""
    if not field:
        return ""
    return place_label(written.kind, steps_of(field), shell.language)
