"""What a city sets up for human rights, inside its administration and outside it."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Concepts, Evidence

__all__ = ["Body"]


class Body(Concepts, frozen=True, kw_only=True):
    """An office, commission, council or mechanism that works for human rights in a city.

    Attributes:
        name: What it is called; ``alt_name`` what it is called as well, such as its letters.
        classification: Actions of the framework that it carries out by being there.
        summary: Up to 600 characters a language.
        purpose: What it is for.
        legal_basis: The law, ordinance or decision that it stands on.
        mandate: What it may and must do.
        independence: From whom it is independent, and by what: how its members are chosen and
            leave, where its money comes from.
        represents: Groups and kinds of partner that have a seat in it.
        functions: What it does, such as legal assistance, mediation or visits to places.
        participation_stage: Where people take part through it, from planning to evaluation:
            elements of the framework.
        unit_of: Only inside the administration: the city itself or the body that it belongs to.
        started, ended: Partial dates between which it works.
        working_languages: Tags of the languages in which one can turn to it.
        homepage: Its own page.
        contact_office: Where one turns to.
        evidence: The act that established it, its annual reports and other documents.
    """

    name: LangMap
    classification: tuple[str, ...]
    alt_name: LangMap = field(default_factory=dict)
    summary: LangMap = field(default_factory=dict)
    purpose: LangMap = field(default_factory=dict)
    legal_basis: LangMap = field(default_factory=dict)
    mandate: LangMap = field(default_factory=dict)
    independence: LangMap = field(default_factory=dict)
    represents: tuple[str, ...] = ()
    functions: LangMap = field(default_factory=dict)
    participation_stage: tuple[str, ...] = ()
    unit_of: str | None = None
    started: str | None = None
    ended: str | None = None
    working_languages: tuple[str, ...] = ()
    homepage: str | None = None
    contact_office: LangMap = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
