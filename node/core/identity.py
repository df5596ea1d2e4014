"""Who a node is, from its keys: its DID document, and the first entry of its logs.

The first entry of every log of ours is ``Genesis``. Like every entry it commits to a signed body;
this one names the three keys, and the hash of a recovery key that is kept on paper alone. Whoever
holds the log's first entry therefore knows which keys the log began with.
"""

from __future__ import annotations

from peers.did import Did, DidDocument, LogId, did_of
from peers.encoding import JsonObject, digest_of
from peers.errors import Malformed, Untrusted
from peers.keys import PublicKey
from peers.proofs import RECORD_CONTEXT, method_of, verify

__all__ = ["check_genesis", "genesis_of", "identity_of", "log_address", "recovery_hash"]

_PURPOSES = ("record", "log", "http")


def identity_of(base_url: str, record: PublicKey, log: PublicKey, http: PublicKey) -> DidDocument:
    """The DID document of a node that has just been made.

    Args:
        base_url: Without a trailing slash.
    """
    did = did_of(base_url)
    return DidDocument(
        did=did,
        record_keys={f"{did.text}#record-1": record},
        log_keys={f"{did.text}#log-1": log},
        http_keys={f"{did.text}#http-1": http},
        services={
            "log-public": f"{base_url}/log/public",
            "log-members": f"{base_url}/log/members",
            "inbox": f"{base_url}/inbox",
            "sparql": f"{base_url}/sparql",
        },
    )


def recovery_hash(key: PublicKey) -> str:
    """What Genesis says of the recovery key: the multihash of its Multikey."""
    return digest_of(b"", key.multikey.encode())


def genesis_of(document: DidDocument, log_url: str, next_recovery_hash: str) -> JsonObject:
    """The body of a log's first entry, to be signed with the record key.

    Args:
        log_url: The log's address.
        next_recovery_hash: See ``recovery_hash``.
    """
    return {
        "@context": list(RECORD_CONTEXT),
        "id": f"{log_url}/genesis",
        "type": "Genesis",
        "version": 1,
        "controller": document.did.text,
        "keys": _keys_of(document),
        "nextRecoveryHash": next_recovery_hash,
    }


def check_genesis(secured: JsonObject, document: DidDocument, log: LogId) -> None:
    """Check that a log began with the keys of a DID document, and that its record key says so.

    It does **not** check that the entry commits to these bytes, nor that the keys are in force.

    Raises:
        Malformed: Not the body of a Genesis entry.
        Untrusted: Another node's, other keys, or a signature that does not hold.
    """
    method = method_of(secured)
    did = document.did.text
    if method not in document.record_keys:
        raise Untrusted(log, f"Genesis: expected a record key of {did}, found {method}")
    verify(secured, document.record_keys[method])
    expected = genesis_of(document, log_address(document.did, log), "")
    for name in expected.keys() - {"nextRecoveryHash"}:
        if secured.get(name) != expected[name]:
            raise Untrusted(
                log,
                f"Genesis: expected {name} to be {expected[name]!r}, found {secured.get(name)!r}",
            )
    if not isinstance(secured.get("nextRecoveryHash"), str) or secured.keys() != {
        *expected,
        "proof",
    }:
        raise Malformed(log, f"Genesis: expected {sorted(expected)}, found {sorted(secured)}")


def log_address(did: Did, log: LogId) -> str:
    """The address of a log whose origin line is known."""
    return f"{did.origin.partition('://')[0]}://{log}"


def _keys_of(document: DidDocument) -> JsonObject:
    """The first key of each purpose; later ones come by KeyChange, and the first ones stay."""
    did = document.did.text
    methods = {**document.record_keys, **document.log_keys, **document.http_keys}
    named = {purpose: f"{did}#{purpose}-1" for purpose in _PURPOSES}
    missing = [method for method in named.values() if method not in methods]
    if missing:
        raise Malformed(did, f"expected the keys that the log began with, {missing} are not there")
    return {
        purpose: {"id": method, "publicKeyMultibase": methods[method].multikey}
        for purpose, method in named.items()
    }
