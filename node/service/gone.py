"""Checking what a node has said that no longer answers: its log is read from a mirror.

The log and its records are as good from there as from anywhere, for all of it is signed. Only whose
keys they are is then the word of whoever pinned them: ourselves, or the mirror.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from node.core.admission import admit
from node.core.steps import Steps
from node.service.home import Home
from node.service.keys import history_in, open_newest, whole_log
from node.service.mirrors import mirror_of, mirrors
from peers.did import Did, DidDocument
from peers.encoding import JsonObject, parse_canonical
from peers.errors import PeerError
from peers.history import KeyHistory
from peers.limits import Limits
from peers.log import Body, Entry, LogId
from peers.sync import Fetch, drive, pull_bodies

__all__ = ["check_log", "find_in_mirror", "pinned_elsewhere"]


async def pinned_elsewhere(home: Home, did: Did) -> tuple[bytes, str] | None:
    """A node's DID document as a mirror of its log has pinned it, and the mirror's address."""
    log = LogId(f"{did.origin.partition('://')[2]}/log/public")
    for base_url in await mirrors(home, log):
        try:
            found = await mirror_of(home, base_url, log)(Fetch("did.json", home.limits.did))
        except PeerError:
            continue
        if found is not None:
            return found, base_url
    return None


async def find_in_mirror(
    home: Home, url: str, document: DidDocument, reason: str, steps: Steps
) -> tuple[JsonObject, KeyHistory, int]:
    """The record of an address from a mirror of its log, the log's keys, and its place there.

    Args:
        url: The record's address, or that of one of its versions.
        reason: Why its own node is not asked.
    """
    log = document.public_log
    with steps.step("the log is had from a mirror, for its own node does not answer") as detail:
        base_url = await _who_has(home, log, reason)
        detail.append(base_url)
    reader = mirror_of(home, base_url, log)
    keys, held = await check_log(reader, document, log, home.limits, steps)
    iri, _, version = url.partition("/v/")
    with steps.step("the log has the record of this address") as detail:
        index, entry, body = _newest(held, iri, version)
        if body is None:
            raise ValueError(f"entry {index} is about it, and its record was erased")
        record = parse_canonical(body.record, limits=home.limits)
        if not isinstance(record, dict):
            raise ValueError("expected a JSON object")  # noqa: TRY004 - the document is wrong
        detail.append(f"{entry.kind}, version {entry.version}, at position {index}")
    return record, keys, index


async def _who_has(home: Home, log: LogId, reason: str) -> str:
    for base_url in await mirrors(home, log):
        try:
            found = await mirror_of(home, base_url, log)(Fetch("checkpoint", home.limits.note))
        except PeerError:
            continue
        if found is not None:
            return base_url
    raise ValueError(f"{reason}; and no mirror that is known here holds its log")


def _newest(
    held: list[tuple[Entry, Body | None]], iri: str, version: str
) -> tuple[int, Entry, Body | None]:
    found = [
        (index, entry, body)
        for index, (entry, body) in enumerate(held)
        if entry.object == iri and version in {"", str(entry.version)}
    ]
    if not found:
        raise ValueError(f"expected an entry about {iri}, found none")
    return found[-1]


async def check_log(
    fetch: Callable[[Fetch], Awaitable[bytes | None]],
    document: DidDocument,
    log: LogId,
    limits: Limits,
    steps: Steps,
) -> tuple[KeyHistory, list[tuple[Entry, Body | None]]]:
    """A whole log from its start: note, tree, entries, records."""
    with steps.step("the entries add up to the root that the city signed") as detail:
        batch, entries = await whole_log(fetch, document, log, limits)
        detail.append(f"{batch.head.size} entries")
    refused: dict[int, str] = {}
    with steps.step("the records are there"):
        bodies = await drive(pull_bodies(log, 0, entries, limits, refused=refused), fetch)
    with steps.step("the log says which key was in force where") as detail:
        keys = history_in(document, log, entries, bodies)
        open_newest(batch.note, log, keys)
        detail.append(f"{len(keys.changes)} changes of keys")
    for index, reason in refused.items():
        steps.miss(f"entry {index}: the record is what the log commits to", reason)
    admitted = 0
    for index, (entry, body) in enumerate(zip(entries, bodies, strict=True)):
        verdict = admit(entry, body, log, document, keys, limits)
        admitted += verdict.admitted and index not in refused
        if not verdict.admitted:
            steps.miss(f"entry {index}: the record may be believed", verdict.reason)
    steps.note("records that may be believed", f"{admitted} of {len(entries)}")
    return keys, list(zip(entries, bodies, strict=True))
