"""What a peer's checkpoint says beyond its entries: its age, its witnesses, and whether it agrees
with what we have vouched for ourselves.

A log that is stale, or that too few witnesses vouch for, is followed as before, and said to be so:
neither is a proof of anything.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import msgspec

from node.service.contacts import document_of_peer
from node.service.home import Home
from node.service.identities import verifier_of
from node.service.tree import frontier_at
from node.service.witness import witnessed
from node.store.ports import Conflict, Contact
from peers.checkpoint import NoteVerifier, cosigned_at, unverified
from peers.errors import BadSignature, Equivocation
from peers.log import Batch, LogId
from peers.policy import Policy, read_policy

__all__ = ["STALE_AFTER", "policy_of", "regard", "said_of"]

STALE_AFTER: Final = timedelta(days=3)
"""Without a signature younger than that, nobody knows whether the log has not gone on elsewhere."""

_SEEN: Final = "seen"
"""Family of pages: origin of a log → ``_Seen``."""

_AGAIN: Final = 3600
"""Seconds for which what an unchanged note says is not read again: its witnesses' words age."""

_AHEAD: Final = 300
"""Seconds by which a clock may be ahead of ours."""


class _Seen(msgspec.Struct, frozen=True):
    """What we know of a log's last sign of life: seconds since 1970, and what the policy misses.

    Attributes:
        of: Hash of what this was read from: the note, the policy, and the hour.
    """

    at: int
    missing: str = ""
    of: str = ""


async def regard(home: Home, contact: Contact, log: LogId, note: bytes | None) -> None:
    """Take in the newest checkpoint of one of a peer's logs, whose entries were verified.

    Raises:
        Equivocation: It contradicts what we have cosigned.
    """
    if note is None:
        return
    verifier = verifier_of(document_of_peer(contact), log)
    await _check_vouched(home, log, note, verifier)
    now = int(home.now().timestamp())
    asked = f"\n{home.config.witness.policy}\n{now // _AGAIN}".encode()
    of = hashlib.sha256(note + asked).hexdigest()
    page = await home.desk.page(_SEEN, log)
    if page is not None and msgspec.json.decode(page, type=_Seen).of == of:
        return
    await _keep(home, log, note, verifier)
    policy = policy_of(home)
    times = [time for one in (verifier, *_witnesses(policy)) if (time := _time(note, one, now))]
    head = await home.ledger.head(log)
    last = await home.ledger.entries(log, head.size - 1, head.size)
    times += [int(datetime.fromisoformat(one.entry.published).timestamp()) for one in last]
    seen = _Seen(at=max(times, default=0), missing=_missing(policy, verifier, note, now), of=of)
    await home.desk.put_page(_SEEN, log, msgspec.json.encode(seen))


async def said_of(home: Home, contact: Contact) -> str:
    """What is to be said of a peer's log: stale, or vouched for by too few; empty where nothing."""
    page = await home.desk.page(_SEEN, contact.log)
    if page is None:
        return ""
    seen = msgspec.json.decode(page, type=_Seen)
    alive = datetime.fromtimestamp(seen.at, UTC)
    if seen.at and home.now() - alive > STALE_AFTER:
        return f"stale: no sign of life of its log since {alive:%Y-%m-%d %H:%M} UTC"
    return seen.missing


def policy_of(home: Home) -> Policy:
    """The policy of the settings; empty where there is none."""
    return _read(home.config.witness.policy)


@lru_cache(maxsize=8)
def _read(text: str) -> Policy:
    return read_policy(text)


async def _check_vouched(home: Home, log: LogId, note: bytes, verifier: NoteVerifier) -> None:
    """Compare what we cosigned with what we have copied; both bind the log."""
    cosigned = await witnessed(home, log)
    if cosigned is None:
        return
    vouched = unverified(cosigned, log)[0]
    head = await home.ledger.head(log)
    if vouched.size <= head.size:
        if (await frontier_at(home, log, vouched.size)).root() != vouched.root:
            reason = f"two roots were signed for {vouched.size} entries: we cosigned another"
            raise Equivocation(log, reason, evidence=(cosigned, note))
        return
    # It may have been fetched before we cosigned; the log itself says when it signed which.
    now, before = cosigned_at(note, verifier), cosigned_at(cosigned, verifier)
    if now is not None and before is not None and now > before:
        shown = unverified(note, log)[0].size
        reason = f"the log shrank from {vouched.size} entries, which we cosigned, to {shown}"
        raise Equivocation(log, reason, evidence=(cosigned, note))


async def _keep(home: Home, log: LogId, note: bytes, verifier: NoteVerifier) -> None:
    """Put a fresher note of the same tree in place of the one that is held."""
    head, held = await home.ledger.head(log), await home.ledger.note(log)
    new = unverified(note, log)[0]
    if held is None or note == held or (new.size, new.root) != (head.size, head.root()):
        return
    if (cosigned_at(note, verifier) or 0) < (cosigned_at(held, verifier) or 0):
        return
    batch = Batch(log, head, (), head, note)
    try:
        await home.ledger.commit(batch, [], [], recorded=home.stamp())
    except Conflict:
        return  # Another task of ours has taken more of it meanwhile.


def _time(note: bytes, witness: NoteVerifier, now: int) -> int:
    """When a witness cosigned; 0 where it did not, or says that it will."""
    try:
        at = cosigned_at(note, witness)
    except BadSignature:
        return 0
    return at if at is not None and at <= now + _AHEAD else 0


def _missing(policy: Policy, log: NoteVerifier, note: bytes, now: int) -> str:
    if policy.logs and log not in policy.logs:
        return ""
    found = policy.vouching(note, since=now - int(STALE_AFTER.total_seconds()))
    if policy.met(found):
        return ""
    named = ", ".join(sorted(found)) or "nobody of it"
    return f"too few witnesses: the policy asks for {policy.quorum}, found {named}"


def _witnesses(policy: Policy) -> list[NoteVerifier]:
    return [one.verifier for one in policy.witnesses.values()]
