"""The vocabulary as one table: a line a scheme or concept, for whoever works with spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Final

from vocab.framework.model import Concept, Framework, Scheme

__all__ = ["SEPARATOR", "as_csv", "columns"]

SEPARATOR: Final = " | "
"""Between several values in a cell; no label holds it."""

_SAID: Final = ("iri", "kind", "scheme", "slug", "code", "broader", "deprecated", "replaced_by")
_NOTES: Final = ("definition", "definition_quoted", "scope_note", "editorial_note", "change_note")


def columns(framework: Framework) -> tuple[str, ...]:
    """The head of the table: what it is, then labels and further words by language, then notes."""
    labels = [f"label_{language}" for language in framework.languages]
    alts = [f"alt_{language}" for language in framework.languages]
    return (*_SAID, *labels, *alts, *_NOTES)


def as_csv(framework: Framework) -> str:
    """Every scheme, followed by its concepts, in the order of the vocabulary (RFC 4180)."""
    text = io.StringIO()
    table = csv.DictWriter(text, columns(framework), restval="")
    table.writeheader()
    for scheme in framework.schemes:
        table.writerow(_words(scheme) | {"kind": "scheme", "definition": scheme.description})
        table.writerows(
            _row(concept)
            for concept in framework.scheme(scheme.slug)
            if concept.scheme_iri == scheme.iri
        )
    return text.getvalue()


def _row(concept: Concept) -> dict[str, str]:
    return _words(concept) | {
        "kind": "concept",
        "scheme": concept.scheme_iri,
        "code": concept.notation or "",
        "broader": concept.broader or "",
        "deprecated": "true" if concept.deprecated else "",
        "replaced_by": SEPARATOR.join(concept.replaced_by),
        "definition": concept.definition or "",
        "definition_quoted": "true" if concept.quoted else "",
        "scope_note": concept.scope_note or "",
        "editorial_note": SEPARATOR.join(concept.editorial_notes),
        "change_note": SEPARATOR.join(concept.change_notes),
    }


def _words(thing: Concept | Scheme) -> dict[str, str]:
    labels = {f"label_{language}": label for language, label in thing.label.items()}
    alts = {f"alt_{language}": SEPARATOR.join(words) for language, words in thing.alt.items()}
    return {"iri": thing.iri, "slug": thing.slug} | labels | alts
