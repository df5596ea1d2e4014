"""What a sheet's columns are: the fields of a type of record, laid out for a table.

A field that holds one value, or a list of values, is one column. Text by language is one column a
language (``title [es]``). Documents, measures and partners are numbered, one column for each of
their fields (``evidence 2: page``). Observations have a row each, as statisticians keep them: what
is said of the whole set is repeated, or left empty, on the rows after the first.

Nothing here names a single field of a single type: what a type has is read from the types, and
what a field may hold from the shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from node.core.drafts import PARTS
from vocab.records import TYPES, Base, Concepts, Part, Record
from vocab.shapes.schema import definitions, known_keys

__all__ = [
    "LONG",
    "SHEETS",
    "TYPE",
    "Column",
    "Field",
    "Form",
    "columns_of",
    "fields_of",
    "held_by",
    "part_name",
]

SHEETS: Final = (
    "City",
    "Commitment",
    "ActionStatus",
    "Practice",
    "Strategy",
    "ProgressReport",
    "Body",
    "Study",
    "Agreement",
    "Submission",
    "Recommendation",
    "Indicator",
    "ObservationSet",
    "Need",
    "Offer",
    "Assessment",
)
"""The types that a template is offered for, in the order that a city meets them."""

LONG: Final[Mapping[str, str]] = {"ObservationSet": "observations"}
"""Type → its field of parts that have a row each."""

_PARTS: Final[Mapping[str, type[Base]]] = {part.__name__: part for part in Part.__subclasses__()}
_ADMINISTRATIVE: Final = ("references", "translations", "issued", "modified", "version")
"""Fields that every record has, after its own."""


class Form(StrEnum):
    """How a field lies in a table."""

    VALUE = "value"
    LIST = "list"
    TEXTS = "texts"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a type of record, or of a part.

    Attributes:
        owner: The type.
        key: As it stands in a document.
        form: How it lies in a table.
        ref: What one value is: the name of a definition of the shapes, such as ``PartialDate``;
            for parts, their type.
        required: Whether a record without it is refused.
        title, description: In English, from the shapes.
    """

    owner: str
    key: str
    form: Form
    ref: str
    required: bool
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        field: The record's field.
        tag: The language of text.
        number: Which of the parts, from 1; 0 where the field has none.
        inner: The part's field.
    """

    field: Field
    tag: str = ""
    number: int = 0
    inner: Field | None = None

    @property
    def leaf(self) -> Field:
        """The field whose values stand in the cells."""
        return self.inner or self.field

    @property
    def by_row(self) -> bool:
        """Whether each part has a row of its own, and so no number."""
        return LONG.get(self.field.owner) == self.field.key

    @property
    def place(self) -> tuple[str | int, ...]:
        """Where its value lies in a document: ``("evidence", 0, "caption", "es")``."""
        part = (self.number - 1, self.inner.key) if self.inner else ()
        return (self.field.key, *part, *((self.tag,) if self.tag else ()))


TYPE: Final = Column(Field("", "type", Form.VALUE, "Type", False, "Type", "Type of the record."))
"""The column that says of each row what it is; needed only where types are mixed."""


@cache
def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of a type or part: its name, what it must have, its own, concepts, the rest.

    Raises:
        KeyError: There is no such type.
    """
    model: type[Base] = {**TYPES, **_PARTS}[kind]
    keys: tuple[str, ...] = model.__struct_encode_fields__
    about, required = known_keys(kind), set(definitions()[kind]["required"])
    record = Record.__struct_encode_fields__
    concepts = [key for key in Concepts.__struct_encode_fields__ if key not in record]
    own = (
        [key for key in keys if key not in {*record, *concepts}]
        if issubclass(model, Record)
        else [key for key in keys if key != "id"]
    )
    ordered = [
        "id",
        *(key for key in own if key in required),
        *(key for key in own if key not in required),
        *(key for key in concepts if key in keys),
        *(key for key in (*_ADMINISTRATIVE, "publisher") if key in keys),
    ]
    return tuple(_field(kind, key, about[key], key in required) for key in ordered)


