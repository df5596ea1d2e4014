"""The long texts of each type of record, as sections: a heading and the text by language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from markupsafe import Markup

from node.web.shell import Shell
from vocab.languages import LangMap
from vocab.records import (
    ActionStatus,
    Agreement,
    AnyRecord,
    Assessment,
    Body,
    City,
    Commitment,
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

__all__ = ["Section", "sections_of"]


@dataclass(frozen=True, slots=True)
class Section:
    """One long text under a heading; ``callout`` sets it apart."""

    heading: Markup
    text: LangMap
    callout: bool = False


def sections_of(record: AnyRecord, shell: Shell) -> Iterator[Section]:
    """Every long text of a record, in the order of its page; empty ones too."""
    say = shell.words.say
    match record:
        case Practice():
            yield Section(say("The problem"), record.situation_before)
            yield Section(say("What the city did"), record.what_was_done)
            yield Section(say("Results"), record.results)
            yield Section(say("What did not work"), record.what_did_not_work, callout=True)
            yield Section(say("What the city learned"), record.lessons_learned)
            yield Section(say("Advice to other cities"), record.transferability)
        case Commitment():
            yield Section(say("In its words"), record.text)
        case ActionStatus():
            yield Section(say("Why"), record.reason, callout=True)
            yield Section(say("What to know"), record.note)
        case ProgressReport():
            yield Section(say("What went back or stood still"), record.setbacks, callout=True)
            yield Section(say("Who was consulted"), record.who_was_consulted)
        case Assessment():
            yield Section(say("What was found"), record.statement)
            yield Section(say("How it was found"), record.method)
        case Indicator() | ObservationSet() | Submission() | Recommendation():
            yield from _of_figures_and_reviews(record, shell)
        case Body() | Study() | Agreement():
            yield from _of_institutions(record, shell)
        case Need():
            yield Section(say("What the city is struggling with"), record.problem)
            yield Section(say("What should be different afterwards"), record.wanted_outcome)
            yield Section(say("What it has tried, and brings"), record.already_tried)
        case Exchange():
            yield Section(say("What both cities say of it"), record.note)
        case Offer() | Withdrawal():
            yield Section(say("What to know"), record.note)
        case City() | Organization() | Membership() | PairingRound() | Strategy():
            pass
        case _:
            assert_never(record)


def _of_institutions(record: Body | Study | Agreement, shell: Shell) -> Iterator[Section]:
    say = shell.words.say
    match record:
        case Body():
            yield Section(say("What it is for"), record.purpose)
            yield Section(say("What it does"), record.functions)
            yield Section(say("What it may and must do"), record.mandate)
            yield Section(say("How independent it is"), record.independence)
        case Study():
            yield Section(say("How it was found"), record.method)
            yield Section(say("Who was consulted"), record.who_was_consulted)
            yield Section(say("Gaps"), record.gaps)
            yield Section(say("Challenges"), record.challenges_found)
            yield Section(say("Good practices"), record.good_practices)
            yield Section(say("Opportunities"), record.opportunities)
            yield Section(say("What changed after it"), record.what_changed, callout=True)
        case Agreement():
            yield Section(say("What it says on human rights"), record.human_rights_clause)
            yield Section(say("What each party brings"), record.resources)


def _of_figures_and_reviews(
    record: Indicator | ObservationSet | Submission | Recommendation, shell: Shell
) -> Iterator[Section]:
    say = shell.words.say
    match record:
        case Indicator():
            yield Section(say("How it was found"), record.method)
        case ObservationSet():
            yield Section(say("How it was found"), record.method)
            yield Section(say("What to know"), record.note)
        case Submission():
            yield Section(say("What was answered"), record.answer)
        case Recommendation():
            yield Section(say("In its words"), record.text)
            yield Section(say("Why"), record.reason, callout=True)
            yield Section(say("What to know"), record.note)
