"""Appending to our own logs: signed, staged on the desk, committed, struck off.

A record that is acknowledged is in the log and on the disk. On the way there it lies on the desk,
signed and salted, so that after a crash ``resume`` finishes it: whether it was committed is looked
up in the log by its IRI and version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from node.core.admission import Verdict
from node.core.identity import genesis_of
from node.errors import Refused
from node.service.home import Home
from node.service.keys import history_of
from node.service.own import secret_of, take_up
from node.service.standing import check_may_sign
from node.store.ports import Audience, Conflict, Staged
from peers.checkpoint import NoteSigner, NoteVerifier, cosigned_at
from peers.encoding import JsonObject, jcs, parse_canonical
from peers.keychange import read_change
from peers.log import Body, Entry, EntryKind, LogId, extend
from peers.proofs import sign
from peers.tiles import SALT
from peers.witness import timed
from vocab.shapes import Widest, audience_limit

__all__ = [
    "Receipt",
    "commit_change",
    "open_logs",
    "promised",
    "put",
    "resume",
    "stage_of",
    "strike_off",
    "time_to_sign",
]

_ATTEMPTS: Final = 10
"""Of a commit. Writers of one process wait for each other, so one is nearly always enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was published, and where it stands.

    Attributes:
        iri: The record.
        version: From 1.
        kind: ``Create``, ``Update`` or ``Delete``.
        log, index: Its place; the index is -1 where nothing was published (a dry run).
        digest: What the log's entry says of it.
        published: The log's time.
    """

    iri: str
    version: int
    kind: EntryKind
    log: LogId
    index: int
    digest: str
    published: str


def stage_of(home: Home, log: LogId, document: JsonObject, iri: str, kind: EntryKind) -> Staged:
    """Sign a document, salt it, and say where it is to go; ``iri`` is the entry's object.

    Nothing comes into a log but through here, and what is internal does not come through.

    Raises:
        Refused: It is to be kept inside the city: there is no log for it.
    """
    limit = audience_limit(document)
    if limit.widest is Widest.INTERNAL:
        raise Refused(f"{iri}: it may not be published. {limit.reason}")
    secured = sign(document, home.keys.record, method=home.record_method, created=home.now())
    body = Body(home.entropy(SALT), jcs(secured))
    return Staged(log=log, iri=iri, version=int(document["version"]), kind=str(kind), body=body)


async def put(home: Home, staged: Sequence[Staged]) -> list[Receipt]:
    """Stage and commit records of one log; whoever calls holds ``home.writing``.

    Raises:
        Refused: We may not sign now; or a change of our keys was under way, and was finished
            first: what is given here was signed with the old ones.

    Whatever goes wrong, they are struck off the desk: what was not committed was not acknowledged.
    Only the end of the process leaves them there, for ``resume``.
    """
    if any(one.kind == EntryKind.KEY_CHANGE for one in await home.desk.staged()):
        await _finish(home)
        raise Refused("a change of keys was finished just now: publish again, with the new ones")
    try:
        await home.desk.stage(staged)
        return await _commit(home, staged)
    finally:
        # A cancelled write may still be done by its thread; this one comes after it.
        await _to_the_end(home.desk.unstage(staged))


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do this even where whoever waits for it goes away meanwhile."""
    task = asyncio.create_task(work)
    gone: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            gone = exc
    task.result()
    if gone is not None:
        raise gone


async def _commit(home: Home, staged: Sequence[Staged]) -> list[Receipt]:
    start, entries = await _append(home, staged)
    return [
        Receipt(
            iri=one.iri,
            version=one.version,
            kind=entry.kind,
            log=one.log,
            index=index,
            digest=entry.digest,
            published=entry.published,
        )
        for index, (one, entry) in enumerate(zip(staged, entries, strict=True), start)
    ]


async def _append(home: Home, staged: Sequence[Staged]) -> tuple[int, list[Entry]]:
    """Commit to the log where it stands now; again, where somebody else was faster."""
    log = staged[0].log
    await check_may_sign(home, log)
    signer, *former = await _signers(home, staged)
    for attempt in range(_ATTEMPTS):
        base = await home.ledger.head(log)
        entries = await _entries(home, log, base.size, staged)
        try:
            batch = extend(base, [entry.leaf for entry in entries], signer, *former)
            at = await time_to_sign(home, log)
            await home.ledger.commit(
                replace(batch, note=timed(batch.note, signer, at)),
                [one.body for one in staged],
                [Verdict(admitted=True)] * len(staged),
                recorded=home.stamp(),
            )
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return base.size, entries
    raise AssertionError("the last attempt raises or returns")


async def time_to_sign(home: Home, log: LogId) -> int:
    """When a log says that it signs, in seconds since 1970: now, and never before it did last."""
    note = await home.ledger.note(log)
    last = cosigned_at(note, NoteVerifier(log, home.keys.log.public)) if note else None
    return max(int(home.now().timestamp()), last or 0)


