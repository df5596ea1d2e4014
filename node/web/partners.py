"""``/partners``: who offers help, who looks for it, what came of it, and who could help whom.

Suggestions are computed from public records alone. What two cities say to each other about an
exchange is theirs until both publish it; nothing of the desk is read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web
from markupsafe import Markup

from node.core.pairing import ActionTerm, ContextTerm, Proposal, Suggestions, Unmatched, suggest
from node.core.profile import Profile
from node.service.discover import Found, found
from node.service.matching import public_past
from node.service.rounds import rounds as rounds_of
from node.web import shelf
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.texts import mark
from vocab.framework import Action, load
from vocab.records import Exchange

__all__ = ["page", "said_of_context", "why_not"]

_KINDS: Final = ("Offer", "Need", "Exchange")
_MOST: Final = 100
_SHOWN: Final = 10
"""Proposals for one city that are listed."""
_CLOSE: Final = Decimal("0.66")
_FAR: Final = Decimal("0.2")

_WHY_NOT: Final = {
    "no-offer": mark("no other city offers help with it yet"),
    "no-experience": mark("no city that offers help has begun it itself"),
    "no-evidence": mark("no city that offers help has published a document about it"),
    "no-language": mark("no city that offers help shares a language with this one"),
    "full": mark("every city that offers help has as many exchanges as it can take"),
    "blocked": mark("no city that both sides would accept offers help with it"),
}
_ALIKE: Final = {
    "size": mark("Cities of similar size"),
    "language": mark("They share a working language"),
    "income": mark("Countries of a similar income group"),
    "level": mark("The same kind of local government"),
}
_UNLIKE: Final = {
    "size": mark("Cities of very different size"),
    "language": mark("No shared working language: an interpreter is needed"),
    "income": mark("Countries of very different income groups"),
    "level": mark("Different kinds of local government"),
}


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A proposal with its reasons as sentences."""

    proposal: Proposal
    reasons: tuple[Markup, ...]


async def page(request: web.Request) -> web.Response:
    """``/partners``; ``?for=`` a city's host names whose suggestions are shown."""
    home = home_of(request)
    everyone = await shelf.profiles(request)
    said = await found(home, kinds=_KINDS)
    entries = {entry.agent: entry for entry in await shelf.cities(request)}
    shell = await shell_of(
        request, demonstration=any(shelf.is_demonstration(one) for one in entries.values())
    )
    looking = [one for one in everyone if one.wishes]
    learner = _learner(request, everyone, home.agent, {a: e.host for a, e in entries.items()})
    suggestions = (
        suggest(
            learner,
            everyone,
            home.now().date(),
            past=await public_past(home, everyone),
            near=[one.iri for one in load().actions],
        )
        if learner
        else Suggestions((), ())
    )
    return await render(
        request,
        "partners.html",
        shell,
        section="partners",
        offers=[one for one in said if one.put.kind == "Offer"][:_MOST],
        needs=[one for one in said if one.put.kind == "Need"][:_MOST],
        exchanges=_told_once([one for one in said if one.put.kind == "Exchange"])[:_MOST],
        names=await shelf.names(request),
        entries=entries,
        rounds=[one for one in await rounds_of(home) if one.state == "published"][:_SHOWN],
        looking=looking,
        learner=learner,
        proposals=[
            Reasoned(one, tuple(_reasons(shell, one))) for one in suggestions.proposals[:_SHOWN]
        ],
        unmatched=[(one, why_not(shell, one)) for one in suggestions.unmatched],
        sources_of=_sources,
    )


def _learner(
    request: web.Request, everyone: Sequence[Profile], own: str, hosts: dict[str, str]
) -> Profile | None:
    """The city that is asked for; else our own, where it looks for something."""
    wanted = _host(request.query.get("for", ""))
    if wanted:
        return next((one for one in everyone if hosts.get(one.agent) == wanted), None)
    return next((one for one in everyone if one.agent == own and one.wishes), None)


def _host(text: str) -> str:
    """A host as it stands in pages' addresses, however it was typed."""
    return quote(unquote(text).lower(), safe="")


def _told_once(exchanges: Sequence[Found]) -> list[Found]:
    """One record an exchange: both sides tell it, under the same ULID."""
    kept: dict[str, Found] = {}
    for one in exchanges:
        if isinstance(one.record, Exchange):
            kept.setdefault(one.put.iri.rpartition("/")[2], one)
    return list(kept.values())


def _reasons(shell: Shell, proposal: Proposal) -> list[Markup]:
    """What the proposal rests on, strongest first; every number comes from a published record."""
    return [
        *(_of_action(shell, term) for term in proposal.terms[:3]),
        *(said for term in proposal.context if (said := said_of_context(shell, term))),
    ]


def _sources(proposal: Proposal) -> list[str]:
    """The records that a proposal rests on, each once."""
    named = [iri for term in proposal.terms for iri in (term.need_source, *term.help.sources)]
    return list(dict.fromkeys(named))


def _of_action(shell: Shell, term: ActionTerm) -> Markup:
    say = shell.words.say
    action = load().concept(term.action)
    code = action.code if isinstance(action, Action) else ""
    parts = [shell.word(term.help.kind)]
    if term.maturity > 0:
        parts.append(say("experience of its own"))
    if term.help.documented:
        parts.append(say("with documents"))
    if term.help.assessed:
        parts.append(say("assessed by others"))
    if term.help.day is not None:
        parts.append(say("as of %(day)s", day=shell.words.day(term.help.day.isoformat())))
    return say(
        "%(code)s %(action)s: %(parts)s",
        code=code,
        action=shell.word(term.action),
        parts=Markup("; ").join(parts),
    )


def said_of_context(shell: Shell, term: ContextTerm) -> Markup | None:
    """What is worth saying of a feature: that it is close, or that it is far."""
    if term.closeness is None or _FAR < term.closeness < _CLOSE:
        return None
    words = _ALIKE if term.closeness >= _CLOSE else _UNLIKE
    return shell.words.say(words[term.feature])


def why_not(shell: Shell, unmatched: Unmatched) -> Markup:
    """Why a need has no proposal."""
    return shell.words.say(_WHY_NOT[unmatched.reason])
