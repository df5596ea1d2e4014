"""Who a node is (did:web), and the document that says which keys and services are its own."""

from __future__ import annotations

from peers.did.documents import DidDocument, read_document, write_document
from peers.did.names import Did, LogId, did_of, did_of_log, parse_did

__all__ = [
    "Did",
    "DidDocument",
    "LogId",
    "did_of",
    "did_of_log",
    "parse_did",
    "read_document",
    "write_document",
]
