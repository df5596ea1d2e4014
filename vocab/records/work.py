"""What a city has promised and done, what others say of it, and what it takes back."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Concepts, Evidence, Measure, NamedPartner, Record

__all__ = [
    "ActionStatus",
    "Assessment",
    "Commitment",
    "Practice",
    "ProgressReport",
    "Strategy",
    "Withdrawal",
]


class Commitment(Record, frozen=True, kw_only=True):
    """A declaration, charter, ordinance, resolution or pledge. A reaffirmation is a new one.

    Attributes:
        title: Its name.
        kind: Element of an action that says what it is, such as a declaration or a charter.
        adopted: Partial date on which it was adopted.
        adopted_by: The body that adopted it.
        text: Its words, or the ones that matter.
        based_on: Treaties and charters it rests on: resources of the framework or addresses.
        reaffirms: The earlier commitment that it reaffirms.
        evidence: Documents that show it.
    """

    title: LangMap
    kind: str
    adopted: str | None = None
    adopted_by: LangMap = field(default_factory=dict)
    text: LangMap = field(default_factory=dict)
    based_on: tuple[str, ...] = ()
    reaffirms: str | None = None
    evidence: tuple[Evidence, ...] = ()


class ActionStatus(Concepts, frozen=True, kw_only=True):
    """How far one action of the framework is, in the whole city or one district of it.

    No record means *not reported*, which is never *no*.

    Attributes:
        action: The action.
        state: Concept of the action states.
        since: Partial date since which the state holds.
        reviewed: Day of the last review.
        district: The part of the city that it is about; without it, the whole city.
        place: That part's IRI at GeoNames.
        extent: Concept: some, most or all, where the action is about many instruments.
        reason: Why it was stopped or does not apply; required for these two states.
        note: What a reader should know.
        evidence: Documents that show it.
    """

    action: str
    state: str
    since: str | None = None
    reviewed: str | None = None
    district: LangMap = field(default_factory=dict)
    place: str | None = None
    extent: str | None = None
    reason: LangMap = field(default_factory=dict)
    note: LangMap = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class Practice(Concepts, frozen=True, kw_only=True):
    """What a city did, what came of it, and what another city should know before it tries.

    Attributes:
        action: Actions of the framework that it carries out.
        title, summary: Up to 200 and 600 characters a language.
        situation_before, what_was_done, results, lessons_learned, what_did_not_work,
            transferability: The sections, up to 8,000 characters a language each.
        started, ended: Partial dates.
        languages: Tags of the languages that the work was done in.
        license: IRI; CC BY 4.0 unless said otherwise.
        sdg_targets: ``http://metadata.un.org/sdg/16.7``.
        evidence: Up to 20 documents.
        partners_named: Organisations that took part.
        cost_band: Concept of the cost bands.
        funding, legal_basis: Where the money and the mandate came from.
        contact_office: The office that answers questions.
        offers_help: Concepts of the kinds of offer that the city makes to others.
        adapted_from: The practice of another city that this one adapts.
        district, place: The part of the city, and its IRI at GeoNames.
    """

    title: LangMap
    action: tuple[str, ...]
    summary: LangMap = field(default_factory=dict)
    situation_before: LangMap = field(default_factory=dict)
    what_was_done: LangMap = field(default_factory=dict)
    results: LangMap = field(default_factory=dict)
    lessons_learned: LangMap = field(default_factory=dict)
    what_did_not_work: LangMap = field(default_factory=dict)
    transferability: LangMap = field(default_factory=dict)
    started: str | None = None
    ended: str | None = None
    languages: tuple[str, ...] = ()
    license: str | None = None
    sdg_targets: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    partners_named: tuple[NamedPartner, ...] = ()
    cost_band: str | None = None
    funding: LangMap = field(default_factory=dict)
    legal_basis: LangMap = field(default_factory=dict)
    contact_office: LangMap = field(default_factory=dict)
    offers_help: tuple[str, ...] = ()
    adapted_from: str | None = None
    district: LangMap = field(default_factory=dict)
    place: str | None = None


class Strategy(Concepts, frozen=True, kw_only=True):
    """A strategy or plan, with its measures and what it takes.

    Attributes:
        action: Actions of the framework that it serves.
        period_start, period_end: Partial dates.
        adopted, adopted_by: Partial date and body of adoption.
        measures: What is to be done, by whom and until when.
        staff_planned, staff_actual: Decimals: full-time posts.
        funds_planned, funds_actual: Decimals in ``currency`` (three letters of ISO 4217).
        baseline: The study or document that it starts from.
        license: IRI; CC BY 4.0 unless said otherwise.
        evidence: Its text and other documents.
    """

    title: LangMap
    action: tuple[str, ...] = ()
    summary: LangMap = field(default_factory=dict)
    period_start: str | None = None
    period_end: str | None = None
    adopted: str | None = None
    adopted_by: LangMap = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    staff_planned: str | None = None
    staff_actual: str | None = None
    funds_planned: str | None = None
    funds_actual: str | None = None
    currency: str | None = None
    baseline: str | None = None
    languages: tuple[str, ...] = ()
    license: str | None = None
    contact_office: LangMap = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class ProgressReport(Record, frozen=True, kw_only=True):
    """A city's report of a period, over the statuses that it published.

    Attributes:
        period_start, period_end: Partial dates.
        statuses: IRIs of the ActionStatus records that it gathers.
        setbacks: What went back or stood still.
        who_was_consulted: Groups and organisations, and how.
        reaffirmation: IRI of the Commitment that reaffirms in this period.
        conforms_to: IRI of the framework's version that it follows.
        evidence: The report itself and other documents.
    """

    title: LangMap
    period_start: str
    period_end: str
    summary: LangMap = field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    setbacks: LangMap = field(default_factory=dict)
    who_was_consulted: LangMap = field(default_factory=dict)
    reaffirmation: str | None = None
    conforms_to: str | None = None
    languages: tuple[str, ...] = ()
    license: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Assessment(Record, frozen=True, kw_only=True):
    """What somebody else says of an action in a city. Never merged with the city's own word.

    Attributes:
        subject: ``{base}/#city``, or the IRI at GeoNames of a city that has no node.
        subject_name, subject_country: The city's name; two letters of ISO 3166-1.
        action: The action.
        mode: Concept of the assessment modes: peer or independent.
        statement: What was found, in the assessor's words.
        source: Address of the source.
        state: Concept of the action states, where the source says so much.
        date: Partial date of what is stated.
        method: How it was found.
        evidence: Documents that show it.
    """

    subject: str
    subject_name: LangMap
    subject_country: str
    action: str
    mode: str
    statement: LangMap
    source: str
    state: str | None = None
    date: str | None = None
    method: LangMap = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class Withdrawal(Record, frozen=True, kw_only=True):
    """Stands in place of a version that its publisher took back; ``id`` is ``<record>/v/<n>``.

    Attributes:
        object: The record that is withdrawn.
        withdrawal_reason: Concept of the withdrawal reasons.
        invalidated_at: Time in UTC.
        note: In words.
        replaced_by: The record that stands in its place.
        erase: True where the text of all versions is to be erased by whoever holds it.
    """

    object: str
    withdrawal_reason: str
    invalidated_at: str
    note: LangMap = field(default_factory=dict)
    replaced_by: str | None = None
    erase: bool | None = None
