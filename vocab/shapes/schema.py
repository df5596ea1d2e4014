"""The generated JSON Schema at work: is this document well made, and if not, where not?

``vocab/data/schema.json`` says what the SHACL shapes say, as far as JSON Schema can; what it
cannot say stands in ``vocab.shapes.rules``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import jsonschema_rs
import orjson

from vocab.jsonld import CONTEXT
from vocab.records import TYPES
from vocab.shapes.problem import Place, Problem, nearest

__all__ = ["definitions", "first_problem", "known_keys", "list_keys", "passes", "problems"]

_TEXTS: Final = frozenset({"ShortText", "SummaryText", "SectionText", "Line"})
_CONTEXT: Final = ", ".join(CONTEXT)

Words = tuple[str, dict[str, object]]
"""A code and its values."""


def passes(document: Mapping[str, Any]) -> bool:
    """Whether the schema of the document's type finds nothing: the fast way.

    Raises:
        ValueError: The document is too deep, or holds what JSON cannot say.
    """
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        return False
    return _validator(kind).is_valid(document)


def problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything that the schema finds.

    Raises:
        ValueError: As ``passes``.
    """
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        near = nearest(str(kind), TYPES)
        yield Problem(("type",), "type", {"found": kind, "near": near, "known": ", ".join(TYPES)})
        return
    for error in _validator(kind).iter_errors(document):
        yield from _translated(error)


def first_problem(document: Mapping[str, Any]) -> Problem | None:
    """The first thing that the schema finds, without looking for others.

    Raises:
        ValueError: As ``passes``.
    """
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        return next(problems(document))
    try:
        _validator(kind).validate(document)
    except jsonschema_rs.ValidationError as error:
        return next(_translated(error))
    return None


@cache
def definitions() -> Mapping[str, Mapping[str, Any]]:
    """The schema's definitions: kinds of value, parts, records and conditions."""
    schema = orjson.loads(files("vocab").joinpath("data", "schema.json").read_bytes())
    found: Mapping[str, Mapping[str, Any]] = schema["$defs"]
    return found


def known_keys(kind: str) -> Mapping[str, Mapping[str, Any]]:
    """The keys of a type or part, and what is said of each (``title``, ``description``, …).

    A kind of value has none: an address, say, where somebody wrote an object instead.
    """
    keys: Mapping[str, Mapping[str, Any]] = definitions()[kind].get("properties", {})
    return keys


@cache
def list_keys() -> Mapping[str, frozenset[str]]:
    """For each type and part, the keys that hold lists."""
    return {
        kind: frozenset(key for key, said in known_keys(kind).items() if said.get("items"))
        for kind, about in definitions().items()
        if "properties" in about
    }


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    """Compiled once a type.

    Formats are on: otherwise the 45th of month 13 would pass. Patterns run in linear time,
    whatever a stranger writes.
    """
    schema = {"$ref": f"#/$defs/{kind}", "$defs": definitions()}
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions()
    )


def _translated(error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
    """One finding of the schema as ours.

    Its path names the definition that was broken, and the key where that is a record or part:
    ``$defs/Practice/properties/title/type`` or ``$defs/PartialDate/pattern``.
    """
    said = error.kind.as_dict()
    place: Place = tuple(error.instance_path)
    path = [str(step) for step in error.schema_path]
    name, key = path[1], path[3] if path[2] == "properties" else None
    found: Any = error.instance
    match error.kind.name:
        case "required":
            yield Problem((*place, said["property"]), *_missing(name, said["property"]))
        case "additionalProperties":
            for more in said["unexpected"]:
                yield Problem((*place, more), *_unknown(more, name))
        case "propertyNames":
            tag = said["error"].instance
            yield Problem((*place, tag), "language-tag", _found(name="LanguageTag", found=tag))
        case "minItems" | "minProperties":
            yield Problem(place, "empty", {})
        case "maxItems":
            yield Problem(place, "too-many", {"limit": said["limit"], "count": len(found)})
        case "uniqueItems":
            yield Problem(place, "repeated", {})
        case "anyOf":
            yield Problem(place, _kebab(name), {"expected": name})
        case "maxLength" if name in _TEXTS:
            yield Problem(place, "too-long", {"limit": said["limit"], "count": len(found)})
        case "type" if key not in {None, "id", "proof"}:
            code = "not-a-list" if "array" in said["types"] else "not-by-language"
            yield Problem(place, code, {"found": found})
        case _ if key is not None:
            yield Problem(place, *_own(name, key, found))
        case _:
            yield Problem(place, *_value(name, found))


def _found(name: str, found: object) -> dict[str, object]:
    """What was found beside what was expected."""
    return {"found": found, "expected": name}


def _missing(name: str, key: str) -> Words:
    """A key that is required and not there."""
    if key == "@context":
        return "context", {"found": None, "expected": _CONTEXT}
    about = known_keys(name)[key]
    held = about.get("items") or about.get("additionalProperties") or about
    form = str(held.get("$ref", "")).rpartition("/")[2]
    return "missing", {"kind": name, "form": form, "hint": about.get("description", "")}


def _unknown(key: str, name: str) -> Words:
    """A key that does not belong here."""
    if key == "@context":
        return "context-below", {}
    if key.startswith("@"):
        return "keyword", {"found": key}
    return "unknown-key", {"found": key, "near": nearest(key, known_keys(name)), "kind": name}


def _own(name: str, key: str, found: object) -> Words:
    """What a record or part says of its own context, name, type, proof and publisher."""
    match key:
        case "@context":
            return "context", {"found": found, "expected": _CONTEXT}
        case "id" if not str(found).startswith("_:"):
            code = "record-id" if name in TYPES else "part-id"
            return code, {"found": found, "kind": name, "wanted": _kebab(name)}
        case "publisher" if not re.search(definitions()["Agent"]["pattern"], str(found)):
            return "agent", _found("Agent", found)
        case _:
            codes = {"id": "blank-node", "type": "part-type", "publisher": "publisher-kind"}
            values = {"found": found, "kind": name, "wanted": name}
            return codes.get(key, "not-an-object"), values


def _value(name: str, found: object) -> Words:
    """A value that is not of its kind."""
    if "properties" in definitions()[name]:
        return "not-an-object", {"found": found}
    if isinstance(found, list):
        return "not-a-single-value", {"found": found}
    if name in _TEXTS and not isinstance(found, str):
        return "not-text", {"found": found}
    if name in _TEXTS:
        return ("control-character" if str(found).strip() else "blank"), {"found": found}
    if name.endswith("Concept"):
        return _concept(name, found)
    return _kebab(name), _found(name, found)


def _concept(name: str, found: object) -> Words:
    """An IRI that is no concept, or a concept of another scheme."""
    values = _found(name, found)
    for other, about in definitions().items():
        if other.endswith("Concept") and found in about["enum"]:
            return "other-scheme", values | {"scheme": other}
    slugs = {iri.rpartition("/")[2]: iri for iri in definitions()[name]["enum"]}
    near = nearest(str(found).rpartition("/")[2], slugs)
    return "unknown-concept", values | {"near": slugs.get(near, "")}


def _kebab(name: str) -> str:
    """A definition's name as a code.

    >>> _kebab("PartialDate"), _kebab("Sha256"), _kebab("M49")
    ('partial-date', 'sha256', 'm49')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
