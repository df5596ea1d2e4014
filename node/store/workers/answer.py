"""One SPARQL query answered whole: parsed, evaluated and written out within its budget.

It knows nothing of processes: a worker runs it for strangers (``node.store.workers.worker``), the
memory twin for tests. It bounds rows and bytes; only a process can bound seconds and memory.

A query can ask another endpoint (SERVICE), and the engine would dial it. Whether one does, the
engine's own parser decides: every "service" in the text is spelt differently, wherever it stands.
In a name, a string, a comment or an IRI that changes nothing; a keyword, misspelt, is an error.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping

import msgspec
from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from node.core.negotiate import media_type
from node.errors import QueryRefused, QueryTooCostly
from node.store.workers.frames import Question

__all__ = ["answer"]


_RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
_TRIPLES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
_OTHER_NAMES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/plain": "text/csv",
}
_OTHER_NAMES_OF_TRIPLES = {
    "text/plain": "application/n-triples",
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
}
_SERVICE = re.compile(
    "".join(
        rf"(?:[{low}{low.upper()}]|\\(?:u|U0000)00(?:{ord(low):02x}|{ord(low.upper()):02x}))"
        for low in "service"
    ),
    re.IGNORECASE,
)
_UPDATES = re.compile(
    r"\s*(?:(?:#[^\n]*\n|PREFIX\s+\S*\s*<[^>]*>|BASE\s*<[^>]*>)\s*)*"
    r"(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b",
    re.IGNORECASE,
)


def answer(store: Store, question: Question) -> tuple[str, bytes]:
    """The media type and the complete document of a query's answer.

    Raises:
        QueryRefused: It is malformed, changes data, or asks another endpoint.
        QueryTooCostly: It has more rows or bytes than were granted; nothing of it is returned.
    """
    _refuse_service(question.query)
    named = [_graph(name) for name in question.named_graphs]
    given = bool(question.default_graphs or question.named_graphs)
    try:
        found = store.query(
            question.query,
            default_graph=[_graph(name) for name in question.default_graphs] if given else None,
            named_graphs=[*named] if given else None,
        )
        match found:
            case QueryTriples():
                return _write_triples(found, question)
            case QuerySolutions() | QueryBoolean():
                return _write_results(found, question)
    except SyntaxError as exc:
        raise QueryRefused(_malformed(question.query, exc)) from exc
    except (ValueError, OSError, RuntimeError) as exc:
        raise QueryRefused(f"The query could not be evaluated: {_short(exc)}.") from exc


def _refuse_service(query: str) -> None:
    if _SERVICE.search(query) is None:
        return
    other = next(word for n in range(len(query)) if (word := f"serviz{n}") not in query.lower())
    try:
        Store().query(_SERVICE.sub(other, query))
    except SyntaxError as exc:
        raise QueryRefused(
            "SERVICE is not answered here: this endpoint speaks of its own catalog alone. Ask the"
            " other endpoint yourself and join the two answers. (If the query has no SERVICE, it"
            f" is malformed: {_short(exc)}.)"
        ) from exc
    except (ValueError, OSError, RuntimeError):
        return  # It parsed, which is all that was asked.


def _malformed(query: str, exc: SyntaxError) -> str:
    if change := _UPDATES.match(query):
        return (
            f"{change[1].upper()} changes data, and this endpoint only reads: expected SELECT, ASK,"
            " CONSTRUCT or DESCRIBE."
        )
    return f"The query is malformed: {_short(exc)}."


def _graph(name: str) -> NamedNode:
    try:
        return NamedNode(name)
    except ValueError as exc:
        raise QueryRefused(f"Expected the IRI of a graph, found {name[:200]!r}.") from exc


def _write_results(found: QuerySolutions | QueryBoolean, question: Question) -> tuple[str, bytes]:
    chosen = _choose(question.accept, _RESULTS, _OTHER_NAMES)
    sink = _Sink(question.size)
    found.serialize(sink, _RESULTS[chosen])
    body = sink.getvalue()
    if isinstance(found, QuerySolutions) and _count(chosen, body) > question.rows:
        raise _too_many(question.rows, "rows")
    return chosen, body


def _write_triples(found: QueryTriples, question: Question) -> tuple[str, bytes]:
    chosen = _choose(question.accept, _TRIPLES, _OTHER_NAMES_OF_TRIPLES)
    # A graph is a set, but patterns that meet twice yield a triple twice.
    triples: dict[Triple, None] = {}
    for triple in found:
        triples[triple] = None
        if len(triples) > question.rows:
            raise _too_many(question.rows, "triples")
    sink = _Sink(question.size)
    serialize(triples, sink, _TRIPLES[chosen])
    return chosen, sink.getvalue()


class _Sink(io.BytesIO):
    """Takes so many bytes and no more: the engine stops where this raises."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = size

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # the engine writes bytes
        self._left -= len(data)
        if self._left < 0:
            raise QueryTooCostly(
                "The answer is larger than one answer may be. Ask for fewer columns or add LIMIT"
                " and OFFSET; everything at once is in the dumps."
            )
        return super().write(data)


class _Bindings(msgspec.Struct):
    bindings: list[msgspec.Raw]


class _Document(msgspec.Struct):
    results: _Bindings


def _count(written: str, body: bytes) -> int:
    """Rows in a document that the engine wrote; its writers yield no count."""
    match written:
        case "text/tab-separated-values":  # Line ends in values are escaped there.
            return body.count(b"\n") - 1
        case "text/csv":
            return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1
        case "application/sparql-results+xml":
            return body.count(b"<result>")
        case _:
            return len(msgspec.json.decode(body, type=_Document).results.bindings)


def _choose(accept: str, offered: Collection[str], other_names: Mapping[str, str]) -> str:
    """The offer that an ``Accept`` header likes most.

    Where it likes none, the first: an answer in another format is of more use than none.

    >>> _choose("text/csv;q=.5, application/xml", _RESULTS, _OTHER_NAMES)
    'application/sparql-results+xml'
    """
    liked = media_type(accept, [*offered, *other_names]) or next(iter(offered))
    return other_names.get(liked, liked)


def _too_many(rows: int, what: str) -> QueryTooCostly:
    return QueryTooCostly(
        f"The answer has more than {rows:,} {what}, which is the most that is answered at once, and"
        " half an answer would mislead. Add LIMIT and OFFSET with ORDER BY, count instead of list,"
        " or take the dumps."
    )


def _short(exc: BaseException) -> str:
    text = " ".join(str(exc).split()).rstrip(".")
    return text if len(text) <= 240 else f"{text[:240]}…"
