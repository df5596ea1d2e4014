"""Two implementations of RFC 9421 that others wrote, asked in one way: PyPI's and npm's."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
)
from http_message_signatures.algorithms import ED25519

from peers.httpsig import Profile, Request
from peers.keys import PublicKey
from tests.interop.conftest import Node

__all__ = ["Npm", "Pypi", "Stranger", "now"]


def now() -> int:
    """Unix seconds, read anew: PyPI's implementation reads the clock itself."""
    return int(time.time())  # noqa: TID251


class Stranger(Protocol):
    """Somebody else's signer and verifier."""

    def believes(self, request: Request, keyid: str, key: PublicKey, profile: Profile) -> bool:
        """Whether it finds a good signature over what the profile covers."""
        ...

    def signs(
        self, request: Request, keyid: str, seed: bytes, covered: tuple[str, ...], **said: str
    ) -> Request:
        """The request with a signature over ``covered``; ``said``: ``nonce`` and ``tag``."""
        ...


@dataclass
class _Message:
    """A request as PyPI's implementation reads and changes it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class Pypi:
    """``http-message-signatures`` for Python."""

    def believes(self, request: Request, keyid: str, key: PublicKey, profile: Profile) -> bool:
        known = {keyid: Ed25519PublicKey.from_public_bytes(key.raw)}
        verifier = HTTPMessageVerifier(
            signature_algorithm=ED25519,
            key_resolver=MappingKeyResolver(public_keys=known, private_keys={}),
        )
        message = _Message(request.method, request.target, dict(request.headers))
        try:
            found = verifier.verify(
                message,
                max_age=timedelta(seconds=300),
                expect_tag=profile.tag,
                require_components=profile.components,
                body=request.body if "content-digest" in profile.components else None,
            )
        except InvalidSignature:
            return False
        return len(found) == 1

    def signs(
        self, request: Request, keyid: str, seed: bytes, covered: tuple[str, ...], **said: str
    ) -> Request:
        secret = {keyid: Ed25519PrivateKey.from_private_bytes(seed)}
        signer = HTTPMessageSigner(
            signature_algorithm=ED25519,
            key_resolver=MappingKeyResolver(public_keys={}, private_keys=secret),
        )
        message = _Message(request.method, request.target, dict(request.headers))
        signer.sign(
            message,
            key_id=keyid,
            created=datetime.fromtimestamp(now(), UTC),
            expires=datetime.fromtimestamp(now() + 60, UTC),
            covered_component_ids=covered,
            nonce=said.get("nonce"),
            tag=said.get("tag"),
            use_existing_digest="content-digest" in message.headers,
        )
        return _with(request, message.headers)


@dataclass
class Npm:
    """``http-message-signatures`` for Node. It leaves the body's digest to its caller."""

    node: Node

    def believes(self, request: Request, keyid: str, key: PublicKey, profile: Profile) -> bool:
        asked = {
            "verify": {"it": _plain(request)},
            "keys": {keyid: {"kty": "OKP", "crv": "Ed25519", "x": _url64(key.raw)}},
            "requires": list(profile.components),
            "now": now(),
        }
        found: object = self.node("signatures", asked)["it"]
        return found is True

    def signs(
        self, request: Request, keyid: str, seed: bytes, covered: tuple[str, ...], **said: str
    ) -> Request:
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        asked = {
            "sign": {"it": {"request": _plain(request), "fields": covered, "values": said}},
            "key": {"kty": "OKP", "crv": "Ed25519", "x": _url64(public), "d": _url64(seed)},
            "keyid": keyid,
            "now": now(),
        }
        return _with(request, self.node("signatures", asked)["it"])


def _plain(request: Request) -> dict[str, Any]:
    return {"method": request.method, "url": request.target, "headers": dict(request.headers)}


def _with(request: Request, headers: dict[str, str]) -> Request:
    lower = {name.lower(): value for name, value in headers.items()}
    return Request(method=request.method, target=request.target, headers=lower, body=request.body)


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
