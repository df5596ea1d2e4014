"""What others say of a document: PyLD, the types, and a SHACL validator, without our fast check.

A document is good when (1) its keys and kinds of value are those of its type, (2) nothing is lost
on the way to RDF and back, and (3) pyshacl finds that the RDF conforms to the published shapes.
The first two are needed because RDF cannot see everything: unknown keys are dropped, a repeated
item is one triple, a single value and a list of one are the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pyoxigraph as ox
import pyshacl
import rdflib
from pyld import jsonld
from rdflib import Graph
from rdflib.namespace import SH

from tests.vocab.examples import DATA
from vocab.errors import VocabError
from vocab.jsonld.foreign import compact, quads
from vocab.records import parse

Document = dict[str, Any]


def conform(documents: Sequence[Document], *, wholly: bool = False) -> list[bool]:
    """Whether each document is good. Their names must differ: they are judged in one graph.

    Args:
        documents: Records.
        wholly: Let pyshacl run the constraints in SPARQL as well, which takes it 30 ms each;
            else they are run on all documents at once by pyoxigraph.
    """
    as_rdf = [_faithful(document) for document in documents]
    text = "".join(filter(None, as_rdf))
    blamed = _blamed(text, shapes(with_sparql=wholly))
    if not wholly:
        blamed |= _blamed_by_sparql(text)
    return [
        text is not None and document["id"] not in blamed
        for document, text in zip(documents, as_rdf, strict=True)
    ]


@cache
def shapes(*, with_sparql: bool = True) -> Graph:
    """The published shapes; or only those that SHACL Core can say."""
    graph = Graph()
    for file in ("shapes", "shapes-concepts", "shapes-sparql")[: 3 if with_sparql else 2]:
        graph.parse(DATA / f"{file}.ttl")
    return graph


def _faithful(document: Document) -> str | None:
    """The document as N-Triples, where its type knows all of it and nothing gets lost."""
    said = {key: value for key, value in document.items() if key != "proof"}
    try:
        parse(said)
        text = quads(said)
        triples = list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    except (VocabError, SyntaxError):
        return None
    terms = (term for triple in triples for term in triple.triple)
    if any(isinstance(term, ox.BlankNode) for term in terms):
        return None
    return text if _flat([said]) == _flat(_nodes(text)) else None


def _nodes(text: str) -> list[Document]:
    """The objects that a graph describes, with our keys."""
    described = jsonld.from_rdf(text, {"useNativeTypes": False})
    graph = [{"@graph": [node for node in described if len(node) > 1]}]
    said = compact(graph)
    found: list[Document] = said.get("@graph", [said])
    return found


def _flat(nodes: Sequence[Document]) -> set[tuple[str, ...]]:
    """Each value that each object holds, and how many times it stands there."""
    said: list[tuple[str, ...]] = []
    todo = list(nodes)
    while todo:
        node = todo.pop()
        name = str(node.get("id"))
        for key, value in node.items():
            if key in {"id", "@context"}:
                continue
            items = value if isinstance(value, list) else [value]
            if not items:
                said.append((name, key, "nothing"))
            for item in items:
                if isinstance(item, dict) and "type" in item:
                    todo.append(item)
                    said.append((name, key, str(item.get("id"))))
                elif isinstance(item, dict):
                    said.extend((name, key, tag.lower(), str(text)) for tag, text in item.items())
                    said.extend([(name, key, "nothing")] * (not item))
                else:
                    said.append((name, key, item if isinstance(item, str) else json.dumps(item)))
    return {(*one, str(said.count(one))) for one in said}


def _blamed(text: str, contract: Graph) -> set[str]:
    """The records that pyshacl finds something wrong with."""
    # rdflib would mend what was written ("31." becomes "31") before it is judged. pyshacl turns
    # this on again whenever it has run.
    rdflib.NORMALIZE_LITERALS = False
    graph = Graph().parse(data=text, format="nt")
    _, report, _ = pyshacl.validate(graph, shacl_graph=contract, inference="none")
    blamed = {str(focus) for focus in report.objects(None, SH.focusNode)}
    return blamed | {name.partition("#")[0] for name in blamed}


def _blamed_by_sparql(text: str) -> set[str]:
    """The records that the shapes' own queries find something wrong with."""
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.N_TRIPLES)
    prefixes = "".join(
        f"PREFIX {contract.value(one, SH.prefix)}: <{contract.value(one, SH.namespace)}>\n"
        for contract in [shapes()]
        for one in contract.objects(None, SH.declare)
    )
    blamed = set()
    for shape, query in shapes().subject_objects(SH.sparql):
        select = prefixes + str(shapes().value(query, SH.select))
        rows = store.query(select)
        assert isinstance(rows, ox.QuerySolutions)
        target = ox.NamedNode(str(shapes().value(shape, SH.targetClass)))
        kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        for row in rows:
            if ox.Quad(row["this"], kind, target) in store:
                blamed.add(row["this"].value)
    return blamed
