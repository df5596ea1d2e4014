"""What lies on the disk: graphs, their union, and how far they have followed the ledger.

Every graph is kept under its name. The union of those that belong to it is kept a second time, as
the store's default graph: the engine could put a union together while it answers, but would then
yield a triple once for each graph that says it, and could leave no graph out.

The mark is the position, and the names of the graphs outside the union. It lies in a graph of its
own and moves in the same transaction as the data: kept elsewhere, it would run ahead of them at a
power cut. Copies for queries are made without it.

Nothing here is asynchronous. One thread writes; another may read at the same time.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from node.store.ports import Busy, Drop, GraphPut, Position, StoreError

__all__ = ["Dataset"]

_FORMAT = 1
"""Of this layout; data in another is dropped, to be made anew from the ledger."""

_BULK = 64
"""New graphs from which on they are loaded in bulk, which is quicker and is no transaction."""

_MARK = NamedNode("urn:intercity:mark")
_LAYOUT = NamedNode("urn:intercity:mark:format")
_LEDGER = NamedNode("urn:intercity:mark:ledger")
_SEQUENCE = NamedNode("urn:intercity:mark:sequence")
_OUTSIDE = NamedNode("urn:intercity:mark:outside")

_UNEVEN = ("\n\n", " \n", "\n ", "\t", "\r")
"""What is in a text whose lines are not written as they are wanted."""
_BLANK = re.compile(r"(?m)^\s*_:|^\s*\S+\s+\S+\s+_:")


@dataclass(frozen=True, slots=True)
class _Put:
    """A graph to be held.

    Attributes:
        text: Its triples, one a line, each with its final dot and the end of its line.
    """

    text: str
    union: bool


class Dataset:
    """The graphs in one folder. Not for two threads that write."""

    def __init__(self, folder: Path) -> None:
        """Open them, or begin with none.

        Raises:
            Busy: Another process has them open.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._path = folder / "graph"
        self._store = _open(self._path)
        for left in folder.iterdir():  # Copies that a crash left behind.
            if left != self._path:
                _remove(left)
        self.position = Position("")
        self._outside: set[str] = set()
        self._read_mark()

    def apply(self, steps: Sequence[GraphPut | Drop], position: Position) -> None:
        """Hold what the steps say, and be at this position. Harmless when done twice.

        New graphs in great number are loaded before the transaction that moves the position; a
        crash between the two is harmless, because they are then given again.

        Raises:
            ValueError: A graph that is not N-Triples, or has blank nodes. The position stays.
        """
        last = {_name(step): step for step in steps}  # Of several steps about a graph, the last.
        puts = {name: _read(step) for name, step in last.items() if isinstance(step, GraphPut)}
        outside = self._outside - puts.keys()
        outside |= {name for name, put in puts.items() if not put.union}
        fresh = {name: put for name, put in puts.items() if put.text and not self._holds(name)}
        if len(fresh) >= _BULK:
            self._load(fresh)
        else:
            fresh = {}
        changed = {name: puts.get(name) for name in last if name not in fresh}
        self._store.update(" ;\n".join(self._changes(changed, outside, position)))
        self.position, self._outside = position, outside

    def describe(self, name: str) -> str | None:
        """A graph as sorted N-Triples; ``None`` where there is none."""
        if name == _MARK.value:
            return None
        return "".join(f"{line}\n" for line in sorted(self._lines(_node(name)))) or None

    def dump(self) -> bytes:
        """The graphs of the union as sorted N-Quads."""
        apart = {_MARK.value, *self._outside}
        lines = [
            f"{line[:-1]}{graph} .\n"
            for graph in self._store.named_graphs()
            if isinstance(graph, NamedNode) and graph.value not in apart
            for line in self._lines(graph)
        ]
        lines.sort()
        return "".join(lines).encode()

    def copy_for_queries(self, folder: Path) -> Position:
        """Copy the state of now into a new folder, without the mark, and name its position.

        The copy shares its files with us by hard links: it costs milliseconds, whatever we hold.
        """
        folder.parent.mkdir(exist_ok=True)
        self._store.backup(folder)
        Store(folder).update(f"DROP SILENT GRAPH {_MARK}")
        return self.position

    def rewrite(self) -> None:
        """Write what is held into new files; ``swap`` puts them in place.

        The engine keeps the strings of what was removed, so nothing less makes them disappear.
        """
        plain = self._folder / "all.nq"
        self._store.dump(plain, RdfFormat.N_QUADS)
        new = Store(self._folder / "new")
        new.bulk_load(path=plain, format=RdfFormat.N_QUADS)
        new.flush()
        plain.unlink()

    def swap(self) -> None:
        """Go on with the files that ``rewrite`` has made. Nobody may be reading."""
        del self._store
        _remove(self._path)
        (self._folder / "new").rename(self._path)
        self._store = _open(self._path)

    def reset(self) -> None:
        """Hold nothing. Nobody may be reading."""
        del self._store
        _remove(self._path)
        self._store = _open(self._path)
        self.position, self._outside = Position(""), set()

    def close(self) -> None:
        """Let go of the files, so that others may open them. Nothing may be asked afterwards."""
        del self._store

    def _read_mark(self) -> None:
        marks: dict[NamedNode, list[str]] = {}
        for quad in self._store.quads_for_pattern(_MARK, None, None, _MARK):
            assert isinstance(quad.object, Literal)
            marks.setdefault(quad.predicate, []).append(quad.object.value)
        if marks.get(_LAYOUT) != [str(_FORMAT)]:
            if len(self._store):
                self.reset()
            return
        self.position = Position(marks[_LEDGER][0], int(marks[_SEQUENCE][0]))
        self._outside = {name for chunk in marks.get(_OUTSIDE, ()) for name in chunk.split()}

    def _holds(self, name: str) -> bool:
        return next(self._triples(name), None) is not None

    def _lines(self, graph: NamedNode) -> list[str]:
        """A graph as N-Triples, in no order, without the ends of lines."""
        text = self._store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph) or b""
        return text.decode().split("\n")[:-1]

    def _triples(self, name: str) -> Iterator[Triple]:
        for quad in self._store.quads_for_pattern(None, None, None, _node(name)):
            yield quad.triple

    def _load(self, puts: dict[str, _Put]) -> None:
        """Add graphs that are not held yet."""
        # An end of a line is never in a literal, so each is that of a triple.
        text = "".join(
            part
            for name, put in puts.items()
            for part in (put.text.replace(".\n", f"<{name}> .\n"), put.text)[: 1 + put.union]
        )
        try:
            self._store.bulk_load(text.encode(), RdfFormat.N_QUADS)
        except SyntaxError:
            for name, put in puts.items():
                _parse(name, put.text)  # Says which.
            raise
        self._store.flush()  # Before the mark: it must not be on the disk ahead of them.

    def _changes(
        self, changed: dict[str, _Put | None], outside: set[str], position: Position
    ) -> Iterator[str]:
        """The operations of one transaction."""
        before = {name: set(self._triples(name)) for name in changed}
        after = {name: _parse(name, put.text if put else "") for name, put in changed.items()}
        said = {
            triple
            for name, put in changed.items()
            if put is not None and put.union
            for triple in after[name]
        }
        unsaid = {triple for triples in before.values() for triple in triples} - said
        apart = outside | changed.keys()
        unsaid = {triple for triple in unsaid if not self._said_elsewhere(triple, apart)}
        new = {triple for triple in said if not self._in_default(triple)}
        yield _data("DELETE", unsaid, {name: before[name] - after[name] for name in changed})
        yield _data("INSERT", new, {name: after[name] - before[name] for name in changed})
        for name, triples in after.items():
            if not triples:  # An empty graph would still be listed.
                yield f"DROP SILENT GRAPH {_node(name)}"
        yield from self._moved_mark(outside, position)

    def _said_elsewhere(self, triple: Triple, apart: AbstractSet[str]) -> bool:
        """Whether a graph of the union says it, other than those ``apart``."""
        quads = self._store.quads_for_pattern(*triple)
        return any(_named(quad) not in apart for quad in quads if _named(quad))

    def _in_default(self, triple: Triple) -> bool:
        quad = Quad(triple.subject, triple.predicate, triple.object, DefaultGraph())
        return quad in self._store

    def _moved_mark(self, outside: set[str], position: Position) -> Iterator[str]:
        """Set the position; add names to those outside, or write them anew where one went."""
        for predicate in (_LAYOUT, _LEDGER, _SEQUENCE):
            yield f"DELETE WHERE {{ GRAPH {_MARK} {{ {_MARK} {predicate} ?any }} }}"
        if not outside >= self._outside:
            yield f"DELETE WHERE {{ GRAPH {_MARK} {{ {_MARK} {_OUTSIDE} ?any }} }}"
            added = outside
        else:
            added = outside - self._outside
        marks = {
            Triple(_MARK, _LAYOUT, Literal(_FORMAT)),
            Triple(_MARK, _LEDGER, Literal(position.ledger)),
            Triple(_MARK, _SEQUENCE, Literal(position.sequence)),
        }
        if added:
            marks.add(Triple(_MARK, _OUTSIDE, Literal("\n".join(sorted(added)))))
        yield _data("INSERT", (), {_MARK.value: marks})


