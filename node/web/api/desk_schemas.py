"""What the staff's part of the API takes and answers, as JSON Schema (2020-12)."""

from __future__ import annotations

from typing import Final

from node.core.review import Stage
from node.web.api.describe import (
    TEXTS,
    Schema,
    iri,
    list_of,
    moment,
    named,
    object_of,
    page_of,
    text,
    whole,
)
from vocab.records import KINDS

__all__ = ["DESK_SCHEMAS"]

_DIGEST: Final = text(
    "The `digest` of the draft as you read it: where it has changed since, nothing is done.",
    minLength=1,
    maxLength=100,
)
_DOCUMENT: Final[Schema] = {
    "type": "object",
    "description": "The document. What can be known is filled in: `id`, `@context`, `publisher` "
    "and `version`; a `proof` is dropped.",
    "properties": {"type": {"type": "string", "enum": sorted(KINDS)}},
    "required": ["type"],
}
_DRAFT: Final[Schema] = {
    "name": text("Its name in the addresses of this interface."),
    "id": text("The address that its record will have."),
    "type": text("Its type; empty where it does not say yet."),
    "title": TEXTS,
    "stage": text("Where it is.", enum=[str(stage) for stage in Stage]),
    "digest": text("Of its text; name it when you change or publish it."),
}

DESK_SCHEMAS: Final[dict[str, Schema]] = {
    "DraftItem": object_of("A draft on the desk; nobody has signed it.", _DRAFT),
    "Drafts": page_of("Drafts, in the order of their ids.", "DraftItem"),
    "Draft": object_of(
        "A draft, its text, and what is wrong with it.",
        {
            **_DRAFT,
            "record": {"type": "object", "description": "The document, finished or not."},
            "findings": list_of(named("Finding"), "What keeps it from being published, and more."),
        },
    ),
    "Finding": object_of(
        "One thing that is wrong.",
        {
            "path": text("Where, as a JSON pointer; empty for the whole document."),
            "code": text("What, for programs."),
            "message": text("What was expected, and what was found."),
            "mend": text("What to do about it."),
            "severity": text("Whether the document is refused for it."),
        },
    ),
    "Dropped": object_of("A draft that was forgotten.", {"id": text("What it was called.")}),
    "Receipt": object_of(
        "What was published, and where it stands.",
        {
            "id": iri("The record."),
            "version": whole("From 1.", 1),
            "kind": text("What the log's entry does.", enum=["Create", "Update", "Delete"]),
            "log": text("Origin of the log."),
            "index": whole("Its entry there, from 0."),
            "digest": text("What the entry says of it."),
            "published": moment("The log's time."),
            "receipt": iri("What proves it to others."),
        },
    ),
    "NewDraft": object_of("A draft to begin.", {"record": _DOCUMENT}),
    "ChangedDraft": object_of("A draft's new text.", {"digest": _DIGEST, "record": _DOCUMENT}),
    "SeenDraft": object_of("A draft as it was looked at.", {"digest": _DIGEST}),
    "Publication": object_of(
        "A draft to publish, as it was looked at.",
        {"digest": _DIGEST},
        {"audience": text("For whom; it never changes.", enum=["public", "members"])},
    ),
    "Retraction": object_of(
        "A record of this node to withdraw.",
        {
            "id": iri("The record."),
            "reason": text("A withdrawal reason of the vocabulary, its slug.", maxLength=200),
        },
        {"note": TEXTS, "replacedBy": iri("The record that stands in its place.")},
    ),
}
"""Name → schema; ``node.web.api.schemas`` has them all."""
