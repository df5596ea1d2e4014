"""A record as RDF, by a table of terms compiled from the pinned context.

The context of records is simple by design: every key is a term of its own, nothing is nested,
reversed or scoped, and every object has an ``id``. So each key has one property and one way to
write its values, and a record is turned into N-Triples in a single pass. Whatever this does not
know is an error, never silence: JSON-LD drops unknown keys, and we must not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, TypeAlias, cast

import orjson

from vocab.errors import NotJsonLd
from vocab.jsonld.contexts import CONTEXT, context_bytes
from vocab.terms import CONTEXT_URL

__all__ = ["JsonObject", "to_quads"]

JsonObject: TypeAlias = dict[str, Any]

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_CONTEXT: Final = list(CONTEXT)

# RFC 3987, section 2.2: a scheme, an authority whose port is a number, and characters that may
# stand there. Whatever could end the term in N-Quads is not among them.
_BEYOND: Final = (
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    "\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
_LETTER: Final = rf"(?:[A-Za-z0-9._~!$&'()*+,;=:@/{_BEYOND}-]|%[0-9A-Fa-f]{{2}})"
_ABSOLUTE: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://[A-Za-z0-9._~!$&'()*+,;=%@{_BEYOND}-]*(?::[0-9]*)?(?=[/?#]|\Z)|(?!//))"
    rf"{_LETTER}*(?:\?(?:{_LETTER}|\?)*)?(?:#(?:{_LETTER}|\?)*)?"
)
_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

# How the values of a key are written.
_TEXT, _IRI, _STRING, _INTEGER, _BOOLEAN, _CLASS, _SUBJECT = range(7)


class _Term(NamedTuple):
    """What a key means: how its values are written, its property, and how a line of it ends."""

    how: int
    predicate: str
    ending: str


def to_quads(document: JsonObject) -> str:
    """The triples of a record as lines of N-Quads (without a graph), in the document's order.

    The proof is left out: it says how the record was signed, not what it says. Language tags
    come out in lower case, as every RDF library writes them. Does not check shapes.

    Raises:
        NotJsonLd: Another context, a key or class that the context does not know, a value that
            its key cannot hold, an IRI that is relative, blank or ill-formed.
    """
    if document.get("@context") != _CONTEXT:
        raise NotJsonLd(
            f"@context: expected exactly {_CONTEXT}, found {document.get('@context')!r}"
        )
    lines: list[str] = []
    said = {key: value for key, value in document.items() if key not in {"@context", "proof"}}
    try:
        _describe(said, _terms(), lines)
    except (AttributeError, TypeError) as mistake:
        raise NotJsonLd(f"a value is of a kind that its key cannot hold: {mistake}") from None
    return "".join(lines)


def _describe(node: JsonObject, terms: Mapping[str, _Term], lines: list[str]) -> str:
    """Add the lines of one object, and give its name as a term."""
    if "id" not in node:
        raise NotJsonLd(f"an object without an id, where every object has one: {node!r:.200}")
    subject = _iri(node["id"])
    for key, value in node.items():
        if key not in terms:
            raise NotJsonLd(f"{key!r} is not a key of {CONTEXT_URL}")
        how, predicate, ending = terms[key]
        if how == _SUBJECT:
            continue
        start = f"{subject} {predicate} "
        if how == _TEXT:
            for tag, words in value.items():
                lines.append(f"{start}{_literal(words)}{_language(tag)}")
            continue
        for item in value if type(value) is list else (value,):
            if how == _IRI:
                if type(item) is dict:
                    lines.append(f"{start}{_describe(item, terms, lines)} .\n")
                else:
                    lines.append(f"{start}{_iri(item)} .\n")
            elif how == _STRING:
                lines.append(f"{start}{_literal(item)}{ending}")
            else:
                lines.append(f"{start}{_other(how, item, key)}{ending}")
    return subject


def _other(how: int, value: object, key: str) -> str:
    """A class, a whole number or a truth."""
    if how == _CLASS:
        term = _classes().get(cast("str", value))
        if term is None:
            raise NotJsonLd(f"{value!r} is not a class of {CONTEXT_URL}")
        return term
    if how == _INTEGER and type(value) is int:
        return f'"{value}"'
    if how == _BOOLEAN and type(value) is bool:
        return '"true"' if value else '"false"'
    raise NotJsonLd(f"{key}: {value!r} is of a kind that this key cannot hold")


def _literal(words: object) -> str:
    """A quoted string. What JSON escapes, N-Quads escapes in the same way."""
    if type(words) is not str:
        raise NotJsonLd(f"expected text, found {words!r:.200}")
    return orjson.dumps(words).decode()


@lru_cache(maxsize=8192)
def _iri(name: str) -> str:
    """An absolute IRI as a term; concepts come again and again."""
    if not _ABSOLUTE.fullmatch(name):
        raise NotJsonLd(f"expected an absolute IRI, found {name!r:.200}")
    return f"<{name}>"


@lru_cache(maxsize=512)
def _language(tag: str) -> str:
    """How a line in this language ends."""
    if not _TAG.fullmatch(tag):
        raise NotJsonLd(f"expected a language tag, found {tag!r:.200}")
    return f"@{tag.lower()} .\n"


@cache
def _terms() -> Mapping[str, _Term]:
    """The table: each key of the context and what it means."""
    table: dict[str, _Term] = {}
    for key, said in _context().items():
        if isinstance(said, str):
            said = {"@id": said}  # noqa: PLW2901 - the short form of a term
        match said:
            case {"@id": "@id"}:
                table[key] = _Term(_SUBJECT, "", "")
            case {"@id": "@type"}:
                table[key] = _Term(_CLASS, _RDF_TYPE, " .\n")
            case {"@id": iri, "@container": "@language"}:
                table[key] = _Term(_TEXT, f"<{iri}>", "")
            case {"@id": iri, "@type": "@id"}:
                table[key] = _Term(_IRI, f"<{iri}>", "")
            case {"@id": iri, "@type": datatype}:
                how = {f"{_XSD}integer": _INTEGER, f"{_XSD}boolean": _BOOLEAN}
                table[key] = _Term(how.get(datatype, _STRING), f"<{iri}>", f"^^<{datatype}> .\n")
            case {"@id": iri}:
                table[key] = _Term(_STRING, f"<{iri}>", " .\n")
            case other:
                raise AssertionError(f"{key}: {other} is more than this table can say")
    return table


@cache
def _classes() -> Mapping[str, str]:
    """Each name that can stand at ``type``. Classes begin with a capital, properties do not."""
    return {
        name: f"<{iri}>"
        for name, iri in _context().items()
        if name[0].isupper() and isinstance(iri, str)
    }


def _context() -> JsonObject:
    """Our context's terms, without its keywords."""
    terms: JsonObject = orjson.loads(context_bytes(CONTEXT_URL))["@context"]
    return {key: said for key, said in terms.items() if not key.startswith("@")}
