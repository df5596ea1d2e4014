"""DID documents (DID Core 1.0): a node's keys, one purpose each, and where its services answer.

Written in canonical JSON; read strictly, for whoever can change what a key may do, or where a
service answers, can speak for the city.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from peers.checkpoint import NoteVerifier
from peers.did.names import Did, LogId
from peers.encoding import JsonObject, JsonValue, jcs, parse_json
from peers.errors import Malformed, Untrusted
from peers.keys import BadKey, PublicKey
from peers.limits import Limits

__all__ = ["DidDocument", "read_document", "write_document"]

_CONTEXT: Final = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
_SERVICES: Final = {
    "log-public": "TransparencyLog",
    "log-members": "TransparencyLog",
    "feed": "EventStream",
    "inbox": "LinkedDataInbox",
    "sparql": "SparqlService",
}
_METHOD: Final = re.compile(r"#(record|log|http)-([1-9][0-9]{0,5})")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DidDocument:
    """A node's keys, one purpose each, and where its services answer.

    Attributes:
        did: Who.
        record_keys: Method id (absolute DID URL) → key that signs records, in the document's order.
        log_keys: The same for checkpoints; http_keys: for requests, those in force alone.
        retired: Keys that signed requests once and sign none any more.
        services: Fragment without ``#`` → address: log-public, log-members, feed, inbox, sparql.
        revoked: Method id → when a key was said to be compromised, ``YYYY-MM-DDTHH:MM:SSZ``. For
            records and checkpoints the log says from which entry on; such a key signs no request.
    """

    did: Did
    record_keys: Mapping[str, PublicKey]
    log_keys: Mapping[str, PublicKey]
    http_keys: Mapping[str, PublicKey]
    services: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, PublicKey] = field(default_factory=dict)
    revoked: Mapping[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """The node's address without a trailing slash: what its public log's address begins with.

        Raises:
            Malformed: The document names no public log.
        """
        return self._log_address().removesuffix("/log/public")

    @property
    def public_log(self) -> LogId:
        """Origin line of the public log.

        Raises:
            Malformed: The document names no public log.
        """
        return LogId(self._log_address().partition("://")[2])

    @property
    def members_log(self) -> LogId | None:
        """Origin line of the log for members, where there is one."""
        address = self.services.get("log-members")
        return LogId(address.partition("://")[2]) if address else None

    def _log_address(self) -> str:
        if "log-public" not in self.services:
            raise Malformed(self.did.text, "expected a service #log-public, found none")
        return self.services["log-public"]


def write_document(document: DidDocument) -> bytes:
    """The document as canonical JSON, for ``/.well-known/did.json``.

    A log's service carries its verifier key as well (c2sp.org/signed-note), so that any follower
    of logs can be told whom to believe in one line.
    """
    assertion = {**document.record_keys, **document.log_keys}
    keys = {**assertion, **document.http_keys, **document.retired}
    return jcs(
        {
            "@context": list(_CONTEXT),
            "id": document.did.text,
            "verificationMethod": [_method(document, id_, key) for id_, key in keys.items()],
            "assertionMethod": list(assertion),
            "authentication": list(document.http_keys),
            "service": [_service(document, *service) for service in document.services.items()],
        }
    )


def _method(document: DidDocument, id_: str, key: PublicKey) -> JsonValue:
    method: JsonObject = {
        "id": id_,
        "type": "Multikey",
        "controller": document.did.text,
        "publicKeyMultibase": key.multikey,
    }
    if id_ in document.revoked:
        method["revoked"] = document.revoked[id_]
    return method


def _service(document: DidDocument, name: str, address: str) -> JsonValue:
    service: JsonObject = {
        "id": f"{document.did.text}#{name}",
        "type": _SERVICES[name],
        "serviceEndpoint": address,
    }
    if name.startswith("log-"):
        newest = list(document.log_keys.values())[-1]
        service["verifierKey"] = NoteVerifier(address.partition("://")[2], newest).text
    return service


def read_document(data: bytes, did: Did, *, limits: Limits | None = None) -> DidDocument:
    """Read the document that was found at ``did.url``.

    It checks that the document is this DID's own, that every key is one that we accept and stands
    under the purpose that its name says and under no other, and that every service that we know is
    on the DID's host. Members and services that it does not know it passes over, but for those
    which would change what a key may do. It does **not** check whether the keys are those that were
    pinned, nor at which entries of a log they were valid.

    Raises:
        Malformed: Not such a document.
        Untrusted: It speaks for somebody else, or names a key that is not to be used.
    """
    held = limits or Limits()
    if len(data) > held.did:
        raise Malformed(did.text, f"expected at most {held.did:,} bytes, found {len(data):,}")
    try:
        value = parse_json(data, limits=held)
    except ValueError as exc:
        raise Malformed(did.text, f"the DID document: {exc}") from exc
    if not isinstance(value, dict):
        raise Malformed(did.text, "expected the DID document to be an object")
    document: JsonObject = value
    if document.get("id") != did.text:
        raise Untrusted(did.text, f"expected its own document, found one of {document.get('id')!r}")
    keys, revoked = _keys_of(document, did)
    asked = _purpose(document, did, "authentication", "http", keys)
    in_use = {id_: key for id_, key in asked.items() if id_ not in revoked}
    found = DidDocument(
        did=did,
        record_keys=_purpose(document, did, "assertionMethod", "record", keys),
        log_keys=_purpose(document, did, "assertionMethod", "log", keys),
        http_keys=in_use,
        services=_services_of(document, did),
        retired={
            id_: key for id_, key in keys.items() if _named(did, id_, "http") and id_ not in in_use
        },
        revoked=revoked,
    )
    purposes = (found.record_keys, found.log_keys, found.http_keys)
    if not all(purposes):
        raise Malformed(did.text, "expected keys #record-1, #log-1 and #http-1 with their purposes")
    all_keys = [key.raw for held in (*purposes, found.retired) for key in held.values()]
    if len(set(all_keys)) < len(all_keys):
        raise Untrusted(did.text, "expected a key for each method, found one under two of them")
    return found


def _keys_of(document: JsonObject, did: Did) -> tuple[dict[str, PublicKey], dict[str, str]]:
    """Every key by its method's id, and when those that were revoked were so."""
    methods = document.get("verificationMethod")
    if not isinstance(methods, list) or not 1 <= len(methods) <= 64:
        raise Malformed(did.text, "expected verificationMethod to be a list of 1 to 64 keys")
    keys: dict[str, PublicKey] = {}
    revoked: dict[str, str] = {}
    for method in methods:
        match method:
            case {
                "id": str() as id_,
                "type": "Multikey",
                "controller": did.text,
                "publicKeyMultibase": str() as text,
            } if id_.startswith(f"{did.text}#") and id_ not in keys:
                keys[id_] = _key(did, id_, text)
                if (at := _revoked_at(did, id_, method)) is not None:
                    revoked[id_] = at
            case _:
                raise Malformed(
                    did.text,
                    "expected each verificationMethod to be a Multikey of this DID, named once "
                    f"by its absolute DID URL; found {str(method)[:200]}",
                )
    return keys, revoked


