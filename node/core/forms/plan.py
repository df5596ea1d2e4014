"""Which field stands on which page of a form: five pages at most, decided by what a field is.

The first page has everything that a record must have, so that it alone makes a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from node.core.sheets.columns import Field, Form, fields_of
from node.core.sheets.concepts import is_concept
from vocab.records import Concepts, Record

__all__ = ["Section", "section_of", "sections_of"]


class Section(StrEnum):
    """A page of a form, in the order in which they are filled in."""

    BASICS = "basics"
    STORY = "story"
    SCOPE = "scope"
    DOCUMENTS = "documents"
    DETAILS = "details"


_GIVEN: Final = frozenset({"id", "version", "publisher", "did", "structure"})
"""What the node fills in."""
_BASICS: Final = frozenset({"SummaryText", "PartialDate", "Day"})
_COMMON: Final = frozenset({*Record.__struct_encode_fields__, *Concepts.__struct_encode_fields__})


@cache
def sections_of(kind: str) -> Mapping[Section, tuple[Field, ...]]:
    """The pages of a type's form that have fields, and the fields of each in their order.

    Raises:
        KeyError: There is no such type.
    """
    found: dict[Section, list[Field]] = {section: [] for section in Section}
    for field in fields_of(kind):
        if field.key not in _GIVEN:
            found[_section(field)].append(field)
    return {section: tuple(fields) for section, fields in found.items() if fields}


def section_of(kind: str, key: str) -> Section:
    """The page on which a field stands; the first where it stands on none."""
    for section, fields in sections_of(kind).items():
        if any(field.key == key for field in fields):
            return section
    return Section.BASICS


def _section(field: Field) -> Section:
    """Where a field belongs; of what every record has, nothing is asked for on the first page."""
    own = field.key not in _COMMON
    choice = field.form is Form.VALUE and is_concept(field.ref)
    actions = field.ref == "ActionConcept"
    if field.required or (own and (field.ref in _BASICS or choice or actions)):
        return Section.BASICS
    if field.ref == "SectionText":
        return Section.STORY
    if field.form is Form.LIST and is_concept(field.ref) and field.key != "references":
        return Section.SCOPE
    if field.form is Form.PARTS and own:
        return Section.DOCUMENTS
    return Section.DETAILS
