"""A concept as an officer writes it: its label in any language, its code, its slug or its IRI.

A word that could mean two concepts of the same list is not guessed at: it stays as it is, and the
shapes say so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from node.core.sheets.labels import folded, spoken
from vocab.framework import load
from vocab.framework.model import Concept
from vocab.shapes.schema import definitions

__all__ = ["choices", "concept_of", "is_concept", "nearest_word", "word_for"]

_CODE: Final = re.compile(r"([FST]\d{1,2})\b[^;；\r\n]*", re.IGNORECASE)


def is_concept(ref: str) -> bool:
    """Whether values of this definition are concepts to choose from."""
    return ref.endswith("Concept")


@cache
def _listed(ref: str) -> tuple[Concept, ...]:
    """The concepts to choose from, in the order of their lists."""
    known = (load().concept(iri) for iri in definitions()[ref]["enum"])
    return tuple(concept for concept in known if concept is not None)


@cache
def _names(ref: str) -> Mapping[str, frozenset[str]]:
    """Folded names (labels in every language, codes, slugs, IRIs) → IRIs."""
    found: dict[str, set[str]] = {}
    for concept in _listed(ref):
        for name in (concept.iri, concept.slug, *concept.label.values()):
            found.setdefault(folded(name), set()).add(concept.iri)
            if concept.notation:
                found.setdefault(folded(f"{concept.notation} {name}"), set()).add(concept.iri)
        if concept.notation:
            found.setdefault(folded(concept.notation), set()).add(concept.iri)
    return {name: frozenset(iris) for name, iris in found.items()}


@cache
def _further(ref: str) -> Mapping[str, frozenset[str]]:
    """Folded words that people search with → IRIs."""
    found: dict[str, set[str]] = {}
    for concept in _listed(ref):
        for words in concept.alt.values():
            for word in words:
                found.setdefault(folded(word), set()).add(concept.iri)
    return {word: frozenset(iris) for word, iris in found.items()}


def concept_of(text: str, ref: str, language: str) -> str | None:
    """The IRI of the concept that is meant, or None where none is, or more than one.

    Args:
        ref: The definition that lists what may be chosen, such as ``ActionConcept``.
        language: Decides where a label means one thing in it and another elsewhere.

    >>> str(concept_of("s3", "ActionConcept", "en")).rpartition("/")[2]
    'complaint-oversight-redress-mechanism'
    """
    wanted = folded(text)
    means = _names(ref).get(wanted, frozenset())
    if len(means) > 1:
        own = [
            concept.iri
            for concept in _listed(ref)
            if folded(concept.label.get(spoken(language), "")) == wanted
        ]
        return own[0] if len(own) == 1 else None
    means = means or _further(ref).get(wanted, frozenset())
    if len(means) == 1:
        return next(iter(means))
    code = _CODE.fullmatch(text.strip()) if ref == "ActionConcept" else None
    return next(iter(_names(ref).get(code[1].lower(), ())), None) if code else None


def word_for(iri: str, ref: str, language: str) -> str:
    """How a concept is written so that ``concept_of`` finds it again in whatever language.

    >>> word_for("https://w3id.org/intercity/ns#state/in-place", "StateConcept", "es")
    'En vigor'
    """
    concept = next((one for one in _listed(ref) if one.iri == iri), None)
    if concept is None:
        return iri
    label = concept.label.get(spoken(language), concept.slug)
    shown = f"{concept.notation} {label}" if concept.notation else label
    for word in (shown, concept.slug):
        if _names(ref).get(folded(word)) == frozenset({iri}):
            return word
    return iri


@cache
def choices(ref: str, language: str) -> tuple[str, ...]:
    """Everything to choose from, in words, for a drop-down."""
    return tuple(word_for(concept.iri, ref, language) for concept in _listed(ref))


@lru_cache(maxsize=4096)
def nearest_word(text: str, ref: str, language: str) -> str:
    """The choice that looks most like a text that means nothing; empty where none does."""
    spelt = {folded(word): word for word in choices(ref, language)}
    spelt |= {
        folded(concept.slug): word_for(concept.iri, ref, language) for concept in _listed(ref)
    }
    close = difflib.get_close_matches(folded(text[:100]), spelt, n=1, cutoff=0.6)
    return spelt[close[0]] if close else ""
