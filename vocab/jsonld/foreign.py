"""JSON-LD that others wrote in their own way, read with the pinned contexts only.

The one module that uses PyLD, and rdflib to read Turtle. It is for documents at the door
(validate, import, convert): a record that names its own prefixes, or that comes expanded, becomes
a document with our keys.
What follows logs never comes here: there a record has our context or is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from pyld import jsonld
from rdflib import Graph

from vocab.errors import NotJsonLd
from vocab.jsonld.contexts import CONTEXT, CONTEXTS, context_bytes
from vocab.jsonld.table import JsonObject

__all__ = ["adopt", "compact", "expand", "from_turtle", "quads"]

_DEPTH: Final = 16
_SIZE: Final = 256 * 1024
_INTEGER: Final = "http://www.w3.org/2001/XMLSchema#integer"
_TIME: Final = "^^<http://www.w3.org/2001/XMLSchema#dateTime>"
_BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"


def expand(document: JsonObject | list[Any]) -> list[Any]:
    """The document in expanded form. Keys that its contexts do not know are dropped by JSON-LD.

    Raises:
        NotJsonLd: It is too large or too deep, names a context that is not pinned, or is no
            JSON-LD.
    """
    _bounded(document)
    try:
        expanded: list[Any] = jsonld.expand(document, _options())
    except (jsonld.JsonLdError, ValueError, TypeError, AttributeError, KeyError) as mistake:
        raise NotJsonLd(_reason(mistake)) from None
    return expanded


def compact(expanded: list[Any]) -> JsonObject:
    """One object in our keys; lists and single values stand as JSON-LD leaves them.

    Raises:
        NotJsonLd: It is no expanded JSON-LD.
    """
    try:
        said: JsonObject = jsonld.compact(expanded, {"@context": list(CONTEXT)}, _options())
    except (jsonld.JsonLdError, ValueError, TypeError, AttributeError, KeyError) as mistake:
        raise NotJsonLd(_reason(mistake)) from None
    return said


def adopt(document: JsonObject | list[Any], lists: Mapping[str, frozenset[str]]) -> JsonObject:
    """A foreign document as one of ours, with our context and our keys.

    Only its form changes. The proof is left out: it was made over other bytes. Whether it is a
    good record is for ``vocab.shapes.check`` to say.

    Args:
        document: JSON-LD with any inline contexts, or with pinned ones; parts may stand inside
            the record or beside it.
        lists: For each type, the keys that hold lists there (elsewhere they hold one value).

    Raises:
        NotJsonLd: As ``expand``; or it describes no record, or more than one.
    """
    said = compact([_gathered(_typed(expand(document)))])
    said.pop("proof", None)
    return {"@context": list(CONTEXT), **_settled(said, lists)}


def from_turtle(text: str) -> list[Any]:
    """Turtle as expanded JSON-LD, for ``adopt``.

    Raises:
        NotJsonLd: It is no Turtle, or too much of it.
    """
    if len(text) > _SIZE:
        raise NotJsonLd(f"expected at most {_SIZE} characters, found {len(text)}")
    try:
        triples = Graph().parse(data=text, format="turtle").serialize(format="nt")
        # rdflib writes the zone in digits; records write it with a letter.
        expanded: list[Any] = jsonld.from_rdf(triples.replace(f'+00:00"{_TIME}', f'Z"{_TIME}'))
    except (SyntaxError, ValueError, jsonld.JsonLdError) as mistake:
        raise NotJsonLd(f"it cannot be read as Turtle: {mistake}") from None
    return expanded


def quads(document: JsonObject) -> str:
    """The document as N-Quads, with what its proof says where it has one.

    Raises:
        NotJsonLd: As ``expand``.
    """
    _bounded(document)
    try:
        text: str = jsonld.to_rdf(document, _options() | {"format": "application/n-quads"})
    except (jsonld.JsonLdError, ValueError, TypeError, AttributeError, KeyError) as mistake:
        raise NotJsonLd(_reason(mistake)) from None
    return text


def _gathered(nodes: list[Any]) -> JsonObject:
    """The one record that is described, with its parts inside it."""
    described = {node["@id"]: node for node in nodes if isinstance(node, dict) and "@id" in node}
    records = [node for name, node in described.items() if "@type" in node and "#" not in name]
    if len(records) != 1:
        raise NotJsonLd(f"expected a document about one record, found {len(records)}")
    (record,) = records
    name = record["@id"]
    for held in record.values():
        for index, item in enumerate(held if isinstance(held, list) else ()):
            part = item.get("@id", "") if isinstance(item, dict) else ""
            if part.startswith(f"{name}#") and part in described:
                held[index] = described[part]
    gathered: JsonObject = record
    return gathered


def _typed(value: Any) -> Any:
    """Numbers and truths with their datatype said, and as JSON has them.

    Our context says the datatype of each key; JSON-LD gives a key only to values that have it.
    """
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "@value" not in value:
        return {key: _typed(held) for key, held in value.items()}
    return value | _native(value["@value"], value.get("@type"))


def _native(said: object, datatype: object) -> dict[str, Any]:
    """What has to change in one value."""
    if isinstance(said, bool):
        return {"@type": datatype or _BOOLEAN}
    if isinstance(said, int):
        return {"@type": datatype or _INTEGER}
    if datatype == _INTEGER and re.fullmatch("-?[0-9]{1,15}", str(said)):
        return {"@value": int(str(said))}
    if datatype == _BOOLEAN and said in {"true", "false"}:
        return {"@value": said == "true"}
    return {}


def _settled(said: JsonObject, lists: Mapping[str, frozenset[str]]) -> JsonObject:
    """Lists where our types have lists, one value where they have one."""
    many = lists.get(str(said.get("type")), frozenset())
    settled: JsonObject = {}
    for key, value in said.items():
        if key == "@context":
            continue
        items = value if isinstance(value, list) else [value]
        items = [
            _settled(item, lists) if isinstance(item, dict) and "type" in item else item
            for item in items
        ]
        settled[key] = items if key in many or len(items) != 1 else items[0]
        if isinstance(value, dict) and "type" not in value:
            settled[key] = {_cased(tag): text for tag, text in value.items()}
    return settled


def _cased(tag: str) -> str:
    """A language tag as it is usually written; RDF has it in small letters.

    >>> _cased("zh-hans-cn"), _cased("pt-br"), _cased("en-x-ab")
    ('zh-Hans-CN', 'pt-BR', 'en-x-ab')
    """
    first, *others = tag.split("-")
    if any(len(part) == 1 for part in others):
        return tag
    cases = {4: str.title, 2: str.upper}
    return "-".join([first, *(cases.get(len(part), str)(part) for part in others)])


def _options() -> dict[str, Any]:
    """No base, so that a relative IRI stays visible; and no way to the network."""
    return {"base": "", "documentLoader": _pinned}


def _pinned(url: str, _options: object) -> dict[str, Any]:
    """Stands in for the network."""
    if url not in CONTEXTS:
        raise NotJsonLd(f"the context {url} is not pinned; expected one of {sorted(CONTEXTS)}")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": msgspec.json.decode(context_bytes(url)),
    }


def _bounded(document: object) -> None:
    """PyLD recurses into what it reads: a deep document would end the process."""
    try:
        deep = max(_depths(document), default=0) > _DEPTH
        large = len(msgspec.json.encode(document)) > _SIZE
    except RecursionError:
        deep = large = True
    if deep or large:
        raise NotJsonLd(f"expected at most {_SIZE} bytes and {_DEPTH} levels of nesting")


def _depths(value: object, depth: int = 1) -> Iterator[int]:
    """How deep each leaf lies."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and depth <= _DEPTH + 1:
        for item in value:
            yield from _depths(item, depth + 1)
    yield depth


def _reason(mistake: BaseException) -> str:
    """The innermost reason that PyLD gives."""
    while mistake.__cause__ is not None or mistake.__context__ is not None:
        mistake = mistake.__cause__ or mistake.__context__  # type: ignore[assignment]
    return str(mistake.args[0]) if mistake.args else type(mistake).__name__
