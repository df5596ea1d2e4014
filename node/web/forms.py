"""A form as its page shows it: labels, hints, choices and findings in the reader's language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from node.core.forms import (
    Block,
    Control,
    Group,
    Look,
    Section,
    found_at,
    part_of,
    section_of,
    sections_of,
    written_in,
)
from node.core.forms.findings import place_of
from node.core.review import Comment
from node.core.sheets.columns import Column, Field, Form, fields_of
from node.core.sheets.hints import hint
from node.core.sheets.labels import label, name_of
from node.core.sheets.values import items_of, joined, language_of
from node.web.referring import Known
from node.web.shell import Shell
from node.web.texts import mark
from peers.encoding import jcs
from vocab.shapes import Finding, Severity, check

__all__ = ["FormView", "place_label", "seen_of", "tabs_of", "violations"]

_SECTIONS: Final = {
    Section.BASICS: mark("The essentials"),
    Section.STORY: mark("In your own words"),
    Section.SCOPE: mark("Whom and what it concerns"),
    Section.DETAILS: mark("Further details"),
}
_FEW: Final = 8
"""Choices that stand open; more are folded away, with what is chosen of them named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A section of a form.

    Attributes:
        kind: Type of the record.
        section: Which page of it.
        document: The draft.
        tag: The language that texts are written in here.
        controls: What the page asks.
        findings: Of the whole draft; none on a form that nobody has sent yet.
        others: Name of a control → what somebody else saved there meanwhile.
        known: Key of a field → records and cities that it may name.
        comments: What reviewers said of fields; ``names``: what they are called, by their ids.
    """

    shell: Shell
    kind: str
    section: Section
    document: Mapping[str, Any]
    tag: str
    controls: Sequence[Control | Block]
    findings: Sequence[Finding]
    others: Mapping[str, Any]
    known: Mapping[str, Sequence[Known]] = field(default_factory=dict)
    comments: Sequence[Comment] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def section_name(self, section: Section) -> Markup:
        """What a page is called; that of documents by what it asks for."""
        words = self.shell.words
        if section in _SECTIONS:
            return words.say(_SECTIONS[section])
        fields = sections_of(self.kind)[section]
        return words.list(label(one, self.shell.language) for one in fields)

    def sections(self) -> list[tuple[Section, int]]:
        """The pages of the form, each with how many answers on it are to be changed."""
        wrong = [section_of(self.kind, str(place_of(one)[0])) for one in self.wrong if one.path]
        return [(section, wrong.count(section)) for section in sections_of(self.kind)]

    @property
    def wrong(self) -> list[Finding]:
        """What keeps the draft from being published, on whatever page."""
        return [one for one in self.findings if one.severity is Severity.VIOLATION]

    @property
    def here(self) -> list[tuple[Finding, str]]:
        """What is to be changed on this page, each with the control that it belongs to."""
        shown: list[tuple[Finding, str]] = []
        for control in self._each():
            for one in self.at(control):
                if one not in [before for before, _ in shown]:
                    shown.append((one, control.name))
        for block in self.controls:
            if isinstance(block, Block) and not block.new:
                first = block.controls[0].name
                known = [before for before, _ in shown]
                shown += [(one, first) for one in self.in_block(block) if one not in known]
        return shown

    def at(self, control: Control) -> list[Finding]:
        """What is to be changed in a control; an empty new part is not asked for anything."""
        if control.column.inner is not None and self._is_new(control.column):
            return []
        return found_at(self.wrong, control.column.place)

    def said(self, control: Control) -> list[tuple[str, str]]:
        """What reviewers said of a control: who, and what."""
        return [
            (self.names.get(one.who, ""), one.text)
            for one in self.comments
            if one.field in {control.name, control.name.partition(".")[0]}
        ]

    def in_block(self, block: Block) -> list[Finding]:
        """What is to be changed in a part as a whole."""
        exact = (block.field.key, block.number - 1)
        return [one for one in self.wrong if place_of(one) == exact]

    def label(self, one: Field) -> str:
        """What a field is called."""
        return label(one, self.shell.language)

    def block_label(self, block: Block) -> str:
        """What a part is called, with its number."""
        return f"{name_of(block.field.ref, self.shell.language)} {block.number}"

    def hint(self, control: Control) -> str:
        """What belongs into a control; where there is a list to choose from, what the field is."""
        if control.look in {Look.ONE, Look.MANY}:
            described = control.column.leaf.description
            return described if self.shell.language == "en" else ""
        return hint(control.column, self.shell.language)

    def choice(self, control: Control, value: str) -> Markup:
        """A choice in words: a concept's label with its code, or the word for a value."""
        groups = (choice for group in control.groups for choice in group.choices)
        concept = next((one.concept for one in groups if one.value == value), None)
        if concept is None:
            plain = name_of(value, self.shell.language) if len(value) < 10 else value
            return Markup("<bdi>{}</bdi>").format(plain)
        shown = self.shell.t(concept.label)
        if concept.notation:
            return Markup("<bdi>{}</bdi> {}").format(concept.notation, shown)
        return shown

    def choice_plain(self, control: Control, value: str) -> str:
        """The same without marks, for drop-down lists."""
        return self.choice(control, value).striptags()

    def group_name(self, group: Group) -> Markup:
        """What a group of choices is called; empty where it needs no name."""
        return self.shell.t(group.heading.label) if group.heading else Markup("")

    def may_name(self, control: Control) -> Sequence[Known]:
        """What a control that takes addresses may name."""
        return self.known.get(control.column.leaf.key, ())

    def ticked(self, control: Control) -> list[tuple[Known, bool]]:
        """What a list of addresses may name, and whether it does."""
        written = items_of(control.value)
        return [(one, one.iri in written) for one in self.may_name(control)]

    def unticked(self, control: Control) -> str:
        """The addresses of a list that cannot be ticked, one a line."""
        known = {one.iri for one in self.may_name(control)}
        rest = [one for one in items_of(control.value) if one not in known]
        return joined(rest, by_line=True)

    def folded(self, control: Control) -> bool:
        """Whether the choices are folded away."""
        return control.offered > _FEW

    def elsewhere(self, control: Control) -> list[tuple[str, str]]:
        """The same text in the other languages of the draft: tag and text."""
        column = control.column
        if column.leaf.form is not Form.TEXTS:
            return []
        texts: Any = self.document
        for step in column.place[:-1]:
            if isinstance(texts, dict):
                texts = texts.get(step)
            elif isinstance(texts, list) and isinstance(step, int) and step < len(texts):
                texts = texts[step]
            else:
                texts = None
        if not isinstance(texts, dict):
            return []
        return [(tag, str(text)) for tag, text in texts.items() if tag != column.tag and text]

    def missing_language(self) -> list[str]:
        """Languages that the draft has text in, the one of this page left out."""
        return [tag for tag in written_in(self.kind, self.document) if tag != self.tag]

    def _each(self) -> list[Control]:
        found: list[Control] = []
        for one in self.controls:
            found += one.controls if isinstance(one, Block) else (one,)
        return found

    def _is_new(self, column: Column) -> bool:
        held = self.document.get(column.field.key)
        return column.number > (len(held) if isinstance(held, list) else 0)


