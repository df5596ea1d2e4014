"""Bringing search and graph up to date with the ledger, each from its own position.

A projection shows, for every record that a change is about, what the ledger holds as its newest
admitted version now, and nothing of what is hidden here. So changes may come twice or late, and a
projection that was lost is made again by the same code.

Each audience has a text index of its own, fed by its own changes alone; the graph holds what is
public. What members publish never comes near what everybody sees, so nothing has to be kept out.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
import structlog

from node.service.home import Home
from node.service.log_facts import log_steps
from node.service.projection import (
    Publisher,
    graphs_of,
    profile_of_publisher,
    text_of,
)
from node.service.provenance import provenance_graph
from node.store.ports import (
    HIDDEN,
    Audience,
    Change,
    Drop,
    GraphPut,
    Held,
    Position,
    SearchWish,
    TextPut,
    audience_of,
)
from peers.encoding import JsonObject
from peers.log import EntryKind
from vocab.errors import NotJsonLd

__all__ = ["Progress", "Rebuilt", "catch_up", "rebuild"]

_BATCH: Final = 1000
_BREATH: Final = 64
"""Records projected before anybody else has a turn: some 15 ms."""
_ABOUT_RECORDS: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many changes each projection followed."""

    text: int
    graph: int
    members: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild made: records in the index, and the hash of the graph's dump."""

    records: int
    graph_sha256: str


async def catch_up(home: Home) -> Progress:
    """Apply what the ledger has and the projections have not; harmless when done twice."""
    async with home.indexing:
        return await _catch_up(home)


async def rebuild(home: Home) -> Rebuilt:
    """Drop all projections and make them again."""
    async with home.indexing:
        for audience in Audience:
            await home.text_of(audience).reset()
        await home.graph.reset()
        await _catch_up(home)
        page = await home.text.search(SearchWish(limit=1))
        dump = await home.graph.dump()
    return Rebuilt(page.total, hashlib.sha256(dump).hexdigest())


async def _catch_up(home: Home) -> Progress:
    """All at once: each waits for its own store most of the time."""
    done = await asyncio.gather(
        _follow_text(home, Audience.PUBLIC),
        _follow_graph(home),
        _follow_text(home, Audience.MEMBERS),
        return_exceptions=True,
    )
    followed: list[int] = []
    for result in done:
        if isinstance(result, BaseException):
            raise result
        followed.append(result)
    return Progress(*followed)


async def _follow_text(home: Home, audience: Audience) -> int:
    text, end = home.text_of(audience), await home.ledger.end(audience)
    position = await text.position()
    if _is_lost(position, end):
        await text.reset()
        position = Position(end.ledger)
    followed = 0
    while changes := await home.ledger.changes(audience, position, _BATCH):
        position = Position(end.ledger, changes[-1].sequence)
        await text.apply(await _text_steps(home, audience, changes), position)
        followed += len(changes)
    return followed


async def _follow_graph(home: Home) -> int:
    end = await home.ledger.end(Audience.PUBLIC)
    position = await home.graph.position()
    if _is_lost(position, end):
        await home.graph.reset()
        position = Position(end.ledger)
    followed = 0
    while changes := await home.ledger.changes(Audience.PUBLIC, position, _BATCH):
        position = Position(end.ledger, changes[-1].sequence)
        await home.graph.apply(await _graph_steps(home, changes), position)
        followed += len(changes)
    return followed


def _is_lost(position: Position, end: Position) -> bool:
    """Whether a projection followed another ledger, or one that was since set back."""
    return position.ledger != end.ledger or position.sequence > end.sequence


def _newest(changes: Sequence[Change], audience: Audience) -> dict[str, Held | None]:
    """Record → what is to be shown of it, ``None`` for nothing; each record once."""
    found: dict[str, Held | None] = {}
    for change in changes:
        if change.held.entry.kind in _ABOUT_RECORDS:
            found[change.held.entry.object] = _to_show(change.newest, audience)
    return found


def _to_show(newest: Held | None, audience: Audience = Audience.PUBLIC) -> Held | None:
    """The entry, unless it is a withdrawal, was erased, or is for others than the audience."""
    if newest is None or newest.entry.kind is EntryKind.DELETE or newest.body is None:
        return None
    return newest if audience_of(newest.log) is audience else None


def _record_of(held: Held) -> JsonObject:
    """The record of an admitted entry: admission has read these bytes strictly."""
    assert held.body is not None
    record: JsonObject = orjson.loads(held.body.record)
    return record


async def _breathe(number: int) -> None:
    """Let requests be answered while many records are projected."""
    if number % _BREATH == 0:
        await asyncio.sleep(0)


async def _text_steps(
    home: Home, audience: Audience, changes: Sequence[Change]
) -> list[TextPut | Drop]:
    newest = _newest(changes, audience)
    for change in changes:
        newest |= await _touched_by_profile(home, change)
    hidden = await home.desk.pages(HIDDEN)
    publishers: dict[str, Publisher] = {}
    steps: list[TextPut | Drop] = []
    for number, (iri, held) in enumerate(newest.items()):
        await _breathe(number)
        if held is None or iri in hidden:
            steps.append(Drop(iri))
            continue
        record = _record_of(held)
        agent = str(record["publisher"])
        if agent not in publishers:
            publishers[agent] = await _publisher(home, agent)
        steps.append(text_of(held, record, publishers[agent]))
    return steps


async def _publisher(home: Home, agent: str) -> Publisher:
    held = _to_show(await home.ledger.latest(profile_of_publisher(agent)))
    return Publisher.of(_record_of(held)) if held else Publisher()


async def _touched_by_profile(home: Home, change: Change) -> dict[str, Held | None]:
    """The records before a profile in its log, where it changed what they are found by.

    Those after it come after it in the changes too. Profiles are public, and so is what they touch:
    a members' record keeps the country and the names that its publisher had when it was indexed.
    """
    held = _to_show(change.newest)
    if held is None or held.entry.object.rpartition("/")[2] not in {"city", "organization"}:
        return {}
    record = _record_of(held)
    before = await home.text.get(held.entry.object)
    known = before and (before.facets.get("country", ("",))[0], before.title)
    if known == (record.get("country", ""), record.get("name")):
        return {}
    earlier = await home.ledger.entries(held.log, 0, change.held.index)
    iris = {one.entry.object for one in earlier if one.entry.kind in _ABOUT_RECORDS}
    return {iri: _to_show(await home.ledger.latest(iri)) for iri in sorted(iris)}


async def _graph_steps(home: Home, changes: Sequence[Change]) -> list[GraphPut | Drop]:
    """Records' graphs, and those of the logs that have grown."""
    steps: list[GraphPut | Drop] = [*await log_steps(home, {one.held.log for one in changes})]
    hidden = await home.desk.pages(HIDDEN)
    for number, (iri, held) in enumerate(_newest(changes, Audience.PUBLIC).items()):
        await _breathe(number)
        if held is None or iri in hidden:
            steps += [Drop(iri), Drop(provenance_graph(iri))]
            continue
        try:
            steps += graphs_of(held, _record_of(held))
        except NotJsonLd as exc:
            # One record that this version cannot read must not keep all others from the graph.
            _log.error("record without a graph", iri=iri, reason=str(exc))
            steps += [Drop(iri), Drop(provenance_graph(iri))]
    return steps
