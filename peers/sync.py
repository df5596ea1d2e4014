"""Following another city's log, without doing any I/O.

A protocol is a generator: it yields what it wants fetched, is sent the bytes, and returns what it
has verified. It never sees a socket, a clock or a store, so the same code serves the network, the
tests' simulated towns, and a folder copied from a USB stick.

Two flows, composed by whoever follows: ``pull_entries`` knows any C2SP log; ``pull_bodies`` brings
the records that our entries commit to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from peers.checkpoint import Checkpoint, NoteVerifier, open_note
from peers.errors import Equivocation, Malformed, TooLarge, Unreachable
from peers.limits import Limits
from peers.log import Batch, Body, Entry, LogId
from peers.merkle import Frontier
from peers.tiles import WIDTH, bundle_path, records_path, spans, unpack, unpack_records

__all__ = ["Fetch", "Flow", "drive", "pull_bodies", "pull_entries"]


@dataclass(frozen=True, slots=True)
class Fetch:
    """A wish: the bytes below the log's prefix at ``path``, at most ``limit`` of them.

    The answer is ``None`` where there is nothing at that path.
    """

    path: str
    limit: int


R = TypeVar("R")
Flow: TypeAlias = Generator[Fetch, bytes | None, R]
"""Wishes out, bytes in, something verified at the end."""


def pull_entries(
    held: Frontier, verifier: NoteVerifier, limits: Limits, *, note: bytes | None = None
) -> Flow[Batch | None]:
    """Bring our copy of a log up to the peer's newest checkpoint.

    Entries are taken as bytes: what they say is not read here.

    Args:
        held: The tree that we have verified so far; empty for a peer we meet.
        verifier: The key that the peer's DID document names for its log.
        limits: What we are ready to take.
        note: The checkpoint that came with ``held``: evidence, should the new one contradict it.

    Returns:
        The verified step, or ``None`` where there is nothing new. A step may stop before the
        newest checkpoint only by raising: never by leaving something out.

    Raises:
        Malformed: The peer's bytes do not follow the format.
        BadSignature: The checkpoint is not signed by the peer's key.
        Equivocation: The peer's new history does not contain the one we hold.
        TooLarge: The peer has more for us than ``limits`` admits.
        Unreachable: Something that the checkpoint promises is not there.
    """
    origin = verifier.name
    received = yield Fetch("checkpoint", limits.note)
    if received is None:
        raise Unreachable(origin, "there is no checkpoint at this address")
    newest = open_note(received, verifier)
    evidence = (note, received) if note is not None else (received,)
    _check_growth(held, newest, limits, evidence)
    if newest.size == held.size:
        return None
    entries: list[bytes] = []
    for index, width in spans(held.size, newest.size):
        packed = yield from _bundle(origin, index, width, limits)
        entries += packed[max(0, held.size - index * WIDTH) :]
    head = held.extend(entries)
    if head.root() != newest.root:
        raise Equivocation(
            origin,
            f"the entries up to {newest.size} do not add up to the root that was signed for them",
            evidence=evidence,
        )
    return Batch(LogId(origin), held, tuple(entries), head, received)


def _check_growth(
    held: Frontier, newest: Checkpoint, limits: Limits, evidence: tuple[bytes, ...]
) -> None:
    if newest.size < held.size:
        raise Equivocation(
            newest.origin,
            f"the log shrank from {held.size} to {newest.size} entries",
            evidence=evidence,
        )
    if newest.size == held.size and newest.root != held.root():
        raise Equivocation(
            newest.origin, f"two roots were signed for {held.size} entries", evidence=evidence
        )
    new = newest.size - held.size
    if new > limits.entries:
        raise TooLarge(
            newest.origin, f"{new:,} new entries; at most {limits.entries:,} are taken at once"
        )


def _bundle(origin: str, index: int, width: int, limits: Limits) -> Flow[list[bytes]]:
    """One bundle, cut to ``width``; a partial that is gone has become a full one."""
    data = yield Fetch(bundle_path(index, width), limits.bundle)
    if data is None and width < WIDTH:
        data = yield Fetch(bundle_path(index, WIDTH), limits.bundle)
    if data is None:
        raise Unreachable(origin, f"bundle {index}, which the checkpoint promises, is not there")
    try:
        packed = unpack(data)
    except ValueError as exc:
        raise Malformed(origin, f"bundle {index}: {exc}") from exc
    if len(packed) < width:
        raise Malformed(origin, f"bundle {index} has {len(packed)} entries, expected {width}")
    return packed[:width]


def pull_bodies(
    origin: LogId, start: int, entries: Sequence[Entry], limits: Limits
) -> Flow[tuple[Body | None, ...]]:
    """Bring the records that verified entries commit to.

    Args:
        start: Index of the first of ``entries`` in the log.

    Returns:
        A body for each entry, in order; ``None`` for what the peer has erased. Every body has
        the digest that its entry names; whether the record may be believed is not asked here.

    Raises:
        Malformed: A page does not follow the format, or a record does not match its digest.
        Unreachable: A page that goes with a bundle is not there.
    """
    stop = start + len(entries)
    bodies: list[Body | None] = []
    for index, width in spans(start, stop):
        at = max(start, index * WIDTH)
        until = index * WIDTH + width
        while at < until:
            page = yield from _page(origin, index, width, at - index * WIDTH, limits)
            if not page:
                raise Malformed(origin, f"the page of records {index} ends before entry {at}")
            for body in page[: until - at]:
                _check_digest(origin, at, entries[at - start], body)
                bodies.append(body)
                at += 1
    return tuple(bodies)


def _page(
    origin: str, index: int, width: int, skip: int, limits: Limits
) -> Flow[list[Body | None]]:
    """The lines of one page from ``skip`` on: all of them, or as many as fit into a page."""
    query = f"?from={skip}" if skip else ""
    data = yield Fetch(records_path(index, width) + query, limits.page)
    if data is None and width < WIDTH:
        data = yield Fetch(records_path(index, WIDTH) + query, limits.page)
    if data is None:
        raise Unreachable(origin, f"the page of records {index} is not there")
    try:
        return unpack_records(data, WIDTH - skip, limits)
    except ValueError as exc:
        raise Malformed(origin, f"page of records {index}: {exc}") from exc


def _check_digest(origin: str, index: int, entry: Entry, body: Body | None) -> None:
    if body is not None and body.digest != entry.digest:
        raise Malformed(
            origin,
            f"the record of entry {index} has the digest {body.digest}, expected {entry.digest}",
        )


async def drive(flow: Flow[R], fetch: Callable[[Fetch], Awaitable[bytes | None]]) -> R:
    """Run a flow to its end, with ``fetch`` to do its I/O."""
    try:
        wish = next(flow)
        while True:
            wish = flow.send(await fetch(wish))
    except StopIteration as done:
        result: R = done.value
        return result
    finally:
        flow.close()
