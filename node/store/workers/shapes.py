"""What queries have in common that differ in names, numbers, texts and addresses alone.

Who asks the same thing with another number each time asks what nobody has asked before; by its
shape it is known all the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["LONGEST", "Token", "shape_of", "tokens_of"]

_TOKEN = re.compile(
    r"""
    (?P<blank> [\s\ufeff]+ | \#[^\n\r]* )
    | (?P<text> (?:\"\"\"|''') .*? (?:\"\"\"|''') | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
    | (?P<iri> <[^<>"{}|^`\\\s]*> )
    | (?P<variable> [?$]\w+ )
    | (?P<number> \d+ (?:\.\d+)? (?:[eE][+-]?\d+)? )
    | (?P<word> [^\W\d][\w.:-]* )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)

LONGEST = 4096
"""Characters beyond which a query is a shape of its own: more would hold up whoever else asks."""


class Token(NamedTuple):
    """A piece of a query; ``kind`` is blank, text, iri, variable, number, word or other."""

    kind: str
    text: str


def tokens_of(query: str) -> Iterator[Token]:
    """The pieces of a query, whatever stands in it."""
    for found in _TOKEN.finditer(query):
        yield Token(found.lastgroup or "other", found[0])


def shape_of(query: str) -> bytes:
    """The digest of a query's shape.

    Its words and signs count as they stand; texts, numbers and addresses only for being there;
    variables for where else they stand.

    >>> shape_of("SELECT ?a { ?a <x:1> 17 } # now") == shape_of("SELECT ?b{?b <x:2> 4.5}")
    True
    >>> shape_of("SELECT ?a { ?a <x:1> ?b }") == shape_of("SELECT ?a { ?a <x:1> ?a }")
    False
    """
    digest = hashlib.sha256()
    if len(query) > LONGEST:
        digest.update(query.encode("utf-8", "surrogatepass"))
        return digest.digest()
    names: dict[str, int] = {}
    for kind, text in tokens_of(query):
        match kind:
            case "blank":
                continue
            case "variable":
                said = f"?{names.setdefault(text[1:], len(names))}"
            case "text" | "number" | "iri":
                said = kind[0]
            case _:
                said = text
        digest.update(said.encode("utf-8", "surrogatepass") + b"\0")
    return digest.digest()
