"""Every operation of the API, on one page: what is routed, read, answered and documented."""

from __future__ import annotations

from typing import Final

from node.web.api import cities, pairings, records
from node.web.api.desk_table import DESK_OPERATIONS
from node.web.api.operation import Operation
from node.web.api.paging import CURSOR, LIMIT
from node.web.api.parameters import Parameter
from node.web.api.schemas import STATES
from vocab.framework import load
from vocab.languages import LANGUAGES
from vocab.records import KINDS

__all__ = ["CONCEPTS_OF", "OPERATIONS"]

_CODES: Final = tuple(action.code for action in load().actions)
_AREAS: Final = tuple(area.slug for area in load().scheme("area"))

_TYPE: Final = Parameter(
    name="type", about="Types of records.", many=20, choices=tuple(sorted(KINDS))
)
_ACTION: Final = Parameter(
    name="action", about="Codes of actions that a record is about.", many=28, choices=_CODES
)
_AREA: Final = Parameter(
    name="area", about="Areas of the framework.", many=len(_AREAS), choices=_AREAS
)
_PUBLISHER: Final = Parameter(
    name="publisher",
    about="IRIs of the cities or organizations that signed it.",
    many=20,
    pattern='https?://[^\\s<>"]+',
    words="an IRI such as https://city.example/#city",
)
_SUBJECT: Final = Parameter(
    name="subject",
    about="IRIs of the cities or places that it is about.",
    many=20,
    pattern='https?://[^\\s<>"]+',
    words="an IRI such as https://city.example/#city",
)
_COUNTRY: Final = Parameter(
    name="country",
    about="Countries of its publisher, or of what it is about (ISO 3166-1).",
    many=50,
    pattern="[A-Z]{2}",
    words="two capital letters such as CO",
)
_LANGUAGE: Final = Parameter(
    name="language",
    about="Languages that it is written in.",
    many=20,
    pattern="[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}",
    words="a language tag such as es",
)
_STATE: Final = Parameter(
    name="state", about="States that are reported.", many=len(STATES), choices=STATES
)
CONCEPTS_OF: Final = {
    "rightsHolders": "Groups whose rights it is about, concepts of the framework.",
    "principle": "Rights and principles.",
    "element": "Parts of actions.",
    "audience": "For whom it is.",
    "serviceArea": "Services of a city.",
    "policyArea": "Policy areas.",
    "challenge": "What it answers.",
    "instrument": "Kinds of instrument.",
    "partner": "Kinds of partner.",
    "mechanism": "UN mechanisms.",
    "references": "Resources that it refers to.",
    "offer": "Kinds of offer.",
    "study": "Kinds of study.",
    "sdg": "Targets of the Sustainable Development Goals.",
}
"""Facets whose values are concepts, by IRI."""
_CONCEPTS: Final = tuple(
    Parameter(
        name=name,
        about=about,
        many=20,
        pattern='https?://[^\\s<>"]+',
        words="the IRI of a concept such as http://metadata.un.org/sdg/16.7",
    )
    for name, about in CONCEPTS_OF.items()
)
_FILTERS: Final = (
    _TYPE,
    _ACTION,
    _AREA,
    _STATE,
    _PUBLISHER,
    _SUBJECT,
    _COUNTRY,
    _LANGUAGE,
    *_CONCEPTS,
    Parameter(name="evidence", about="With documents that can be checked.", choices=("yes",)),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="listRecords",
        path="/records",
        family="Records",
        title="List records",
        about="Every public record that this node holds, newest first, each as it was signed. A "
        "record that changes while you read moves to the front: read the beginning once more, or "
        "follow `/feed`. Different filters must all hold; of one that is given several times, any "
        "value will do.",
        answer="Records",
        handler=records.listing,
        parameters=(
            *_FILTERS,
            Parameter(
                name="since",
                about="Published on this day or at this moment, or later.",
                pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}"
                "(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2}))?",
                words=records.SINCE_WORDS,
                longest=25,
            ),
            LIMIT,
            CURSOR,
        ),
    ),
    Operation(
        name="readRecord",
        path="/record",
        family="Records",
        title="Read one record",
        about="A record by its IRI, this node's or a peer's. One that was withdrawn or erased is "
        "answered with 410.",
        answer="Record",
        handler=records.one,
        parameters=(
            Parameter(
                name="id",
                about="IRI of the record.",
                required=True,
                pattern='https?://[^\\s<>"]+',
                words="an IRI such as https://city.example/practice/01…",
            ),
        ),
        missing=True,
    ),
    Operation(
        name="search",
        path="/search",
        family="Records",
        title="Search",
        about="Records that words find, best first: titles, texts, and the names of concepts in "
        "every language. The first 10,000 can be read; whoever wants them all lists records.",
        answer="Hits",
        handler=records.found,
        parameters=(
            Parameter(
                name="q",
                about='Words, as people write them; "words in quotes" stand together.',
                required=True,
                longest=400,
            ),
            Parameter(
                name="reader",
                about="The reader's language: whose excerpts to prefer.",
                choices=tuple(LANGUAGES),
                default="en",
            ),
            *_FILTERS,
            LIMIT,
            CURSOR,
        ),
    ),
    Operation(
        name="listCities",
        path="/cities",
        family="Cities",
        title="List cities",
        about="Every city that this node holds, with its own word on each action.",
        answer="Cities",
        handler=cities.listing,
        parameters=(
            _COUNTRY,
            Parameter(name="action", about="Cities that report this action.", choices=_CODES),
            Parameter(
                name="state",
                about="Cities that report one of these states, of that action where one is given.",
                many=len(STATES),
                choices=STATES,
            ),
            LIMIT,
            CURSOR,
        ),
    ),
    Operation(
        name="readCity",
        path="/cities/{host}",
        family="Cities",
        title="Read one city",
        about="What a city says of each action, how much else it has published, and what others "
        "say of it.",
        answer="CityPicture",
        handler=cities.one,
        parameters=(
            Parameter(
                name="host",
                where="path",
                required=True,
                about="Its node's host, with `%3A` before a port.",
                pattern="[A-Za-z0-9.:%_-]{1,260}",
                words="a host such as city.example",
                longest=260,
            ),
        ),
        missing=True,
    ),
    Operation(
        name="listActions",
        path="/actions",
        family="Actions",
        title="List actions",
        about="The 28 actions of the framework, and how many cities report each state of each.",
        answer="Actions",
        handler=cities.actions,
        parameters=(
            Parameter(name="area", about="Of one area.", choices=_AREAS),
            Parameter(name="tier", about="Of one tier.", choices=("priority", "advanced")),
        ),
    ),
    Operation(
        name="readAction",
        path="/actions/{code}",
        family="Actions",
        title="Read one action",
        about="An action, its parts, and the state that each city reports. A city that is not "
        "named has said nothing of it.",
        answer="ActionPicture",
        handler=cities.action,
        parameters=(
            Parameter(
                name="code",
                where="path",
                required=True,
                about="Its code.",
                pattern="[FST][0-9]{1,2}",
                words="a code such as T6",
                longest=3,
            ),
        ),
        missing=True,
    ),
    Operation(
        name="listPairings",
        path="/pairings",
        family="Pairings",
        title="Who could help a city",
        about="Cities that a city could learn from, best first, with every number that the order "
        "rests on, from public records alone; and the needs that nobody meets, with why.",
        answer="Pairings",
        handler=pairings.listing,
        parameters=(
            Parameter(
                name="city",
                about="Host of the city that wants to learn.",
                required=True,
                pattern="[A-Za-z0-9.:%_-]{1,260}",
                words="a host such as city.example",
                longest=260,
            ),
            LIMIT,
            CURSOR,
        ),
        missing=True,
    ),
    *DESK_OPERATIONS,
)
"""The order is the reference's."""
