"""Is this record well made? All findings at once, in words, in a language.

The contract is ``vocab/data/shapes.ttl`` (SHACL). The check here is the fast one that nodes run
on every record: a JSON Schema generated from the shapes, and rules in code for what JSON Schema
cannot say. Tests find it of one opinion with a SHACL validator on every example, good and bad.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, Final

import orjson

from vocab.jsonld import JsonObject
from vocab.shapes.audience import AudienceLimit, Widest, audience_limit
from vocab.shapes.problem import Place, Problem
from vocab.shapes.rules import broken
from vocab.shapes.schema import first_problem, passes, problems
from vocab.shapes.words import Finding, Severity, catalogue_languages, in_words

__all__ = [
    "LARGEST",
    "MOST",
    "AudienceLimit",
    "Finding",
    "Severity",
    "Widest",
    "audience_limit",
    "catalogue_languages",
    "check",
]

LARGEST: Final = 256 * 1024
"""Bytes of a record, as JSON without spaces."""

MOST: Final = 100
"""Findings that are told; after that, only that there are more."""

_VALUES: Final = 5_000
_KEYS: Final = 100
"""Values of a document, and keys of one object in it, up to which everything wrong is told; of a
larger one, the first thing. The schema makes all its findings at once, each with a copy of what it
is about: those of 2,000 wrong language tags in one text cost more than a second."""

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""U+0000 as orjson writes it. No XML, Turtle or pattern of the shapes can say it."""


def check(document: object, language: str = "en") -> list[Finding]:
    """Everything that is wrong with a document, in the order of its places; empty where it is good.

    Checks what the document says by itself: shapes, closed keys, concepts, languages, dates and
    addresses. Does not check the proof, the log, or whether what it refers to exists.

    Args:
        document: As parsed from JSON; a ``proof`` may be there and is not looked into.
        language: Tag of the language of the findings; English where there is no catalogue.
    """
    if not isinstance(document, dict):
        return [in_words(Problem((), "not-a-record", {"found": document}), "", language)]
    size = _size(document)
    if isinstance(size, Problem):
        return [in_words(size, "", language)]
    if size <= LARGEST and passes(document) and next(broken(document), None) is None:
        return []
    kind = str(document.get("type"))
    if size <= LARGEST and _crowded(document):
        found = first_problem(document) or next(broken(document))
        return [in_words(found, kind, language)]
    return [in_words(problem, kind, language) for problem in _all(document, size)]


def _all(document: JsonObject, size: int) -> Iterator[Problem]:
    """Each problem once, and each mistake as one problem.

    Rules compare fields, and only those that the shapes find nothing wrong with: a state that is
    none would otherwise lack its reason as well, and a date that is none be out of order.
    """
    if size > LARGEST:
        yield Problem((), "too-large", {"count": size, "limit": LARGEST})
        return
    seen: dict[tuple[Place, str], Problem] = {}
    for problem in problems(document):
        seen.setdefault((problem.place, problem.code), problem)
        if len(seen) > MOST:
            break
    places = {place for place, _ in seen}
    sound = {key: value for key, value in document.items() if (key,) not in places}
    ruled = (problem for problem in broken(sound) if problem.place not in places)
    found = list(islice(chain(seen.values(), ruled), MOST + 1))
    yield from found[:MOST]
    if len(found) > MOST:
        yield Problem((), "and-more", {"limit": MOST})


def _size(document: JsonObject) -> int | Problem:
    """Bytes of the document as JSON; or why it is none."""
    try:
        written = orjson.dumps(document)
    except TypeError as mistake:
        code = "not-unicode" if "UTF-8" in str(mistake) else "too-deep"
        return Problem((), code, {})
    # The pattern alone would look at every byte; nearly no record has these six in a row.
    if rb"\u0000" in written and _NUL.search(written):
        return Problem((), "control-character", {"found": "U+0000"})
    return len(written)


def _crowded(document: JsonObject) -> bool:
    """Whether a document is larger than those of which everything wrong is told."""
    count = 0
    level: list[Any] = [document]
    while level:
        count += len(level)
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                if len(one) > _KEYS:
                    return True
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        level = inner
    return count > _VALUES