def place_label(kind: str, place: tuple[str | int, ...], language: str) -> str:
    """A place of a record in words: ``Evidence 1: Caption (es)``.

    >>> place_label("Practice", ("evidence", 0, "caption", "es"), "en")
    'Evidence 1: Caption (es)'
    """
    outer = {one.key: one for one in fields_of(kind)}.get(str(place[0]))
    if outer is None:
        return str(place[0])
    if outer.form is not Form.PARTS or len(place) < 3 or not isinstance(place[1], int):
        return f"{label(outer, language)}{_tagged(outer, place[1:])}"
    inner = {one.key: one for one in fields_of(outer.ref)}.get(str(place[2]))
    named = label(inner, language) + _tagged(inner, place[3:]) if inner else str(place[2])
    return f"{name_of(outer.ref, language)} {place[1] + 1}: {named}"


def _tagged(one: Field, rest: tuple[str | int, ...]) -> str:
    """The language of a text, in brackets; nothing for other fields."""
    return f" ({rest[0]})" if one.form is Form.TEXTS and rest else ""


def violations(document: Mapping[str, Any], language: str) -> list[Finding]:
    """What keeps a draft from being published."""
    found = check({"version": 1, **document}, language)
    return [one for one in found if one.severity is Severity.VIOLATION]


def seen_of(kind: str, section: Section, document: Mapping[str, Any], tag: str) -> str:
    """What a form was opened with, so that it is noticed where somebody else changed it since."""
    return hashlib.sha256(jcs(part_of(kind, section, document, tag))).hexdigest()[:32]


def tabs_of(
    kind: str, document: Mapping[str, Any], working: Sequence[str], asked: str, reader: str
) -> tuple[str, list[str]]:
    """The language to write in, and all that there is a tab for.

    Args:
        working: The city's working languages.
        asked: The language that was asked for; a tag, or the name of a language.
        reader: The interface's language.
    """
    wanted = language_of(asked) or ""
    written = written_in(kind, document)
    home = [reader] if reader in working or not working else []
    tag = wanted or next(iter([*written, *home, *working]), reader)
    return tag, list(dict.fromkeys([*written, *working, *home, tag]))
