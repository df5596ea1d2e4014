"""The two entries of a log that say which keys speak for its owner: Genesis and KeyChange.

Each commits, as every entry does, to a signed body. Genesis names the keys that the log began with
and the hash of a *recovery key*, which is kept on paper. A KeyChange puts new keys in the place of
old ones. It is authorised by the record key in force, or by the recovery key, which beats it: only
the recovery key may say that keys were in wrong hands, and only it may name its own successor.

Here is the form alone; whether a change was authorised where it stands, ``peers.history`` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from peers.did import LogId, parse_did
from peers.encoding import JsonObject, JsonValue, digest_of
from peers.errors import Malformed, Untrusted
from peers.keys import BadKey, PublicKey
from peers.proofs import RECORD_CONTEXT, method_of, verify

__all__ = [
    "PURPOSES",
    "Genesis",
    "KeyChange",
    "change_address",
    "purpose_of",
    "read_change",
    "read_genesis",
    "recovery_hash",
    "recovery_method",
    "write_change",
    "write_genesis",
]

PURPOSES: Final = ("record", "log", "http")
"""What a key is for: records, checkpoints, requests. Each has one key in force."""

_METHOD: Final = re.compile(r"#(record|log|http)-([1-9][0-9]{0,5})")
_ID: Final = re.compile(r"(https?://[^\s?#]+)/keychange/([1-9][0-9]{0,5})")
_HASH: Final = re.compile(r"zQm[1-9A-HJ-NP-Za-km-z]{44}")
_GENESIS: Final = {
    "@context",
    "id",
    "type",
    "version",
    "controller",
    "keys",
    "nextRecoveryHash",
    "proof",
}
_CHANGE: Final = {
    "@context",
    "id",
    "type",
    "version",
    "controller",
    "add",
    "remove",
    "nextRecoveryHash",
    "authorisation",
    "proof",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """The keys that a log began with.

    Attributes:
        address: The log's address.
        controller: DID of its owner.
        keys: Method id → key, one for each purpose, in the order of ``PURPOSES``.
        recovery_hash: See ``recovery_hash``.
    """

    address: str
    controller: str
    keys: Mapping[str, PublicKey]
    recovery_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """New keys in the place of old ones.

    Attributes:
        address: The log's address.
        number: Counts the changes of this log that were authorised, from 1.
        version: 1, unless an entry of this name that nobody had authorised stands before it.
        controller: DID of the log's owner.
        add: Method id → key that is in force from the next entry on.
        remove: Method ids that were in force until this entry.
        recovery_hash: Of the recovery key that is good from now on.
        compromised_from: Index in this log from which on nothing before this entry is believed.
        recovery: The recovery key, where it authorises; ``None`` where the record key does.
    """

    address: str
    number: int
    version: int = 1
    controller: str
    add: Mapping[str, PublicKey]
    remove: tuple[str, ...]
    recovery_hash: str
    compromised_from: int | None = None
    recovery: PublicKey | None = None


def recovery_hash(key: PublicKey) -> str:
    """What a log says of a recovery key before it is used: the multihash of its Multikey."""
    return digest_of(b"", key.multikey.encode())


def recovery_method(key: PublicKey) -> str:
    """The DID URL under which a recovery key signs: it stands in no document, so it says itself
    (did:key, w3c-ccg.github.io/did-key-spec)."""
    return f"did:key:{key.multikey}#{key.multikey}"


def change_address(log_url: str, number: int) -> str:
    """The address of a change, which is the object of its entry."""
    return f"{log_url}/keychange/{number}"


def purpose_of(method: str, did: str) -> tuple[str, int] | None:
    """Purpose and number of a node's method; ``None`` where it is none of this DID.

    >>> purpose_of("did:web:city.example#log-2", "did:web:city.example")
    ('log', 2)
    """
    found = _METHOD.fullmatch(method.removeprefix(did)) if method.startswith(did) else None
    return (found[1], int(found[2])) if found else None


def write_genesis(genesis: Genesis) -> JsonObject:
    """The body of a log's first entry, to be signed with its record key."""
    assert len(genesis.keys) == len(PURPOSES), "one key a purpose"
    return {
        "@context": list(RECORD_CONTEXT),
        "id": f"{genesis.address}/genesis",
        "type": "Genesis",
        "version": 1,
        "controller": genesis.controller,
        "keys": {
            purpose: _method(id_, key)
            for purpose, (id_, key) in zip(PURPOSES, genesis.keys.items(), strict=True)
        },
        "nextRecoveryHash": genesis.recovery_hash,
    }


