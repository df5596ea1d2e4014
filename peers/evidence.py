"""Evidence that a log has shown two histories: what two of its signed notes prove, to anybody.

Two notes of one size with two roots are proof. So are a smaller log that says itself that it was
signed after a larger one, and two sizes with a proof that the larger tree has another past than the
smaller one. Nobody needs to be believed for it but the log's own key.
"""

from __future__ import annotations

from collections.abc import Sequence

from peers.checkpoint import Checkpoint, NoteVerifier, cosigned_at, open_note
from peers.merkle import verify_consistency

__all__ = ["contradiction"]


def contradiction(
    notes: tuple[bytes, bytes], verifier: NoteVerifier, proof: Sequence[bytes] = ()
) -> str:
    """What two notes of a log prove against it, in words; empty where that is nothing.

    Args:
        notes: In any order.
        proof: For notes of two sizes: the root that the larger tree has at the smaller size, and
            the path that leads from there to its own (RFC 9162, section 2.1.4).

    Raises:
        Malformed: Not two checkpoints in signed notes.
        BadSignature: The log's key has not signed both.
    """
    opened = [(open_note(note, verifier), note) for note in notes]
    (smaller, first), (larger, second) = sorted(opened, key=lambda one: one[0].size)
    if smaller.size == larger.size:
        if smaller.root == larger.root:
            return ""
        return f"two roots for {smaller.size} entries: a fork"
    times = cosigned_at(first, verifier), cosigned_at(second, verifier)
    if times[0] is not None and times[1] is not None and times[0] > times[1]:
        return (
            f"the log signed {smaller.size} entries {times[0] - times[1]} s after it had signed "
            f"{larger.size}: a rollback"
        )
    if proof and _has_another_past(smaller, larger, proof):
        return (
            f"the {larger.size} entries have another past than the {smaller.size} before them: "
            "a fork"
        )
    return ""


def _has_another_past(smaller: Checkpoint, larger: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Whether the larger tree is shown to have, at the smaller size, a root of its own."""
    root, *path = proof
    try:
        verify_consistency(smaller.size, larger.size, path, root, larger.root)
    except ValueError:
        return False
    return root != smaller.root
