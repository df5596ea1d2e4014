"""Witnessing: cosign another log's checkpoint, having seen that it only grew.

Follows c2sp.org/tlog-witness (``add-checkpoint``) and c2sp.org/tlog-cosignature. What is to be
decided is decided here, without a store and without a clock. Whoever calls keeps two promises:
what is held is replaced by compare-and-swap, and it is on disk before the lines are answered.
Otherwise two requests at once could make a witness vouch for two histories.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from peers.checkpoint import Checkpoint, NoteSigner, NoteVerifier, cosign, cosigned_at, open_note
from peers.checkpoint import unverified as take_apart
from peers.errors import BadSignature, Malformed, PeerError
from peers.limits import Limits
from peers.merkle import EMPTY_ROOT, HASH_SIZE, verify_consistency

__all__ = [
    "AddCheckpoint",
    "Cosigned",
    "Declined",
    "Outcome",
    "collect",
    "consider",
    "read_request",
    "timed",
    "vouched",
    "with_lines",
    "write_request",
]

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,15})")
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_PROOF: Final = 63
"""Lines of a proof at most: no tree is higher."""

_AHEAD: Final = 300
"""Seconds by which a witness's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A wish for a cosignature. Nothing of it is verified.

    Attributes:
        old: Size of the checkpoint that the witness is believed to hold; 0 for none.
        proof: That the tree of ``old`` entries is a prefix of the new one (RFC 6962, 2.1.2).
        note: The new checkpoint, signed by its log.
        origin: The log that the note says it is of.
    """

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """The witness vouches.

    Attributes:
        keep: What to hold from now on, in place of what was held: the note with the signatures of
            the log and the witness. To be on disk before ``lines`` leave the house.
        lines: The answer: the witness's signature line.
    """

    checkpoint: Checkpoint
    keep: bytes
    lines: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The witness does not vouch.

    Attributes:
        status: The HTTP status that the protocol asks for: 400, 403, 404, 409 or 422.
        reason: In words.
        size: With 409: the size that the witness holds, for the client to start from.
        evidence: Two notes of the log that cannot both be true, where this request showed that.
    """

    status: int
    reason: str
    size: int | None = None
    evidence: tuple[bytes, ...] = ()

    @property
    def media_type(self) -> str:
        """Of ``body``."""
        return "text/x.tlog.size" if self.status == 409 else "text/plain"

    @property
    def body(self) -> str:
        """The answer."""
        return f"{self.size}\n" if self.status == 409 else f"{self.reason}\n"


Outcome: TypeAlias = Cosigned | Declined


def write_request(note: bytes, *, old: int, proof: Sequence[bytes]) -> bytes:
    """The body of a request to ``add-checkpoint``.

    Args:
        old: Size that the witness holds; ``proof`` from there, empty where it holds none.

    Raises:
        ValueError: More lines than a tree is high, or hashes that are none.
    """
    if len(proof) > _PROOF or any(len(one) != HASH_SIZE for one in proof):
        raise ValueError(f"expected at most {_PROOF} hashes of {HASH_SIZE} bytes")
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof)]
    return "\n".join([*lines, "", ""]).encode() + note


def read_request(body: bytes, *, limits: Limits | None = None) -> AddCheckpoint:
    """Read the body of a request to ``add-checkpoint``.

    Raises:
        Malformed: Not such a body; answer 400.
    """
    about = "a request for a cosignature"
    head, blank, note = body.partition(b"\n\n")
    if len(note) > (limits or Limits()).note:
        raise Malformed(
            about, f"expected a checkpoint of a usual length, found {len(note):,} bytes"
        )
    try:
        first, *rest = head.decode("ascii").split("\n")
    except UnicodeDecodeError as exc:
        raise Malformed(about, "expected sizes and hashes in ASCII") from exc
    old = _OLD.fullmatch(first)
    if not blank or not old:
        raise Malformed(about, f"expected 'old <size>', hashes, a blank line; found {first[:60]!r}")
    if len(rest) > _PROOF:
        raise Malformed(about, f"expected at most {_PROOF} lines of proof, found {len(rest)}")
    checkpoint, _ = take_apart(note, about)
    return AddCheckpoint(
        old=int(old[1]),
        proof=tuple(_read_hash(line, about) for line in rest),
        note=note,
        origin=checkpoint.origin,
    )


def consider(
    request: AddCheckpoint,
    held: bytes | None,
    verifier: NoteVerifier | None,
    witness: NoteSigner,
    *,
    at: int,
) -> Outcome:
    """Decide on a request, in the order of the protocol.

    It checks that the log's key signed the checkpoint, and that its tree has the one that is held
    as a prefix. It does **not** see the entries.

    Args:
        held: The note that was kept last for this origin, if any.
        verifier: The key that is trusted for ``request.origin``, if any.
        at: Seconds since 1970.
    """
    new = _open(request, verifier)
    if isinstance(new, Declined):
        return new
    declined = _decline(request, held, new)
    if declined is not None:
        return declined
    lines = cosign(request.note, witness, at)
    return Cosigned(checkpoint=new, keep=_signed_by(request.note, new.origin) + lines, lines=lines)


