"""The keys that nodes vouch with: ours, and a peer's as we pinned it."""

from __future__ import annotations

from node.service.home import Home
from peers.checkpoint import NoteSigner, NoteVerifier
from peers.did import DidDocument
from peers.log import LogId

__all__ = ["own_signer", "verifier_of"]


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
