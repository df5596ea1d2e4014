"""Being a witness: cosign the logs that we follow, having seen that they only grew.

What is vouched for is on disk before the answer leaves, and is replaced by compare-and-swap: of two
histories that are shown at once, one is cosigned. What we hold as a follower binds us as a witness,
too: whichever is larger is what a new checkpoint must continue.
"""

from __future__ import annotations

import hashlib
from typing import Final

import structlog

from node.service.contacts import contact_of_log, document_of_peer, hint
from node.service.forks import freeze
from node.service.home import Home
from node.service.identities import own_signer, verifier_of
from node.store.ports import Contact
from peers.checkpoint import unverified
from peers.errors import Malformed
from peers.log import LogId
from peers.witness import Cosigned, Declined, Outcome, consider, read_request

__all__ = ["add_checkpoint", "hash_of", "held_note", "witnessed"]

_WITNESSED: Final = "witnessed"
"""Family of pages: origin of a log → its newest note that we cosigned."""

_ATTEMPTS: Final = 10
_VOUCHING: Final = frozenset({"following", "paused"})

_log = structlog.get_logger(__name__)


async def add_checkpoint(home: Home, body: bytes) -> Outcome:
    """Decide on a request for a cosignature; where it is given, that is on disk already.

    It asks nobody: the key is the pinned one of a peer that we follow.

    Args:
        body: As in c2sp.org/tlog-witness, ``add-checkpoint``.
    """
    try:
        request = read_request(body, limits=home.limits)
    except Malformed as exc:
        return Declined(status=400, reason=exc.reason)
    contact = await _known(home, request.origin)
    verifier = verifier_of(document_of_peer(contact)) if contact else None
    for _ in range(_ATTEMPTS):
        page = await home.desk.page(_WITNESSED, request.origin)
        held = await held_note(home, LogId(request.origin)) if contact else None
        at = int(home.now().timestamp())
        outcome = consider(request, held, verifier, own_signer(home), at=at)
        match outcome:
            case Declined(evidence=evidence, reason=reason):
                if contact and evidence:
                    _log.error("a log has shown two histories", peer=contact.did, reason=reason)
                    await freeze(home, contact, reason, evidence)
                return outcome
            case Cosigned(keep=keep):
                if await home.desk.swap_page(_WITNESSED, request.origin, page, keep):
                    assert contact is not None, "nothing is cosigned but for a log that we know"
                    await _look_soon(home, contact, outcome)
                    return outcome
    return Declined(status=409, reason="others were faster", size=await _size(home, request.origin))


async def witnessed(home: Home, log: LogId) -> bytes | None:
    """The newest note of a log that we cosigned, if any."""
    return await home.desk.page(_WITNESSED, log)


async def held_note(home: Home, log: LogId) -> bytes | None:
    """The newest note of a log that binds us: cosigned by us, or come with our copy."""
    cosigned, copied = await witnessed(home, log), await home.ledger.note(log)
    if cosigned is None or copied is None:
        return cosigned or copied
    larger = unverified(cosigned, log)[0].size >= unverified(copied, log)[0].size
    return cosigned if larger else copied


def hash_of(origin: str) -> str:
    """How a log is named in the addresses of mirrors and witnesses: SHA-256 in hexadecimal."""
    return hashlib.sha256(origin.encode()).hexdigest()


async def _known(home: Home, origin: str) -> Contact | None:
    """The peer whose public log this is, if we follow it."""
    contact = await contact_of_log(home, origin)
    return contact if contact is not None and contact.state in _VOUCHING else None


async def _look_soon(home: Home, contact: Contact, cosigned: Cosigned) -> None:
    """Have the entries fetched that we vouched for: the log may need them back one day."""
    if (await home.ledger.head(contact.log)).size < cosigned.checkpoint.size:
        await hint(home, contact.did)


async def _size(home: Home, origin: str) -> int:
    held = await held_note(home, LogId(origin))
    return unverified(held, origin)[0].size if held else 0
