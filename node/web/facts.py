"""The short fields of each type of record, as facts: a label and its values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from markupsafe import Markup

from node.web.wording import Fact, Writer, licence, outside
from vocab.records import (
    ActionStatus,
    Agreement,
    AnyRecord,
    Assessment,
    Body,
    City,
    Commitment,
    Concepts,
    Exchange,
    Indicator,
    Membership,
    Need,
    ObservationSet,
    Offer,
    Organization,
    PairingRound,
    Practice,
    ProgressReport,
    Recommendation,
    Strategy,
    Study,
    Submission,
    Withdrawal,
)

__all__ = ["facts_of"]


def facts_of(record: AnyRecord, writer: Writer) -> Iterator[Fact]:
    """Every short field of a record, in the order of its page."""
    say = writer.shell.words.say
    match record:
        case Practice():
            yield from _of_practice(record, writer)
        case Strategy():
            yield from _of_strategy(record, writer)
        case Commitment() | Body() | Study() | Agreement():
            yield from _of_foundation(record, writer)
        case ActionStatus():
            yield from writer.concepts(say("State"), [record.state])
            yield from writer.day(say("Since"), record.since)
            yield from writer.day(say("Last reviewed"), record.reviewed)
            yield from writer.concepts(say("Extent"), [record.extent])
            yield from writer.text(say("District"), record.district)
        case ProgressReport():
            yield from writer.period(record.period_start, record.period_end)
            yield from writer.records(say("Reaffirmation"), [record.reaffirmation])
            yield from writer.records(say("Statuses"), record.statuses)
            yield from writer.tongues(record.languages)
        case Assessment() | Submission() | Recommendation() | Indicator() | ObservationSet():
            yield from _of_review(record, writer)
        case Need() | Offer() | Exchange():
            yield from _of_learning(record, writer)
        case Membership() | PairingRound():
            yield from _of_networks(record, writer)
        case Withdrawal():
            yield from writer.concepts(say("Reason"), [record.withdrawal_reason])
            moment = writer.shell.words.moment(record.invalidated_at)
            yield from writer.fact(say("Withdrawn"), moment)
            yield from writer.records(say("Replaced by"), [record.replaced_by])
        case City() | Organization():
            pass
        case _:
            assert_never(record)
    if isinstance(record, Concepts):
        yield from _of_concepts(record, writer)
    said = getattr(record, "license", None)
    yield from writer.fact(say("Licence"), licence(said) if said else None)


def _of_practice(record: Practice, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    yield from writer.period(record.started, record.ended)
    yield from writer.text(say("District"), record.district)
    yield from writer.concepts(say("Cost a year"), [record.cost_band])
    yield from writer.text(say("Money"), record.funding)
    yield from writer.text(say("Mandate"), record.legal_basis)
    yield from writer.targets(record.sdg_targets)
    yield from writer.tongues(record.languages)
    yield from writer.text(say("Office"), record.contact_office)
    yield from writer.concepts(say("Helps others by"), record.offers_help)
    yield from writer.records(say("Adapted from"), [record.adapted_from])


def _of_foundation(record: Commitment | Body | Study | Agreement, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    match record:
        case Commitment():
            yield from writer.concepts(say("Kind"), [record.kind])
            yield from writer.day(say("Adopted"), record.adopted)
            yield from writer.text(say("Adopted by"), record.adopted_by)
            yield from writer.records(say("Reaffirms"), [record.reaffirms])
            yield from writer.concepts(say("Rests on"), record.based_on)
        case Body():
            yield from writer.text(say("Other name"), record.alt_name)
            yield from writer.period(record.started, record.ended)
            yield from writer.records(say("Unit of"), [record.unit_of])
            yield from writer.text(say("Legal basis"), record.legal_basis)
            yield from writer.concepts(say("Who is represented"), record.represents)
            yield from writer.concepts(say("Stages of participation"), record.participation_stage)
            yield from writer.tongues(record.working_languages)
            yield from writer.text(say("Office"), record.contact_office)
            yield from writer.fact(
                say("Homepage"), outside(record.homepage) if record.homepage else None
            )
        case Study():
            yield from writer.concepts(say("Kind"), [record.kind])
            yield from writer.text(say("Looked at"), record.subject_instrument)
            yield from writer.records(say("Documents looked at"), record.examines)
            start, end = record.period_start, record.period_end
            yield from writer.fact(say("Time looked at"), writer.shell.words.period(start, end))
            yield from writer.day(say("Finished"), record.date)
            yield from writer.concepts(say("Groups consulted"), record.groups_consulted)
            yield from writer.tongues(record.languages)
        case Agreement():
            yield from writer.records(say("Parties"), record.parties)
            yield from writer.day(say("Signed"), record.adopted)
            yield from writer.period(record.period_start, record.period_end)
            yield from writer.concepts(say("Policy areas"), record.policy_area)
            yield from writer.concepts(say("Rests on"), record.based_on)
            yield from writer.tongues(record.languages)


def _of_strategy(record: Strategy, writer: Writer) -> Iterator[Fact]:
    say, number = writer.shell.words.say, _amount
    yield from writer.period(record.period_start, record.period_end)
    yield from writer.day(say("Adopted"), record.adopted)
    yield from writer.text(say("Adopted by"), record.adopted_by)
    yield from writer.fact(say("Posts planned"), number(writer, record.staff_planned))
    yield from writer.fact(say("Posts filled"), number(writer, record.staff_actual))
    currency = record.currency or ""
    yield from writer.fact(say("Funds planned"), number(writer, record.funds_planned, currency))
    yield from writer.fact(say("Funds spent"), number(writer, record.funds_actual, currency))
    yield from writer.records(say("Starts from"), [record.baseline])
    yield from writer.tongues(record.languages)
    yield from writer.text(say("Office"), record.contact_office)


def _of_assessment(record: Assessment, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    if record.subject in writer.known:
        yield from writer.records(say("About"), [record.subject])
    else:
        yield from writer.fact(say("About"), writer.shell.t(record.subject_name))
    yield from writer.fact(say("Country"), writer.shell.words.place(record.subject_country))
    yield from writer.records(say("Said by"), [record.publisher])
    yield from writer.concepts(say("Mode"), [record.mode])
    yield from writer.concepts(say("State"), [record.state])
    yield from writer.day(say("Date"), record.date)
    yield from writer.fact(say("Source"), outside(record.source))


def _of_review(
    record: Assessment | Submission | Recommendation | Indicator | ObservationSet, writer: Writer
) -> Iterator[Fact]:
    say = writer.shell.words.say
    match record:
        case Assessment():
            yield from _of_assessment(record, writer)
        case Indicator() | ObservationSet():
            yield from _of_measurement(record, writer)
        case Submission():
            yield from writer.concepts(say("Kind"), [record.kind])
            yield from writer.concepts(say("UN mechanisms"), record.mechanism)
            yield from writer.fact(say("Cycle"), _code(record.cycle) if record.cycle else None)
            yield from writer.concepts(say("Sent"), [record.channel])
            yield from writer.day(say("Date"), record.date)
            yield from writer.records(say("Recommendations"), record.recommendations)
            yield from writer.tongues(record.languages)
        case Recommendation():
            yield from writer.concepts(say("State"), [record.state])
            yield from writer.concepts(say("Made by"), [record.kind])
            yield from writer.fact(say("Symbol"), _code(record.symbol))
            place = _code(record.paragraph) if record.paragraph else None
            yield from writer.fact(say("Paragraph"), place)
            yield from writer.day(say("Date"), record.date)
            yield from writer.day(say("Last reviewed"), record.reviewed)
            yield from writer.concepts(say("Groups"), record.rights_holders)
            yield from writer.fact(say("Source"), outside(record.source))


def _of_measurement(record: Indicator | ObservationSet, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    match record:
        case Indicator():
            yield from writer.concepts(say("Type"), [record.indicator_type])
            yield from writer.concepts(say("Unit"), [record.unit])
            yield from writer.targets(record.sdg_targets)
        case ObservationSet():
            yield from writer.records(say("Indicator"), [record.indicator])
            yield from writer.concepts(say("Unit"), [record.unit])
            if record.area in writer.known:
                yield from writer.records(say("About"), [record.area])
            else:
                yield from writer.fact(say("About"), outside(record.area))
    yield from writer.fact(say("Source"), outside(record.source) if record.source else None)


def _of_networks(record: Membership | PairingRound, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    match record:
        case Membership():
            yield from writer.records(say("City"), [record.member])
            yield from writer.records(say("Network"), [record.organization])
            yield from writer.fact(say("Identity"), _code(record.member_did))
            yield from writer.period(record.valid_from, record.valid_until)
            yield from writer.fact(say("State"), say("suspended") if record.suspended else None)
        case PairingRound():
            link = Markup('<a href="{}">{}</a>').format(
                writer.shell.round_of(record.id), say("Pairs and reasons")
            )
            yield from writer.fact(say("Round"), link)
            yield from writer.fact(say("Document"), outside(record.content_url))
            yield from writer.fact(say("Digest"), _code(record.sha256))
        case _:
            assert_never(record)


def _of_learning(record: Need | Offer | Exchange, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    match record:
        case Need():
            yield from writer.tongues(record.languages)
            yield from writer.day(say("By"), record.by_when)
            yield from writer.regions(record.region_wish)
            yield from writer.fact(say("Interpreter"), _interpreter(record, writer))
        case Offer():
            yield from writer.concepts(say("How"), [record.kind])
            yield from writer.fact(say("Cities a year"), writer.shell.words.number(record.capacity))
            yield from writer.records(say("Would show"), record.practices)
            yield from writer.tongues(record.languages)
            yield from writer.regions(record.region_wish)
            yield from writer.fact(say("Interpreter"), _interpreter(record, writer))
        case Exchange():
            yield from writer.records(say("Learns"), [record.learner])
            yield from writer.records(say("Helps"), [record.helper])
            yield from writer.concepts(say("State"), [record.state])
            yield from writer.concepts(say("Outcome"), [record.outcome])
            yield from writer.period(record.started, record.ended)
            yield from writer.records(say("Shown"), record.used_practice)
            other = record.counterpart
            yield from writer.fact(
                say("The other city's record"), outside(other) if other else None
            )


def _interpreter(record: Need | Offer, writer: Writer) -> Markup | None:
    return writer.shell.words.say("will do") if record.interpretation_accepted else None


def _of_concepts(record: Concepts, writer: Writer) -> Iterator[Fact]:
    say = writer.shell.words.say
    yield from writer.concepts(say("Parts of the action"), record.element)
    yield from writer.concepts(say("Rights and principles"), record.principle)
    yield from writer.concepts(say("Groups"), record.rights_holders)
    yield from writer.concepts(say("For"), record.audience)
    yield from writer.concepts(say("Services"), record.service_area)
    yield from writer.concepts(say("Policy areas"), record.policy_area)
    yield from writer.concepts(say("Answers"), record.challenge)
    yield from writer.concepts(say("Instruments"), record.instrument)
    yield from writer.concepts(say("Kinds of partner"), record.partner)
    yield from writer.concepts(say("UN mechanisms"), record.mechanism)


def _amount(writer: Writer, decimal: str | None, unit: str = "") -> str | None:
    if decimal is None:
        return None
    return f"{writer.shell.words.number(float(decimal))} {unit}".strip()


def _code(text: str) -> Markup:
    return Markup('<code dir="ltr">{}</code>').format(text)
