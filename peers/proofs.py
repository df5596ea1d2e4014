"""W3C Data Integrity on a record, with the one suite that is spoken here: ``eddsa-jcs-2022``.

Follows the W3C Recommendations VC Data Integrity 1.0 and Data Integrity EdDSA Cryptosuites 1.0,
section 3.3. The suite alone lets a relay append a context, so that the proof holds and the words
mean something else; hence the policy that pins contexts. It is kept apart from the primitive,
because the suite's own vectors use others than our records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from peers.encoding import JsonObject, JsonValue, jcs, multibase, unmultibase
from peers.errors import BadSignature, Malformed
from peers.keys import InvalidSignature, PublicKey, Signer
from peers.times import is_time

__all__ = ["RECORD_CONTEXT", "RECORD_CONTEXTS", "Verified", "method_of", "sign", "verify"]

RECORD_CONTEXT: Final = (
    "https://w3id.org/intercity/context/v1.jsonld",
    "https://w3id.org/security/data-integrity/v2",
)
"""The ``@context`` of every record that is written: exactly this pair, in this order."""

RECORD_CONTEXTS: Final = (RECORD_CONTEXT,)
"""Those that are read. A later version is read everywhere before anybody writes it."""

_MEMBERS: Final = {
    "@context",
    "type",
    "cryptosuite",
    "created",
    "verificationMethod",
    "proofPurpose",
    "proofValue",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a proof that holds says.

    Attributes:
        method: DID URL of the key.
        created: When the signer says that it signed, ``YYYY-MM-DDTHH:MM:SSZ``; its own word.
    """

    method: str
    created: str


def sign(document: JsonObject, signer: Signer, *, method: str, created: datetime) -> JsonObject:
    """Secure a document: a copy of it with one proof (section 3.3.1).

    Args:
        document: Without a proof. Its ``@context`` is repeated in the proof (section 3.3.5).
        method: DID URL of the key, absolute.
        created: In UTC; written to the second.

    Raises:
        ValueError: It has a proof already, or cannot be written as canonical JSON.
    """
    if "proof" in document:
        raise ValueError("the document has a proof already; sign it without")
    if created.utcoffset() is None:
        raise ValueError("expected a time with its zone, found one without")
    config: JsonObject = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        # Section 3.3.5 asks for it where the document has one; all of ours do.
        config["@context"] = document["@context"]
    signature = signer.sign(_hash_data(document, config))
    return {**document, "proof": {**config, "proofValue": multibase(signature)}}


def verify(
    secured: JsonObject,
    key: PublicKey,
    *,
    method: str | None = None,
    contexts: Collection[tuple[str, ...]] | None = RECORD_CONTEXTS,
) -> Verified:
    """Check that ``key`` signed exactly this document (section 3.3.2).

    It checks the form of the one proof, the bytes that were signed, and that the context is a
    pinned one, once and at the top. It does **not** check whose key it is, whether it was valid
    when the document was logged, whether ``created`` is true, or what the document says.

    Args:
        secured: As the strict parser of ``peers.encoding`` has read it: what two parsers would
            read differently is refused there, and here it is too late.
        method: The DID URL under which ``key`` was found. Give it, so that the key that was looked
            up and the key that is named cannot differ.
        contexts: What ``@context`` may be; ``None`` admits any that the proof repeats.

    Raises:
        Malformed: There is no proof of the form that is spoken here.
        BadSignature: The proof does not hold, names another method, or the context is another.
    """
    about = _name_of(secured)
    proof = _proof_of(secured, about)
    document = {name: value for name, value in secured.items() if name != "proof"}
    if method is not None and proof["verificationMethod"] != method:
        raise BadSignature(
            about, f"expected a proof by {method}, found one by {proof['verificationMethod'][:200]}"
        )
    if "@context" in document:
        if "@context" not in proof or proof["@context"] != document["@context"]:
            raise BadSignature(about, "expected the proof to repeat the @context of the document")
    elif "@context" in proof:
        raise BadSignature(about, "the proof has an @context, and the document has none")
    if contexts is not None:
        _check_context(document, contexts, about)
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    signature = _signature(proof, about)
    try:
        signed = _hash_data(document, config)
    except ValueError as exc:
        raise Malformed(about, str(exc)) from exc
    try:
        key.verify(signature, signed)
    except InvalidSignature as exc:
        raise BadSignature(about, f"the proof: {exc}") from exc
    return Verified(proof["verificationMethod"], proof["created"])


def method_of(secured: JsonObject) -> str:
    """The DID URL of the key that a document claims to be signed by. A claim, until verified.

    Raises:
        Malformed: There is no proof of the form that is spoken here.
    """
    about = _name_of(secured)
    return str(_proof_of(secured, about)["verificationMethod"])


def _proof_of(secured: JsonObject, about: str) -> JsonObject:
    proof: Any = secured.get("proof")
    match proof:
        case {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": str() as created,
            "verificationMethod": str(),
            "proofPurpose": "assertionMethod",
            "proofValue": str(),
        } if is_time(created):
            pass
        case None:
            raise Malformed(about, "expected a proof, found none")
        case list():
            raise Malformed(about, f"expected one proof, found a list of {len(proof)}")
        case _:
            raise Malformed(
                about,
                "expected a DataIntegrityProof with cryptosuite eddsa-jcs-2022, created "
                "(YYYY-MM-DDTHH:MM:SSZ), verificationMethod, proofPurpose assertionMethod and "
                f"proofValue; found {_short(proof)}",
            )
    found: JsonObject = dict(proof)
    unknown = found.keys() - _MEMBERS
    if unknown:
        raise Malformed(about, f"the proof has members that are not read here: {sorted(unknown)}")
    return found


def _signature(proof: JsonObject, about: str) -> bytes:
    try:
        signature = unmultibase(proof["proofValue"])
    except ValueError as exc:
        raise Malformed(about, f"proofValue: {exc}") from exc
    if len(signature) != 64:
        raise Malformed(about, f"expected a proofValue of 64 bytes, found {len(signature)}")
    return signature


def _hash_data(document: JsonObject, config: JsonObject) -> bytes:
    """What is signed: the hash of the proof's options, then that of the document (3.3.4)."""
    return hashlib.sha256(jcs(config)).digest() + hashlib.sha256(jcs(document)).digest()


def _check_context(document: JsonObject, contexts: Collection[tuple[str, ...]], about: str) -> None:
    context = document.get("@context")
    if not isinstance(context, list) or not any(context == list(one) for one in contexts):
        expected = " or ".join(str(list(one)) for one in contexts)
        raise BadSignature(
            about, f"expected @context to be exactly {expected}, found {_short(context)}"
        )
    pending: list[JsonValue] = [value for name, value in document.items() if name != "@context"]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "@context" in value:
                raise BadSignature(about, "expected one @context at the top, found one below it")
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


def _name_of(secured: JsonObject) -> str:
    return str(secured.get("id", "a document without id"))[:300]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
