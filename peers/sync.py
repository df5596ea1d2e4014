"""Following another city's log, without doing any I/O.

Two flows, composed by whoever follows: ``pull_entries`` knows any C2SP log; ``pull_bodies`` brings
the records that our entries commit to.
"""

from __future__ import annotations

from collections.abc import Sequence

from peers.checkpoint import Checkpoint, NoteVerifier, cosigned_at, open_note
from peers.errors import (
    Absent,
    Equivocation,
    Malformed,
    PeerError,
    Superseded,
    TooLarge,
    Unreachable,
)
from peers.flows import Fetch, Flow, drive, part
from peers.growth import Tiles, growth, other_past
from peers.limits import Limits
from peers.log import Batch, Body, Entry, LogId
from peers.merkle import Frontier, verify_consistency
from peers.tiles import WIDTH, bundle_path, records_path, spans, unpack, unpack_records

__all__ = ["Fetch", "Flow", "drive", "pull_bodies", "pull_entries"]


def pull_entries(
    held: Frontier,
    verifier: NoteVerifier,
    limits: Limits,
    *,
    note: bytes | None = None,
    mirrored: bool = False,
) -> Flow[Batch | None]:
    """Bring our copy of a log up to the peer's newest checkpoint.

    Entries are taken as bytes: what they say is not read here.

    Args:
        held: The tree that we have verified so far; empty for a peer we meet.
        verifier: The key that the peer's DID document names for its log.
        limits: What we are ready to take.
        note: The checkpoint that came with ``held``, verified then: evidence, should the new one
            contradict it.
        mirrored: It is a copy that is read, which may be behind without meaning harm.

    Returns:
        The verified step, or ``None`` where there is nothing new. A step may stop before the
        newest checkpoint only by raising: never by leaving something out.

    Raises:
        Malformed: The peer's bytes do not follow the format, or are not what it signed although
            that continues what we hold.
        BadSignature: The checkpoint is not signed by the peer's key.
        Equivocation: The peer's new history does not contain the one we hold.
        Superseded: It shows a smaller log, which it signed before the one that we hold.
        TooLarge: The peer has more for us than ``limits`` admits.
        Absent: There is no log at this address, or none for us.
        Unreachable: Something that the checkpoint promises is not there.
    """
    origin = verifier.name
    received = yield Fetch("checkpoint", limits.note)
    if received is None:
        raise Absent(origin, "there is no checkpoint at this address")
    if received == note:
        return None  # Verified when it was taken in, together with the tree that it is of.
    newest = open_note(received, verifier)
    evidence = (note, received) if note is not None else (received,)
    older = mirrored or (note is not None and _is_older(received, note, verifier))
    if newest.size < held.size and older:
        raise Superseded(
            origin,
            f"it shows {newest.size} entries, signed before the {held.size} that we hold: "
            "expected its newest checkpoint, found one from a cache or a backup",
        )
    _check_growth(held, newest, limits, evidence)
    if newest.size == held.size:
        return None
    entries = yield from _entries(origin, held.size, newest.size, limits)
    head = held.extend(entries)
    if head.root() != newest.root:
        raise (yield from _explain(held, newest, evidence))
    return Batch(LogId(origin), held, tuple(entries), head, received)


def _is_older(received: bytes, held: bytes, verifier: NoteVerifier) -> bool:
    """Whether the log says itself that it signed one note not after the other."""
    times = cosigned_at(received, verifier), cosigned_at(held, verifier)
    return times[0] is not None and times[1] is not None and times[0] <= times[1]


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


def _entries(origin: str, start: int, stop: int, limits: Limits) -> Flow[list[bytes]]:
    entries: list[bytes] = []
    room = limits.leaves
    for index, width in spans(start, stop):
        packed = yield from _bundle(origin, index, width, limits)
        new = packed[max(0, start - index * WIDTH) :]
        room -= sum(map(len, new))
        if room < 0:
            raise TooLarge(
                origin,
                f"the entries {start} to {stop} are more than the {limits.leaves:,} bytes that "
                "are taken at once",
            )
        entries += new
    return entries


