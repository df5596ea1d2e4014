"""Evidence that a log has shown two histories: two notes that it signed. Checked offline.

Two notes of one size with different roots are proof: no honest log signs both. Two notes of
different sizes prove a rollback only together with the order in which they were received, and a
fork only together with the entries; that is said, not hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

from node.core.steps import Steps
from peers.checkpoint import Checkpoint, NoteVerifier, open_note
from peers.encoding import JsonObject
from peers.log import LogId

__all__ = ["check_evidence", "evidence_of"]


def evidence_of(
    log: LogId, verifier: NoteVerifier, notes: Sequence[bytes], said: str
) -> JsonObject:
    """The evidence as a document to keep and to pass on.

    Args:
        notes: In the order in which they were received.
        said: What was found, in words.
    """
    return {
        "type": "ForkEvidence",
        "log": log,
        "key": verifier.text,
        "found": said,
        "notes": [note.decode("utf-8", "replace") for note in notes],
    }


def check_evidence(evidence: JsonObject, steps: Steps) -> None:
    """Check what a document of evidence proves."""
    with steps.step("the evidence names a log, its key and two notes"):
        match evidence:
            case {"log": str() as log, "key": str() as key, "notes": [str() as one, str() as two]}:
                verifier = NoteVerifier.from_text(key)
            case _:
                raise ValueError(f"expected log, key and two notes, found {sorted(evidence)}")
        if verifier.name != log:
            raise ValueError(f"expected a key of {log}, found one of {verifier.name}")
    checkpoints: list[Checkpoint] = []
    for number, note in enumerate((one, two), 1):
        with steps.step(f"note {number} is signed by the log's key") as detail:
            checkpoints.append(open_note(note.encode(), verifier))
            detail.append(f"{checkpoints[-1].size} entries")
    _judge(checkpoints[0], checkpoints[1], steps)


def _judge(first: Checkpoint, second: Checkpoint, steps: Steps) -> None:
    name = "the notes contradict each other"
    if first.size == second.size and first.root != second.root:
        steps.note(name, f"two roots for {first.size} entries: proof of a fork")
    elif first.size > second.size:
        steps.note(
            name,
            f"the log was shown with {first.size} entries and later with {second.size}: a rollback,"
            " as far as the order in which they were received is believed",
        )
    elif first.size < second.size:
        steps.note(
            name,
            f"whether the {second.size} entries contain the {first.size} before them, the log's "
            "entries must show: verify a copy of the log",
        )
    else:
        steps.miss(name, f"both say the same of {first.size} entries: no evidence")
