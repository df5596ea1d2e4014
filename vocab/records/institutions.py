"""What a city sets up, what it finds out, and what it agrees with others."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Concepts, Evidence, NamedPartner, Record

__all__ = ["Agreement", "Body", "Study"]


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


class Study(Concepts, frozen=True, kw_only=True):
    """What a city found out before it acted, or about what its acts do to people's rights.

    Attributes:
        title, summary: Up to 200 and 600 characters a language.
        kind: Concept of the kinds of study: baseline, impact or extraterritorial.
        action: Actions of the framework that it serves.
        subject_instrument: The law, policy, budget or decision that it looked at, by name.
        examines: Addresses of what it looked at: records, or documents.
        period_start, period_end: Partial dates of the time that it looked at.
        date: Partial date on which it was finished.
        method: How it was made.
        groups_consulted: Groups that were asked.
        who_was_consulted: Whom, how many, and how.
        partners_named: Organisations that made it or took part.
        gaps, challenges_found, good_practices, opportunities: What it found, up to 8,000
            characters a language each.
        what_changed: What changed after it, and what did not.
        languages: Tags of the languages that the study is written in.
        license: IRI; CC BY 4.0 unless said otherwise.
        evidence: The study itself and other documents.
    """

    title: LangMap
    kind: str
    action: tuple[str, ...] = ()
    summary: LangMap = field(default_factory=dict)
    subject_instrument: LangMap = field(default_factory=dict)
    examines: tuple[str, ...] = ()
    period_start: str | None = None
    period_end: str | None = None
    date: str | None = None
    method: LangMap = field(default_factory=dict)
    groups_consulted: tuple[str, ...] = ()
    who_was_consulted: LangMap = field(default_factory=dict)
    partners_named: tuple[NamedPartner, ...] = ()
    gaps: LangMap = field(default_factory=dict)
    challenges_found: LangMap = field(default_factory=dict)
    good_practices: LangMap = field(default_factory=dict)
    opportunities: LangMap = field(default_factory=dict)
    what_changed: LangMap = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    license: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Agreement(Record, frozen=True, kw_only=True):
    """What a city agreed with others: other cities, other levels of government, organisations.

    At least one party beside the publisher is named, by address or by name.

    Attributes:
        title, summary: Up to 200 and 600 characters a language.
        parties: Addresses of the cities and networks that are parties to it.
        partners_named: Parties that have no address here, by name.
        action: Actions of the framework that it serves.
        policy_area: Fields of policy that it is about.
        resources: What each party brings: money, staff, rooms, knowledge.
        human_rights_clause: What it says on human rights, in its own words.
        adopted: Partial date on which it was signed.
        period_start, period_end: Partial dates between which it holds.
        based_on: Treaties and charters that it rests on: resources of the framework or addresses.
        languages: Tags of the languages that it is written in.
        license: IRI; CC BY 4.0 unless said otherwise.
        evidence: Its text and other documents.
    """

    title: LangMap
    parties: tuple[str, ...] = ()
    partners_named: tuple[NamedPartner, ...] = ()
    action: tuple[str, ...] = ()
    summary: LangMap = field(default_factory=dict)
    policy_area: tuple[str, ...] = ()
    resources: LangMap = field(default_factory=dict)
    human_rights_clause: LangMap = field(default_factory=dict)
    adopted: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    based_on: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    license: str | None = None
    evidence: tuple[Evidence, ...] = ()