def _explain(held: Frontier, newest: Checkpoint, evidence: tuple[bytes, ...]) -> Flow[PeerError]:
    """Why entries do not add up to the signed root: another past, or a damaged bundle.

    The alarm is for the first alone. The log's hash tiles tell them apart, for a proof made of them
    cannot be forged; where they do not show that the log only grew, it has another past.
    """
    reason = f"the entries up to {newest.size} do not add up to the root that was signed for them"
    path: list[bytes] = []
    tiles: Tiles = {}
    try:
        if held.size:
            path = yield from growth(held.size, newest.size, tiles)
            verify_consistency(held.size, newest.size, path, held.root(), newest.root)
    except ValueError as exc:
        proof = (yield from other_past(held.size, newest, path, tiles)) if path else ()
        return Equivocation(newest.origin, f"{reason} ({exc})", evidence=evidence, proof=proof)
    return Malformed(
        newest.origin, f"{reason}, which continues what we hold: expected other entries"
    )


def _bundle(origin: str, index: int, width: int, limits: Limits) -> Flow[list[bytes]]:
    """The first ``width`` entries of one bundle."""
    data, found = yield from part(bundle_path, index, width, "", limits.bundle)
    if data is None:
        raise Unreachable(origin, f"bundle {index}, which the checkpoint promises, is not there")
    try:
        packed = unpack(data, found)
    except ValueError as exc:
        raise Malformed(origin, f"bundle {index}: {exc}") from exc
    if len(packed) != found:
        raise Malformed(origin, f"bundle {index} has {len(packed)} entries, expected {found}")
    return packed[:width]


def pull_bodies(
    origin: LogId,
    start: int,
    entries: Sequence[Entry],
    limits: Limits,
    *,
    refused: dict[int, str] | None = None,
) -> Flow[tuple[Body | None, ...]]:
    """Bring the records that verified entries commit to.

    Args:
        start: Index of the first of ``entries`` in the log.
        refused: Where given, a record that is too large, or that is not what its entry commits
            to, is left out and the reason put here under its index, so that one bad record does
            not keep us from all that follow it. Where not, such a record ends the pull.

    Returns:
        A body for each entry, in order; ``None`` for what the peer has erased, and for what was
        refused. Every body has the digest that its entry names; nothing else is asked here: its
        record has not even been parsed.

    Raises:
        Malformed: A page does not follow the format, or a record does not match its digest.
        TooLarge: A record, or all of them together, are over our limits.
        Unreachable: A page that goes with a bundle is not there.
    """
    bodies: list[Body | None] = []
    room = limits.bodies
    for index, width in spans(start, start + len(entries)):
        until = index * WIDTH + width
        while (at := start + len(bodies)) < until:
            page = yield from _page(origin, index, width, at - index * WIDTH, limits)
            for number, body in enumerate(page[: until - at], at):
                bodies.append(
                    _checked(origin, number, entries[number - start], body, limits, refused)
                )
                room -= len(body.record) if body else 0
            if room < 0:
                raise TooLarge(
                    origin,
                    f"the records from entry {start} on are more than the {limits.bodies:,} bytes "
                    "that are taken at once",
                )
    return tuple(bodies)


def _page(
    origin: str, index: int, width: int, skip: int, limits: Limits
) -> Flow[list[Body | None]]:
    """The lines of one page from ``skip`` on: all of them, or as many as fit into a page.

    ``?from=`` counts lines of this page: whole pages are cut at 8 MiB, the rest is asked for anew.
    """
    query = f"?from={skip}" if skip else ""
    data, found = yield from part(records_path, index, width, query, limits.page)
    if data is None:
        raise Unreachable(origin, f"the page of records {index} is not there")
    try:
        lines = unpack_records(data, found - skip)
    except ValueError as exc:
        raise Malformed(origin, f"page of records {index}: {exc}") from exc
    if not lines:
        raise Malformed(
            origin, f"the page of records {index} ends before entry {index * WIDTH + skip}"
        )
    return lines


def _checked(
    origin: str,
    index: int,
    entry: Entry,
    body: Body | None,
    limits: Limits,
    refused: dict[int, str] | None,
) -> Body | None:
    """The body, if it is one that we take."""
    if body is None:
        return None
    error: Malformed | TooLarge
    if len(body.record) > limits.record:
        error = TooLarge(
            origin,
            f"the record of entry {index} has {len(body.record):,} bytes; "
            f"at most {limits.record:,} are taken",
        )
    elif body.digest != entry.digest:
        error = Malformed(
            origin,
            f"the record of entry {index} has the digest {body.digest}, expected {entry.digest}",
        )
    else:
        return body
    if refused is None:
        raise error
    refused[index] = error.reason
    return None
