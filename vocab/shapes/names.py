"""What fields, records and parts are called, in the languages of the vocabulary.

They stand in ``vocab/data/names.csv``: one row a field (``Offer.kind`` where types differ) or type,
one column a language. A cell holds the label first, and after bars further words that people use
for the same thing. English labels of fields are those of the shapes, where the table has none.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["field_words", "label_of", "words"]

Words = Mapping[str, tuple[str, ...]]
"""Language → label and further words."""


def words(name: str) -> Words:
    """What the table says of a field, a type or another thing; empty where it says nothing."""
    return _table().get(name, {})


def field_words(owner: str, key: str) -> Words:
    """What the table says of a key of a record or part of this type."""
    return words(f"{owner}.{key}") or words(key)


def label_of(said: Words, language: str) -> str:
    """The label in a language: the tag's own or its base; empty where there is none."""
    found = said.get(language) or said.get(language.partition("-")[0].lower()) or ("",)
    return found[0]


@cache
def _table() -> Mapping[str, Words]:
    text = files("vocab").joinpath("data", "names.csv").read_text("utf-8")
    return {
        row.pop("field"): {tag: tuple(cell.split("|")) for tag, cell in row.items()}
        for row in csv.DictReader(text.splitlines())
    }
