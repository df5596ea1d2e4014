"""Operations of peer learning: suggestions with their reasons in words, and exchanges."""

from __future__ import annotations

from collections.abc import Mapping

from node.control.looking import action_iri
from node.control.recording import text_in
from node.core.reasons import action_name, sentences, why_not
from node.service import matching, pair
from node.service.discover import names
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import deliver
from peers.encoding import JsonObject
from vocab.framework import load
from vocab.languages import LangMap

__all__ = ["ask_city", "list_exchanges", "say_word", "suggest_cities"]


async def suggest_cities(home: Home, *, limit: int = 10) -> JsonObject:
    """``suggestions`` with reasons in words, and ``unmatched`` needs with why not."""
    found = await matching.suggestions(home)
    called = await names(home)
    codes = {action.iri: action.code for action in load().actions}
    return {
        "suggestions": [
            {
                "rank": one.rank,
                "did": one.helper_did,
                "city": text_in(called.get(one.helper, {})) or one.helper,
                "agent": one.helper,
                "action": action_name(one.terms[0].action),
                "code": codes.get(one.terms[0].action, ""),
                "score": one.score,
                "reasons": sentences(one),
            }
            for one in found.proposals[:limit]
        ],
        "unmatched": [
            {"action": action_name(one.action), "reason": why_not(one)} for one in found.unmatched
        ],
    }


async def ask_city(
    home: Home, *, city: str, action: str, answers: Mapping[str, LangMap] | None = None
) -> JsonObject:
    """The exchange, asked for; the request is sent."""
    view = await pair.ask(home, city, action_iri(action), answers or {})
    await deliver(home)
    return await _exchange(home, view)


async def say_word(
    home: Home,
    *,
    exchange: str,
    verb: str,
    note: LangMap | None = None,
    reason: str | None = None,
) -> JsonObject:
    """The exchange, as it stands after what was said; the word is sent."""
    view = await pair.say(home, exchange, verb, note=note, reason=reason or "")
    await deliver(home)
    await catch_up(home)
    return await _exchange(home, view)


async def list_exchanges(home: Home) -> JsonObject:
    """``exchanges`` of ours, newest first."""
    return {"exchanges": [await _exchange(home, view) for view in await pair.exchanges(home)]}


async def _exchange(home: Home, view: pair.ExchangeView) -> JsonObject:
    called = await names(home)
    return {
        "id": view.id,
        "state": "the other side proposes how it is told" if view.proposed else view.state,
        "role": view.role,
        "with": text_in(called.get(view.peer_agent, {})) or view.peer_did,
        "did": view.peer_did,
        "action": action_name(view.action),
        "since": view.since,
        "may": list(view.may),
        "note": dict(view.note),
        "answers": {question: dict(answer) for question, answer in view.answers.items()},
    }
