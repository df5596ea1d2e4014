"""A yearly report, and the chapter for a Voluntary Local Review, as headings, words and tables in
the reader's language: written once, for every form that they are given out in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from node.core.drafts import called
from node.core.papers import Block, Heading, Items, Phrase, Rows, Words
from node.core.report import Line, Said, Target, YearlyReport
from node.web.addresses import PLURALS
from node.web.groups import Group, groups
from node.web.shell import Shell
from node.web.texts import mark
from node.web.wording import kinds_name
from peers.encoding import parse_json
from vocab.framework import load
from vocab.languages import LangMap
from vocab.records import KINDS, ActionStatus, Commitment, ProgressReport

__all__ = ["chapter_text", "report_text"]


_SDG: Final = "http://metadata.un.org/sdg/"


def report_text(report: YearlyReport, shell: Shell) -> tuple[Block, ...]:
    """The report of a year."""
    writer = _Writer(shell)
    return (
        *writer.opening(report),
        *writer.reaffirmed(report.reaffirmation),
        *writer.actions(report),
        *writer.own_words(report),
        *writer.published(report),
        *writer.closing(),
    )


def chapter_text(
    report: YearlyReport, chapter: tuple[Target, ...], shell: Shell
) -> tuple[Block, ...]:
    """The chapter for a Voluntary Local Review."""
    writer = _Writer(shell)
    return (*writer.review(report, chapter), *writer.closing())


class _Writer:
    """Writes in one reader's language."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def say(self, message: str, /, **parts: object) -> Phrase:
        """A sentence of ours."""
        return self._ours(self.shell.words.say(message, **parts))

    def _ours(self, text: Markup | str) -> Phrase:
        plain = text.striptags() if isinstance(text, Markup) else text
        return Phrase(plain, self.shell.language)

    def theirs(self, texts: LangMap, href: str = "") -> Phrase:
        """The city's words, in the language that suits the reader best."""
        tag, text = self.shell.pick(texts)
        return Phrase(text, tag, href)

    def opening(self, report: YearlyReport) -> Iterator[Block]:
        own = report.report.record if report.report else None
        city = self.theirs(report.city.name).text if report.city else ""
        if isinstance(own, ProgressReport):
            yield Heading(1, self.theirs(own.title))
        else:
            yield Heading(1, self.say("Yearly report %(year)s", year=report.year))
        if city:
            yield Words(
                self.say(
                    "%(city)s reports on the year %(year)s, by the 28 actions of the guidance "
                    "framework of OHCHR and UCLG for human rights cities. It is the city's own "
                    "word; each statement is a signed record that can be checked.",
                    city=city,
                    year=report.year,
                )
            )
        if isinstance(own, ProgressReport) and own.summary:
            yield Words(self.theirs(own.summary))

    def reaffirmed(self, commitment: Said | None) -> Iterator[Block]:
        yield Heading(2, self.say("The commitment"))
        record = commitment.record if commitment else None
        if not isinstance(record, Commitment) or commitment is None:
            yield Words(self.say("None that was made or reaffirmed in this year is published."))
            return
        yield Words(self.theirs(record.title, commitment.iri))
        if record.adopted:
            yield Words(self.say("Adopted %(day)s.", day=self.shell.words.day(record.adopted)))

    def actions(self, report: YearlyReport) -> Iterator[Block]:
        yield Heading(2, self.say("The 28 actions"))
        head = tuple(
            self.say(one)
            for one in (mark("Action"), mark("State"), mark("Since"), mark("Reviewed"))
        )
        lines = {line.action.iri: line for line in report.lines}
        for group in groups():
            rows = tuple(row for action in group.actions for row in self._rows(lines[action.iri]))
            yield Rows(self._group(group), head, rows)

    def _group(self, group: Group) -> Phrase:
        area = self.theirs(group.area.label)
        if group.level is None:
            return area
        level = self.shell.plain(group.level.label)
        return self.say("%(area)s, %(level)s", area=area.text, level=level)

    def _rows(self, line: Line) -> Iterator[tuple[Phrase, ...]]:
        label = self.theirs(line.action.label)
        action = Phrase(f"{line.action.code} {label.text}", label.lang)
        if not line.now:
            yield action, self.say("Not reported"), self._ours("–"), self._ours("–")
        for said in line.now:
            status = said.record
            if isinstance(status, ActionStatus):
                yield (
                    self._of_district(action, status),
                    self._state(line, said, status),
                    self._ours(self.shell.words.day(status.since) if status.since else "–"),
                    self._ours(self.shell.words.day(status.reviewed or said.published[:10])),
                )

    def _of_district(self, action: Phrase, status: ActionStatus) -> Phrase:
        if not status.district:
            return action
        return Phrase(f"{action.text}: {self.theirs(status.district).text}", action.lang)

    def _state(self, line: Line, said: Said, status: ActionStatus) -> Phrase:
        state = self._concept(status.state)
        if status.district or status.place or not line.changed or not line.before:
            return Phrase(state, self.shell.language, said.iri)
        before = self._concept(line.before)
        changed = self.say("%(state)s (was: %(before)s)", state=state, before=before)
        return Phrase(changed.text, changed.lang, said.iri)

    def _concept(self, iri: str) -> str:
        concept = load().concept(iri)
        return self.shell.plain(concept.label) if concept else iri.rpartition("/")[2]

    def own_words(self, report: YearlyReport) -> Iterator[Block]:
        own = report.report.record if report.report else None
        for title, texts in (
            (
                mark("What went back or stood still"),
                own.setbacks if isinstance(own, ProgressReport) else {},
            ),
            (
                mark("Who was consulted"),
                own.who_was_consulted if isinstance(own, ProgressReport) else {},
            ),
        ):
            yield Heading(2, self.say(title))
            yield Words(
                self.theirs(texts) if texts else self.say("The city says nothing about this.")
            )

    def published(self, report: YearlyReport) -> Iterator[Block]:
        yield Heading(2, self.say("Published or corrected in the year"))
        if not report.records:
            yield Words(self.say("Nothing beside the statements above."))
        for kind, records in report.records.items():
            yield Heading(3, self._ours(kinds_name(self.shell.words, PLURALS[KINDS[kind]])))
            yield Items(tuple(self._named(one) for one in records))

    def _named(self, said: Said) -> Phrase:
        document = parse_json(said.signed) if said.signed else {}
        title = called(document) if isinstance(document, dict) else {}
        return self.theirs(title, said.iri) if title else Phrase(said.iri, "", said.iri)

    def review(self, report: YearlyReport, chapter: tuple[Target, ...]) -> Iterator[Block]:
        city = self.theirs(report.city.name).text if report.city else ""
        yield Heading(
            1, self.say("Chapter for a Voluntary Local Review, %(year)s", year=report.year)
        )
        yield Words(
            self.say(
                "What %(city)s has published and has itself linked to a target of the Sustainable "
                "Development Goals, by target.",
                city=city,
            )
        )
        if not chapter:
            yield Words(self.say("No record of the city names a target yet."))
        goal = 0
        for target in chapter:
            if target.goal != goal:
                goal = target.goal
                yield Heading(2, self._numbered(mark("Goal %(n)s"), str(goal)))
            if target.target != str(goal):
                yield Heading(3, self._numbered(mark("Target %(n)s"), target.target))
            yield Items(tuple(self._named(one) for one in target.records))

    def _numbered(self, message: str, number: str) -> Phrase:
        """A goal or a target, by its number and its address at the United Nations."""
        return replace(self.say(message, n=number), href=f"{_SDG}{number}")

    def closing(self) -> Iterator[Block]:
        yield Heading(2, self.say("How to read this"))
        yield Words(
            self.say(
                "Not reported means that the city has said nothing of an action; it does not mean "
                "no. Nothing is scored, and cities are not ranked. What others say of the city is "
                "published by them, and is not part of this report."
            )
        )
