"""Ed25519 keys as Multikeys (W3C Controlled Identifiers 1.0, section 2.2.2), verified strictly.

RFC 8032 leaves room that libraries fill in differently, and a small-order key fits any message. So
before ``cryptography`` is asked, these are refused: the encodings of small-order points, for keys
and for a signature's R; a scalar S that is not below the group's order; points that are not in
their canonical encoding; and keys whose secret half is printed in a specification.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature as _Mismatch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from peers.encoding import multibase, unmultibase

__all__ = ["BadKey", "InvalidSignature", "PublicKey", "SecretKey", "Signer"]

_PUBLIC = b"\xed\x01"
_SECRET = b"\x80\x26"
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493


class BadKey(ValueError):
    """These bytes are no key that we accept; the message says why."""


class InvalidSignature(ValueError):
    """The signature does not fit key and message, or is in a form that is refused."""


def _small_order() -> frozenset[bytes]:
    """Every encoding of the eight points of small order: fourteen.

    Their y are 1, -1, 0 and the four of order 8, for which doubling gives y = 0, so x^2 = -y^2 and
    d*y^4 + 2*y^2 - 1 = 0. A y below 19 may also be written with p added, and with either sign of x.
    """
    d = -121665 * pow(121666, -1, _P) % _P
    ys = {0, 1, _P - 1}
    for root in _roots(1 + d):
        ys |= _roots((root - 1) * pow(d, -1, _P))
    return frozenset(
        (encoded | sign << 255).to_bytes(32, "little")
        for y in ys
        for encoded in (y, y + _P)
        if encoded < 2**255
        for sign in (0, 1)
    )


def _roots(square: int) -> set[int]:
    """The square roots modulo p, none or two (p = 5 mod 8)."""
    root = pow(square, (_P + 3) // 8, _P)
    if (root * root - square) % _P:
        root = root * pow(2, (_P - 1) // 4, _P) % _P
    return {root, _P - root} if (root * root - square) % _P == 0 else set()


_SMALL_ORDER = _small_order()

_PUBLISHED = frozenset(
    bytes.fromhex(key)
    for key in (
        # RFC 8032, section 7.1, tests 1 to 3 and 1024, SHA(abc)
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        # RFC 9421, appendix B.1.4 (also RFC 8037)
        "26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb",
    )
)
"""Public keys whose secret half is printed in a specification: anyone can sign with them."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key.

    Attributes:
        raw: 32 bytes, a canonical encoding of a point that is not of small order.

    Raises:
        BadKey: On making one of other bytes.
    """

    raw: bytes
    _key: Ed25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise BadKey(f"an Ed25519 key has 32 bytes, not {len(self.raw)}")
        if self.raw in _SMALL_ORDER:
            raise BadKey("the key is a point of small order: its signatures would fit any message")
        if int.from_bytes(self.raw, "little") % 2**255 >= _P:
            raise BadKey("the key is not the canonical encoding of a point")
        try:
            key = Ed25519PublicKey.from_public_bytes(self.raw)
        except ValueError as exc:
            raise BadKey(f"the key is not a point of the curve: {exc}") from exc
        object.__setattr__(self, "_key", key)

    @classmethod
    def from_multikey(cls, text: str) -> PublicKey:
        """Read ``z6Mk…``.

        Raises:
            BadKey: Not multibase, another kind or length of key, or no key that we accept.
        """
        return cls(_unwrap(text, _PUBLIC, "a public Ed25519 Multikey (z6Mk…)"))

    @property
    def multikey(self) -> str:
        """The key as ``z6Mk…``."""
        return multibase(_PUBLIC + self.raw)

    @property
    def is_published(self) -> bool:
        """Whether its secret half is printed in a specification: for vectors, not for cities."""
        return self.raw in _PUBLISHED

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check that this key signed exactly this message.

        It says nothing of whose key this is, nor whether it may sign such things.

        Raises:
            InvalidSignature: It did not, or the signature is in a form that is refused.
        """
        if len(signature) != 64:
            raise InvalidSignature(f"an Ed25519 signature has 64 bytes, not {len(signature)}")
        if signature[:32] in _SMALL_ORDER:
            raise InvalidSignature("the signature's R is a point of small order")
        # RFC 8032, section 5.1.7: S must be in 0 <= S < L, or signatures are malleable.
        if int.from_bytes(signature[32:], "little") >= _L:
            raise InvalidSignature("the signature's S is not below the order of the group")
        try:
            self._key.verify(signature, message)
        except _Mismatch as exc:
            raise InvalidSignature("the signature does not fit key and message") from exc


class Signer(Protocol):
    """Whatever can sign: a key file, a key service, a smart card."""

    @property
    def public(self) -> PublicKey: ...
    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SecretKey:
    """An Ed25519 key held in memory; its text form never shows the secret."""

    public: PublicKey
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> SecretKey:
        """The key that follows from 32 random bytes (RFC 8032, section 5.1.5).

        Raises:
            BadKey: Not 32 bytes.
        """
        if len(seed) != 32:
            raise BadKey(f"a seed has 32 bytes, not {len(seed)}")
        key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(PublicKey(key.public_key().public_bytes_raw()), key)

    @classmethod
    def from_multikey(cls, text: str) -> SecretKey:
        """Read ``z3u2…``.

        Raises:
            BadKey: Not a secret Ed25519 Multikey. The message never shows what was given.
        """
        return cls.from_seed(_unwrap(text, _SECRET, "a secret Ed25519 Multikey (z3u2…)"))

    @property
    def multikey(self) -> str:
        """The secret as ``z3u2…``: for a key file, and for nothing else."""
        return multibase(_SECRET + self._key.private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Sign with Ed25519 (RFC 8032): 64 bytes, the same each time."""
        return self._key.sign(message)


def _unwrap(text: str, prefix: bytes, what: str) -> bytes:
    try:
        data = unmultibase(text)
    except ValueError:
        data = b""
    if not data.startswith(prefix) or len(data) != len(prefix) + 32:
        raise BadKey(f"expected {what} of 34 bytes")
    return data[len(prefix) :]
