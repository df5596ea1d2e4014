"""HTTP message signatures on requests between nodes (RFC 9421), with content digests (RFC 9530).

Two profiles are spoken, and no other. A message covers ``@method``, ``@target-uri``,
``content-digest`` and ``content-type``, lives for at most five minutes and carries a nonce; a read
covers ``@method`` and ``@target-uri``. The algorithm follows from the key, never from a label; a
signature that covers less than its profile asks for is none. Time and nonce are arguments.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from peers.errors import BadSignature, Malformed
from peers.keys import InvalidSignature, PublicKey, Signer

__all__ = [
    "MESSAGE",
    "READ",
    "Claim",
    "Profile",
    "Request",
    "content_digest",
    "read_claim",
    "sign_request",
    "verify_request",
]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a signature of one kind must cover.

    Attributes:
        tag: Its name in the signature's parameters.
        components: Covered, in this order; all of them and nothing else.
        nonce: Whether it carries a nonce, to be remembered by whoever verifies.
    """

    tag: str
    components: tuple[str, ...]
    nonce: bool


MESSAGE: Final = Profile(
    "intercity", ("@method", "@target-uri", "content-digest", "content-type"), nonce=True
)
"""A message to an inbox."""

READ: Final = Profile("intercity-read", ("@method", "@target-uri"), nonce=False)
"""A read of what only members may read."""

LIFETIME: Final = 300
"""Seconds from ``created`` to ``expires`` at most, and how far two clocks may differ."""

_LABEL: Final = "intercity"
_PARAMETERS: Final = re.compile(
    r";created=(?P<created>[0-9]{1,12});expires=(?P<expires>[0-9]{1,12})"
    r';keyid="(?P<keyid>[!#-\[\]-~]{1,300})";alg="ed25519"'
    r'(?:;nonce="(?P<nonce>[A-Za-z0-9_-]{16,64})")?;tag="(?P<tag>[a-z-]{1,40})"'
)
_INPUT: Final = re.compile(
    r'intercity=(?P<covered>\((?:"[a-z@-]+"(?: "[a-z@-]+")*)?\))(?P<rest>.+)'
)
_SIGNATURE: Final = re.compile(r"intercity=:(?P<value>[A-Za-z0-9+/]{86}==):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as its receiver knows it.

    Attributes:
        method: In capitals.
        target: The whole address that it was sent to, built from the receiver's own settings and
            the raw path, never from what the request says of its host.
        headers: Lower-case names; a header that came twice does not belong here.
        body: Raw.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a signature says of itself: nothing of it is true until verified.

    Attributes:
        keyid: DID URL of the key; created, expires: seconds since 1970.
        nonce: Empty where the profile has none.
    """

    keyid: str
    created: int
    expires: int
    nonce: str
    signature: bytes
    base: bytes


def content_digest(body: bytes) -> str:
    """The ``Content-Digest`` of a body (RFC 9530, section 2)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign_request(
    request: Request,
    signer: Signer,
    *,
    keyid: str,
    now: int,
    nonce: str,
    profile: Profile = MESSAGE,
) -> dict[str, str]:
    """The headers that sign a request; for a message, ``Content-Digest`` among them.

    Args:
        now: Seconds since 1970.
        nonce: 16 to 64 characters of base64url, never used before; left out by a read.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    added: dict[str, str] = {}
    if "content-digest" in profile.components:
        added["Content-Digest"] = headers["content-digest"] = content_digest(request.body)
    covered = "(" + " ".join(f'"{name}"' for name in profile.components) + ")"
    parameters = (
        f'{covered};created={now};expires={now + LIFETIME};keyid="{keyid}";alg="ed25519"'
        + (f';nonce="{nonce}"' if profile.nonce else "")
        + f';tag="{profile.tag}"'
    )
    known = Request(
        method=request.method, target=request.target, headers=headers, body=request.body
    )
    signature = signer.sign(_base(known, profile.components, parameters))
    return {
        **added,
        "Signature-Input": f"{_LABEL}={parameters}",
        "Signature": f"{_LABEL}=:{base64.b64encode(signature).decode()}:",
    }


def read_claim(request: Request, about: str, profile: Profile = MESSAGE) -> Claim:
    """Take a request's signature apart: whose key to fetch. Nothing is verified yet.

    Args:
        about: Whom to name in an error.

    Raises:
        Malformed: There is no signature of the profile, or it covers something else.
    """
    found = _INPUT.fullmatch(request.headers.get("signature-input", ""))
    signed = _SIGNATURE.fullmatch(request.headers.get("signature", ""))
    if not found or not signed:
        raise Malformed(about, f"expected one signature labelled {_LABEL}, found none that is read")
    covered = tuple(found["covered"].strip("()").replace('"', "").split())
    if covered != profile.components:
        raise Malformed(
            about,
            f"expected a signature over {' '.join(profile.components)}, "
            f"found one over {' '.join(covered) or 'nothing'}",
        )
    parameters = _PARAMETERS.fullmatch(found["rest"])
    if (
        not parameters
        or parameters["tag"] != profile.tag
        or bool(parameters["nonce"]) != profile.nonce
    ):
        raise Malformed(
            about,
            'expected created, expires, keyid, alg="ed25519"'
            + (", nonce" if profile.nonce else "")
            + f' and tag="{profile.tag}", in this order; found {found["rest"][:200]!r}',
        )
    try:
        signature = base64.b64decode(signed["value"], validate=True)
    except binascii.Error as exc:
        raise Malformed(about, "the signature is not base64") from exc
    return Claim(
        keyid=parameters["keyid"],
        created=int(parameters["created"]),
        expires=int(parameters["expires"]),
        nonce=parameters["nonce"] or "",
        signature=signature,
        base=_base(request, covered, found["covered"] + found["rest"]),
    )


def verify_request(claim: Claim, request: Request, key: PublicKey, *, about: str, now: int) -> None:
    """Check that ``key`` signed exactly this request, within the time that it may live.

    It does **not** check whose key it is, nor whether the nonce is new: ask a durable store, after
    this and before anything is done.

    Raises:
        BadSignature: The signature does not hold, is too old or too early, or the body is another.
    """
    if not now - LIFETIME <= claim.created <= now + LIFETIME:
        raise BadSignature(
            about,
            f"signed at {claim.created}, and it is {now} here: check the clocks (± {LIFETIME} s)",
        )
    if not claim.created <= claim.expires <= claim.created + LIFETIME or claim.expires < now:
        raise BadSignature(
            about, f"expected a signature that lives {LIFETIME} s at most and is not over"
        )
    digest = request.headers.get("content-digest")
    if digest is not None and digest != content_digest(request.body):
        raise BadSignature(about, "the body is not what Content-Digest says")
    try:
        key.verify(claim.signature, claim.base)
    except InvalidSignature as exc:
        raise BadSignature(about, f"the request's signature: {exc}") from exc


def _base(request: Request, covered: tuple[str, ...], parameters: str) -> bytes:
    """The signature base (RFC 9421, section 2.5)."""
    lines = [f'"{name}": {_value(request, name)}' for name in covered]
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode()


def _value(request: Request, name: str) -> str:
    match name:
        case "@method":
            return request.method
        case "@target-uri":
            return request.target
        case _:
            value = request.headers.get(name)
            if value is None:
                raise Malformed(
                    request.target, f"expected the header {name}, which is to be signed"
                )
            return " ".join(value.split())
