"""What the API answers, as JSON Schema (2020-12): the components of the OpenAPI document.

Objects are closed: a field that an answer has and the document does not name is a mistake of ours.
The signed document inside an item is as its publisher made it; its own schema is
``/vocab/schema.json``.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from node.core.review import Stage
from vocab.framework import load
from vocab.records import KINDS

__all__ = ["SCHEMAS", "STATES", "Schema"]

Schema: TypeAlias = dict[str, Any]

STATES: Final = ("planned", "under-way", "in-place", "stopped", "not-applicable")
_CODES: Final = tuple(action.code for action in load().actions)


def _text(about: str, **more: Any) -> Schema:
    return {"type": "string", "description": about, **more}


def _whole(about: str, least: int = 0) -> Schema:
    return {"type": "integer", "minimum": least, "description": about}


def _iri(about: str) -> Schema:
    return _text(about, format="uri")


def _moment(about: str) -> Schema:
    return _text(about, format="date-time")


def _list(items: Schema, about: str) -> Schema:
    return {"type": "array", "items": items, "description": about}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(about: str, fields: Schema, optional: Schema | None = None) -> Schema:
    """A closed object; ``optional`` are the fields that may be missing."""
    return {
        "type": "object",
        "description": about,
        "properties": {**fields, **(optional or {})},
        "required": list(fields),
        "additionalProperties": False,
    }


def _map(values: Schema, about: str, names: Schema | None = None) -> Schema:
    said: Schema = {"type": "object", "description": about, "additionalProperties": values}
    return said | ({"propertyNames": names} if names else {})


def _page(
    about: str, item: str, fields: Schema | None = None, more: Schema | None = None
) -> Schema:
    return _object(
        about,
        {
            "total": _whole("Items of the whole list, as it is now."),
            "items": _list(_named(item), "This part of it."),
            **(fields or {}),
        },
        {
            "next": _iri(
                "The address of the next part; missing where this is the last one. The same as "
                "the link `next` in the headers."
            ),
            **(more or {}),
        },
    )


_TEXTS: Final = _map({"type": "string"}, "Language tag to text, as its publisher wrote it.")
_COUNTS: Final = _map(
    _whole("Cities.", 1), "State to the number of cities that report it.", {"enum": list(STATES)}
)
_STATE: Final = _text("A state of the vocabulary, its slug.", enum=list(STATES))
_CODE: Final = _text("An action's code.", enum=list(_CODES))

_SUMMARY: Final[Schema] = {
    "id": _iri("The record; it belongs to its publisher's origin."),
    "type": _text("Its type in the vocabulary.", enum=sorted(KINDS)),
    "publisher": _iri("The city or organization that signed it."),
    "title": _TEXTS,
    "actions": _list({"type": "string"}, "Codes of the actions that it is about."),
    "version": _whole("Its version, from 1.", 1),
    "published": _moment("When its publisher's log took it in."),
    "verified": _moment("When this node checked it."),
    "log": _text("Origin of the log that it stands in."),
    "index": _whole("Its entry in that log, from 0."),
    "page": _iri("A page about it on this node."),
    "citeAs": _iri("The address of this version; its receipt is below it at `/receipt.json`."),
}
_DATE: Final[Schema] = {
    "date": _text("The date that it is about, as exact as given: a year, a month or a day.")
}
_CITY: Final[Schema] = {
    "id": _iri("The city itself."),
    "host": _text("Its node's host, which names it in addresses of this node."),
    "name": _TEXTS,
    "country": _text("ISO 3166-1, two letters."),
    "demonstration": {"type": "boolean", "description": "Whether it is invented."},
    "languages": _list({"type": "string"}, "Languages that it works in."),
    "states": _map(
        _STATE,
        "Action code to the state that the city reports for itself as a whole. An action that is "
        "missing is not reported, which is not a no.",
        {"enum": list(_CODES)},
    ),
    "profile": _iri("Its City record."),
    "page": _iri("A page about it on this node."),
    "reached": {
        "type": ["string", "null"],
        "description": "When its node was last verified; null for this node's own city.",
    },
}
_PLACE: Final[Schema] = {
    "place": _object(
        "Where it is, as it says (WGS 84).",
        {
            "latitude": {"type": "number", "minimum": -90, "maximum": 90},
            "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        },
    )
}
_ACTION: Final[Schema] = {
    "id": _iri("The action, a concept of the framework."),
    "code": _CODE,
    "area": _text("Its area.", enum=["foundations", "structures", "tools"]),
    "tier": _text("Its tier.", enum=["priority", "advanced"]),
    "label": _TEXTS,
    "definition": _text("In the framework's words, in English."),
    "cities": _COUNTS,
}
_PART: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}

_DIGEST: Final = _text(
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
    "name": _text("Its name in the addresses of this interface."),
    "id": _text("The address that its record will have."),
    "type": _text("Its type; empty where it does not say yet."),
    "title": _TEXTS,
    "stage": _text("Where it is.", enum=[str(stage) for stage in Stage]),
    "digest": _text("Of its text; name it when you change or publish it."),
}

SCHEMAS: Final[dict[str, Schema]] = {
    "Record": _object(
        "A record, where it stands, and the signed document itself.",
        {
            **_SUMMARY,
            "record": {
                "type": "object",
                "description": "The document as it was signed: JSON-LD with its proof, of the "
                "schema at `/vocab/schema.json`. To check the proof, fetch the bytes at `id`.",
                "required": ["id", "type", "publisher", "proof"],
            },
        },
        _DATE,
    ),
    "Records": _page("Records, newest first.", "Record"),
    "Hit": _object(
        "A record that was found by words.",
        {
            **_SUMMARY,
            "match": _object(
                "Where the words were met.",
                {"in": _text("What met them.", enum=["", "title", "text", "concept"])},
                {
                    "language": _text("Of the excerpt."),
                    "excerpt": _list(
                        {"type": "string"}, "Parts in turn: plain, matched, plain, and so on."
                    ),
                    "through": _text("The names in the vocabulary that led here."),
                },
            ),
        },
        _DATE,
    ),
    "Hits": _page(
        "Records that words find, best first.",
        "Hit",
        more={"suggestion": _text("The same words, better spelt, where they find nothing.")},
    ),
    "City": _object("A city.", _CITY, _PLACE),
    "Cities": _page("Cities, in the order of their IRIs.", "City"),
    "CityPicture": _object(
        "A city and what it says of each action.",
        {
            **_CITY,
            "statuses": _list(
                _named("Record"),
                "Its records of actions' states, in the framework's order; the whole city's "
                "before those of its districts.",
            ),
            "records": _map(_whole("Records."), "Type to the number of its records."),
            "assessments": _list(
                _named("Record"),
                "What others say of it; never to be added to its own word.",
            ),
        },
        _PLACE,
    ),
    "Action": _object("An action of the framework.", _ACTION),
    "Actions": _page("Actions, in the framework's order.", "Action"),
    "ActionPicture": _object(
        "An action, its parts, and who reports it.",
        {
            **_ACTION,
            "elements": _list(
                _object("A part of it.", {"id": _iri("Its concept."), "label": _TEXTS}),
                "Its parts, in the framework's order.",
            ),
            "states": _map(_STATE, "City to the state that it reports."),
        },
    ),
    "Proposal": _object(
        "A city that could help, and what its place rests on. These are choices, not measurements.",
        {
            "rank": _whole("From 1.", 1),
            "score": _whole(
                "Millionths; it orders the proposals for one learner, and means no more."
            ),
            "helper": _iri("The city."),
            "helperHost": _text("Its host in addresses of this node."),
            "terms": _list(
                _object(
                    "One action's part.",
                    {
                        "action": _CODE,
                        **dict.fromkeys(
                            ("need", "willingness", "maturity", "evidence", "recency", "product"),
                            _PART,
                        ),
                        "sources": _list(_iri("A record."), "The records that it rests on."),
                    },
                    {"asOf": _text("The day of the newest of them.", format="date")},
                ),
                "The actions that count, strongest first.",
            ),
            "context": _map(
                {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                "Feature to how close the two are; null where one does not say.",
            ),
            "workedTogetherLately": {"type": "boolean"},
            "inReturn": _list(_CODE, "Actions with which the learner could help in return."),
        },
    ),
    "Pairings": _page(
        "Who could help a city.",
        "Proposal",
        {
            "learner": _iri("The city that wants to learn."),
            "asOf": _text("The day that they were made on.", format="date"),
            "unmatched": _list(
                _object(
                    "A need that nobody meets.",
                    {"action": _CODE, "reason": _text("The last condition that somebody failed.")},
                    {"nearest": _CODE},
                ),
                "Needs without a proposal.",
            ),
        },
    ),
    "DraftItem": _object("A draft on the desk; nobody has signed it.", _DRAFT),
    "Drafts": _page("Drafts, in the order of their ids.", "DraftItem"),
    "Draft": _object(
        "A draft, its text, and what is wrong with it.",
        {
            **_DRAFT,
            "record": {"type": "object", "description": "The document, finished or not."},
            "findings": _list(_named("Finding"), "What keeps it from being published, and more."),
        },
    ),
    "Finding": _object(
        "One thing that is wrong.",
        {
            "path": _text("Where, as a JSON pointer; empty for the whole document."),
            "code": _text("What, for programs."),
            "message": _text("What was expected, and what was found."),
            "mend": _text("What to do about it."),
            "severity": _text("Whether the document is refused for it."),
        },
    ),
    "Dropped": _object("A draft that was forgotten.", {"id": _text("What it was called.")}),
    "Receipt": _object(
        "What was published, and where it stands.",
        {
            "id": _iri("The record."),
            "version": _whole("From 1.", 1),
            "kind": _text("What the log's entry does.", enum=["Create", "Update", "Delete"]),
            "log": _text("Origin of the log."),
            "index": _whole("Its entry there, from 0."),
            "digest": _text("What the entry says of it."),
            "published": _moment("The log's time."),
            "receipt": _iri("What proves it to others."),
        },
    ),
    "NewDraft": _object("A draft to begin.", {"record": _DOCUMENT}),
    "ChangedDraft": _object("A draft's new text.", {"digest": _DIGEST, "record": _DOCUMENT}),
    "SeenDraft": _object("A draft as it was looked at.", {"digest": _DIGEST}),
    "Publication": _object(
        "A draft to publish, as it was looked at.",
        {"digest": _DIGEST},
        {"audience": _text("For whom; it never changes.", enum=["public", "members"])},
    ),
    "Retraction": _object(
        "A record of this node to withdraw.",
        {
            "id": _iri("The record."),
            "reason": _text("A withdrawal reason of the vocabulary, its slug.", maxLength=200),
        },
        {"note": _TEXTS, "replacedBy": _iri("The record that stands in its place.")},
    ),
    "Problem": {
        "type": "object",
        "description": "Why a request was refused (RFC 9457).",
        "properties": {
            "type": _iri("Where this kind of problem is explained."),
            "title": _text("The kind of problem."),
            "status": _whole("The HTTP status.", 400),
            "detail": _text("What was expected, and what was found."),
            "request": _text("Name this to whoever runs the node."),
            "findings": _list(_named("Finding"), "What is wrong with a document."),
        },
        "required": ["type", "title", "status", "detail"],
    },
}
"""Name → schema; ``Operation.answer`` names one."""
