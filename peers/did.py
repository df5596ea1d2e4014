"""did:web identities and their documents (w3c-ccg.github.io/did-method-web; DID Core 1.0).

A node's DID is that of its host: ``did:web:<host>[%3A<port>]``, its document lies at
``/.well-known/did.json``. The grammar is strict, because a DID becomes an address that is dialled:
split on ":" first, percent-decode the port's colon alone, no path, no user, no IP address but
loopback, HTTPS everywhere but on loopback.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from peers.encoding import JsonObject, JsonValue, jcs, parse_json
from peers.errors import Malformed, Untrusted
from peers.keys import BadKey, PublicKey
from peers.limits import Limits

__all__ = ["Did", "DidDocument", "LogId", "did_of", "parse_did", "read_document", "write_document"]

LogId = NewType("LogId", str)
"""A log's origin line: its address without scheme, such as ``city.example/log/public``."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_METHOD = re.compile(r"#(record|log|http)-([1-9][0-9]{0,5})")
_LOOPBACK = {"localhost", "127.0.0.1"}
_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]


@dataclass(frozen=True, slots=True)
class Did:
    """Who a node is.

    Attributes:
        host: Its name, lower case ASCII.
        port: Where the DID names one.
    """

    host: str
    port: int | None = None

    @property
    def text(self) -> str:
        """``did:web:…``."""
        return f"did:web:{self.host}" + (f"%3A{self.port}" if self.port else "")

    @property
    def authority(self) -> str:
        """``host`` or ``host:port``."""
        return self.host + (f":{self.port}" if self.port else "")

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine: development and demonstrations only."""
        return self.host in _LOOPBACK or self.host.endswith(".localhost")

    @property
    def origin(self) -> str:
        """Scheme, host and port; plain HTTP on loopback alone."""
        return f"{'http' if self.is_loopback else 'https'}://{self.authority}"

    @property
    def url(self) -> str:
        """Where its document lies."""
        return f"{self.origin}/.well-known/did.json"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class DidDocument:
    """A node's keys, one purpose each, and where its services answer.

    Attributes:
        did: Who.
        record_keys: Method id (absolute DID URL) → key that signs records.
        log_keys: The same for checkpoints; http_keys: for requests.
        services: Fragment without ``#`` → address: log-public, log-members, feed, inbox, sparql.
    """

    did: Did
    record_keys: Mapping[str, PublicKey]
    log_keys: Mapping[str, PublicKey]
    http_keys: Mapping[str, PublicKey]
    services: Mapping[str, str] = field(default_factory=dict)

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

    def _log_address(self) -> str:
        address = self.services.get("log-public", "")
        if not address.endswith("/log/public"):
            raise Malformed(
                self.did.text, f"expected a service #log-public at …/log/public, found {address!r}"
            )
        return address


def parse_did(text: str) -> Did:
    """Read a DID.

    Raises:
        Malformed: Another method, or a form that is refused.
    """
    parts = text.split(":")
    if len(text) > 300 or len(parts) != 3 or parts[:2] != ["did", "web"]:
        raise Malformed(text[:100], "expected did:web:<host>, or did:web:<host>%3A<port>")
    host, colon, port = parts[2].partition("%3A")
    return _checked(text, host, port if colon else None)


def did_of(base_url: str) -> Did:
    """The DID of the node at an address, whatever the path below which it answers.

    Raises:
        Malformed: No address of a node: https (http on loopback), a host name, perhaps a port
            and a path.
    """
    scheme, separator, rest = base_url.partition("://")
    authority = rest.partition("/")[0]
    host, colon, port = authority.lower().partition(":")
    if not separator or scheme not in {"https", "http"} or any(c in rest for c in "?#@\\"):
        raise Malformed(base_url[:100], "expected an address such as https://rights.city.example")
    did = _checked(base_url, host, port if colon else None)
    if scheme != did.origin.partition("://")[0]:
        raise Malformed(
            base_url, f"expected {did.origin}: https, or http on this machine alone, found {scheme}"
        )
    return did


def _checked(text: str, host: str, port: str | None) -> Did:
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise Malformed(
            text[:100], f"expected a host name in lower case ASCII, found {host[:60]!r}"
        )
    if host.rpartition(".")[2].isdigit() and host not in _LOOPBACK:
        raise Malformed(text[:100], f"expected a host name, found the IP address {host!r}")
    if port is not None and (not _PORT.fullmatch(port) or int(port) > 65535):
        raise Malformed(text[:100], f"expected a port from 1 to 65535, found {port[:12]!r}")
    return Did(host, int(port) if port is not None else None)


def write_document(document: DidDocument) -> bytes:
    """The document as canonical JSON, for ``/.well-known/did.json``."""
    did = document.did.text
    assertion = {**document.record_keys, **document.log_keys}
    methods: list[JsonValue] = [
        {
            "id": method,
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key.multikey,
        }
        for method, key in {**assertion, **document.http_keys}.items()
    ]
    services: list[JsonValue] = [
        {
            "id": f"{did}#{name}",
            "type": _SERVICES.get(name, "LinkedDomains"),
            "serviceEndpoint": address,
        }
        for name, address in document.services.items()
    ]
    return jcs(
        {
            "@context": list(_CONTEXT),
            "id": did,
            "verificationMethod": methods,
            "assertionMethod": list(assertion),
            "authentication": list(document.http_keys),
            "service": services,
        }
    )


_SERVICES = {
    "log-public": "TransparencyLog",
    "log-members": "TransparencyLog",
    "feed": "EventStream",
    "inbox": "LinkedDataInbox",
    "sparql": "SparqlService",
}


def read_document(data: bytes, did: Did, *, limits: Limits | None = None) -> DidDocument:
    """Read the document that was found at ``did.url``.

    It checks that the document is this DID's own, that every key is one that we accept and stands
    under the purpose that its name says, and that every service is on the DID's host. It does
    **not** check whether the keys are those that were pinned.

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
    keys = _keys_of(document, did)
    found = DidDocument(
        did=did,
        record_keys=_purpose(document, did, "assertionMethod", "record", keys),
        log_keys=_purpose(document, did, "assertionMethod", "log", keys),
        http_keys=_purpose(document, did, "authentication", "http", keys),
        services=_services_of(document, did),
    )
    if not (found.record_keys and found.log_keys and found.http_keys):
        raise Malformed(did.text, "expected keys #record-1, #log-1 and #http-1 with their purposes")
    return found


