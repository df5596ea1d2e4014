"""Bringing back our own entries and records from those who keep a copy of our log."""

from __future__ import annotations

import structlog

from node.core.admission import admit
from node.service.asking import signed_by_us
from node.service.home import Home
from node.service.keys import history_of
from node.service.mirrors import mirror_of, mirrors
from node.service.own import take_up
from node.store.ports import Audience, Conflict
from peers.errors import Absent, Equivocation, PeerError, Untrusted
from peers.flows import Fetch, drive
from peers.history import followed
from peers.log import read_entries
from peers.sync import pull_bodies, pull_entries

__all__ = ["bring_back"]

_log = structlog.get_logger(__name__)


async def bring_back(home: Home, size: int) -> str:
    """Take what our own log had before it was restored; whoever calls holds ``home.writing``.

    Entries and notes carry our own signature, records our own proof; nothing else is believed.

    Args:
        size: Entries that the log is known to have had.

    Returns:
        What was in the way, in words; empty where nothing was.
    """
    log = home.logs[Audience.PUBLIC]
    problems = []
    for base_url in await mirrors(home, log):
        if (await home.ledger.head(log)).size >= size:
            break
        try:
            taken = await _bring_from(home, base_url)
        except Equivocation as exc:
            return f"the copy at {base_url} is another history of ours: {exc.reason}"
        except (PeerError, Conflict) as exc:
            problems.append(f"{base_url}: {exc}")
        else:
            _log.warning("took our own entries back", mirror=base_url, entries=taken)
    if (await home.ledger.head(log)).size >= size:
        return ""
    return "; ".join(problems) or "no mirror holds it"


async def _bring_from(home: Home, base_url: str) -> int:
    """How many entries a mirror gave back."""
    log = home.logs[Audience.PUBLIC]
    reader = mirror_of(home, base_url, log)
    held, note = await home.ledger.head(log), await home.ledger.note(log)
    shown = await reader(Fetch("checkpoint", home.limits.note))
    if shown is None:
        raise Absent(log, "there is no checkpoint at this address")
    verifier = await signed_by_us(home, shown)
    if verifier is None:
        raise Untrusted(log, "expected a checkpoint that a key of ours has signed, found another")
    batch = await drive(pull_entries(held, verifier, home.limits, note=note), reader)
    if batch is None:
        return 0
    before = await home.ledger.entries(log, held.size - 1, held.size)
    entries = read_entries(batch, after=before[0].entry.published if before else None)
    refused: dict[int, str] = {}
    flow = pull_bodies(log, held.size, entries, home.limits, refused=refused)
    bodies = await drive(flow, reader)
    keys = await history_of(home.ledger, log, home.document.did)
    if keys is None:
        raise Untrusted(log, "expected our own Genesis to begin what is held here, found none")
    keys = followed(keys, entries, bodies)
    verdicts = [
        admit(entry, body, log, home.document, keys, home.limits)
        for entry, body in zip(entries, bodies, strict=True)
    ]
    await home.ledger.commit(batch, bodies, verdicts, recorded=home.stamp())
    await take_up(home)  # What came back may hold a change of our keys.
    return len(entries)