def _field(owner: str, key: str, about: Mapping[str, Any], required: bool) -> Field:
    """A field as the shapes describe it."""
    form, said = Form.VALUE, about
    if "items" in about:
        form, said = Form.LIST, about["items"]
    elif "propertyNames" in about:
        form, said = Form.TEXTS, about["additionalProperties"]
    ref = str(said.get("$ref", "")).rpartition("/")[2]
    if ref in _PARTS:
        form = Form.PARTS
    return Field(
        owner, key, form, ref, required, about.get("title", key), about.get("description", "")
    )


def columns_of(
    kind: str,
    languages: Sequence[str],
    parts: Mapping[str, int],
    *,
    beside: Iterable[str] = _ADMINISTRATIVE[:1],
    part_names: Iterable[str] = (),
) -> tuple[Column, ...]:
    """All columns of a type, in their order.

    Args:
        languages: Tags of the languages that text has a column in.
        parts: Key of a field of parts → how many of them have columns; none where it is left out.
        beside: Which of the fields that every record has.
        part_names: Keys of fields of parts that need a column for the part's own name.
    """
    chosen = {*beside}
    common = {*_ADMINISTRATIVE, "publisher"}
    made: list[Column] = []
    for field in fields_of(kind):
        if field.key in common and field.key not in chosen:
            continue
        if field.form is not Form.PARTS:
            made += _lines(field, languages)
            continue
        for number in range(1, parts.get(field.key, 0) + 1):
            for inner in fields_of(field.ref):
                if inner.key == "id" and field.key not in part_names:
                    continue
                made += _lines(field, languages, number, inner)
    return tuple(made)


def _lines(
    field: Field, languages: Sequence[str], number: int = 0, inner: Field | None = None
) -> Iterator[Column]:
    """A field's columns: one, or one a language."""
    if (inner or field).form is Form.TEXTS:
        yield from (Column(field, tag, number, inner) for tag in languages)
    else:
        yield Column(field, "", number, inner)


def held_by(documents: Iterable[Mapping[str, Any]], kind: str) -> tuple[Column, ...]:
    """The columns that documents of one type need so that nothing of them is lost.

    Every field of the type has its columns, in every language that is found; fields that all
    records have, and parts, only as far as they are filled.
    """
    tags: dict[str, None] = {}
    parts: dict[str, int] = {}
    named: set[str] = set()
    filled: set[str] = set()
    fields = {field.key: field for field in fields_of(kind)}
    for document in documents:
        filled |= document.keys()
        for key, value in document.items():
            form = fields[key].form if key in fields else None
            if form is Form.TEXTS:
                tags |= dict.fromkeys(value)
            elif form is Form.PARTS:
                most = 1 if LONG.get(kind) == key else len(value)
                parts[key] = max(parts.get(key, 0), most)
                if any(_oddly_named(document, key, n, part) for n, part in enumerate(value, 1)):
                    named.add(key)
                inner = {field.key: field for field in fields_of(fields[key].ref)}
                for part in value:
                    for one, texts in part.items():
                        if one in inner and inner[one].form is Form.TEXTS:
                            tags |= dict.fromkeys(texts)
    return columns_of(kind, tuple(tags) or ("en",), parts, beside=filled, part_names=named)


def _oddly_named(
    document: Mapping[str, Any], key: str, number: int, part: Mapping[str, Any]
) -> bool:
    """Whether a part's name is not the one that its place would give it."""
    return part.get("id") != f"{document.get('id')}{part_name(key, number)}"


def part_name(key: str, number: int) -> str:
    """What a part is called that nobody gave a name.

    >>> part_name("evidence", 2), part_name("partnersNamed", 1)
    ('#evidence-2', '#partner-1')
    """
    return f"#{PARTS[key][1]}-{number}"
