"""``/desk/messages``: exchanges of this city with others: who asks, what is agreed, what is next.

Whoever works at the desk may read them; a publisher speaks for the city. What two cities say to
each other stays on their two desks until both have agreed how it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import Duty
from node.core.conversation import ANSWERS
from node.core.exchange import OUTCOMES, is_live
from node.errors import NodeError
from node.service import matching, pair
from node.service.accounts import note_deed
from node.service.index import catch_up
from node.service.outbox import deliver
from node.service.pair import ExchangeView
from node.web import shelf
from node.web.context import home_of
from node.web.pages import own_profile, render, shell_of
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token, may
from node.web.texts import mark
from peers.errors import PeerError
from vocab.framework import load
from vocab.languages import LANGUAGES, LangMap

__all__ = ["VERBS", "ask", "listing", "new", "one", "say", "state_in_words", "waits_for_us"]

_LONGEST: Final = 8000
"""Characters of an answer, a reason or a note; what is longer is found by the shapes."""
_SHOWN: Final = 10

VERBS: Final = {
    "accept": mark("Accept"),
    "decline": mark("Decline"),
    "withdraw": mark("Withdraw the request"),
    "schedule": mark("A meeting is arranged"),
    "meet": mark("We have met"),
    "pause": mark("Pause"),
    "end": mark("End it without a result"),
    "adopt": mark("Propose: it is adopted here"),
    "not-adopt": mark("Propose: it is not adopted"),
}
"""What a side may say → on the button."""

_STATES: Final = {
    "asked": mark("asked"),
    "accepted": mark("accepted"),
    "scheduled": mark("a meeting is arranged"),
    "met": mark("the cities have met"),
    "paused": mark("paused"),
    "declined": mark("declined"),
    "withdrawn": mark("withdrawn"),
    "ended": mark("ended"),
    "closed": mark("concluded, and published"),
}

_SAID: Final = {
    "ask": mark("asked"),
    "accept": mark("accepted"),
    "decline": mark("declined"),
    "withdraw": mark("withdrew the request"),
    "schedule": mark("said that a meeting is arranged"),
    "meet": mark("said that the cities have met"),
    "pause": mark("paused it"),
    "end": mark("ended it"),
    "adopt": mark("proposed how it is told: adopted"),
    "not-adopt": mark("proposed how it is told: not adopted"),
}

_QUESTIONS: Final = {
    "problem": mark("What the city is struggling with"),
    "wantedOutcome": mark("What should be different afterwards"),
    "alreadyTried": mark("What it has tried, and brings"),
}


async def listing(request: web.Request) -> web.Response:
    """``/desk/messages``: those that wait for us first, then the newest; and whom to ask."""
    home, shell = home_of(request), await shell_of(request)
    views = await pair.exchanges(home)
    views.sort(key=lambda view: not waits_for_us(view))
    known = home.config.node.role == "city" and await own_profile(home) is not None
    suggested = await matching.suggestions(home) if known else None
    codes = {action.iri: action.code for action in load().actions}
    return await render(
        request,
        "messages.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        rows=[(view, state_in_words(shell, view), waits_for_us(view)) for view in views],
        names=await shelf.names(request),
        suggested=suggested.proposals[:_SHOWN] if suggested else [],
        codes=codes,
        may_speak=_may_speak(request),
    )


async def new(request: web.Request) -> web.Response:
    """``/desk/messages/new?peer=…&action=S3``: the three questions, as our need answers them."""
    peer, code = (request.query.get(name, "")[:2048] for name in ("peer", "action"))
    return await _asking(request, peer, code, {})


async def ask(request: web.Request) -> web.Response:
    """``POST /desk/messages``: ask a city."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, tag = home_of(request), str(form.get("tag", ""))
    said = {name: str(form.get(name, "")).strip()[:_LONGEST] for name in ANSWERS}
    peer, code = (str(form.get(name, ""))[:2048] for name in ("peer", "action"))
    action = load().action(code)
    if action is None or tag not in LANGUAGES:
        problem = "expected an action and the language of the answers, found none: choose them"
        return await _asking(request, peer, code, said, problem=problem, status=422)
    answers = {name: {tag: text} for name, text in said.items() if text}
    try:
        view = await pair.ask(home, peer, action.iri, answers)
    except (NodeError, PeerError) as fault:
        return await _asking(request, peer, code, said, problem=str(fault), status=422)
    await note_deed(home, request[PERSON].id, "ask", view.id)
    await deliver(home)
    return await _to(request, view.id)


