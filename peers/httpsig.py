"""HTTP message signatures on requests between nodes (RFC 9421), with content digests (RFC 9530).

Two profiles are spoken, and no other. A message covers ``@method``, ``@target-uri``,
``content-digest`` and ``content-type``, lives for at most five minutes and carries a nonce; a read
covers ``@method`` and ``@target-uri``. The algorithm follows from the key, never from a label; a
signature that covers less than its profile asks for is none. Signatures of other profiles, a
proxy's for example, are passed over. Time and nonce are arguments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from peers.errors import BadSignature, Malformed
from peers.fields import Bare, InnerList, Item, read_dictionary, write_dictionary, write_member
from peers.keys import InvalidSignature, PublicKey, Signer

__all__ = [
    "LIFETIME",
    "MESSAGE",
    "READ",
    "Claim",
    "Profile",
    "Request",
    "check_claim",
    "content_digest",
    "read_claim",
    "sign_read",
    "sign_request",
    "signature_base",
    "verify_request",
]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a signature of one kind must cover.

    Attributes:
        tag: Its name in the signature's parameters.
        components: Covered: all of them, once each, in any order, and nothing else.
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
_PARAMETERS: Final = frozenset({"created", "expires", "keyid", "alg", "nonce", "tag"})
_WORD: Final = re.compile(r"[!-~]{1,300}")
_NONCE: Final = re.compile(r"[!-~]{16,128}")
_DIGESTS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


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
    return write_dictionary({"sha-256": Item(hashlib.sha256(body).digest())})


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
        nonce: 16 characters or more, never used before; left out by a read.

    Raises:
        Malformed: The request lacks a header that is to be signed.
        ValueError: A nonce, a key's name or a header that cannot be written.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    added: dict[str, str] = {}
    if "content-digest" in profile.components:
        added["Content-Digest"] = headers["content-digest"] = content_digest(request.body)
    parameters: dict[str, Bare] = {
        "created": now,
        "expires": now + LIFETIME,
        "keyid": keyid,
        "alg": "ed25519",
    }
    if profile.nonce:
        if not _NONCE.fullmatch(nonce):
            raise ValueError(f"expected a nonce of 16 to 128 characters, found {len(nonce)}")
        parameters["nonce"] = nonce
    parameters["tag"] = profile.tag
    covered = InnerList(tuple(map(Item, profile.components)), parameters)
    values = [(name, _value(request, headers, name)) for name in profile.components]
    signature = signer.sign(signature_base(values, covered))
    return {
        **added,
        "Signature-Input": write_dictionary({_LABEL: covered}),
        "Signature": write_dictionary({_LABEL: Item(signature)}),
    }


def sign_read(url: str, signer: Signer, *, keyid: str, now: int) -> dict[str, str]:
    """The headers that sign a ``GET`` of an address: good for as often as it lives.

    Args:
        now: Seconds since 1970.
    """
    asked = Request(method="GET", target=url, headers={})
    return sign_request(asked, signer, keyid=keyid, now=now, nonce="", profile=READ)


def signature_base(values: Sequence[tuple[str, str]], covered: InnerList) -> bytes:
    """The bytes that are signed (RFC 9421, section 2.5).

    Args:
        values: Each covered component's name and value, in the order of ``covered``.
        covered: What ``Signature-Input`` says: the components, and the signature's parameters.

    Raises:
        ValueError: A value that is not one line of ASCII: two bases could not be told apart.
    """
    lines = [f"{write_member(item)}: " for item in covered.items]
    for number, (name, value) in enumerate(values):
        if not value.isascii() or "\n" in value or "\r" in value:
            raise ValueError(f"expected one line of ASCII for {name}, found {value[:60]!r}")
        lines[number] += value
    lines.append(f'"@signature-params": {write_member(covered)}')
    return "\n".join(lines).encode("ascii")


def read_claim(request: Request, about: str, profile: Profile = MESSAGE) -> Claim:
    """Take a request's signature apart: whose key to fetch. Nothing is verified yet.

    Args:
        about: Whom to name in an error.

    Raises:
        Malformed: There is no signature of the profile, or it covers something else.
    """
    try:
        covered, signature = _find(request.headers, profile)
        _check_covered(covered, profile)
        return _claim(request, covered, signature, profile)
    except ValueError as exc:
        raise Malformed(about, f"the request's signature: {exc}") from exc


def check_claim(claim: Claim, request: Request, *, about: str, now: int) -> None:
    """Check what needs no key: the time that a signature may live, and the body's digest.

    It does **not** verify the signature. Whoever would have to dial for the key asks this first.

    Raises:
        BadSignature: It is too old or too early, or the body is another.
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
    _check_digest(request, about)


