"""What a record's page shows, taken from the record: headings, texts, facts and documents.

One function a type puts its fields into the same few shapes, so that one template shows them all;
a test compares the fields with what the page says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from node.service.discover import put_of
from node.service.projection import profile_of_publisher
from node.store.ports import TextPut
from node.web.facts import facts_of
from node.web.observations import Cell, cells_of
from node.web.sections import Section, sections_of
from node.web.shell import Shell
from node.web.wording import Fact, Writer, kind_name
from vocab.framework import Action, load
from vocab.languages import LangMap
from vocab.records import (
    ActionStatus,
    Agreement,
    AnyRecord,
    Assessment,
    Body,
    Commitment,
    Evidence,
    Exchange,
    Measure,
    Membership,
    NamedPartner,
    Need,
    ObservationSet,
    Offer,
    Practice,
    ProgressReport,
    Strategy,
    Study,
    Submission,
    Withdrawal,
    type_of,
)

__all__ = ["RecordView", "actions_of", "named_in", "title_of", "titled", "view_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record, ready for the template.

    Attributes:
        kind: Name of its type; ``kind_name``: in words.
        title: With its language marked; ``plain``: for the page's title.
        lead: The summary.
        actions: What it is about; the first is the main one.
        languages: Tags of what it is written in, the original first where it is known.
    """

    kind: str
    kind_name: Markup
    title: Markup
    plain: str
    lead: LangMap
    actions: tuple[Action, ...]
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    measures: tuple[Measure, ...]
    partners: tuple[NamedPartner, ...]
    cells: tuple[Cell, ...]
    languages: tuple[str, ...]


def view_of(record: AnyRecord, shell: Shell, known: Mapping[str, LangMap]) -> RecordView:
    """What the page about a record shows.

    Args:
        known: Titles and names of ``named_in(record)``, by IRI.
    """
    writer = Writer(shell, known)
    sections = tuple(one for one in sections_of(record, shell) if one.text)
    title, plain = title_of(record, writer)
    lead: LangMap = getattr(record, "summary", {})
    return RecordView(
        kind=type_of(record),
        kind_name=kind_name(shell.words, type_of(record)),
        title=title,
        plain=plain,
        lead=lead,
        actions=actions_of(record),
        sections=sections,
        facts=tuple(facts_of(record, writer)),
        evidence=getattr(record, "evidence", ()),
        measures=getattr(record, "measures", ()),
        partners=getattr(record, "partners_named", ()),
        cells=cells_of(record, shell) if isinstance(record, ObservationSet) else (),
        languages=_languages(record, lead, sections),
    )


_NAMING: Final[Mapping[type[AnyRecord], tuple[str, ...]]] = {
    Practice: ("adapted_from",),
    Offer: ("practices",),
    ProgressReport: ("statuses", "reaffirmation"),
    Commitment: ("reaffirms",),
    Exchange: ("learner", "helper", "used_practice"),
    Assessment: ("subject",),
    Membership: ("member", "organization"),
    Withdrawal: ("replaced_by",),
    ObservationSet: ("indicator", "area"),
    Submission: ("recommendations",),
    Body: ("unit_of",),
    Strategy: ("baseline",),
    Study: ("examines",),
    Agreement: ("parties",),
}
"""Fields that hold the IRIs of records and agents that a page names by their titles."""


def named_in(record: AnyRecord) -> set[str]:
    """IRIs of records and agents that the page names by their titles."""
    named: set[str | None] = {record.publisher}
    for name in _NAMING.get(type(record), ()):
        said: str | tuple[str, ...] | None = getattr(record, name)
        named.update(said if isinstance(said, tuple) else (said,))
    return {iri for iri in named if iri}


def actions_of(record: AnyRecord) -> tuple[Action, ...]:
    """The actions of the framework that a record is about, in the record's order."""
    said = record.classification if isinstance(record, Body) else getattr(record, "action", ())
    iris = (said,) if isinstance(said, str) else said
    found = (load().concept(iri) for iri in iris)
    return tuple(one for one in found if isinstance(one, Action))


def title_of(record: AnyRecord, writer: Writer) -> tuple[Markup, str]:
    """A record's title with its language marked, and as plain text; made where it has none."""
    shell, say = writer.shell, writer.shell.words.say
    for name in ("title", "name"):
        texts: LangMap = getattr(record, name, {})
        if texts:
            return shell.t(texts), shell.plain(texts)
    match record:
        case ActionStatus(action=action, state=state):
            title = say("%(action)s: %(state)s", action=shell.word(action), state=shell.word(state))
        case Assessment():
            city = shell.t(record.subject_name)
            title = say("%(city)s: %(action)s", city=city, action=shell.word(record.action))
        case Need(action=action):
            title = say("Wants to learn: %(action)s", action=shell.word(action))
        case Offer(action=action):
            title = say("Can help with: %(action)s", action=shell.word(action))
        case Exchange(learner=learner, helper=helper):
            title = say(
                "%(learner)s learns from %(helper)s",
                learner=_name(writer, learner),
                helper=_name(writer, helper),
            )
        case Membership():
            title = say("Membership of %(city)s", city=shell.t(record.member_name))
        case _:
            title = kind_name(shell.words, type_of(record))
    return title, title.striptags()


def titled(shell: Shell, put: TextPut, known: Mapping[str, LangMap]) -> Markup:
    """A record's title for a list, from what the index keeps of it."""
    return title_of(put_of(put), Writer(shell, known))[0]


def _name(writer: Writer, agent: str) -> Markup:
    name = writer.known.get(agent)
    base = profile_of_publisher(agent).rpartition("/")[0]
    return writer.shell.t(name) if name else Markup("<bdi>{}</bdi>").format(base)


def _languages(record: AnyRecord, lead: LangMap, sections: tuple[Section, ...]) -> tuple[str, ...]:
    """Tags in the order of the record, translations after what they were made from."""
    tags: dict[str, None] = {}
    for texts in (getattr(record, "title", {}), lead, *(one.text for one in sections)):
        tags.update(dict.fromkeys(texts))
    translated = {one.in_language for one in record.translations}
    return tuple(sorted(tags, key=lambda tag: tag in translated))
