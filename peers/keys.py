"""Ed25519 keys as Multikeys (W3C Controlled Identifiers 1.0, section 2.2.2), verified strictly.

RFC 8032 leaves room that libraries fill in differently, and a small-order key fits any message. So
before ``cryptography`` is asked, these are refused: the encodings of small-order points, for keys
and for a signature's R; a scalar S that is not below the group's order; points that are not in
their canonical encoding; and keys whose secret half is printed in a specification.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature as _Mismatch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from peers.encoding import multibase, unmultibase

__all__ = ["BadKey", "InvalidSignature", "PublicKey", "SecretKey", "Signer"]

_PUBLIC = b"\xed\x01"
_SECRET = b"\x80\x26"
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
"""Field, order of the group and constant of the curve (RFC 8032, section 5.1)."""


class BadKey(ValueError):
    """These bytes are no key that we accept; the message says why."""


class InvalidSignature(ValueError):
    """The signature does not fit key and message, or is in a form that is refused."""


def _small_order() -> frozenset[bytes]:
    """Every encoding of the eight points of small order: fourteen.

    Their y are 1, -1, 0 and the four of order 8, for which doubling gives y = 0, so x^2 = -y^2 and
    d*y^4 + 2*y^2 - 1 = 0. A y below 19 may also be written with p added, and with either sign of x.
    """
    ys = {0, 1, _P - 1}
    for root in _roots(1 + _D):
        ys |= _roots((root - 1) * pow(_D, -1, _P))
    return frozenset(
        (encoded | sign << 255).to_bytes(32, "little")
        for y in ys
        for encoded in (y, y + _P)
        if encoded < 2**255
        for sign in (0, 1)
    )


def _roots(square: int) -> set[int]:
    """The square roots modulo p: none, or two but of zero (p = 5 mod 8)."""
    root = pow(square, (_P + 3) // 8, _P)
    if (root * root - square) % _P:
        root = root * pow(2, (_P - 1) // 4, _P) % _P
    return {root, -root % _P} if (root * root - square) % _P == 0 else set()


@lru_cache(maxsize=65_536)
def _is_of_a_point(y: int) -> bool:
    """Whether the curve has points of this y (RFC 8032, section 5.1.3).

    Libraries find out at the first signature, or never say it. Remembered, because it takes longer
    than a signature's check, and the same keys are read at every look at a peer.
    """
    return bool(_roots((y * y - 1) * pow(_D * y * y + 1, -1, _P)))


_SMALL_ORDER = _small_order()

_PUBLISHED = frozenset(
    bytes.fromhex(key)
    for key in (
        # RFC 8032, section 7: tests 1 (also RFC 8037) to 3, 1024, SHA(abc); Ed25519ctx
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
        "0f1d1274943b91415889152e893d80e93275a1fc0b65fd71b4b0dda10ad7d772",
        # RFC 9421, appendix B.1.4
        "26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb",
        # Data Integrity EdDSA Cryptosuites 1.0, appendix B: one key, and four of its proof sets
        "b00d8d938e7f773d51565aad36a623f5344f7f5d1960f9cf3e8e12620ea2810f",
        "d35c087764969e24a180b300177d017338a29a47fe566d756dc31d3f29695358",
        "2d7dc596f2a8f7353aff126e962910cdd16cd82ce2857c0c9b6d4bf4b1034bff",
        "64d2a8d3e511bf0bd3d6cf83f8a73bacd351edd33467a0a783040de0e60192f2",
        "61640acdda2f070b13a947f8e2f477066c3db02c62a40143ec8e769f06627804",
        # What comes of seeds that somebody forgot to fill: all 0x00, all 0x01, all 0xff, 0 to 31
        "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
        "76a1592044a6e4f511265bca73a604d90b0529d1df602be30a19a9257660d1f5",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
    )
)
"""Public keys whose secret half is printed or guessed: anyone can sign with them."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key: a point of the curve that can belong to one signer alone.

    Made of bytes, it is checked as a point; read from a text, as keys come from outside, it is also
    refused where its secret half is public knowledge.

    Attributes:
        raw: 32 bytes, the canonical encoding of a point that is not of small order.

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
        y = int.from_bytes(self.raw, "little") % 2**255
        if y >= _P:
            raise BadKey("the key is not the canonical encoding of a point")
        if not _is_of_a_point(y):
            raise BadKey("the key is not a point of the curve")
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.raw))

    @classmethod
    def from_multikey(cls, text: str, *, allow_published: bool = False) -> PublicKey:
        """Read ``z6Mk…``.

        Args:
            allow_published: Take a key whose secret half is public knowledge: for test vectors.

        Raises:
            BadKey: Not multibase, another kind or length of key, or no key that we accept.
        """
        raw = _unwrap(text, _PUBLIC)
        if raw is None:
            raise BadKey(
                f"expected a public Ed25519 Multikey (z6Mk…) of 34 bytes, found {text[:60]!r}"
            )
        key = cls(raw)
        if key.is_published and not allow_published:
            raise BadKey("this key's secret half is public knowledge: printed in a specification")
        return key

    @property
    def multikey(self) -> str:
        """The key as ``z6Mk…``."""
        return multibase(_PUBLIC + self.raw)

    @property
    def is_published(self) -> bool:
        """Whether its secret half is public knowledge: for vectors, not for cities."""
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
    def public(self) -> PublicKey:
        """The key that its signatures verify with."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign with Ed25519: 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class SecretKey:
    """An Ed25519 key held in memory; printed or logged, it shows its public half alone."""

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
        seed = _unwrap(text, _SECRET)
        if seed is None:
            raise BadKey("expected a secret Ed25519 Multikey (z3u2…) of 34 bytes")
        return cls.from_seed(seed)

    @property
    def multikey(self) -> str:
        """The secret as ``z3u2…``: for a key file, and for nothing else."""
        return multibase(_SECRET + self._key.private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Sign with Ed25519 (RFC 8032): 64 bytes, the same each time."""
        return self._key.sign(message)


def _unwrap(text: str, prefix: bytes) -> bytes | None:
    """The 32 bytes behind a Multikey's prefix; ``None`` where it is anything else."""
    try:
        data = unmultibase(text)
    except ValueError:
        return None
    return data[len(prefix) :] if data[: len(prefix)] == prefix and len(data) == 34 else None
