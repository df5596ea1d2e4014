"""A record as Turtle that people read: prefixes, one block an object, everything as it was said.

RDF libraries rewrite what they hold (``1.50`` becomes ``1.5``); here the words of the record stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from vocab.jsonld.table import JsonObject, to_quads

__all__ = ["PREFIXES", "to_turtle"]

PREFIXES: Final[Mapping[str, str]] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "ic": "https://w3id.org/intercity/ns#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes that our records are written with."""

_NAMES: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_SHORT: Final = re.compile(r"<([^>]*[/#])([A-Za-z][A-Za-z0-9_-]*)>")
_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def to_turtle(document: JsonObject) -> str:
    """The record as Turtle, the record itself first and its parts after it.

    Raises:
        NotJsonLd: As ``to_quads``.
    """
    blocks: dict[str, list[tuple[str, str]]] = {f"<{document.get('id')}>": []}
    for line in to_quads(document).split("\n")[:-1]:
        subject, predicate, rest = line.split(" ", 2)
        value = rest.removesuffix(" .")
        blocks.setdefault(subject, []).append((_predicate(predicate), _object(value)))
    text = "\n".join(_block(subject, said) for subject, said in blocks.items())
    used = [prefix for prefix in PREFIXES if re.search(rf"(?<![\w\"]){prefix}:[A-Za-z]", text)]
    head = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in used)
    return f"{head}\n{text}"


def _block(subject: str, said: list[tuple[str, str]]) -> str:
    """All that is said of one object."""
    by_predicate: dict[str, list[str]] = {}
    for predicate, value in said:
        by_predicate.setdefault(predicate, []).append(value)
    lines = [f"{predicate} {', '.join(values)}" for predicate, values in by_predicate.items()]
    return f"{subject} " + " ;\n    ".join(lines) + " .\n"


def _predicate(term: str) -> str:
    """A property, or ``a``."""
    return "a" if term == _TYPE else _short(term)


def _object(term: str) -> str:
    """An IRI, or a literal with its datatype."""
    if term.startswith("<"):
        return _short(term)
    literal, mark, datatype = term.rpartition("^^")
    return f"{literal}^^{_short(datatype)}" if mark and literal.endswith('"') else term


def _short(term: str) -> str:
    """With a prefix where there is one."""
    found = _SHORT.fullmatch(term)
    if found is None or found[1] not in _NAMES:
        return term
    return f"{_NAMES[found[1]]}:{found[2]}"
