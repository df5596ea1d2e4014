"""Words that schemas of the API are written in.

Objects are closed: a field that an answer has and the document does not name is a mistake of ours.
"""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = [
    "TEXTS",
    "Schema",
    "iri",
    "list_of",
    "map_of",
    "moment",
    "named",
    "object_of",
    "page_of",
    "text",
    "whole",
]

Schema: TypeAlias = dict[str, Any]


def text(about: str, **more: Any) -> Schema:
    """A text; ``more`` as JSON Schema has it."""
    return {"type": "string", "description": about, **more}


def whole(about: str, least: int = 0) -> Schema:
    """A whole number."""
    return {"type": "integer", "minimum": least, "description": about}


def iri(about: str) -> Schema:
    """An IRI."""
    return text(about, format="uri")


def moment(about: str) -> Schema:
    """A time, RFC 3339."""
    return text(about, format="date-time")


def list_of(items: Schema, about: str) -> Schema:
    """An array."""
    return {"type": "array", "items": items, "description": about}


def named(name: str) -> Schema:
    """Another schema of the document, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(about: str, fields: Schema, optional: Schema | None = None) -> Schema:
    """A closed object; ``optional`` are the fields that may be missing."""
    return {
        "type": "object",
        "description": about,
        "properties": {**fields, **(optional or {})},
        "required": list(fields),
        "additionalProperties": False,
    }


def map_of(values: Schema, about: str, names: Schema | None = None) -> Schema:
    """An object whose names are not fixed."""
    said: Schema = {"type": "object", "description": about, "additionalProperties": values}
    return said | ({"propertyNames": names} if names else {})


def page_of(
    about: str, item: str, fields: Schema | None = None, more: Schema | None = None
) -> Schema:
    """A part of a list, with where it goes on."""
    return object_of(
        about,
        {
            "total": whole("Items of the whole list, as it is now."),
            "items": list_of(named(item), "This part of it."),
            **(fields or {}),
        },
        {
            "next": iri(
                "The address of the next part; missing where this is the last one. The same as "
                "the link `next` in the headers."
            ),
            **(more or {}),
        },
    )


TEXTS: Schema = map_of({"type": "string"}, "Language tag to text, as its publisher wrote it.")
