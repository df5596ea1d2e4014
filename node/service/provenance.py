"""How we know: the proof of a record, its place in a log, and what was signed of the log, as RDF.

Pure: the same bytes, the same triples. Each record has a graph of its own, ``<record>#provenance``,
which never changes while its version does not. What changes with every checkpoint is said once a
log, in ``<log>#provenance``: how far it goes, its root, who cosigned that and when, and when this
node last checked it to its end. The words are those of PROV, ActivityStreams, W3C Data Integrity,
and ours for what a log signs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from node.store.ports import GraphPut, Held
from peers.encoding import JsonObject
from peers.merkle import leaf_hash
from vocab.terms import IC

__all__ = ["Cosignature", "LogFacts", "log_graph", "provenance_graph", "record_provenance"]

_RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_AS: Final = "https://www.w3.org/ns/activitystreams#"
_DCT: Final = "http://purl.org/dc/terms/"
_PROV: Final = "http://www.w3.org/ns/prov#"
_SCHEMA: Final = "https://schema.org/"
_SEC: Final = "https://w3id.org/security#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"

_Triple = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """One who has signed a log's checkpoint, with a time; the signature holds.

    Attributes:
        name: As it signs.
        key: Id of its key, in hexadecimal digits.
        did: Of its node, where it is one that we know; else empty.
        at: Seconds since 1970.
    """

    name: str
    key: str
    did: str
    at: int

    @property
    def when(self) -> str:
        """The same as ``YYYY-MM-DDTHH:MM:SSZ``."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """What this node knows of a log.

    Attributes:
        address: Of the log; did: of its node.
        size, root: Of the newest checkpoint that we hold; the root as 32 bytes.
        note: That checkpoint as it was signed.
        checked: When we last verified the log to its end, RFC 3339; empty for our own.
        cosignatures: Those that hold, by name and key.
    """

    address: str
    did: str
    size: int
    root: bytes
    note: bytes
    checked: str
    cosignatures: tuple[Cosignature, ...]

    @property
    def witnesses(self) -> tuple[Cosignature, ...]:
        """Those by others; a log cosigns itself, to show that it is alive."""
        return tuple(one for one in self.cosignatures if one.did != self.did)


def provenance_graph(iri: str) -> str:
    """Name of the graph that says how we know of a record, or of a log.

    >>> provenance_graph("https://city.example/log/public")
    'https://city.example/log/public#provenance'
    """
    return f"{iri}#provenance"


def record_provenance(held: Held, record: JsonObject) -> GraphPut:
    """Who signed a record, and where it stands.

    Args:
        held: Its newest admitted entry.
        record: Its body, parsed.
    """
    entry, proof = held.entry, record["proof"]
    log, _, _ = entry.id.rpartition("/e/")
    name = provenance_graph(entry.object)
    signature = f"{name}-proof"
    leaf = base64.b64encode(leaf_hash(entry.leaf)).decode()
    triples = [
        (entry.object, f"{_PROV}wasGeneratedBy", _iri(entry.id)),
        (entry.object, f"{_SEC}proof", _iri(signature)),
        (entry.id, _RDF_TYPE, _iri(f"{_AS}{entry.kind}")),
        (entry.id, f"{_AS}object", _iri(entry.object)),
        (entry.id, f"{_AS}published", _typed(entry.published, "dateTime")),
        (entry.id, f"{_DCT}isPartOf", _iri(log)),
        (entry.id, f"{_DCT}dateAccepted", _typed(held.recorded, "dateTime")),
        (entry.id, f"{_SCHEMA}position", _typed(held.index, "integer")),
        (entry.id, f"{_SCHEMA}version", _typed(entry.version, "integer")),
        (entry.id, f"{IC}leafHash", _typed(leaf, "base64Binary")),
        (signature, _RDF_TYPE, _iri(f"{_SEC}DataIntegrityProof")),
        (signature, f"{_DCT}created", _typed(proof["created"], "dateTime")),
        (signature, f"{_SEC}verificationMethod", _iri(proof["verificationMethod"])),
        (signature, f"{_SEC}proofPurpose", _iri(f"{_SEC}{proof['proofPurpose']}")),
        (signature, f"{_SEC}cryptosuite", _of_type(proof["cryptosuite"], "cryptosuiteString")),
        (signature, f"{_SEC}proofValue", _of_type(proof["proofValue"], "multibase")),
    ]
    return GraphPut(graph=name, triples=_written(triples), union=False)


def log_graph(facts: LogFacts) -> GraphPut:
    """How far a log goes, who vouches for it, and when we last checked it."""
    log = facts.address
    signed = f"{log}/checkpoint#{facts.size}"
    root = base64.b64encode(facts.root).decode()
    note = base64.b64encode(facts.note).decode()
    triples: list[_Triple] = [
        (log, f"{_PROV}wasAttributedTo", _iri(facts.did)),
        (log, f"{IC}checkpoint", _iri(signed)),
        (signed, _RDF_TYPE, _iri(f"{IC}Checkpoint")),
        (signed, f"{IC}treeSize", _typed(facts.size, "integer")),
        (signed, f"{IC}rootHash", _typed(root, "base64Binary")),
        (signed, f"{IC}signedNote", _typed(note, "base64Binary")),
    ]
    if facts.checked:
        triples.append((log, f"{IC}checked", _typed(facts.checked, "dateTime")))
    for one in facts.cosignatures:
        name = f"{signed}-{one.key}"
        triples += [
            (signed, f"{IC}cosignature", _iri(name)),
            (name, _RDF_TYPE, _iri(f"{IC}Cosignature")),
            (name, f"{IC}witness", json.dumps(one.name)),
            (name, f"{_DCT}created", _typed(one.when, "dateTime")),
        ]
        if one.did:
            triples.append((name, f"{_PROV}wasAttributedTo", _iri(one.did)))
    return GraphPut(graph=provenance_graph(log), triples=_written(triples), union=False)


def _written(triples: Iterable[_Triple]) -> str:
    return "".join(f"{_iri(subject)} {_iri(name)} {value} .\n" for subject, name, value in triples)


def _iri(text: str) -> str:
    return f"<{text}>"


def _typed(value: object, name: str) -> str:
    return f'"{value}"^^<{_XSD}{name}>'


def _of_type(value: object, name: str) -> str:
    return f'"{value}"^^<{_SEC}{name}>'
