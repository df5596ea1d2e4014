"""W3C Data Integrity on a record, with the one suite that is spoken here: ``eddsa-jcs-2022``.

Follows the W3C Recommendations VC Data Integrity 1.0 and Data Integrity EdDSA Cryptosuites 1.0,
section 3.3. The primitive (``sign``, ``verify``) is kept apart from the policy on contexts, because
vectors and credentials use others than our records.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from peers.encoding import JsonObject, JsonValue, jcs, multibase, unmultibase
from peers.errors import BadSignature, Malformed
from peers.keys import InvalidSignature, PublicKey, Signer

__all__ = ["CREDENTIALS_CONTEXT", "RECORD_CONTEXT", "Verified", "method_of", "sign", "verify"]

RECORD_CONTEXT = (
    "https://w3id.org/intercity/context/v1.jsonld",
    "https://w3id.org/security/data-integrity/v2",
)
"""The ``@context`` of every record: exactly this pair, in this order."""

CREDENTIALS_CONTEXT = ("https://www.w3.org/ns/credentials/v2",)
"""The ``@context`` of a credential."""

_CREATED = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
)
_MEMBERS = {
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
        config["@context"] = document["@context"]
    signature = signer.sign(_hash_data(document, config))
    return {**document, "proof": {**config, "proofValue": multibase(signature)}}


def verify(
    secured: JsonObject,
    key: PublicKey,
    *,
    contexts: Sequence[str] | None = RECORD_CONTEXT,
) -> Verified:
    """Check that ``key`` signed exactly this document (section 3.3.2).

    It checks the bytes and the form of the proof, and that the context is the pinned one. It does
    **not** check whose key it is, whether it was valid, or what the document says.

    Args:
        contexts: What ``@context`` must be; ``None`` admits any that the proof repeats.

    Raises:
        Malformed: There is no proof of the form that is spoken here.
        BadSignature: The proof does not hold, or the context is another.
    """
    about = str(secured.get("id", "a document without id"))
    proof = _proof_of(secured, about)
    document = {name: value for name, value in secured.items() if name != "proof"}
    context = document.get("@context")
    if proof.get("@context") != context:
        raise BadSignature(about, "expected the proof to repeat the @context of the document")
    if contexts is not None and context != list(contexts):
        raise BadSignature(
            about, f"expected @context to be exactly {list(contexts)}, found {_short(context)}"
        )
    if contexts is not None and _has_context_below(document):
        raise BadSignature(about, "expected one @context at the top, found another below it")
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key.verify(_signature(proof, about), _hash_data(document, config))
    except InvalidSignature as exc:
        raise BadSignature(about, f"the proof: {exc}") from exc
    return Verified(proof["verificationMethod"], proof["created"])


def method_of(secured: JsonObject) -> str:
    """The DID URL of the key that a document claims to be signed by. A claim, until verified.

    Raises:
        Malformed: There is no proof of the form that is spoken here.
    """
    about = str(secured.get("id", "a document without id"))
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
        } if _CREATED.fullmatch(created):
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


def _has_context_below(document: JsonObject) -> bool:
    pending: list[JsonValue] = list(document.values())
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "@context" in value:
                return True
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return False


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