def _keys_of(document: JsonObject, did: Did) -> dict[str, PublicKey]:
    methods = document.get("verificationMethod")
    if not isinstance(methods, list) or not 1 <= len(methods) <= 64:
        raise Malformed(did.text, "expected verificationMethod to be a list of 1 to 64 keys")
    keys: dict[str, PublicKey] = {}
    for method in methods:
        match method:
            case {
                "id": str() as id_,
                "type": "Multikey",
                "controller": did.text,
                "publicKeyMultibase": str() as text,
            } if id_.startswith(f"{did.text}#") and id_ not in keys:
                keys[id_] = _key(did, id_, text)
            case _:
                raise Malformed(
                    did.text,
                    "expected each verificationMethod to be a Multikey of this DID, named once "
                    f"by its absolute DID URL; found {str(method)[:200]}",
                )
    return keys


def _key(did: Did, id_: str, text: str) -> PublicKey:
    try:
        key = PublicKey.from_multikey(text)
    except BadKey as exc:
        raise Untrusted(did.text, f"{id_}: {exc}") from exc
    if key.is_published and not did.is_loopback:
        raise Untrusted(did.text, f"{id_}: this key's secret is printed in a specification")
    return key


def _purpose(
    document: JsonObject, did: Did, purpose: str, name: str, keys: Mapping[str, PublicKey]
) -> dict[str, PublicKey]:
    listed = document.get(purpose)
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Malformed(did.text, f"expected {purpose} to be a list of DID URLs")
    found: dict[str, PublicKey] = {}
    for id_ in listed:
        method = _METHOD.fullmatch(id_.removeprefix(did.text))
        if method and method[1] == name:
            if id_ not in keys:
                raise Malformed(did.text, f"{purpose} names {id_}, which is not among its keys")
            found[id_] = keys[id_]
    return found


def _services_of(document: JsonObject, did: Did) -> dict[str, str]:
    listed = document.get("service", [])
    if not isinstance(listed, list) or len(listed) > 32:
        raise Malformed(did.text, "expected service to be a list of at most 32")
    services: dict[str, str] = {}
    for service in listed:
        match service:
            case {"id": str() as id_, "serviceEndpoint": str() as address}:
                name = id_.removeprefix(f"{did.text}#")
                if name in _SERVICES:
                    services[name] = _own_address(did, id_, address)
            case _:
                continue  # a service of another kind is none of our business
    return services


def _own_address(did: Did, id_: str, address: str) -> str:
    rest = address.removeprefix(did.origin)
    plain = re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", rest)
    if rest == address or not plain or ".." in rest:
        raise Untrusted(
            did.text, f"{id_}: expected an address below {did.origin}, found {address[:120]!r}"
        )
    return address
