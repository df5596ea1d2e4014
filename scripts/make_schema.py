"""Write the JSON Schema of the fast check from the SHACL shapes and the context.

    python scripts/make_schema.py            writes vocab/data/schema.json
    python scripts/make_schema.py --check    exit 1 where the file is not what would be written

SHACL is the contract; this reads the subset of it that is named below, and refuses anything else,
so that no constraint gets lost on the way. What stands in ``BESIDE`` cannot be said in JSON
Schema (or holds by construction) and is checked in code by ``vocab.shapes.rules``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rdflib import RDF, RDFS, XSD, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

from vocab.records import CONTEXT

DATA: Final = Path(__file__).parents[1] / "vocab" / "data"
TARGET: Final = DATA / "schema.json"
SHAPES: Final = ("shapes.ttl", "shapes-concepts.ttl")

BESIDE: Final = {SH.equals, SH.disjoint, SH.uniqueLang}
SILENT: Final = {RDF.type, RDFS.label, SH.targetClass, SH.nodeKind}
KINDS: Final[dict[Node, dict[str, str]]] = {
    RDF.langString: {"type": "string"},
    XSD.string: {"type": "string"},
    XSD.decimal: {"type": "string"},
    XSD.gYear: {"type": "string"},
    XSD.date: {"type": "string", "format": "date"},
    XSD.dateTime: {"type": "string", "format": "date-time"},
    XSD.integer: {"type": "integer"},
    XSD.boolean: {"type": "boolean"},
}
LIMITS: Final = {
    SH.minLength: "minLength",
    SH.maxLength: "maxLength",
    SH.minInclusive: "minimum",
    SH.maxInclusive: "maximum",
    SH.pattern: "pattern",
}

Schema = dict[str, Any]


class Outside(SystemExit):
    """The shapes use what this script does not know: teach it, or say it in another way."""


class Writer:
    """Turns shapes into definitions. ``keys`` has the key of each property's IRI."""

    def __init__(self, shapes: Graph, context: dict[str, Any]) -> None:
        self.shapes = shapes
        self.keys: dict[str, str] = {}
        self.tags = re.compile("$^")
        for key, term in context.items():
            iri = term["@id"] if isinstance(term, dict) else term
            if isinstance(iri, str) and not key.startswith("@"):
                if iri in self.keys:
                    raise Outside(f"{key} and {self.keys[iri]} both mean {iri}")
                self.keys[iri] = key

    def write(self) -> Schema:
        """The whole schema: one definition a shape, chosen by ``type`` at the top."""
        found = {
            name_of(shape): shape
            for shape in self.shapes.subjects(RDF.type, SH.NodeShape)
            if isinstance(shape, URIRef)
        }
        defs = {name: self.node(shape) for name, shape in sorted(found.items())}
        records = [
            name
            for name, shape in sorted(found.items())
            if (shape, SH.targetClass, None) in self.shapes
        ]
        for name in records:
            defs[name]["properties"] |= {
                "@context": {"const": list(CONTEXT)},
                "proof": {"type": "object"},
            }
            defs[name]["required"] = ["@context", *defs[name]["required"]]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://w3id.org/intercity/schema/v1.json",
            "$comment": "Generated from shapes.ttl and the context by scripts/make_schema.py.",
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": records}},
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": name}}},
                    "then": {"$ref": f"#/$defs/{name}"},
                }
                for name in records
            ],
            "$defs": defs,
        }

    def node(self, shape: Node) -> Schema:
        """A node shape: an object with closed keys, a condition, or a kind of value."""
        if (shape, SH.closed, None) in self.shapes:
            return self.thing(shape)
        if any((shape, said, None) in self.shapes for said in (SH["or"], SH.property, SH.path)):
            return self.label(shape) | self.condition(shape)
        return self.label(shape) | self.value(shape)

    def thing(self, shape: Node) -> Schema:
        """A closed shape: its keys in the order of the file, and what is required."""
        properties: Schema = {"id": {"type": "string"}}
        required: list[str] = ["id", "type"]
        more: list[Schema] = []
        for said, value in self.constraints(shape):
            if said == SH.property:
                self.add(value, properties, required)
            elif said == SH.node:
                more.append({"$ref": f"#/$defs/{name_of(value)}"})
            elif said == SH.pattern:
                properties["id"] |= {"pattern": str(value)}
            elif said not in {SH.closed, SH.ignoredProperties}:
                raise Outside(f"{shape}: {said} on a closed shape")
        target = self.shapes.value(shape, SH.targetClass)
        if target is not None:
            properties["type"] = {"const": self.keys[str(target)]}
        whole: Schema = {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": dict(sorted(properties.items())),
        }
        return whole | ({"allOf": more} if more else {})

    def add(self, shape: Node, properties: Schema, required: list[str]) -> None:
        """One property shape, merged with what is already said of the same key."""
        path = self.shapes.value(shape, SH.path)
        if path == RDF.type:
            term = self.shapes.value(shape, SH.hasValue)
            properties["type"] = {"const": self.keys[str(term)]}
            return
        key = self.key(shape)
        said = dict(self.constraints(shape))
        if said.pop(SH.minCount, None) is not None:
            required.append(key)
        kind = said.pop(SH.node, None)
        if kind is not None:
            words = {"title": said.pop(SH.name), "description": said.pop(SH.description)}
            holder = self.holder(shape, name_of(kind), said)
            properties[key] = holder | {word: str(text) for word, text in words.items()}
        elif SH.pattern in said:
            # A second word on a key that holds one value.
            properties[key] |= {"pattern": str(said.pop(SH.pattern))}
        if left := set(said) - {SH.path, SH.maxCount}:
            raise Outside(f"{shape}: {left} on the property {key}")

    def holder(self, shape: Node, kind: str, said: dict[Node, Node]) -> Schema:
        """How the values of one key are held: a language map, one value, or a list."""
        single = {"$ref": f"#/$defs/{kind}"}
        if (shape, SH.uniqueLang, None) in self.shapes:
            return {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"$ref": "#/$defs/LanguageTag"},
                "additionalProperties": single,
            }
        most = said.get(SH.maxCount)
        if most is not None and int(str(most)) == 1:
            return single
        many: Schema = {"type": "array", "minItems": 1, "uniqueItems": True, "items": single}
        return many | ({} if most is None else {"maxItems": int(str(most))})

    def condition(self, shape: Node) -> Schema:
        """What goes together: ``sh:or`` over property shapes that count or list values."""
        said = list(self.constraints(shape))
        if [predicate for predicate, _ in said] == [SH["or"]]:
            return {"anyOf": [self.condition(part) for part in Collection(self.shapes, said[0][1])]}
        if all(predicate == SH.property for predicate, _ in said):
            return {"allOf": [self.condition(part) for _, part in said]}
        key = self.key(shape)
        match [(predicate, value) for predicate, value in said if predicate != SH.path]:
            case [(SH.minCount, _)]:
                return {"required": [key]}
            case [(SH.maxCount, count)] if str(count) == "0":
                return {"not": {"required": [key]}}
            case [(predicate, values)] if predicate == SH["in"]:
                listed = [str(item) for item in Collection(self.shapes, values)]
                return {"properties": {key: {"enum": listed}}}
            case [(predicate, refused)] if predicate == SH["not"]:
                (values,) = self.shapes.objects(refused, SH["in"])
                listed = [str(item) for item in Collection(self.shapes, values)]
                return {"properties": {key: {"not": {"enum": listed}}}}
            case other:
                raise Outside(f"{shape}: {other} in a condition")

    def value(self, shape: Node) -> Schema:
        """A kind of value."""
        schema: Schema = {"type": "string"}
        for said, value in self.constraints(shape):
            if said == SH.datatype:
                schema |= KINDS[value]
            elif said == SH["in"]:
                schema = {"enum": [str(item) for item in Collection(self.shapes, value)]}
            elif said == SH["not"]:
                schema |= self.refused(value)
            elif said in LIMITS:
                schema[LIMITS[URIRef(str(said))]] = (
                    str(value) if said == SH.pattern else int(str(value))
                )
            else:
                raise Outside(f"{shape}: {said} on a kind of value")
        return schema

    def refused(self, shape: Node) -> Schema:
        """``sh:not``: a pattern; or languages, which the shape of a tag must refuse already."""
        match list(self.constraints(shape)):
            case [(SH.pattern, pattern)]:
                return {"not": {"pattern": str(pattern)}}
            case [(SH.languageIn, languages)]:
                tag = next(self.shapes.objects(name("LanguageTag"), SH["not"] / SH.pattern))
                for language in Collection(self.shapes, languages):
                    if not re.search(str(tag), str(language)):
                        raise Outside(f"{language} is refused as a text's language, not as a tag")
                return {}
            case other:
                raise Outside(f"{other} in sh:not")

    def constraints(self, shape: Node) -> Iterator[tuple[Node, Node]]:
        """What is said of a shape, without labels and what is checked beside."""
        for predicate, value in self.shapes.predicate_objects(shape):
            if predicate not in SILENT | BESIDE:
                yield predicate, value

    def key(self, shape: Node) -> str:
        """The key whose property a property shape is about."""
        return self.keys[str(self.shapes.value(shape, SH.path))]

    def label(self, shape: Node) -> Schema:
        """What is expected, in words."""
        label = self.shapes.value(shape, RDFS.label)
        return {} if label is None else {"title": str(label)}


def name(short: str) -> URIRef:
    """The IRI of a shape.

    >>> name("Day")
    rdflib.term.URIRef('https://w3id.org/intercity/ns#DayShape')
    """
    return URIRef(f"https://w3id.org/intercity/ns#{short}Shape")


def name_of(shape: Node) -> str:
    """The name of a shape without its namespace and ending."""
    return str(shape).rpartition("#")[2].removesuffix("Shape")


def main() -> None:
    """Write the schema, or compare."""
    shapes = Graph()
    for file in SHAPES:
        shapes.parse(DATA / file)
    context = json.loads((DATA / "context" / "v1.jsonld").read_bytes())["@context"]
    text = json.dumps(Writer(shapes, context).write(), indent=1, ensure_ascii=True) + "\n"
    if "--check" in sys.argv:
        if not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text:
            sys.exit(f"{TARGET.name} is not what the shapes say: run scripts/make_schema.py")
    else:
        TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
