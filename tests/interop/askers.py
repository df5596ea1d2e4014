"""Four SPARQL clients that others wrote, asked in one way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, TURTLE, SPARQLWrapper

from tests.interop.conftest import Node

__all__ = ["ASKERS", "Answer", "as_said"]

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

Term: TypeAlias = tuple[str, str, str, str]
"""Type as in RDF/JS, value, language, datatype."""


@dataclass(frozen=True)
class Answer:
    """What was found, in no order: rows and triples as sorted terms."""

    truth: bool | None = None
    rows: tuple[tuple[tuple[str, Term], ...], ...] = ()
    triples: tuple[tuple[Term, ...], ...] = ()


def as_said(body: str) -> Answer:
    """A results document (SPARQL 1.1 Query Results JSON Format), or N-Triples."""
    if not body.startswith("{"):
        return _triples(rdflib.Graph().parse(data=body, format="nt"))
    return _of_document(json.loads(body))


def _of_document(document: Mapping[str, Any]) -> Answer:
    if "boolean" in document:
        return Answer(truth=document["boolean"])
    return _rows(
        {name: _of_json(cell) for name, cell in row.items()}
        for row in document["results"]["bindings"]
    )


def _wrapper(url: str, queries: Mapping[str, str], _node: Node) -> dict[str, Answer]:
    """PyPI's SPARQLWrapper."""
    found = {}
    for name, query in queries.items():
        asking = SPARQLWrapper(url)
        asking.setQuery(query)
        asking.setReturnFormat(TURTLE if asking.queryType == "CONSTRUCT" else JSON)
        said = asking.query().convert()
        if isinstance(said, bytes):
            found[name] = _triples(rdflib.Graph().parse(said, format="turtle"))
        else:
            assert isinstance(said, dict)
            found[name] = _of_document(said)
    return found


def _store(url: str, queries: Mapping[str, str], _node: Node) -> dict[str, Answer]:
    """rdflib's SPARQLStore."""
    store = SPARQLStore(url)
    found = {}
    for name, query in queries.items():
        said = store.query(query)
        match said.type:
            case "ASK":
                found[name] = Answer(truth=said.askAnswer)
            case "CONSTRUCT":
                assert said.graph is not None
                found[name] = _triples(said.graph)
            case _:
                found[name] = _rows(
                    {str(variable): _of_rdflib(value) for variable, value in row.items()}
                    for row in said.bindings
                )
    return found


def _npm(client: str) -> Callable[[str, Mapping[str, str], Node], dict[str, Answer]]:
    def asked(url: str, queries: Mapping[str, str], node: Node) -> dict[str, Answer]:
        said = node("sparql", {"client": client, "url": url, "queries": dict(queries)})
        return {name: _of_node(answer) for name, answer in said.items()}

    return asked


ASKERS: Mapping[str, Callable[[str, Mapping[str, str], Node], dict[str, Answer]]] = {
    "SPARQLWrapper": _wrapper,
    "SPARQLStore": _store,
    "Comunica": _npm("comunica"),
    "fetch-sparql-endpoint": _npm("fetch"),
}
"""Name → (endpoint, queries, node) → answers. Each asks in its own time: call it in a thread."""


def _of_node(said: Mapping[str, Any]) -> Answer:
    if "truth" in said:
        return Answer(truth=said["truth"])
    if "triples" in said:
        return Answer(triples=_sorted(tuple(map(_term, triple)) for triple in said["triples"]))
    return _rows({name: _term(value) for name, value in row.items()} for row in said["rows"])


def _term(said: list[str]) -> Term:
    kind, value, language, datatype = said
    return kind, value, language.lower(), datatype


def _of_json(cell: Mapping[str, str]) -> Term:
    if cell["type"] == "uri":
        return "NamedNode", cell["value"], "", ""
    language = cell.get("xml:lang", "").lower()
    return "Literal", cell["value"], language, _datatype(cell.get("datatype"), language)


def _of_rdflib(term: rdflib.term.Node) -> Term:
    if not isinstance(term, rdflib.Literal):
        return "NamedNode", str(term), "", ""
    language = (term.language or "").lower()
    return "Literal", str(term), language, _datatype(term.datatype, language)


def _datatype(said: str | None, language: str) -> str:
    return LANG_STRING if language else str(said or XSD_STRING)


def _rows(rows: Iterable[Mapping[str, Term]]) -> Answer:
    return Answer(rows=_sorted(tuple(sorted(row.items())) for row in rows))


def _triples(graph: rdflib.Graph) -> Answer:
    return Answer(triples=_sorted(tuple(map(_of_rdflib, triple)) for triple in graph))


def _sorted(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(found, key=json.dumps))