def collect(note: bytes, answer: bytes, witness: NoteVerifier, *, now: int) -> bytes:
    """A note with the signature that a witness has answered with, if it holds.

    Lines of keys that we do not know are dropped, as the protocol asks.

    Args:
        note: What the witness was asked to cosign.
        answer: What it answered, with status 200.
        now: Seconds since 1970.

    Raises:
        Malformed: The answer is not signature lines.
        BadSignature: The witness did not sign, signed something else, or at a time to come.
    """
    checkpoint, _ = take_apart(note, witness.name)
    _, found = take_apart(checkpoint.text().encode() + b"\n" + answer, witness.name)
    ours = [
        line
        for line, (name, blob) in zip(answer.split(b"\n"), found, strict=False)
        if (name, blob[:4]) == (witness.name, witness.witness_id)
    ]
    signed = note + b"".join(line + b"\n" for line in ours)
    cosigned = cosigned_at(signed, witness)
    if not ours or cosigned is None:
        raise BadSignature(witness.name, "expected its cosignature, found none")
    if cosigned > now + _AHEAD:
        raise BadSignature(witness.name, f"cosigned at {cosigned}, and it is {now}: check clocks")
    return signed


def timed(note: bytes, log: NoteSigner, at: int) -> bytes:
    """A log's note, cosigned by the log itself: so that followers see when it was last alive.

    Args:
        at: Seconds since 1970; never before what it said last, or an honest log would seem to have
            shrunk.
    """
    return with_lines(note, cosign(note, log, at))


def with_lines(note: bytes, lines: bytes) -> bytes:
    """A note with further signature lines; of one key, the line that was added last stays."""
    text, _, block = note.decode().rpartition("\n\n")
    _, signatures = take_apart(note + lines, "a note")
    named = {
        (name, blob[:4]): line
        for line, (name, blob) in zip(
            (block + lines.decode()).split("\n"), signatures, strict=False
        )
    }
    return "\n".join([text, "", *named.values(), ""]).encode()


def vouched(note: bytes, witnesses: Iterable[NoteVerifier], *, since: int) -> int:
    """How many witnesses vouch for a note: distinct keys, each verified, none older than asked.

    Args:
        witnesses: Those of the policy. One key under two names counts once.
        since: Seconds since 1970.

    Raises:
        Malformed: The bytes are not a checkpoint in a signed note.
    """
    keys = set()
    for witness in witnesses:
        try:
            cosigned = cosigned_at(note, witness)
        except BadSignature:
            continue
        if cosigned is not None and cosigned >= since:
            keys.add(witness.key.raw)
    return len(keys)


def _open(request: AddCheckpoint, verifier: NoteVerifier | None) -> Checkpoint | Declined:
    """The checkpoint, if its log is one that we know, and signed it."""
    if verifier is None or verifier.name != request.origin:
        return Declined(status=404, reason=f"no log {request.origin} is witnessed here")
    try:
        return open_note(request.note, verifier)
    except PeerError as exc:
        return Declined(status=403, reason=exc.reason)


def _decline(request: AddCheckpoint, held: bytes | None, new: Checkpoint) -> Declined | None:
    """Why a log's own checkpoint does not follow on the one that is held, if it does not."""
    if request.old > new.size:
        reason = f"expected an old size up to {new.size}, found {request.old}"
        return Declined(status=400, reason=reason)
    old = take_apart(held, new.origin)[0] if held is not None else Checkpoint(new.origin, 0, b"")
    if request.old != old.size:
        return Declined(status=409, reason=f"{old.size} entries are held", size=old.size)
    if held is not None and old.size == new.size and old.root != new.root:
        reason = f"two roots for {new.size} entries: the log has shown two histories"
        return Declined(status=422, reason=reason, evidence=(held, request.note))
    try:
        _check_growth(old, new, request.proof)
    except ValueError as exc:
        return Declined(status=422, reason=str(exc))
    return None


def _check_growth(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    if new.size == 0 and new.root != EMPTY_ROOT:
        raise ValueError("expected the root of an empty tree for a log without entries")
    if old.size:
        verify_consistency(old.size, new.size, proof, old.root, new.root)
    elif proof:
        raise ValueError("expected no proof: any tree has the empty one as its prefix")


def _read_hash(line: str, about: str) -> bytes:
    if _HASH.fullmatch(line):
        found = base64.b64decode(line)
        if base64.b64encode(found).decode() == line:
            return found
    raise Malformed(about, f"expected a hash of {HASH_SIZE} bytes in base64, found {line[:60]!r}")


def _signed_by(note: bytes, name: str) -> bytes:
    """The note with the signature lines of one name alone, so that it cannot grow for ever."""
    text, _, block = note.decode().rpartition("\n\n")
    lines = [line for line in block.split("\n") if line.startswith(f"— {name} ")]
    return "\n".join([text, "", *lines, ""]).encode()
