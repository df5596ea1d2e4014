"""A device with passkeys, in software: what a browser would send for it (WebAuthn, section 6)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["Device"]

_USED, _VERIFIED, _NEW = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One passkey on one device; each field may be bent to see that it is noticed.

    Attributes:
        origin: The page that asks, as the browser sees it.
        rp: Host that the passkey is bound to; empty: what the page asks for.
        count: Of its uses.
        verifies: Whether it asks its owner for a finger or a PIN.
    """

    origin: str
    rp: str = ""
    count: int = 1
    verifies: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: str) -> str:
        """The answer to options for a new passkey."""
        asked = json.loads(options)
        said = self._said("webauthn.create", asked["challenge"])
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        )
        about = self._about(asked["rp"]["id"], _NEW)
        about += bytes(16) + len(self.id).to_bytes(2) + self.id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": about})
        return self._credential(clientDataJSON=said, attestationObject=attested, transports=[])

    def show(self, options: str) -> str:
        """The answer to options for signing in."""
        asked = json.loads(options)
        said = self._said("webauthn.get", asked["challenge"])
        about = self._about(asked["rpId"])
        signed = self.key.sign(about + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(clientDataJSON=said, authenticatorData=about, signature=signed)

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _about(self, rp: str, flags: int = 0) -> bytes:
        flags |= _USED | (_VERIFIED if self.verifies else 0)
        return (
            hashlib.sha256((self.rp or rp).encode()).digest()
            + bytes([flags])
            + self.count.to_bytes(4)
        )

    def _credential(self, **response: Any) -> str:
        name = _text(self.id)
        told = {k: _text(v) if isinstance(v, bytes) else v for k, v in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": told})


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