def _open(path: Path) -> Store:
    try:
        return Store(path)
    except OSError as exc:
        if "lock" in str(exc).lower():
            raise Busy(f"{path} is open in another process: stop that one first") from exc
        raise StoreError(f"{path} cannot be opened: {exc}") from exc
    except RuntimeError as exc:
        if "Corruption" not in str(exc):
            raise StoreError(f"{path} cannot be opened: {exc}") from exc
        _remove(path)  # It can be made anew from the ledger, and will be.
        return Store(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _name(step: GraphPut | Drop) -> str:
    name = step.graph if isinstance(step, GraphPut) else step.iri
    if name == _MARK.value:
        raise ValueError(f"{name} is the store's own")
    return name


def _named(quad: Quad) -> str:
    """The name of the graph that a quad stands in; empty for the default graph and the mark."""
    graph = quad.graph_name
    return graph.value if isinstance(graph, NamedNode) and graph != _MARK else ""


def _node(name: str) -> NamedNode:
    try:
        return NamedNode(name)
    except ValueError as exc:
        raise ValueError(f"expected the IRI of a graph, found {name!r}") from exc


def _read(step: GraphPut) -> _Put:
    _node(step.graph)
    text = step.triples
    if "_:" in text and _BLANK.search(text):
        raise ValueError(f"{step.graph}: expected a name for every node, found a blank node")
    if text[:1].isspace() or text[-1:] == " " or any(one in text for one in _UNEVEN):
        # Only "\n": a literal may hold other characters at which Python would split lines.
        stripped = (line.strip() for line in text.split("\n"))
        text = "\n".join(line for line in stripped if line)
    if text and not text.endswith("\n"):
        text += "\n"
    if text.count(".\n") != text.count("\n"):
        raise ValueError(f"{step.graph}: expected a dot at the end of each line")
    return _Put(text, step.union)


def _parse(name: str, text: str) -> set[Triple]:
    try:
        return {quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)}
    except SyntaxError as exc:
        raise ValueError(f"{name}: expected N-Triples, found {exc}") from exc


def _line(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object} .\n"


def _data(verb: str, plain: Iterable[Triple], named: dict[str, set[Triple]]) -> str:
    """``INSERT DATA`` or ``DELETE DATA`` for the default graph and for named ones."""
    text = [f"{verb} DATA {{\n", *map(_line, plain)]
    for name, triples in named.items():
        if triples:
            text += [f"GRAPH {_node(name)} {{\n", *map(_line, triples), "}\n"]
    return "".join([*text, "}"])
