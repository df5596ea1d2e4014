"""Checkpoints: a tree head in a signed note, and the cosignatures of witnesses.

Follows c2sp.org/signed-note, c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from peers.errors import BadSignature, Malformed
from peers.keys import InvalidSignature, PublicKey, Signer
from peers.merkle import HASH_SIZE

__all__ = [
    "Checkpoint",
    "NoteSigner",
    "NoteVerifier",
    "cosign",
    "cosigned_at",
    "open_note",
    "seal_note",
    "unverified",
]

_ED25519 = b"\x01"
_COSIGNATURE = b"\x04"
_MAX_SIGNATURES = 32
_LATEST = 2**63 - 1
_NAME = re.compile(r"[^\s+]+")
_SIGNATURE = re.compile(rf"— ({_NAME.pattern}) ([A-Za-z0-9+/]+={{0,2}})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log claims to be, at one size.

    Attributes:
        origin: The log's name: its address without scheme and trailing slash.
        size: Number of entries.
        root: Merkle tree hash over them, 32 bytes.
        extensions: Further lines that were signed; nobody here reads them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The lines that are signed."""
        root = base64.b64encode(self.root).decode()
        return "\n".join([self.origin, str(self.size), root, *self.extensions]) + "\n"


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key under the name by which a log, or a witness, signs.

    Raises:
        ValueError: The name is empty, or has a space or a plus.
    """

    name: str
    key: PublicKey

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or _CONTROL.search(self.name):
            raise ValueError(f"expected a name without spaces and plus, found {self.name[:80]!r}")

    @property
    def key_id(self) -> bytes:
        """Four bytes that say which key to try for a log's signature; a hint, not a proof."""
        return _key_id(self.name, _ED25519, self.key)

    @property
    def witness_id(self) -> bytes:
        """The same for a witness's timestamped cosignature."""
        return _key_id(self.name, _COSIGNATURE, self.key)

    @property
    def text(self) -> str:
        """The log's verifier key as text: ``name+hash+key`` (c2sp.org/signed-note)."""
        return self._text(self.key_id, _ED25519)

    @property
    def witness_text(self) -> str:
        """The same for a witness."""
        return self._text(self.witness_id, _COSIGNATURE)

    def _text(self, key_id: bytes, kind: bytes) -> str:
        encoded = base64.b64encode(kind + self.key.raw).decode()
        return f"{self.name}+{key_id.hex()}+{encoded}"

    @classmethod
    def from_text(cls, text: str, *, witness: bool = False) -> NoteVerifier:
        """Read a verifier key.

        Args:
            witness: Expect a key for cosignatures instead of a log's.

        Raises:
            ValueError: Not in that form, of another kind, a hash of another key, or a key whose
            secret half is public knowledge.
        """
        kind = _COSIGNATURE if witness else _ED25519
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        try:
            data = base64.b64decode(encoded, validate=True)
        except ValueError:
            data = b""
        if data[:1] != kind or len(data) != 33:
            raise ValueError(
                f"expected a verifier key of kind {kind[0]:#04x} (name+hash+base64), "
                f"found {text[:120]!r}"
            )
        verifier = cls(name, PublicKey(data[1:]))
        canonical = verifier.witness_text if witness else verifier.text
        if text != canonical:
            raise ValueError(f"expected the verifier key {canonical!r}, found {text[:200]!r}")
        if verifier.key.is_published:
            raise ValueError(f"{name}: this key's secret half is public knowledge")
        return verifier


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A signer under the name by which a log signs."""

    name: str
    signer: Signer

    @property
    def verifier(self) -> NoteVerifier:
        """The half that is published in the city's DID document."""
        return NoteVerifier(self.name, self.signer.public)


def seal_note(checkpoint: Checkpoint, *signers: NoteSigner) -> bytes:
    """Write a checkpoint as a signed note, a line for each who signs it."""
    text = checkpoint.text()
    lines = [
        _line(one.name, one.verifier.key_id + one.signer.sign(text.encode())) for one in signers
    ]
    return f"{text}\n{''.join(lines)}".encode()


def open_note(note: bytes, verifier: NoteVerifier) -> Checkpoint:
    """Read a signed note, believing only what ``verifier`` has signed.

    Signatures by other keys are passed over, as the specification asks: they may be a witness's.
    It does not say whether the tree only grew, nor whether anybody else saw it.

    Raises:
        Malformed: The bytes are not a checkpoint in a signed note.
        BadSignature: The log's key did not sign, or signed something else.
    """
    # c2sp.org/signed-note: unknown keys are ignored; a known key that fails refuses the whole note.
    checkpoint, signatures = unverified(note, verifier.name)
    if checkpoint.origin != verifier.name:
        raise BadSignature(
            verifier.name, f"expected a checkpoint of this log, found one of {checkpoint.origin!r}"
        )
    text = checkpoint.text().encode()
    good = False
    for name, blob in signatures:
        if (name, blob[:4]) != (verifier.name, verifier.key_id):
            continue
        try:
            verifier.key.verify(blob[4:], text)
        except InvalidSignature as exc:
            raise BadSignature(verifier.name, f"the checkpoint: {exc}") from exc
        good = True
    if not good:
        raise BadSignature(verifier.name, "the log's own signature is missing on its checkpoint")
    return checkpoint


