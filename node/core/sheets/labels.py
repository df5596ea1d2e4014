"""What columns, types and sheets are called, in the languages of the vocabulary.

The names, and the words that foreign sheets use for the same thing, are the vocabulary's
(``vocab.shapes.names``); English names of fields are those of the shapes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from node.core.sheets.columns import Column, Field, Form
from vocab.languages import LANGUAGES
from vocab.shapes.names import field_words, label_of, words

__all__ = ["folded", "heading", "label", "name_of", "spoken", "words_for"]

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS: Final = re.compile(r"[\s_\-–—./*:'’\"“”«»?¿!()]+")


def spoken(language: str) -> str:
    """The interface language to speak to a reader of this tag: itself, or English.

    >>> spoken("es-AR"), spoken("sw")
    ('es', 'en')
    """
    base = language.partition("-")[0].lower()
    return base if base in LANGUAGES else "en"


def folded(text: str) -> str:
    """Text as it is compared: without case, accents, marks between words and needless spaces.

    >>> folded("  Ámbito_de  Acción: "), folded("whatWasDone"), folded("Straße")
    ('ambito de accion', 'what was done', 'strasse')
    """
    apart = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text)).casefold()
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", bare)).strip()


def _row(field: Field) -> Mapping[str, tuple[str, ...]]:
    """A field's row of the table; empty for one that has none yet."""
    return field_words(field.owner, field.key)


def label(field: Field, language: str) -> str:
    """What a field is called; in English where the table has nothing."""
    words = _row(field).get(spoken(language), ("",))
    return words[0] or _row(field).get("en", ("",))[0] or field.title


def name_of(name: str, language: str) -> str:
    """What a type of record or part, or a thing of the table such as ``errors``, is called."""
    return label_of(words(name), spoken(language)) or name


def words_for(name: str | Field) -> Mapping[str, tuple[str, ...]]:
    """Language → every word for a field, a type or a thing of the table, its label first."""
    if isinstance(name, Field):
        row = _row(name)
        english = tuple(word for word in row.get("en", ()) if word)
        return {**row, "en": (name.title, *english)}
    return words(name) or {"en": (name,)}


def heading(column: Column, language: str) -> str:
    """What stands above a column: ``Title [es]``, ``Evidence 2: Page``, ``Observation: Value``."""
    text = label(column.leaf, language)
    if column.inner is not None:
        part = name_of(column.field.ref, language)
        text = f"{part}: {text}" if column.by_row else f"{part} {column.number}: {text}"
    return f"{text} [{column.tag}]" if column.leaf.form is Form.TEXTS else text
