"""``/records``, ``/record`` and ``/search``: the public records that this node holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from node.errors import NotFound
from node.service.hiding import check_shown
from node.service.records import record_at
from node.store.found import sort_key
from node.store.ports import Audience, SearchWish, TextPut, audience_of
from node.web.answers import Link
from node.web.api.items import hit_item, record_item
from node.web.api.operation import Call, Reply
from node.web.api.paging import foreign, number_of, place_of
from node.web.api.parameters import BadParameter
from vocab.framework import load
from vocab.terms import IC

__all__ = ["SINCE_WORDS", "found", "listing", "one"]

_LAST: Final = (1 << 62) - 1
_ROOM: Final = 8 * 1024 * 1024
"""Bytes of records in one answer; what does not fit comes with the next."""
_DEEP: Final = 10_000
"""Records that one search goes through by rank; whoever wants them all asks for a list."""
_CHUNK: Final = 100
_OTHERS: Final = frozenset({"type", "action", "publisher", "state"})
_ASIDE: Final = frozenset({"q", "reader", "since", "limit", "cursor"})
SINCE_WORDS: Final = "a day such as 2026-03-01, or a moment such as 2026-03-01T12:00:00Z"


async def listing(call: Call) -> Reply:
    """Records that the filters admit, newest first, each with its signed document.

    The place of a list is the last record's key in that order and the records that share it: two
    logs may have an entry of the same second and number.
    """
    least = _since(call.text("since"))
    until, told = _place(place_of(call.asked))
    limit, filters = call.number("limit"), _filters(call)
    whole = SearchWish(filters=filters, span=(least, _LAST), order="newest", limit=1)
    page = await call.home.text.search(whole)
    puts = await _from(call, replace(whole, span=(least, until)), told, limit + 1)
    kept = _fitting(puts[:limit])
    return Reply(
        content={
            "total": page.total,
            "items": [record_item(call.addresses, put) for put in kept],
        },
        place=_after(kept, until, told) if len(puts) > len(kept) else None,
        position=page.position,
    )


async def one(call: Call) -> Reply:
    """A record by its IRI, ours or a peer's; one that was withdrawn or erased is 410."""
    iri = call.text("id")
    put = await call.home.text.get(iri)
    if put is None:
        await check_shown(call.home, iri)
        # Whoever may not see it is told what they are told of one that there is not.
        held = await call.home.ledger.latest(iri)
        if held is not None and audience_of(held.log) is Audience.PUBLIC:
            await record_at(call.home, iri)
        raise NotFound(f"{iri}: expected a public record that this node holds, found none")
    cited = f"{put.iri}/v/{put.version}"
    return Reply(
        content=record_item(call.addresses, put),
        position=await call.home.text.position(),
        links=[
            Link(put.iri, "canonical"),
            Link(cited, "cite-as"),
            Link(f"{cited}/receipt.json", "describedby", {"type": "application/json"}),
        ],
    )


async def found(call: Call) -> Reply:
    """Records that words find, best first."""
    offset = number_of(call.asked, _DEEP)
    limit = call.number("limit")
    page = await call.home.text.search(
        SearchWish(
            words=call.text("q"),
            language=call.text("reader"),
            filters=_filters(call),
            order="relevance",
            offset=offset,
            limit=limit,
        )
    )
    content: dict[str, Any] = {
        "total": page.total,
        "items": [hit_item(call.addresses, hit) for hit in page.hits],
    }
    if not page.total and (better := await call.home.text.suggest(call.text("q"))):
        content["suggestion"] = better
    ahead = offset + limit
    return Reply(
        content=content,
        place=ahead if ahead < min(page.total, _DEEP) else None,
        position=page.position,
    )


async def _from(call: Call, wish: SearchWish, told: frozenset[str], wanted: int) -> list[TextPut]:
    """The first records of a wish that were not told yet."""
    puts: list[TextPut] = []
    offset = 0
    while len(puts) < wanted:
        room = min(_CHUNK, wanted - len(puts) + len(told))
        page = await call.home.text.search(replace(wish, offset=offset, limit=room))
        puts += [hit.put for hit in page.hits if hit.put.iri not in told]
        offset += len(page.hits)
        if not page.hits or offset >= page.total:
            break
    return puts[:wanted]


def _fitting(puts: Sequence[TextPut]) -> list[TextPut]:
    """As many as there is room for, and one at least."""
    kept: list[TextPut] = []
    room = _ROOM
    for put in puts:
        room -= len(put.stored)
        if kept and room < 0:
            break
        kept.append(put)
    return kept


def _after(kept: Sequence[TextPut], until: int, told: frozenset[str]) -> list[Any]:
    last = sort_key(kept[-1])[0]
    same = {put.iri for put in kept if sort_key(put)[0] == last}
    return [last, sorted(same | told if last == until else same)]


def _place(place: Any) -> tuple[int, frozenset[str]]:
    match place:
        case None:
            return _LAST, frozenset()
        case [int(until), list(told)] if abs(until) <= _LAST and all(
            isinstance(iri, str) for iri in told
        ):
            return until, frozenset(told)
    raise foreign()


def _since(text: str) -> int:
    """The least key of what was published on a day or at a moment, or later."""
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadParameter(f"since: expected {SINCE_WORDS}, found {text!r}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0, int(moment.timestamp())) << 28


def _filters(call: Call) -> dict[str, tuple[str, ...]]:
    """What was asked, as the index keeps it: codes become the IRIs of actions."""
    found = {
        name: (value,) if isinstance(value, str) else value
        for name, value in call.asked.items()
        if name not in _OTHERS | _ASIDE and not isinstance(value, int) and value
    }
    actions = [load().action(code) for code in call.many("action")]
    found["action"] = tuple(one.iri for one in actions if one is not None)
    found["kind"] = call.many("type")
    found["city"] = call.many("publisher")
    found["state"] = tuple(f"{IC}state/{slug}" for slug in call.many("state"))
    return {name: values for name, values in found.items() if values}
