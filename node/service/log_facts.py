"""What this node knows of each public log that it holds: gathered for pages, and told to the graph.

Signatures below a checkpoint are believed where their keys are known: the log's own, those of nodes
that we follow, and those of the witness policy. Others are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from node.core.identity import log_address
from node.service.contacts import document_of_peer
from node.service.home import Home
from node.service.identities import verifier_of
from node.service.provenance import Cosignature, LogFacts, log_graph
from node.service.regard import policy_of
from node.store.ports import Audience, Contact, Drop, GraphPut, audience_of
from peers.checkpoint import NoteVerifier, cosigned_at, unverified
from peers.did import DidDocument, parse_did
from peers.errors import BadSignature
from peers.log import LogId

__all__ = ["facts_of", "log_steps", "tell_logs"]

_TOLD: Final = ("told-logs", "public")
"""Page of the desk: names of the graphs of logs that there ever were, one a line."""
_LATEST: Final = 253_402_300_799
"""The last second of the year 9999: what calendars can write."""


async def tell_logs(home: Home) -> int:
    """Bring the graphs of all logs up to date; harmless when done twice.

    Returns:
        How many had changed.
    """
    async with home.indexing:
        position = await home.graph.position()
        if not position.ledger:
            return 0
        told = await log_steps(home, await _public_logs(home))
        steps: list[GraphPut | Drop] = [one for one in told if not await _is_told(home, one)]
        steps += await _gone(home, {one.graph for one in told})
        if steps:
            await home.graph.apply(steps, position)
        return len(steps)


async def log_steps(home: Home, logs: Iterable[LogId]) -> list[GraphPut]:
    """The graphs of these logs, as they are now; a log without a checkpoint has none."""
    contacts = {one.log: one for one in await home.desk.contacts()}
    found = [await _facts(home, log, contacts) for log in sorted(set(logs))]
    return [log_graph(facts) for facts in found if facts is not None]


async def facts_of(home: Home, log: LogId) -> LogFacts | None:
    """What we know of one log; ``None`` where nothing was signed of it, or nobody keeps it."""
    return await _facts(home, log, {one.log: one for one in await home.desk.contacts()})


async def _facts(home: Home, log: LogId, contacts: Mapping[LogId, Contact]) -> LogFacts | None:
    note = await home.ledger.note(log)
    contact = contacts.get(log)
    if note is None or (contact is None and log not in home.logs.values()):
        return None
    checkpoint, signatures = unverified(note, log)
    did = home.document.did if contact is None else parse_did(contact.did)
    return LogFacts(
        address=log_address(did, log),
        did=did.text,
        size=checkpoint.size,
        root=checkpoint.root,
        note=note,
        checked=contact.verified if contact else "",
        cosignatures=_cosignatures(home, note, {name for name, _ in signatures}, contacts),
    )


def _cosignatures(
    home: Home, note: bytes, names: set[str], contacts: Mapping[LogId, Contact]
) -> tuple[Cosignature, ...]:
    found = {}
    for verifier, did in _known(home, names, contacts):
        try:
            at = cosigned_at(note, verifier)
        except BadSignature:
            continue
        if at is not None and at <= _LATEST:
            key = verifier.witness_id.hex()
            found[verifier.name, key] = Cosignature(name=verifier.name, key=key, did=did, at=at)
    return tuple(found[place] for place in sorted(found))


def _known(
    home: Home, names: set[str], contacts: Mapping[LogId, Contact]
) -> list[tuple[NoteVerifier, str]]:
    """The keys of these names that we know, each with the DID of whose it is."""
    policy = [one.verifier for one in policy_of(home).witnesses.values()]
    known = [(one, "") for one in policy if one.name in names]
    documents: Sequence[DidDocument] = [
        home.document,
        *(document_of_peer(contacts[LogId(name)]) for name in names if LogId(name) in contacts),
    ]
    known += [(verifier_of(one), one.did.text) for one in documents if one.public_log in names]
    return known


async def _is_told(home: Home, step: GraphPut) -> bool:
    told = await home.graph.describe(step.graph)
    return told is not None and sorted(told.splitlines()) == sorted(step.triples.splitlines())


async def _gone(home: Home, told: set[str]) -> list[Drop]:
    """The graphs of logs that we no longer hold or follow."""
    page = await home.desk.page(*_TOLD)
    ever = set(page.decode().split("\n")) - {""} if page else set()
    if not told <= ever:
        # Names are never taken off: dropping twice is harmless, forgetting to drop is not.
        await home.desk.put_page(*_TOLD, "\n".join(sorted(ever | told)).encode())
    gone = sorted(ever - told)
    return [Drop(name) for name in gone if await home.graph.describe(name) is not None]


async def _public_logs(home: Home) -> list[LogId]:
    return [log for log in await home.ledger.logs() if audience_of(log) is Audience.PUBLIC]
