"""Publish a version of the framework's vocabulary: what it says now, for good.

python scripts/freeze.py    writes vocab/data/versions/{major.minor}.ttl and its SHA-256

To be run once for each new minor version, when its changes are done. A version that was published
is refused: what stands under its address never changes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, OWL, RDF, VOID, Graph, URIRef

from vocab.framework.source import whole
from vocab.terms import FRAMEWORK_VERSION, FW, IC

FOLDER: Final = Path(__file__).parents[1] / "vocab" / "data" / "versions"
PREFIXES: Final = {
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "fw": FW,
    "ic": IC,
    "owl": "http://www.w3.org/2002/07/owl#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "void": "http://rdfs.org/ns/void#",
}


def frozen() -> bytes:
    """The framework's part of the vocabulary in Turtle, described under its version's address."""
    graph = Graph(bind_namespaces="none")
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri)
    current, version = URIRef(FW), URIRef(FRAMEWORK_VERSION)
    for subject, predicate, value in whole():
        if subject != current and str(subject).startswith(FW):
            graph.add((subject, predicate, value))
        elif subject == current and predicate != DCTERMS.hasVersion:
            graph.add((version, predicate, value))
    graph.add((version, DCTERMS.isVersionOf, current))
    assert (version, RDF.type, VOID.Dataset) in graph
    assert (version, OWL.versionInfo, None) in graph
    return graph.serialize(format="turtle", encoding="utf-8")


def main() -> int:
    """Write the version, unless it was published."""
    name = FRAMEWORK_VERSION.removeprefix(FW).strip("/") + ".ttl"
    target, sums = FOLDER / name, FOLDER / "SHA256SUMS"
    if target.exists():
        sys.stderr.write(f"{target}: was published; raise owl:versionInfo in framework.ttl\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    body = frozen()
    target.write_bytes(body)
    with sums.open("a", encoding="ascii") as file:
        file.write(f"{hashlib.sha256(body).hexdigest()}  {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
