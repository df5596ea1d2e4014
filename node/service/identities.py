"""The keys that nodes vouch with: ours, and a peer's as we pinned it."""

from __future__ import annotations

from typing import Final

from node.service.home import Home
from peers.checkpoint import NoteSigner, NoteVerifier
from peers.did import DidDocument
from peers.log import LogId

__all__ = ["own_signer", "own_verifiers", "verifier_of"]

_AHEAD: Final = 8
"""Changes of the log's key since a backup: more than that in one backup's time is no accident."""


def verifier_of(document: DidDocument, log: LogId | None = None) -> NoteVerifier:
    """The key that a node signs its logs with now.

    Args:
        log: Which; in the name of the public one it cosigns others'.
    """
    return NoteVerifier(log or document.public_log, list(document.log_keys.values())[-1])


def own_signer(home: Home) -> NoteSigner:
    """A node vouches with the key of its log, in its public log's name.

    A cosignature begins with other bytes than a checkpoint does, and its key id is another.
    """
    return NoteSigner(home.document.public_log, home.keys.log)


async def own_verifiers(home: Home) -> list[NoteVerifier]:
    """Every key that may have signed our logs, newest first.

    A node that was set back to a backup does not know from its log which key came after; but the
    key ring has it.

    Raises:
        Refused: A key in the ring must not be used.
    """
    known = list(home.document.log_keys.values())
    for number in range(1, len(known) + _AHEAD):
        signer = await home.keyring.secret(f"log-{number}")
        if signer is not None and signer.public not in known:
            known.append(signer.public)
    return [NoteVerifier(home.document.public_log, key) for key in reversed(known)]
