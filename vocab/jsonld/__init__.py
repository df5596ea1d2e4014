"""JSON-LD and RDF, with pinned contexts only: nothing is ever fetched.

- ``to_quads``: a record of ours as RDF, by a table compiled from the context; the fast way, used
  for everything that nodes publish and follow.
- ``vocab.jsonld.foreign``: documents that others wrote in their own way, by PyLD; imported only
  where it is used, because it is slow to load and to run.

Both give the same triples for the same record (compared on every example and on made-up ones).
"""

from __future__ import annotations

from vocab.jsonld.contexts import CONTEXT, CONTEXTS, context_bytes, context_digest
from vocab.jsonld.table import JsonObject, to_quads

__all__ = ["CONTEXT", "CONTEXTS", "JsonObject", "context_bytes", "context_digest", "to_quads"]
