"""Concepts, schemes and actions, and the one place to ask for them.

Two families of schemes stand side by side: the framework's own (``fw:``, 17 schemes), and ours for
what the framework does not name (``ic:``: states, kinds, roles). A concept's IRI says which.
Slugs of tiers, levels and areas are used where code decides; IRIs where something is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from vocab.languages import LangMap

__all__ = ["Action", "Compiled", "Concept", "Framework", "Scheme", "load"]

_COUNTS: Final = "Counts as evidence: "
_DOES_NOT: Final = " Does not count: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A list to choose from.

    Attributes:
        iri: ``fw:{slug}`` for the framework's, ``ic:scheme/{slug}`` for ours.
        slug: Its last segment. ``group`` is the slug of two: the framework's and ours.
        position: Its place among the framework's schemes, from 1; ours have none.
        label: Its name, one a language.
        alt: Further words for it, by language.
        description: What it is for, in English.
    """

    iri: str
    slug: str
    label: LangMap
    description: str
    alt: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One word of the vocabulary.

    Attributes:
        iri: ``https://w3id.org/intercity/framework/{scheme}/{slug}``, or in ``ic:`` likewise.
        scheme: The slug of its scheme.
        slug: Unique within its scheme, not beyond it (``youth`` is a group and an audience).
        position: Its place in its scheme, from 1.
        notation: Its code; actions have one.
        label: One a language, in every language of the vocabulary.
        alt: Words that people search with, by language.
        definition: In English; where ``quoted`` it is the framework's own sentence, © OHCHR/UCLG.
        scope_note: In English, in our words: what counts, and what does not.
        editorial_notes: In English: how the text was read.
        change_notes: In English: what was changed, in which version and why.
        broader: IRI of the concept above it; an element's is its action, an action's its area.
        related: IRIs of concepts that overlap with it.
        matches: ``exactMatch``, ``closeMatch``, ``broadMatch`` or ``relatedMatch`` → IRIs.
        match_status: IRI of what its links to other vocabularies are worth, such as a draft.
        date: A year, a year and month, or a day.
        identifier: A document's symbol, ``A/HRC/RES/57/12``.
        page: Address of the thing itself; ``focus``: IRI of the place or thing in the world.
        replaced_by: IRIs of what to use where ``deprecated``.
    """

    iri: str
    scheme: str
    slug: str
    position: int
    label: LangMap
    alt: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notation: str | None = None
    definition: str | None = None
    quoted: bool = False
    scope_note: str | None = None
    editorial_notes: tuple[str, ...] = ()
    change_notes: tuple[str, ...] = ()
    broader: str | None = None
    related: tuple[str, ...] = ()
    matches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    match_status: str | None = None
    date: str | None = None
    identifier: str | None = None
    page: str | None = None
    focus: str | None = None
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether it is ours, and not of the framework."""
        return "#" in self.iri

    @property
    def scheme_iri(self) -> str:
        """IRI of its scheme: ``fw:{scheme}`` or, for ours, ``ic:scheme/{scheme}``."""
        return self.iri.rpartition("/")[0].replace("#", "#scheme/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Concept):
    """One of the 28.

    Attributes:
        code: ``F1``–``F3``, ``S1``–``S6``, ``T1``–``T19``; the same as ``notation``.
        area: ``foundations``, ``structures`` or ``tools``.
        tier: ``priority`` or ``advanced``.
        level: ``local`` or ``international``; tools only.
    """

    code: str
    area: str
    tier: str
    level: str | None = None

    @property
    def counts(self) -> str:
        """What counts as evidence of it, in English, in our words."""
        return (self.scope_note or "").partition(_DOES_NOT)[0].removeprefix(_COUNTS)

    @property
    def does_not_count(self) -> str:
        """What is taken for it and is not."""
        return (self.scope_note or "").partition(_DOES_NOT)[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What the compiled file holds: every list in its order."""

    version: str
    translations: Mapping[str, str]
    schemes: tuple[Scheme, ...]
    actions: tuple[Action, ...]
    concepts: tuple[Concept, ...]


class Framework:
    """Every concept, by its IRI, its scheme or its code.

    Attributes:
        version: Of the vocabulary: ``1.0.0``.
        languages: Tags of the languages that every concept has a label in; English first.
        translations: By language, English left out: IRI of who stands behind the words, such as
            ``ic:translation-status/unofficial``. Pages say so beside the label.
        schemes: The framework's 17 in its order, then ours.
        actions: The 28, ``F1`` to ``T19``.
        concepts: All of them, actions included, in the order of the schemes.
    """

    def __init__(self, compiled: Compiled) -> None:
        self.version = compiled.version
        self.translations = compiled.translations
        self.languages: Sequence[str] = ("en", *compiled.translations)
        self.schemes = compiled.schemes
        self.actions = compiled.actions
        self._actions = {action.code: action for action in compiled.actions}
        everything = (*compiled.actions, *compiled.concepts)
        self._by_iri: dict[str, Concept] = {concept.iri: concept for concept in everything}
        self._in: dict[str, list[Concept]] = {scheme.slug: [] for scheme in compiled.schemes}
        self._children: dict[str, list[Concept]] = {}
        for concept in everything:
            self._in[concept.scheme].append(concept)
            if concept.broader is not None:
                self._children.setdefault(concept.broader, []).append(concept)
        self.concepts: tuple[Concept, ...] = tuple(
            concept for listed in self._in.values() for concept in listed
        )

    def concept(self, iri: str) -> Concept | None:
        """The concept of that IRI, or None for a stranger's."""
        return self._by_iri.get(iri)

    def action(self, code: str) -> Action | None:
        """The action of that code, such as ``S3``."""
        return self._actions.get(code)

    def scheme(self, slug: str) -> tuple[Concept, ...]:
        """All concepts to choose from: the framework's first, then ours of the same slug.

        Raises:
            KeyError: No scheme has that slug.
        """
        return tuple(self._in[slug])

    def narrower(self, iri: str) -> tuple[Concept, ...]:
        """The concepts right below: an action's elements, an area's actions."""
        return tuple(self._children.get(iri, ()))


@cache
def load() -> Framework:
    """The vocabulary, read once."""
    data = files("vocab").joinpath("data", "framework.json").read_bytes()
    return Framework(msgspec.json.decode(data, type=Compiled))
