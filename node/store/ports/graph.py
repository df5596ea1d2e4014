"""The graph store: the same records as RDF, and SPARQL over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from node.store.ports.ledger import Position
from node.store.ports.text import Drop

__all__ = ["Budget", "GraphPut", "GraphStore", "Rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPut:
    """One named graph.

    Attributes:
        graph: Its name: the record's IRI, or a provenance graph's.
        triples: N-Triples, one a line.
        union: Whether the default graph of queries contains it (provenance does not).
    """

    graph: str
    triples: str
    union: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one query may cost.

    Attributes:
        seconds: Until it is killed.
        rows: Results of a SELECT, triples of a CONSTRUCT.
        bytes: Of the serialised answer.
        memory: Bytes of the worker's address space beyond its start.
    """

    seconds: float = 10.0
    rows: int = 10_000
    bytes: int = 16 * 1024 * 1024
    memory: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A whole answer, serialised as was asked.

    Attributes:
        media_type: Of ``body``.
        body: The complete result document; never cut.
        position: The state of the catalog that it was answered from.
    """

    media_type: str
    body: bytes
    position: Position


class GraphStore(Protocol):
    """The same records as RDF. Derived: may be dropped and rebuilt."""

    async def position(self) -> Position: ...

    async def apply(self, steps: Sequence[GraphPut | Drop], position: Position) -> None:
        """Take steps and position in one write; harmless when done twice."""
        ...

    async def describe(self, graph: str) -> str | None:
        """The triples of one named graph as sorted N-Triples; ``None`` where it is not held."""
        ...

    async def select(
        self,
        query: str,
        budget: Budget,
        *,
        accept: str = "application/sparql-results+json",
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Rows:
        """Answer a SPARQL 1.1 query of any form, whole, or raise ``node.errors.QueryRefused``
        (malformed, or asks for what is not offered), ``QueryTooCostly`` (deadline, rows, bytes or
        memory) or ``QueryBusy`` (no free worker)."""
        ...

    async def dump(self) -> bytes:
        """Every union graph as sorted N-Quads: byte-identical after a rebuild."""
        ...

    async def isolation(self) -> str:
        """What keeps a stranger's query off the network, in words, for whoever runs the node."""
        ...

    async def compact(self) -> None:
        """Write what is held anew, so that no file keeps text of what was dropped (erasure)."""
        ...

    async def reset(self) -> None: ...
