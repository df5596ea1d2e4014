"""The graph store in memory.

Graphs are sets of triples under names, nothing more. Queries run in this very process, without
deadline and without a wall to the network: it is no store for strangers' queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse

from node.store.ports import Budget, Drop, GraphPut, Position, Rows
from node.store.workers.answer import answer
from node.store.workers.frames import Question

__all__ = ["MemoryGraphStore"]


class MemoryGraphStore:
    """See ``node.store.ports.GraphStore``."""

    def __init__(self) -> None:
        self._graphs: dict[str, frozenset[Triple]] = {}
        self._outside: set[str] = set()
        self._position = Position("")

    async def position(self) -> Position:
        return self._position

    async def apply(self, steps: Sequence[GraphPut | Drop], position: Position) -> None:
        read = [(step, _read(step)) for step in steps]  # All of them, before any is taken.
        for step, triples in read:
            name = step.graph if isinstance(step, GraphPut) else step.iri
            self._graphs.pop(name, None)
            self._outside.discard(name)
            if triples:
                self._graphs[name] = triples
            if isinstance(step, GraphPut) and not step.union:
                self._outside.add(name)
        self._position = position

    async def describe(self, graph: str) -> str | None:
        triples = self._graphs.get(graph)
        return None if triples is None else "".join(sorted(_line(one) for one in triples))

    async def select(
        self,
        query: str,
        budget: Budget,
        *,
        accept: str = "application/sparql-results+json",
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Rows:
        question = Question(
            query=query,
            accept=accept,
            default_graphs=tuple(default_graphs),
            named_graphs=tuple(named_graphs),
            rows=budget.rows,
            size=budget.bytes,
        )
        media_type, body = answer(self._store(), question)
        return Rows(media_type=media_type, body=body, position=self._position)

    async def dump(self) -> bytes:
        lines = [
            f"{_line(triple)[:-2]}<{name}> .\n"
            for name, triples in self._graphs.items()
            if name not in self._outside
            for triple in triples
        ]
        return "".join(sorted(lines)).encode()

    async def isolation(self) -> str:
        return "nothing: queries run in the node's own process"

    async def compact(self) -> None:
        """Nothing is kept of what was dropped."""

    async def reset(self) -> None:
        self._graphs.clear()
        self._outside.clear()
        self._position = Position("")

    def _store(self) -> Store:
        store = Store()
        for name, triples in self._graphs.items():
            store.extend(_quads(triples, NamedNode(name)))
            if name not in self._outside:
                store.extend(_quads(triples, DefaultGraph()))
        return store


def _read(step: GraphPut | Drop) -> frozenset[Triple]:
    if isinstance(step, Drop):
        return frozenset()
    try:
        NamedNode(step.graph)
        triples = frozenset(quad.triple for quad in parse(step.triples, RdfFormat.N_TRIPLES))
    except (SyntaxError, ValueError) as exc:
        raise ValueError(f"{step.graph}: expected N-Triples, found {exc}") from exc
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or str(triple.object).startswith("_:"):
            raise ValueError(f"{step.graph}: expected a name for every node, found a blank node")
    return triples


def _quads(triples: Iterable[Triple], graph: NamedNode | DefaultGraph) -> Iterable[Quad]:
    return (Quad(one.subject, one.predicate, one.object, graph) for one in triples)


def _line(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object} .\n"