def _key(did: Did, id_: str, text: str) -> PublicKey:
    try:
        return PublicKey.from_multikey(text)
    except BadKey as exc:
        raise Untrusted(did.text, f"{id_}: {exc}") from exc


def _revoked_at(did: Did, id_: str, method: JsonObject) -> str | None:
    """When the method says that its key was revoked, if it says so."""
    if "secretKeyMultibase" in method:
        raise Untrusted(did.text, f"{id_}: its secret key is in the document for all to read")
    if "expires" in method:
        # A key is valid by log position; a date of the document's own would be a second answer.
        raise Malformed(did.text, f"{id_}: expected no member 'expires' of a key, found one")
    at = method.get("revoked")
    if at is None or (isinstance(at, str) and _TIME.fullmatch(at)):
        return at
    raise Malformed(did.text, f"{id_}: expected revoked as YYYY-MM-DDTHH:MM:SSZ, found {at!r}")


def _purpose(
    document: JsonObject, did: Did, purpose: str, name: str, keys: Mapping[str, PublicKey]
) -> dict[str, PublicKey]:
    """The keys that stand under a purpose and are named for it (``#record-1``, ``#record-2``…)."""
    listed = document.get(purpose)
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Malformed(did.text, f"expected {purpose} to be a list of DID URLs")
    found: dict[str, PublicKey] = {}
    for id_ in listed:
        if id_ not in keys:
            raise Malformed(did.text, f"{purpose} names {id_[:200]}, which is not among its keys")
        if _named(did, id_, name):
            found[id_] = keys[id_]
    return found


def _named(did: Did, id_: str, name: str) -> bool:
    """Whether a method's id says that it is for this purpose."""
    method = _METHOD.fullmatch(id_.removeprefix(did.text))
    return method is not None and method[1] == name


def _services_of(document: JsonObject, did: Did) -> dict[str, str]:
    listed = document.get("service", [])
    if not isinstance(listed, list) or len(listed) > 32:
        raise Malformed(did.text, "expected service to be a list of at most 32")
    services: dict[str, str] = {}
    for service in listed:
        match service:
            case {"id": str() as id_}:
                owner, _, name = id_.partition("#")
            case _:
                raise Malformed(did.text, f"expected a service with its id, found {service!r:.200}")
        if owner != did.text or name not in _SERVICES:
            continue  # A service of another kind is none of our business.
        if name in services:
            raise Malformed(did.text, f"expected one service #{name}, found two")
        services[name] = _own_address(did, id_, service.get("serviceEndpoint"))
    _check_logs(services, did)
    return services


def _check_logs(services: Mapping[str, str], did: Did) -> None:
    """Both logs lie where the public one says that the node is."""
    public = services.get("log-public", "")
    members = services.get("log-members", "")
    if public and not public.endswith("/log/public"):
        raise Malformed(did.text, f"expected #log-public at …/log/public, found {public!r}")
    beside = public.removesuffix("public") + "members"
    if members and (not public or members != beside):
        raise Malformed(
            did.text, f"expected #log-members beside #log-public at {beside!r}, found {members!r}"
        )


def _own_address(did: Did, id_: str, address: object) -> str:
    path = did.path_of(address)
    if path is None:
        raise Untrusted(
            did.text, f"{id_}: expected an address below {did.origin}, found {str(address)[:120]!r}"
        )
    return did.origin + path
