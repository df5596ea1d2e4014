"""A section of a document as the controls of a page, each with its name and what stands in it.

A control's name is its place in the document: ``title.es``, ``evidence.0.page``. Whatever stands in
a draft is shown as it stands, well made or not: a form never loses what somebody wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from node.core.forms.plan import Section, sections_of
from node.core.sheets.columns import Column, Field, Form, fields_of
from node.core.sheets.concepts import is_concept
from node.core.sheets.values import joined, write_value
from vocab.framework import Concept, Scheme, load
from vocab.shapes.schema import definitions

__all__ = ["SPARE", "Block", "Choice", "Control", "Group", "Look", "form_of"]

SPARE: Final = 1
"""Empty parts that a form offers beyond those that are there: each save offers the next."""


class Look(StrEnum):
    """What a control is."""

    LINE = "line"
    AREA = "area"
    LINES = "lines"
    ONE = "one"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its value in a document, and the concept; none for other words."""

    value: str
    concept: Concept | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that belong together; ``heading`` is None where there is but one group."""

    heading: Concept | Scheme | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One question of a form.

    Attributes:
        name: As it is sent, and its place in the document: ``title.es``.
        column: The field, the language of text, and which part.
        value: What stands in it: text, or one entry of a list a line.
        groups: What there is to choose; of ``ONE`` and ``MANY`` alone.
        long: Whether the text may be thousands of characters.
        limit: Most characters of a text; 0 where nothing says so.
    """

    name: str
    column: Column
    look: Look
    value: str = ""
    groups: tuple[Group, ...] = ()
    long: bool = False
    limit: int = 0

    @property
    def required(self) -> bool:
        """Whether a record without it is refused."""
        return self.column.leaf.required

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """What is chosen already."""
        return tuple(one for group in self.groups for one in group.choices if one.chosen)

    @property
    def offered(self) -> int:
        """How many there are to choose from."""
        return sum(len(group.choices) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a record, such as a document: its number from 1, and its controls."""

    field: Field
    number: int
    controls: tuple[Control, ...]
    new: bool


def form_of(
    kind: str, section: Section, document: Mapping[str, Any], tag: str
) -> tuple[Control | Block, ...]:
    """The controls of a section, in their order.

    Args:
        tag: The language that texts are written in on this page.
    """
    made: list[Control | Block] = []
    for field in sections_of(kind).get(section, ()):
        if field.form is Form.PARTS:
            made += _blocks(field, document, tag)
        else:
            made.append(_control(Column(field, _tag(field, tag)), document, document))
    return tuple(made)


def _blocks(field: Field, document: Mapping[str, Any], tag: str) -> Iterator[Block]:
    held = document.get(field.key)
    parts = held if isinstance(held, list) else []
    for number in range(1, len(parts) + SPARE + 1):
        part = parts[number - 1] if number <= len(parts) else {}
        controls = tuple(
            _control(Column(field, _tag(inner, tag), number, inner), part, document)
            for inner in fields_of(field.ref)
            if inner.key != "id"
        )
        yield Block(field, number, controls, new=number > len(parts))


def _tag(field: Field, tag: str) -> str:
    return tag if field.form is Form.TEXTS else ""


def _control(column: Column, holder: object, document: Mapping[str, Any]) -> Control:
    """A control; ``holder`` is what has its field: the document, or a part."""
    leaf = column.leaf
    held = holder.get(leaf.key) if isinstance(holder, dict) else None
    name = ".".join(str(step) for step in column.place)
    if leaf.form is Form.TEXTS:
        text = held.get(column.tag, "") if isinstance(held, dict) else held or ""
        limit = int(definitions().get(leaf.ref, {}).get("maxLength", 0))
        look = Look.LINE if leaf.ref == "ShortText" else Look.AREA
        return Control(
            name=name,
            column=column,
            look=look,
            value=_text(text),
            long=leaf.ref == "SectionText",
            limit=limit,
        )
    if _listed(leaf.ref):
        look = Look.MANY if leaf.form is Form.LIST else Look.ONE
        groups = _groups(leaf.ref, _many(held), document)
        return Control(name=name, column=column, look=look, groups=groups)
    if leaf.form is Form.LIST:
        lines = joined([_text(one) for one in _many(held)], by_line=True)
        return Control(name=name, column=column, look=Look.LINES, value=lines)
    return Control(name=name, column=column, look=Look.LINE, value=_text(held))


def _text(value: object) -> str:
    return "" if value is None else write_value(value, "", "en") if value != "" else ""


def _many(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) else [value]


def _listed(ref: str) -> bool:
    """Whether values of a definition are chosen from a list."""
    return is_concept(ref) or ref == "Truth" or "enum" in definitions().get(ref, {})


def _groups(ref: str, held: list[object], document: Mapping[str, Any]) -> tuple[Group, ...]:
    """What may be chosen, what is chosen marked; what is none of it stays to be seen."""
    chosen = {_value(one) for one in held}
    known: set[str] = set()
    groups: list[Group] = []
    for heading, values in _offers(ref, _actions(document)):
        known.update(values)
        choices = tuple(Choice(one, load().concept(one), one in chosen) for one in values)
        groups.append(Group(heading, choices))
    shown = {choice.value for group in groups for choice in group.choices}
    others = [one for one in (_value(it) for it in held) if one not in shown]
    if others:
        extra = tuple(Choice(one, load().concept(one), chosen=True) for one in others)
        groups.append(Group(None, extra))
    return tuple(groups)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _actions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The actions that a document is about."""
    said = [*_many(document.get("action")), *_many(document.get("classification"))]
    return tuple(one for one in said if isinstance(one, str))


@cache
def _offers(
    ref: str, actions: tuple[str, ...]
) -> tuple[tuple[Concept | Scheme | None, tuple[str, ...]], ...]:
    """What a definition lists, in groups; of elements, only those of the document's actions.

    Elements of all actions at once would be a page of their own; before an action is chosen there
    is nothing to say which.
    """
    if ref == "Truth":
        return ((None, ("true", "false")),)
    iris = [str(one) for one in definitions()[ref]["enum"]]
    concepts = [load().concept(iri) for iri in iris]
    if any(one is None for one in concepts):
        return ((None, tuple(iris)),)
    grouped: dict[str, list[str]] = {}
    for one in concepts:
        assert one is not None
        grouped.setdefault(_parent(one), []).append(one.iri)
    if ref == "ActionElementConcept":
        grouped = {action: grouped[action] for action in actions if action in grouped}
    if len(grouped) == 1 and ref != "ActionElementConcept":
        return ((None, tuple(iris)),)
    return tuple((_heading(parent), tuple(values)) for parent, values in grouped.items())


def _parent(concept: Concept) -> str:
    """What a choice stands under: an action's area, an element's action, else its list."""
    parent = load().concept(concept.broader) if concept.broader else None
    if parent is not None and parent.scheme in {"area", "action"}:
        return parent.iri
    return concept.scheme_iri


def _heading(iri: str) -> Concept | Scheme | None:
    scheme = next((one for one in load().schemes if one.iri == iri), None)
    return scheme or load().concept(iri)