def unverified(note: bytes, about: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """Take a note apart without believing it: the checkpoint, and (name, key id ‖ signature) pairs.

    Args:
        about: Whom to name in an error.

    Raises:
        Malformed: The bytes are not a checkpoint in a signed note.
    """
    try:
        text, blank, block = note.decode().rpartition("\n\n")
    except UnicodeDecodeError as exc:
        raise Malformed(about, "expected a checkpoint, found bytes that are not UTF-8") from exc
    if found := _CONTROL.search(text + block):
        raise Malformed(about, f"the checkpoint has the control character {found[0]!r}")
    lines = block.split("\n")
    if not blank or lines.pop() or not 1 <= len(lines) <= _MAX_SIGNATURES:
        raise Malformed(about, "expected a signed note: text, a blank line, signature lines")
    return _read_text(text + "\n", about), [_read_signature(line, about) for line in lines]


def cosign(note: bytes, witness: NoteSigner, at: int) -> bytes:
    """A witness's signature line for a note (c2sp.org/tlog-cosignature), to be appended to it.

    It looks at nothing but the form: that the log signed the note, and only grew, is what the
    witness has checked before.

    Args:
        at: Seconds since 1970, as the witness's clock says.

    Raises:
        Malformed: The bytes are not a checkpoint in a signed note.
        ValueError: A time that cannot be written.
    """
    if not 0 < at <= _LATEST:
        raise ValueError(f"expected seconds since 1970, found {at}")
    checkpoint, _ = unverified(note, witness.name)
    signature = witness.signer.sign(_cosigned(checkpoint, at))
    return _line(witness.name, witness.verifier.witness_id + at.to_bytes(8) + signature).encode()


def cosigned_at(note: bytes, witness: NoteVerifier) -> int | None:
    """When a witness cosigned a note, in seconds since 1970; ``None`` where it did not.

    Of several cosignatures the latest counts, and each must hold. Whether the time lies in the
    future is for the caller to say, who knows what time it is.

    Raises:
        Malformed: The bytes are not a checkpoint in a signed note.
        BadSignature: A line in this witness's name does not hold.
    """
    checkpoint, signatures = unverified(note, witness.name)
    times = [
        _verify_cosignature(checkpoint, blob[4:], witness)
        for name, blob in signatures
        if (name, blob[:4]) == (witness.name, witness.witness_id)
    ]
    return max(times, default=None)


def _verify_cosignature(checkpoint: Checkpoint, stamped: bytes, witness: NoteVerifier) -> int:
    """The time of a timestamped signature: eight bytes of it, then the signature."""
    at = int.from_bytes(stamped[:8])
    if at > _LATEST:
        raise BadSignature(witness.name, f"the cosignature's time is beyond 2^63 - 1: {at}")
    try:
        witness.key.verify(stamped[8:], _cosigned(checkpoint, at))
    except InvalidSignature as exc:
        raise BadSignature(witness.name, f"the cosignature: {exc}") from exc
    return at


def _cosigned(checkpoint: Checkpoint, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{checkpoint.text()}".encode()


def _read_text(text: str, about: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]) or "" in lines[3:]:
        raise Malformed(about, "expected a checkpoint: origin, size and root, a line each")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError as exc:
        raise Malformed(about, "the checkpoint's root is not base64") from exc
    checkpoint = Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))
    if len(root) != HASH_SIZE or checkpoint.text() != text:
        raise Malformed(about, "the checkpoint's root is not 32 bytes in canonical base64")
    return checkpoint


def _read_signature(line: str, about: str) -> tuple[str, bytes]:
    found = _SIGNATURE.fullmatch(line)
    try:
        blob = base64.b64decode(found[2], validate=True) if found else b""
    except ValueError:
        blob = b""
    if not found or len(blob) < 5:
        raise Malformed(about, f"expected a signature line (— name base64), found {line[:80]!r}")
    return found[1], blob


def _line(name: str, blob: bytes) -> str:
    return f"— {name} {base64.b64encode(blob).decode()}\n"


def _key_id(name: str, kind: bytes, key: PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + key.raw).digest()[:4]
