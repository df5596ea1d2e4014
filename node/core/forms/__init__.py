"""Forms to write records with: a type's own description as fields, and what was sent back read.

A form is a few sections of a type; each is a page that can be saved by itself, whatever is in it.
``form_of`` lays a section of a document out as controls, ``filled`` puts what was sent into the
document, and ``found_at`` says which findings belong beside which control. What a type has is read
from the types, as sheets do (``node.core.sheets``); nothing here names a field of one type.
"""

from __future__ import annotations

from node.core.forms.controls import Block, Choice, Control, Group, Look, form_of
from node.core.forms.findings import found_at, place_of, steps_of
from node.core.forms.plan import Section, section_of, sections_of
from node.core.forms.sent import filled, part_of, written_in

__all__ = [
    "Block",
    "Choice",
    "Control",
    "Group",
    "Look",
    "Section",
    "filled",
    "form_of",
    "found_at",
    "part_of",
    "place_of",
    "section_of",
    "sections_of",
    "steps_of",
    "written_in",
]
