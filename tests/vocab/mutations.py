"""Ways to spoil a record, one field at a time (and some that leave it good)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from vocab.shapes.schema import known_keys

Document = dict[str, Any]
Change = Callable[[Any], Any]
Place = tuple[str | int, ...]

GONE = object()

FW = "https://w3id.org/intercity/framework/"

ANY: dict[str, Change] = {
    "taken out": lambda _: GONE,
    "null": lambda _: None,
    "a number": lambda _: 5,
    "a true": lambda _: True,
    "an object": lambda _: {},
    "an object with a key": lambda _: {"en": "x"},
    "in a list": lambda value: [value],
    "an empty list": lambda _: [],
    "empty text": lambda _: "",
    "other words": lambda _: "other words",
    "a script": lambda _: "javascript:alert(1)",
    "a relative address": lambda _: "../x",
    "an address": lambda _: "https://elsewhere.example/x",
}

TEXTS: dict[str, Change] = {
    "blank in a language": lambda value: value | {"fr": " \t\n"},
    "another language": lambda value: value | {"pt-BR": "Uma linha"},
    "no language": lambda value: value | {"und": "x"},
    "no word in Latin": lambda value: value | {"und-Latn": "x"},
    "a tag with a low line": lambda value: value | {"en_GB": "x"},
    "a tag too long": lambda value: value | {"englishlanguage": "x"},
    "JSON-LD's none": lambda value: value | {"@none": "x"},
    "a language twice": lambda _: {"en": "x", "EN": "y"},
    "a number for text": lambda value: value | {"en": 5},
    "a list of texts": lambda value: value | {"en": ["x", "y"]},
    "a bell": lambda value: value | {"en": "x\u0007"},
    "of 200": lambda value: value | {"en": "x" * 200},
    "of 201": lambda value: value | {"en": "x" * 201},
    "of 601": lambda value: value | {"en": "x" * 601},
    "of 8001": lambda value: value | {"en": "x" * 8001},
}

WORDS: dict[str, Change] = {
    "in capitals": lambda value: value.upper() if value.upper() != value else value.lower(),
    "with a space": lambda value: f"{value} ",
    "cut short": lambda value: value[:-1],
    "doubled": lambda value: value + value,
    "2024-02-30": lambda _: "2024-02-30",
    "2024-02-29": lambda _: "2024-02-29",
    "2023-02-29": lambda _: "2023-02-29",
    "1900": lambda _: "1900",
    "0": lambda _: "0",
    "1": lambda _: "1",
    "0.50": lambda _: "0.50",
    "-1.5": lambda _: "-1.5",
    "181": lambda _: "181",
    "en-gb-oed": lambda _: "en-gb-oed",
    "und": lambda _: "und",
    "a concept": lambda _: f"{FW}action/annual-report",
    "another concept": lambda _: f"{FW}group/children",
    "a misspelt concept": lambda _: f"{FW}action/anual-report",
    "a state": lambda _: "https://w3id.org/intercity/ns#state/stopped",
    "a city": lambda _: "https://another.example/#city",
    "a network": lambda _: "https://another.example/#organization",
    "a did": lambda _: "did:web:another.example",
    "a goal": lambda _: "http://metadata.un.org/sdg/17",
    "ftp": lambda _: "ftp://another.example/",
    "a blank node": lambda _: "_:b0",
}

NUMBERS: dict[str, Change] = {
    "nought": lambda _: 0,
    "below nought": lambda _: -1,
    "with a point": float,
    "broken": lambda value: value + 0.5,
    "as text": str,
    "large": lambda _: 2**53 + 1,
    "of a thousand and one": lambda _: 1001,
}

LISTS: dict[str, Change] = {
    "empty": lambda _: [],
    "the first alone": lambda value: value[0],
    "the first twice": lambda value: [*value, value[0]],
    "with null": lambda value: [*value, None],
    "in a list of lists": lambda value: [value],
}

MORE: dict[str, Document] = {
    "an unknown key": {"urgency": "high"},
    "a key of JSON-LD": {"@included": []},
    "an index": {"@index": "x"},
    "a good note": {"note": {"en": "Something to know"}},
    "a proof": {"proof": {"type": "DataIntegrityProof"}},
    "issued and changed": {"issued": "2020-01-01", "modified": "2020-01-01"},
    "changed before": {"issued": "2020-01-02", "modified": "2020-01-01"},
    "a resource": {"references": [f"{FW}reference/sdgs"]},
}


def changes(value: object) -> dict[str, Change]:
    """How a value of this kind can be spoilt."""
    match value:
        case bool():
            return ANY
        case int():
            return ANY | NUMBERS
        case str():
            return ANY | WORDS
        case list():
            return ANY | LISTS
        case dict():
            return ANY | (TEXTS if "type" not in value else {})
        case _:
            return ANY


class Mutator:
    """Mutates records. Each kind of value is spoilt in every way where it is first met; other keys
    that hold it, other types and other examples, in some ways by turns.

    Attributes:
        thorough: Every way, everywhere: some 30,000 mutants of the examples.
    """

    def __init__(self, *, thorough: bool = False) -> None:
        self.thorough = thorough
        self._seen: set[tuple[str, ...]] = set()
        self._turn = 0

    def mutants(self, document: Document) -> Iterator[tuple[str, Document]]:
        """Each changed document, and what was changed in it."""
        for label, more in MORE.items():
            yield label, document | more
        yield from self._within(document, (), document)

    def _within(
        self, document: Document, place: Place, holder: Document
    ) -> Iterator[tuple[str, Document]]:
        for key, value in holder.items():
            yield from self._at(document, (*place, key), value, holder)
            if key == "@context" or not isinstance(value, list):
                continue
            yield from self._at(document, (*place, key, 0), value[0], holder)
            if isinstance(value[0], dict):
                yield from self._within(document, (*place, key, 0), value[0])

    def _at(
        self, document: Document, place: Place, value: object, holder: Document
    ) -> Iterator[tuple[str, Document]]:
        ways = changes(value)
        for label in self._some(list(ways), str(holder["type"]), *map(str, place)):
            yield f"{place} {label}", _changed(document, place, ways[label])

    def _some(self, ways: list[str], kind: str, *place: str) -> list[str]:
        """All ways, or some by turns."""
        about = dict(known_keys(kind)[place[-1] if place[-1] != "0" else place[-2]])
        for words in ("title", "description"):
            about.pop(words, None)
        value = (str(about), "item" if place[-1] == "0" else "whole")
        wanted = 1
        for seen, most in (((kind, *place), 2), (place, 4), (value, len(ways))):
            if seen not in self._seen:
                wanted = most
                self._seen.add(seen)
        wanted = len(ways) if self.thorough else wanted
        first, self._turn = self._turn, self._turn + wanted
        return [ways[turn % len(ways)] for turn in range(first, first + wanted)]


def _changed(document: Document, place: Place, change: Change) -> Document:
    """A copy with one value changed."""
    mutant = copy.deepcopy(document)
    holder: Any = mutant
    for step in place[:-1]:
        holder = holder[step]
    value = change(holder[place[-1]])
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return mutant
