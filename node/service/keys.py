"""Key histories of the logs that we hold, ours and our peers', read from the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from node.core.admission import Verdict
from node.core.identity import check_genesis, log_address
from node.service.home import Home
from node.service.pinning import agreed
from node.store.ports import Ledger
from peers.checkpoint import Checkpoint, NoteVerifier, open_note, unverified
from peers.client import LogReader
from peers.did import Did, DidDocument, did_of_log
from peers.encoding import parse_canonical
from peers.errors import PeerError
from peers.history import KeyHistory, Term, begin, followed
from peers.keychange import PURPOSES, change_address
from peers.limits import Limits
from peers.log import Batch, Body, Entry, EntryKind, LogId, read_entries
from peers.merkle import Frontier
from peers.sync import Fetch, drive, pull_bodies, pull_entries
from peers.tiles import WIDTH

__all__ = [
    "KeyNews",
    "history_in",
    "history_of",
    "key_news",
    "keys_of",
    "open_newest",
    "take_back",
    "whole_log",
]

_KEYS: Final = frozenset({EntryKind.GENESIS, EntryKind.KEY_CHANGE})


async def history_of(ledger: Ledger, log: LogId, did: Did) -> KeyHistory | None:
    """The key history of a log as far as we hold it; ``None`` where we hold no beginning of it.

    Each change is judged anew, whatever verdict was kept: a few signatures.
    """
    url = log_address(did, log)
    first = [one for one in await ledger.versions(f"{url}/genesis") if one.log == log]
    if not first or first[0].index or first[0].body is None:
        return None
    try:
        history = begin(first[0].body, did, log)
    except PeerError:
        return None
    while True:
        known = len(history.changes)
        last = history.changes[-1] if known else 0
        for held in await ledger.versions(change_address(url, known + 1)):
            # One of this name that stands before the change it would follow was refused there.
            if held.log == log and held.index > last:
                history = followed(history, [held.entry], [held.body])
                if len(history.changes) > known:
                    break
        if len(history.changes) == known:
            return history


async def keys_of(home: Home, document: DidDocument) -> KeyHistory:
    """Which key of a city was in force where in its public log: as we hold it; where we do not and
    its keys have changed, the log is read from its start.

    Raises:
        PeerError, ValueError: The log cannot be had, or does not lead to the keys of the document.
    """
    log = document.public_log
    held = await history_of(home.ledger, log, document.did)
    if held is not None:
        return held
    methods = {**document.record_keys, **document.log_keys}
    if len(methods) == 2 and not document.revoked:
        terms = {method: Term(key, 0) for method, key in methods.items()}
        return KeyHistory(did=document.did, log=log, terms=terms, recovery="")
    reader = LogReader(home.fetch, f"{document.base_url}/log/public")
    batch, entries = await whole_log(reader, document, log, home.limits)
    bodies: list[Body | None] = []
    for start in range(0, len(entries), WIDTH):
        some = entries[start : start + WIDTH]
        if any(one.kind in _KEYS for one in some):
            bodies += await drive(pull_bodies(log, start, some, home.limits), reader)
        else:
            bodies += [None] * len(some)
    keys = history_in(document, log, entries, bodies)
    open_newest(batch.note, log, keys)
    agreed(keys, b"", document)
    return keys


async def whole_log(
    fetch: Callable[[Fetch], Awaitable[bytes | None]],
    document: DidDocument,
    log: LogId,
    limits: Limits,
) -> tuple[Batch, tuple[Entry, ...]]:
    """A log from its start, signed by the newest key that its owner names.

    Raises:
        PeerError, ValueError: It does not add up, or is empty.
    """
    verifier = NoteVerifier(log, list(document.log_keys.values())[-1])
    batch = await drive(pull_entries(Frontier(), verifier, limits), fetch)
    if batch is None:
        raise ValueError("expected at least the Genesis entry, found an empty log")
    return batch, read_entries(batch)


def history_in(
    document: DidDocument, log: LogId, entries: Sequence[Entry], bodies: Sequence[Body | None]
) -> KeyHistory:
    """The key history of a whole log, which must begin with keys that the document names.

    Raises:
        PeerError, ValueError: It does not.
    """
    if bodies[0] is None:
        raise ValueError("expected the text of Genesis, found it erased")
    check_genesis(parse_canonical(bodies[0].record), document, log)
    return followed(begin(bodies[0], document.did, log), entries, bodies)


def open_newest(note: bytes, log: LogId, keys: KeyHistory) -> Checkpoint:
    """Read a checkpoint that the log key in force at its size has signed.

    Raises:
        Malformed: Not a checkpoint in a signed note.
        BadSignature: That key did not sign it.
    """
    size = unverified(note, log)[0].size
    return open_note(note, NoteVerifier(log, keys.in_force("log", size)[1]))


@dataclass(frozen=True, slots=True)
class KeyNews:
    """How the keys of a log's owner have changed by the log's own word.

    Attributes:
        on: Date of the last change.
        in_force: Names of the keys since then, for each purpose: ``record-2``.
        revoked: Names of keys that were in wrong hands before.
    """

    on: str
    in_force: tuple[str, ...]
    revoked: tuple[str, ...]


async def key_news(home: Home, log: LogId) -> KeyNews | None:
    """What a log says of changes of its owner's keys; None where there were none."""
    keys = await history_of(home.ledger, log, did_of_log(log))
    if keys is None or not keys.changes:
        return None
    [last] = await home.ledger.entries(log, keys.changes[-1], keys.changes[-1] + 1)
    return KeyNews(
        on=last.entry.published[:10],
        in_force=tuple(keys.in_force(one)[0].partition("#")[2] for one in PURPOSES),
        revoked=tuple(one.partition("#")[2] for one in keys.revoked),
    )


async def take_back(home: Home, history: KeyHistory) -> int:
    """Quarantine what a log has taken back of what we hold of it; returns how much it was.

    Harmless when done twice. Changes of keys stay as they were judged: what followed rests on them.
    """
    quarantined = 0
    head = await home.ledger.head(history.log)
    for start, stop in history.compromised:
        for held in await home.ledger.entries(history.log, start, min(stop, head.size)):
            if held.verdict.admitted and held.entry.kind not in _KEYS:
                verdict = Verdict(admitted=False, reason=history.refusal("", held.index))
                await home.ledger.judge(history.log, held.index, verdict, recorded=home.stamp())
                quarantined += 1
    return quarantined
