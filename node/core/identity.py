"""Who a node is, from its keys: its DID document, and the first entry of its logs.

The first entry of every log of ours is ``Genesis``. Like every entry it commits to a signed body;
this one names the three keys, and the hash of a recovery key that is kept on paper alone. Whoever
holds the log's first entry therefore knows which keys the log began with.
"""

from __future__ import annotations

from peers.did import Did, DidDocument, LogId, did_of
from peers.encoding import JsonObject
from peers.errors import Untrusted
from peers.keychange import Genesis, read_genesis, write_genesis
from peers.keys import PublicKey

__all__ = ["check_genesis", "genesis_of", "identity_of", "log_address"]


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
            "feed": f"{base_url}/feed",
            "inbox": f"{base_url}/inbox",
            "sparql": f"{base_url}/sparql",
        },
    )


def genesis_of(document: DidDocument, log_url: str, next_recovery_hash: str) -> JsonObject:
    """The body of a log's first entry, to be signed with the record key in force.

    Args:
        log_url: The log's address.
        next_recovery_hash: See ``peers.keychange.recovery_hash``.
    """
    purposes = (document.record_keys, document.log_keys, document.http_keys)
    return write_genesis(
        Genesis(
            address=log_url,
            controller=document.did.text,
            keys=dict(list(keys.items())[-1] for keys in purposes),
            recovery_hash=next_recovery_hash,
        )
    )


def check_genesis(secured: JsonObject, document: DidDocument, log: LogId) -> None:
    """Check that a log began with keys of a DID document, and that its record key says so.

    It does **not** check that the entry commits to these bytes, nor that the keys are in force.

    Raises:
        Malformed: Not the body of a Genesis entry.
        Untrusted: Another node's, other keys, or a signature that does not hold.
    """
    genesis = read_genesis(secured, log)
    if genesis.controller != document.did.text:
        raise Untrusted(
            log, f"Genesis: expected the log of {document.did}, found {genesis.controller}"
        )
    known = {
        **document.record_keys,
        **document.log_keys,
        **document.http_keys,
        **document.retired,
    }
    for method, key in genesis.keys.items():
        if known.get(method) != key:
            pinned = known[method].multikey if method in known else "none of this name"
            raise Untrusted(
                log, f"Genesis: expected the key {method} to be {pinned}, found {key.multikey}"
            )


def log_address(did: Did, log: LogId) -> str:
    """The address of a log whose origin line is known."""
    return f"{did.origin.partition('://')[0]}://{log}"
