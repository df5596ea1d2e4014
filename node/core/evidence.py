"""Evidence that a log has shown two histories, as a file: two notes that it signed, and a proof.

It is checked offline, with nothing but the key that it names: see ``peers.evidence`` for what
counts. That the key is the city's, the city's DID document says.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from node.core.steps import Steps
from peers.checkpoint import NoteVerifier, open_note
from peers.encoding import JsonObject
from peers.evidence import contradiction
from peers.log import LogId

__all__ = ["check_evidence", "evidence_of"]


def evidence_of(
    log: LogId,
    verifier: NoteVerifier,
    notes: Sequence[bytes],
    said: str,
    proof: Sequence[bytes] = (),
) -> JsonObject:
    """The evidence as a document to keep and to pass on.

    Args:
        notes: In the order in which they were received.
        said: What was found, in words.
        proof: For notes of two sizes, where there is one.
    """
    made: JsonObject = {
        "type": "ForkEvidence",
        "log": log,
        "key": verifier.text,
        "found": said,
        "notes": [note.decode("utf-8", "replace") for note in notes],
    }
    if proof:
        made["proof"] = [base64.b64encode(one).decode() for one in proof]
    return made


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
    notes = (one.encode(), two.encode())
    for number, note in enumerate(notes, 1):
        with steps.step(f"note {number} is signed by the log's key") as detail:
            detail.append(f"{open_note(note, verifier).size} entries")
    with steps.step("the proof that comes with them is made of hashes"):
        proof = [base64.b64decode(text, validate=True) for text in evidence.get("proof", ())]
    found = contradiction(notes, verifier, proof)
    name = "the notes prove that the log has shown two histories"
    if found:
        steps.note(name, f"proven: {found}")
    else:
        steps.miss(
            name, "not proven: both may be true, as far as these notes show. A copy of the log can"
        )
