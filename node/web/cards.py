"""``/desk/actions``: where this city stands with each of the 28; ``/desk/actions/{code}``: one.

There is one status of an action for the whole city, and one for each part of it that is said
apart. "Still true" says anew what is published, with today as the day of the last review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from node.core.accounts import Duty
from node.core.forms import Section
from node.core.review import text_digest
from node.errors import NodeError, NotFound, Refused
from node.service.discover import found
from node.service.drafts import draft, drafts
from node.service.home import Home
from node.service.records import document_of, own_records
from node.service.reviews import audience_before, publish_reviewed, save_draft, submit
from node.store.ports import Audience
from node.web.context import home_of
from node.web.drafting import form_values
from node.web.pages import render, shell_of
from node.web.staff import PERSON, check_form, form_token, may
from node.web.written import Written, begun, written_at
from peers.encoding import JsonObject
from vocab.framework import Action, load
from vocab.records import KINDS

__all__ = ["Standing", "listing", "one", "standing_of", "still_true"]

_STATUS: Final = "ActionStatus"
_BESIDE: Final = frozenset({"proof", "version"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A status of ours.

    Attributes:
        name: The last part of its address.
        document: What is published; the draft where nothing is.
        published: Whether it is published; ``drafted``: whether a draft of it waits.
    """

    name: str
    document: JsonObject
    published: bool
    drafted: bool

    @property
    def whole(self) -> bool:
        """Whether it is about the whole city."""
        return not self.document.get("district") and not self.document.get("place")


async def listing(request: web.Request) -> web.Response:
    """``/desk/actions``: the priority actions first."""
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    standing = await standing_of(home)
    return await render(
        request,
        "cards.html",
        shell,
        cache="no-store",
        person=person,
        token=form_token(request),
        standing=standing,
        reported=len({code for code, said in standing.items() if any(it.published for it in said)}),
        tiers=load().scheme("tier"),
        may_write=may(person, Duty.AUTHOR, Duty.PUBLISHER),
        done=request.query.get("done", "")[:3],
        waits=request.query.get("waits", "") == "1",
    )


async def one(request: web.Request) -> web.Response:
    """``/desk/actions/{code}``: what counts, where the city stands, and the form to say so."""
    home, shell = home_of(request), await shell_of(request)
    action = _action(request)
    said = (await standing_of(home)).get(action.code, [])
    whole = next((one for one in said if one.whole), None)
    written: Written = await written_at(home, whole.name) if whole else begun(home, _STATUS, action)
    values = await form_values(request, shell, written, Section.BASICS)
    assessed = await found(home, kinds=("Assessment",), action=[action.iri], subject=[home.agent])
    values |= {
        "guides": (),  # They stand above the form here.
        "action": action,
        "elements": load().narrower(action.iri),
        "said": said,
        "assessed": assessed,
        "practices": await found(home, kinds=("Practice",), agent=home.agent, action=[action.iri]),
    }
    return await render(request, "card.html", shell, cache="no-store", **values)


async def still_true(request: web.Request) -> web.Response:
    """``POST /desk/actions/{code}/reviewed``: what is published holds; somebody looked today."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    action, name = _action(request), str(form.get("record", ""))
    known = {it.name: it for it in (await standing_of(home)).get(action.code, []) if it.published}
    if name not in known:
        raise NotFound("Expected a status of this action that is published, found none.")
    written = await written_at(home, name)
    if written.draft is not None:
        raise Refused("expected no draft of it, found one: finish it, or let go of it, first")
    document = {**written.document, "reviewed": home.now().date().isoformat()}
    await save_draft(home, person.id, written.key, document, None)
    alone = may(person, Duty.PUBLISHER) and not home.config.desk.two_people
    if alone:
        kept = await draft(home, written.key)
        audience = await audience_before(home, written.key) or Audience.PUBLIC
        try:
            await publish_reviewed(home, person.id, written.key, audience, digest=text_digest(kept))
        except NodeError:
            await submit(home, person.id, written.key)
            alone = False
    else:
        await submit(home, person.id, written.key)
    waits = "" if alone else "1"
    year = str(form.get("year", ""))  # Of the report that is being gone through.
    path = f"/desk/reports/{year}" if re.fullmatch("20[0-9]{2}", year) else "/desk/actions"
    to = f"{shell.href(path, done=action.code, waits=waits)}#{action.code}"
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def standing_of(home: Home) -> Mapping[str, Sequence[Standing]]:
    """Code of an action → its statuses, published or drafted, the whole city's first."""
    waiting = await drafts(home, f"/{KINDS[_STATUS]}/")
    said: dict[str, JsonObject] = {
        held.entry.object: document_of(held)
        for held in await own_records(home, kind=_STATUS)
        if held.body is not None
    }
    grouped: dict[str, list[Standing]] = {}
    for iri in dict.fromkeys((*said, *waiting)):
        document = said.get(iri) or waiting[iri]
        concept = load().concept(str(document.get("action", "")))
        if isinstance(concept, Action):
            kept = {key: value for key, value in document.items() if key not in _BESIDE}
            name = iri.rpartition("/")[2]
            grouped.setdefault(concept.code, []).append(
                Standing(name, kept, iri in said, iri in waiting)
            )
    for statuses in grouped.values():
        statuses.sort(key=lambda one: (not one.whole, not one.published, one.name))
    return grouped


def _action(request: web.Request) -> Action:
    action = load().action(request.match_info["code"])
    if action is None:
        raise NotFound("The framework has no such action: it has F1–F3, S1–S6 and T1–T19.")
    return action