def verify_request(claim: Claim, request: Request, key: PublicKey, *, about: str, now: int) -> None:
    """Check that ``key`` signed exactly this request, within the time that it may live.

    It does **not** check whose key it is, nor whether the nonce is new: ask a durable store, after
    this and before anything is done.

    Raises:
        BadSignature: The signature does not hold, is too old or too early, or the body is another.
    """
    check_claim(claim, request, about=about, now=now)
    try:
        key.verify(claim.signature, claim.base)
    except InvalidSignature as exc:
        raise BadSignature(about, f"the request's signature: {exc}") from exc


def _find(headers: Mapping[str, str], profile: Profile) -> tuple[InnerList, bytes]:
    """The one signature with the profile's tag, whatever its label."""
    inputs = read_dictionary(headers.get("signature-input", ""))
    signatures = read_dictionary(headers.get("signature", ""))
    found = [
        (label, member)
        for label, member in inputs.items()
        if isinstance(member, InnerList) and member.parameters.get("tag") == profile.tag
    ]
    if len(found) != 1:
        raise ValueError(f'expected one with tag="{profile.tag}", found {len(found)}')
    [(label, covered)] = found
    match signatures.get(label):
        case Item(bytes() as signature, parameters) if len(signature) == 64 and not parameters:
            return covered, signature
    raise ValueError(f"expected the 64 bytes of {label!r} in Signature, found none")


def _check_covered(covered: InnerList, profile: Profile) -> None:
    names = [item.value if not item.parameters else write_member(item) for item in covered.items]
    if len(names) != len(profile.components) or set(names) != set(profile.components):
        raise ValueError(
            f"expected one over {' '.join(profile.components)}, "
            f"found one over {' '.join(map(str, names)) or 'nothing'}"
        )


def _claim(request: Request, covered: InnerList, signature: bytes, profile: Profile) -> Claim:
    said = covered.parameters
    unknown = said.keys() - _PARAMETERS
    if unknown:
        raise ValueError(f"expected the parameters {sorted(_PARAMETERS)}, found {sorted(unknown)}")
    match said:
        case {
            "created": int() as created,
            "expires": int() as expires,
            "keyid": str() as keyid,
            "alg": "ed25519",
        } if _WORD.fullmatch(keyid) and {type(created), type(expires)} == {int}:
            pass  # A parameter without a value is true, and true is an int here as well.
        case _:
            raise ValueError(
                'expected created, expires, keyid and alg="ed25519", '
                f"found {write_member(covered)[:300]}"
            )
    nonce = said.get("nonce", "")
    if not isinstance(nonce, str) or (profile.nonce and not _NONCE.fullmatch(nonce)):
        raise ValueError(f"expected a nonce of 16 to 128 characters, found {nonce!r:.140}")
    values = [
        (str(item.value), _value(request, request.headers, str(item.value)))
        for item in covered.items
    ]
    return Claim(
        keyid=keyid,
        created=created,
        expires=expires,
        nonce=nonce,
        signature=signature,
        base=signature_base(values, covered),
    )


def _check_digest(request: Request, about: str) -> None:
    """Every digest of a kind that we know is the body's, and there is one."""
    field = request.headers.get("content-digest")
    if field is None:
        return  # A read has none; a message without one was refused when its claim was read.
    try:
        said = {name: one for name, one in read_dictionary(field).items() if name in _DIGESTS}
    except ValueError as exc:
        raise Malformed(about, f"Content-Digest: {exc}") from exc
    if not said:
        raise BadSignature(about, "expected sha-256 or sha-512 in Content-Digest, found neither")
    for name, digest in said.items():
        if digest != Item(_DIGESTS[name](request.body).digest()):
            raise BadSignature(about, f"the body is not what Content-Digest says ({name})")


def _value(request: Request, headers: Mapping[str, str], name: str) -> str:
    """A component's value (RFC 9421, sections 2.1 and 2.2)."""
    match name:
        case "@method":
            return request.method
        case "@target-uri":
            return request.target
        case _ if name in headers:
            return headers[name].strip(" \t")
        case _:
            raise Malformed(request.target, f"expected the header {name}, which is to be signed")