def read_genesis(secured: JsonObject, log: LogId) -> Genesis:
    """Read a log's first body, signed by the record key that it names itself.

    It does **not** check that the entry commits to these bytes, nor that anybody pinned the keys.

    Raises:
        Malformed: Not the body of a Genesis entry of this log.
        Untrusted: The signature is another key's, or does not hold.
    """
    address = str(secured.get("id", "")).removesuffix("/genesis")
    match secured:
        case {
            "type": "Genesis",
            "version": 1,
            "controller": str() as controller,
            "keys": {"record": _, "log": _, "http": _, **more} as named,
            "nextRecoveryHash": str() as hashed,
        } if not more and secured.keys() == _GENESIS and _HASH.fullmatch(hashed):
            keys = [_read_method(log, value) for value in (named[one] for one in PURPOSES)]
        case _:
            raise Malformed(log, f"Genesis: expected {sorted(_GENESIS)}, found {sorted(secured)}")
    scheme = parse_did(controller).origin.partition("://")[0]
    _expect(log, "Genesis", "id", f"{scheme}://{log}/genesis", secured.get("id"))
    for purpose, (id_, _key) in zip(PURPOSES, keys, strict=True):
        if (purpose_of(id_, controller) or ("",))[0] != purpose:
            raise Malformed(log, f"Genesis: expected a {purpose} key of {controller}, found {id_}")
    method, key = keys[0]
    _expect(log, "Genesis", "a proof by", method, method_of(secured))
    verify(secured, key, method=method)
    return Genesis(address=address, controller=controller, keys=dict(keys), recovery_hash=hashed)


def write_change(change: KeyChange, authority: PublicKey) -> JsonObject:
    """The body of a KeyChange entry, to be signed with the key that authorises it."""
    document: JsonObject = {
        "@context": list(RECORD_CONTEXT),
        "id": change_address(change.address, change.number),
        "type": "KeyChange",
        "version": change.version,
        "controller": change.controller,
        "add": [_method(id_, key) for id_, key in change.add.items()],
        "remove": list(change.remove),
        "nextRecoveryHash": change.recovery_hash,
        "authorisation": {
            "by": "record" if change.recovery is None else "recovery",
            "publicKeyMultibase": authority.multikey,
        },
    }
    if change.compromised_from is not None:
        document["compromisedFrom"] = change.compromised_from
    return document


def read_change(secured: JsonObject, log: LogId) -> tuple[KeyChange, PublicKey]:
    """Read a change of keys, and the key that it says it is authorised by, whose signature holds.

    It does **not** say whether that key was in force, or is the recovery key: that takes the log.

    Raises:
        Malformed: Not the body of a KeyChange entry of this log.
        Untrusted: The signature does not hold.
    """
    match secured:
        case {
            "id": str() as id_,
            "type": "KeyChange",
            "version": int() as version,
            "controller": str() as controller,
            "add": list() as add,
            "remove": list() as remove,
            "nextRecoveryHash": str() as hashed,
            "authorisation": {
                "by": ("record" | "recovery") as by,
                "publicKeyMultibase": str() as text,
                **more,
            },
        } if (
            not more
            and secured.keys() - {"compromisedFrom"} == _CHANGE
            and _HASH.fullmatch(hashed)
            and type(version) is int
            and version > 0
            and len(add) <= len(PURPOSES)
            and len(remove) <= len(PURPOSES)
        ):
            key = _key(log, text)
        case _:
            raise Malformed(
                log, f"KeyChange: expected {sorted(_CHANGE)}, found {str(sorted(secured))[:300]}"
            )
    place = _ID.fullmatch(id_)
    if place is None or place[1].partition("://")[2] != log:
        raise Malformed(log, f"KeyChange: expected an id …{log}/keychange/<n>, found {id_[:200]}")
    change = KeyChange(
        address=place[1],
        number=int(place[2]),
        version=version,
        controller=controller,
        add=_added(log, add),
        remove=tuple(str(one) for one in remove),
        recovery_hash=hashed,
        compromised_from=_compromised(log, secured),
        recovery=key if by == "recovery" else None,
    )
    method = method_of(secured)
    if change.recovery is not None:
        _expect(log, "KeyChange", "a proof by", recovery_method(key), method)
    elif (purpose_of(method, controller) or ("",))[0] != "record":
        raise Untrusted(log, f"KeyChange: expected a record key of {controller}, found {method}")
    verify(secured, key, method=method)
    return change, key


def _added(log: LogId, values: list[JsonValue]) -> dict[str, PublicKey]:
    read = [_read_method(log, value) for value in values]
    added = dict(read)
    if len(added) != len(read) or len({key.raw for key in added.values()}) != len(read):
        raise Malformed(log, "KeyChange: expected each method and each key once in add")
    return added


def _compromised(log: LogId, secured: JsonObject) -> int | None:
    if "compromisedFrom" not in secured:
        return None
    index = secured["compromisedFrom"]
    if type(index) is not int or index < 1:
        # Genesis is index 0: what it says is what everything else rests on.
        raise Malformed(
            log, f"KeyChange: expected compromisedFrom to be an index from 1 on, found {index!r}"
        )
    return index


def _method(id_: str, key: PublicKey) -> JsonObject:
    return {"id": id_, "publicKeyMultibase": key.multikey}


def _read_method(log: LogId, value: JsonValue) -> tuple[str, PublicKey]:
    match value:
        case {"id": str() as id_, "publicKeyMultibase": str() as text, **more} if not more:
            return id_, _key(log, text)
        case _:
            raise Malformed(
                log, f"expected a key's id and publicKeyMultibase, found {value!r:.200}"
            )


def _key(log: LogId, text: str) -> PublicKey:
    try:
        return PublicKey.from_multikey(text)
    except BadKey as exc:
        raise Untrusted(log, f"a key: {exc}") from exc


def _expect(log: LogId, what: str, name: str, expected: object, found: object) -> None:
    if expected != found:
        raise Untrusted(log, f"{what}: expected {name} {expected!r}, found {str(found)[:200]!r}")
