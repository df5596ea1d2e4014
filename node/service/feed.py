"""Our public log as a Linked Data Event Stream, from the ledger (see ``peers.feed``)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from node.errors import NotFound
from node.service.home import Home
from node.service.records import document_of
from node.store.ports import Audience, Held
from peers.feed import Member, Span, Stream, page, root
from peers.log import EntryKind
from peers.tiles import WIDTH
from vocab.jsonld import to_quads

__all__ = ["feed_page", "feed_root"]

_RECORDS = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})


async def feed_root(home: Home, known: dict[int, Span]) -> str:
    """The stream's root as N-Quads.

    Args:
        known: Times of full pages, kept between calls by whoever calls: they never change.
    """
    log = home.logs[Audience.PUBLIC]
    size = (await home.ledger.head(log)).size
    spans: list[Span] = []
    for number, first in enumerate(range(0, size, WIDTH)):
        span = known.get(number)
        if span is None:
            last = first + WIDTH - 1
            [begun] = await home.ledger.entries(log, first, first + 1)
            ended = await home.ledger.entries(log, last, last + 1) if last < size else ()
            span = Span(begun.entry.published, ended[0].entry.published if ended else None)
            if span.last is not None:
                known[number] = span
        spans.append(span)
    return root(Stream(f"{home.base_url}/feed"), spans)


async def feed_page(home: Home, number: int) -> str:
    """The page of one bundle as N-Quads.

    Raises:
        NotFound: The log has not come that far.
    """
    log = home.logs[Audience.PUBLIC]
    held = await home.ledger.entries(log, number * WIDTH, (number + 1) * WIDTH)
    if not held:
        raise NotFound(f"The feed has no page {number} yet.")
    return await asyncio.to_thread(_page, Stream(f"{home.base_url}/feed"), number, held)


def _page(stream: Stream, number: int, held: Sequence[Held]) -> str:
    return page(stream, number, [_member(one) for one in held])


def _member(held: Held) -> Member:
    says = held.body is not None and held.verdict.admitted and held.entry.kind in _RECORDS
    return Member(
        index=held.index,
        entry=held.entry,
        triples=to_quads(document_of(held)) if says else "",
        signed=None if held.body is None else held.body.record,
    )
