"""What was sent with a form, put into the document that it was opened from.

Only what the form had is changed: another section, another language and another's work stay. What
cannot be read as a value stays as it was written, for the shapes to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from node.core.forms.controls import Block, Control, Look, form_of
from node.core.forms.plan import Section
from node.core.sheets.columns import Form, fields_of
from node.core.sheets.values import items_of, read_value
from peers.encoding import JsonObject

__all__ = ["filled", "part_of", "written_in"]


Sent = Mapping[str, Sequence[str]]
"""Name of a control → what was sent under it."""


def filled(
    kind: str,
    section: Section,
    document: Mapping[str, Any],
    tag: str,
    sent: Sent,
    language: str = "en",
) -> JsonObject:
    """The document with a section as it was sent.

    A control that was not sent stays as it is; of those to tick, nothing sent is nothing chosen. A
    part in which nothing is left is gone.

    Args:
        tag: The language that texts were written in.
        language: Of the officer: decides between concepts of one name.
    """
    made: JsonObject = {**document, "type": kind}
    blocks: dict[str, list[JsonObject]] = {}
    for one in form_of(kind, section, document, tag):
        if isinstance(one, Control):
            _put(made, one, sent, language)
            continue
        held = document.get(one.field.key)
        parts = held if isinstance(held, list) else []
        before = parts[one.number - 1] if one.number <= len(parts) else {}
        part = dict(before) if isinstance(before, dict) else {}
        for control in one.controls:
            _put(part, control, sent, language)
        if set(part) - {"id", "type"}:
            blocks.setdefault(one.field.key, []).append(part)
        else:
            blocks.setdefault(one.field.key, [])
    for key, kept in blocks.items():
        _keep(made, key, kept)
    return made


def part_of(kind: str, section: Section, document: Mapping[str, Any], tag: str) -> JsonObject:
    """What a section's form shows, control by control: name → what stands in it."""
    shown: JsonObject = {}
    for one in form_of(kind, section, document, tag):
        for control in one.controls if isinstance(one, Block) else (one,):
            said: Any = control.value
            if control.look in {Look.ONE, Look.MANY}:
                said = [choice.value for choice in control.chosen]
            if said:
                shown[control.name] = said
    return shown


def written_in(kind: str, document: Mapping[str, Any]) -> list[str]:
    """The languages that a document has text in, in the order in which they are met."""
    tags: dict[str, None] = {}
    for field in fields_of(kind):
        held = document.get(field.key)
        if field.form is Form.TEXTS and isinstance(held, dict):
            tags |= dict.fromkeys(held)
        elif field.form is Form.PARTS and isinstance(held, list):
            inner = [one.key for one in fields_of(field.ref) if one.form is Form.TEXTS]
            tags |= dict.fromkeys(_tags(held, inner))
    return list(tags)


def _tags(parts: Iterable[Any], keys: Sequence[str]) -> Iterable[str]:
    for part in parts:
        for key in keys if isinstance(part, dict) else ():
            texts = part.get(key)
            yield from texts if isinstance(texts, dict) else ()


def _put(holder: JsonObject, control: Control, sent: Sent, language: str) -> None:
    """Put what was sent for a control into the document, or the part, that has its field."""
    leaf = control.column.leaf
    if control.look is Look.MANY:
        # What was chosen first stays first: it is what a practice is mainly about.
        ticked = [one for one in sent.get(control.name, ()) if one]
        held = holder.get(leaf.key)
        before = [str(one) for one in held] if isinstance(held, list) else []
        _keep(holder, leaf.key, [one for one in dict.fromkeys((*before, *ticked)) if one in ticked])
        return
    if control.name not in sent:
        return
    if leaf.form is Form.LIST:
        # Some may be ticked, and others written: one a line.
        lines = items_of("\n".join(_text([one]) for one in sent[control.name]))
        values = [read_value(one, leaf.ref, language) for one in lines]
        held = holder.get(leaf.key)
        first = [one for one in held if one in values] if isinstance(held, list) else []
        _keep(holder, leaf.key, [*first, *(one for one in values if one not in first)])
        return
    text = _text(sent[control.name])
    if leaf.form is Form.TEXTS:
        written = holder.get(leaf.key)
        texts: JsonObject = {**written} if isinstance(written, dict) else {}
        _keep(texts, control.column.tag, text)
        _keep(holder, leaf.key, texts)
    else:
        value = read_value(text, leaf.ref, language) if text else ""
        _keep(holder, leaf.key, value)


def _text(sent: Sequence[str]) -> str:
    """The text of a control; browsers end lines as networks do."""
    return (sent[0] if sent else "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _keep(holder: JsonObject, key: str, value: object) -> None:
    """A value under its key; one that says nothing takes the key away."""
    if value in ("", [], {}) or value is None:
        holder.pop(key, None)
    else:
        holder[key] = value