async def one(request: web.Request) -> web.Response:
    """``/desk/messages/{id}``: everything that was said, and what may be said now."""
    return await _page(request)


async def say(request: web.Request) -> web.Response:
    """``POST /desk/messages/{id}``: say something in the city's name."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, identity = home_of(request), request.match_info["ulid"]
    verb, reason = str(form.get("verb", "")), str(form.get("reason", "")).strip()[:_LONGEST]
    note: dict[str, str] = {}
    if verb.startswith("agree:"):
        verb = verb.partition(":")[2]
    elif verb in OUTCOMES:
        note = {
            tag: text
            for tag in LANGUAGES
            if (text := str(form.get(f"note.{tag}", "")).strip()[:_LONGEST])
        }
        if not note:
            problem = "expected what was learned, in one language at least, found nothing"
            return await _page(request, problem=problem, status=422)
    try:
        await pair.say(home, identity, verb, note=note or None, reason=reason)
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), status=422)
    await note_deed(home, request[PERSON].id, f"say-{verb}", identity)
    await deliver(home)
    await catch_up(home)
    return await _to(request, identity)


def waits_for_us(view: ExchangeView) -> bool:
    """Whether the other city waits for a word of ours."""
    return view.proposed or "accept" in view.may or (view.stalled and is_live(view.state))


def state_in_words(shell: Shell, view: ExchangeView) -> Markup:
    """Where an exchange stands."""
    if view.proposed:
        return shell.words.say("the other city has proposed how it is told")
    if view.stalled:
        return shell.words.say("nothing was heard for 90 days")
    return shell.words.say(_STATES[view.state])


async def _page(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    view = await pair.exchange(home, request.match_info["ulid"])
    names = await shelf.names(request)
    own = await own_profile(home)
    called = {view.role: own.name if own else {}}
    called["helper" if view.role == "learner" else "learner"] = names.get(view.peer_agent, {})
    drafted = view.ours.note if view.ours else view.draft
    return await render(
        request,
        "message.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        view=view,
        names=names,
        stands=state_in_words(shell, view),
        questions=[
            (shell.words.say(_QUESTIONS[name]), view.answers[name])
            for name in ANSWERS
            if name in view.answers
        ],
        history=[
            (
                word.at,
                shell.t(called[word.role]) or word.role,
                shell.words.say(_SAID[word.verb]),
                _reason_of(word.content),
            )
            for word in view.words
            if word.verb in _SAID
        ],
        verbs=[(verb, shell.words.say(VERBS[verb])) for verb in view.may if verb not in OUTCOMES],
        outcomes=[(verb, shell.words.say(VERBS[verb])) for verb in view.may if verb in OUTCOMES],
        tags=_tags(own.working_languages if own else (), drafted),
        drafted=drafted,
        may_speak=_may_speak(request),
        problem=problem,
    )


async def _asking(
    request: web.Request,
    peer: str,
    code: str,
    said: Mapping[str, str],
    *,
    problem: str = "",
    status: int = 200,
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    own = await own_profile(home)
    tags = _tags(own.working_languages if own else (), {})
    return await render(
        request,
        "message_new.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        peers=[one for one in await home.desk.contacts() if one.state == "following"],
        peer=peer,
        code=code,
        said={name: said.get(name, "") for name in ANSWERS},
        questions=[(name, shell.words.say(_QUESTIONS[name])) for name in ANSWERS],
        tags=tags,
        names=await shelf.names(request),
        problem=problem,
    )


def _tags(working: tuple[str, ...], held: LangMap) -> list[str]:
    """The languages that texts are written in here: the city's own, those of the text, English."""
    return [tag for tag in dict.fromkeys((*working, *held, "en")) if tag in LANGUAGES]


def _reason_of(content: Mapping[str, object]) -> str:
    said = content.get("reason")
    return said if isinstance(said, str) else ""


def _may_speak(request: web.Request) -> bool:
    return may(request[PERSON], Duty.PUBLISHER)


async def _to(request: web.Request, identity: str) -> web.Response:
    to = (await shell_of(request)).href(f"/desk/messages/{identity}")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})