async def _entries(home: Home, log: LogId, size: int, staged: Sequence[Staged]) -> list[Entry]:
    """The entries that would stand at ``size`` and after it."""
    last = await home.ledger.entries(log, size - 1, size) if size else []
    # A clock that was set back must not set the log back.
    published = max([home.stamp(), *(held.entry.published for held in last)])
    scheme = home.base_url.partition("://")[0]
    previous = {one.iri: await _index_of(home, log, one.iri) for one in staged}
    entries: list[Entry] = []
    for index, one in enumerate(staged, size):
        entries.append(
            Entry(
                id=f"{scheme}://{log}/e/{index}",
                kind=EntryKind(one.kind),
                object=one.iri,
                published=published,
                version=one.version,
                prev=previous[one.iri],
                digest=one.body.digest,
            )
        )
        previous[one.iri] = index
    return entries


async def _index_of(home: Home, log: LogId, iri: str) -> int | None:
    """Where the newest entry about a record stands in a log."""
    own = [held.index for held in await home.ledger.versions(iri) if held.log == log]
    return max(own, default=None)


def promised(home: Home, staged: Sequence[Staged]) -> list[Receipt]:
    """Receipts of a dry run."""
    return [
        Receipt(
            iri=one.iri,
            version=one.version,
            kind=EntryKind(one.kind),
            log=one.log,
            index=-1,
            digest="",
            published=home.stamp(),
        )
        for one in staged
    ]


async def open_logs(home: Home, recovery_hash: str) -> None:
    """Begin each of our logs that is empty with its Genesis entry; harmless when done twice.

    Args:
        recovery_hash: See ``node.core.identity``.
    """
    async with home.writing:
        for audience, log in home.logs.items():
            if (await home.ledger.head(log)).size == 0:
                url = home.log_url(audience)
                document = genesis_of(home.document, url, recovery_hash)
                staged = stage_of(home, log, document, f"{url}/genesis", EntryKind.GENESIS)
                await put(home, [staged])


async def resume(home: Home) -> list[Receipt]:
    """After a start: finish what was staged and not yet committed, drop what was.

    Returns:
        A receipt for each record that was finished now.
    """
    async with home.writing:
        return await _finish(home)


async def _finish(home: Home) -> list[Receipt]:
    """Commit what is staged: records first, for the old keys signed them; the public log last of
    those that a change of keys goes to."""
    finished: list[Receipt] = []
    staged = await home.desk.staged()
    changes = [one for one in staged if one.kind == EntryKind.KEY_CHANGE]
    records = [one for one in staged if one not in changes]
    for log in dict.fromkeys(one.log for one in records):
        own = [one for one in records if one.log == log]
        left = [one for one in own if await _is_next(home, one)]
        finished += await _commit(home, left) if left else []
        await home.desk.unstage(own)
    for one in sorted(changes, key=lambda one: one.log == home.logs[Audience.PUBLIC]):
        finished += await _commit(home, [one]) if await _is_next(home, one) else []
    if changes:
        await take_up(home)
        await home.desk.unstage(changes)
    return finished


async def commit_change(home: Home, staged: Staged) -> int:
    """Commit a staged change of keys to its log; whoever calls holds ``home.writing``.

    Returns:
        Where it stands.
    """
    [receipt] = await _commit(home, [staged])
    return receipt.index


async def strike_off(home: Home, staged: Sequence[Staged]) -> None:
    """Take off the desk what is done, or will not be done."""
    await _to_the_end(home.desk.unstage(staged))


async def _signers(home: Home, staged: Sequence[Staged]) -> list[NoteSigner]:
    """Who signs the next checkpoint: the log key; after a change of it the new one and the old.

    Whoever knows the old key alone learns so of a tree that has the new one in it.
    """
    log = staged[0].log
    if staged[0].kind != EntryKind.KEY_CHANGE:
        return [NoteSigner(log, home.keys.log)]
    history = await history_of(home.ledger, log, home.document.did)
    assert history is not None, "a log begins with Genesis"
    old = await secret_of(home.keyring, history, "log")
    change, _ = read_change(parse_canonical(staged[0].body.record), log)
    made = [name.partition("#")[2] for name in change.add if "#log-" in name]
    new = await home.keyring.secret(made[0]) if made else None
    if made and new is None:
        raise Refused(f"{made[0]}.key is missing, and a change of keys to it was begun")
    # After a recovery there may be no old key to sign with, and it would say nothing either.
    here = [] if change.recovery is not None and new is not None else [old]
    return [NoteSigner(log, one) for one in ([new] if new else []) + here]


async def _is_next(home: Home, staged: Staged) -> bool:
    """Whether the log stands just before this version: neither with it, nor past it."""
    versions = await home.ledger.versions(staged.iri)
    own = [held.entry.version for held in versions if held.log == staged.log]
    return staged.version == max(own, default=0) + 1
