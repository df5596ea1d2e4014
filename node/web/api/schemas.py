"""What the API answers, as JSON Schema (2020-12): the components of the OpenAPI document.

The signed document inside an item is as its publisher made it; its own schema is
``/vocab/schema.json``.
"""

from __future__ import annotations

from typing import Final

from node.web.api.describe import (
    TEXTS,
    Schema,
    iri,
    list_of,
    map_of,
    moment,
    named,
    object_of,
    page_of,
    text,
    whole,
)
from node.web.api.desk_schemas import DESK_SCHEMAS
from vocab.framework import load
from vocab.records import KINDS

__all__ = ["SCHEMAS", "STATES"]

STATES: Final = ("planned", "under-way", "in-place", "stopped", "not-applicable")
_CODES: Final = tuple(action.code for action in load().actions)


_COUNTS: Final = map_of(
    whole("Cities.", 1), "State to the number of cities that report it.", {"enum": list(STATES)}
)
_STATE: Final = text("A state of the vocabulary, its slug.", enum=list(STATES))
_CODE: Final = text("An action's code.", enum=list(_CODES))

_SUMMARY: Final[Schema] = {
    "id": iri("The record; it belongs to its publisher's origin."),
    "type": text("Its type in the vocabulary.", enum=sorted(KINDS)),
    "publisher": iri("The city or organization that signed it."),
    "title": TEXTS,
    "actions": list_of({"type": "string"}, "Codes of the actions that it is about."),
    "version": whole("Its version, from 1.", 1),
    "published": moment("When its publisher's log took it in."),
    "verified": moment("When this node checked it."),
    "log": text("Origin of the log that it stands in."),
    "index": whole("Its entry in that log, from 0."),
    "page": iri("A page about it on this node."),
    "citeAs": iri("The address of this version; its receipt is below it at `/receipt.json`."),
}
_DATE: Final[Schema] = {
    "date": text("The date that it is about, as exact as given: a year, a month or a day.")
}
_CITY: Final[Schema] = {
    "id": iri("The city itself."),
    "host": text("Its node's host, which names it in addresses of this node."),
    "name": TEXTS,
    "country": text("ISO 3166-1, two letters."),
    "demonstration": {"type": "boolean", "description": "Whether it is invented."},
    "languages": list_of({"type": "string"}, "Languages that it works in."),
    "states": map_of(
        _STATE,
        "Action code to the state that the city reports for itself as a whole. An action that is "
        "missing is not reported, which is not a no.",
        {"enum": list(_CODES)},
    ),
    "profile": iri("Its City record."),
    "page": iri("A page about it on this node."),
    "reached": {
        "type": ["string", "null"],
        "description": "When its node was last verified; null for this node's own city.",
    },
}
_PLACE: Final[Schema] = {
    "place": object_of(
        "Where it is, as it says (WGS 84).",
        {
            "latitude": {"type": "number", "minimum": -90, "maximum": 90},
            "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        },
    )
}
_ACTION: Final[Schema] = {
    "id": iri("The action, a concept of the framework."),
    "code": _CODE,
    "area": text("Its area.", enum=["foundations", "structures", "tools"]),
    "tier": text("Its tier.", enum=["priority", "advanced"]),
    "label": TEXTS,
    "definition": text("In the framework's words, in English."),
    "cities": _COUNTS,
}
_PART: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}

SCHEMAS: Final[dict[str, Schema]] = {
    "Record": object_of(
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
    "Records": page_of("Records, newest first.", "Record"),
    "Hit": object_of(
        "A record that was found by words.",
        {
            **_SUMMARY,
            "match": object_of(
                "Where the words were met.",
                {"in": text("What met them.", enum=["", "title", "text", "concept"])},
                {
                    "language": text("Of the excerpt."),
                    "excerpt": list_of(
                        {"type": "string"}, "Parts in turn: plain, matched, plain, and so on."
                    ),
                    "through": text("The names in the vocabulary that led here."),
                },
            ),
        },
        _DATE,
    ),
    "Hits": page_of(
        "Records that words find, best first.",
        "Hit",
        more={"suggestion": text("The same words, better spelt, where they find nothing.")},
    ),
    "City": object_of("A city.", _CITY, _PLACE),
    "Cities": page_of("Cities, in the order of their IRIs.", "City"),
    "CityPicture": object_of(
        "A city and what it says of each action.",
        {
            **_CITY,
            "statuses": list_of(
                named("Record"),
                "Its records of actions' states, in the framework's order; the whole city's "
                "before those of its districts.",
            ),
            "records": map_of(whole("Records."), "Type to the number of its records."),
            "assessments": list_of(
                named("Record"),
                "What others say of it; never to be added to its own word.",
            ),
        },
        _PLACE,
    ),
    "Action": object_of("An action of the framework.", _ACTION),
    "Actions": page_of("Actions, in the framework's order.", "Action"),
    "ActionPicture": object_of(
        "An action, its parts, and who reports it.",
        {
            **_ACTION,
            "elements": list_of(
                object_of("A part of it.", {"id": iri("Its concept."), "label": TEXTS}),
                "Its parts, in the framework's order.",
            ),
            "states": map_of(_STATE, "City to the state that it reports."),
        },
    ),
    "Proposal": object_of(
        "A city that could help, and what its place rests on. These are choices, not measurements.",
        {
            "rank": whole("From 1.", 1),
            "score": whole(
                "Millionths; it orders the proposals for one learner, and means no more."
            ),
            "helper": iri("The city."),
            "helperHost": text("Its host in addresses of this node."),
            "terms": list_of(
                object_of(
                    "One action's part.",
                    {
                        "action": _CODE,
                        **dict.fromkeys(
                            ("need", "willingness", "maturity", "evidence", "recency", "product"),
                            _PART,
                        ),
                        "sources": list_of(iri("A record."), "The records that it rests on."),
                    },
                    {"asOf": text("The day of the newest of them.", format="date")},
                ),
                "The actions that count, strongest first.",
            ),
            "context": map_of(
                {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                "Feature to how close the two are; null where one does not say.",
            ),
            "workedTogetherLately": {"type": "boolean"},
            "inReturn": list_of(_CODE, "Actions with which the learner could help in return."),
        },
    ),
    "Pairings": page_of(
        "Who could help a city.",
        "Proposal",
        {
            "learner": iri("The city that wants to learn."),
            "asOf": text("The day that they were made on.", format="date"),
            "unmatched": list_of(
                object_of(
                    "A need that nobody meets.",
                    {"action": _CODE, "reason": text("The last condition that somebody failed.")},
                    {"nearest": _CODE},
                ),
                "Needs without a proposal.",
            ),
        },
    ),
    **DESK_SCHEMAS,
    "Problem": {
        "type": "object",
        "description": "Why a request was refused (RFC 9457).",
        "properties": {
            "type": iri("Where this kind of problem is explained."),
            "title": text("The kind of problem."),
            "status": whole("The HTTP status.", 400),
            "detail": text("What was expected, and what was found."),
            "request": text("Name this to whoever runs the node."),
            "findings": list_of(named("Finding"), "What is wrong with a document."),
        },
        "required": ["type", "title", "status", "detail"],
    },
}
"""Name → schema; ``Operation.answer`` names one."""
