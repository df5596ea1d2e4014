"""What a city publishes, as types: one class a kind of record, frozen, with closed keys.

``parse`` takes a document whose shape has been checked (``vocab.shapes.check`` says everything
that is wrong with one that has not; ``parse`` stops at the first thing) and leaves the proof
aside: a record is what was said, not how it was signed. ``render(parse(document))`` is the
document again, without its proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, get_args

import msgspec

from vocab.errors import NotARecord
from vocab.jsonld.contexts import CONTEXT
from vocab.records.agents import City, Membership, Organization, PairingRound
from vocab.records.base import (
    Base,
    Concepts,
    Evidence,
    Measure,
    NamedPartner,
    Part,
    Record,
    Translation,
)
from vocab.records.institutions import Agreement, Body, Study
from vocab.records.learning import Exchange, Need, Offer
from vocab.records.measurement import Indicator, Observation, ObservationSet
from vocab.records.review import Recommendation, Submission
from vocab.records.work import (
    ActionStatus,
    Assessment,
    Commitment,
    Practice,
    ProgressReport,
    Strategy,
    Withdrawal,
)

__all__ = [
    "CONTEXT",
    "KINDS",
    "TYPES",
    "ActionStatus",
    "Agreement",
    "AnyRecord",
    "Assessment",
    "Base",
    "Body",
    "City",
    "Commitment",
    "Concepts",
    "Evidence",
    "Exchange",
    "Indicator",
    "Measure",
    "Membership",
    "NamedPartner",
    "Need",
    "Observation",
    "ObservationSet",
    "Offer",
    "Organization",
    "PairingRound",
    "Part",
    "Practice",
    "ProgressReport",
    "Recommendation",
    "Record",
    "Strategy",
    "Study",
    "Submission",
    "Translation",
    "Withdrawal",
    "parse",
    "render",
    "type_of",
]

AnyRecord: TypeAlias = (
    City
    | Organization
    | Membership
    | PairingRound
    | Commitment
    | ActionStatus
    | Practice
    | Strategy
    | ProgressReport
    | Assessment
    | Need
    | Offer
    | Exchange
    | Submission
    | Recommendation
    | Indicator
    | ObservationSet
    | Body
    | Study
    | Agreement
    | Withdrawal
)


TYPES: Final[Mapping[str, type[Record]]] = {kind.__name__: kind for kind in get_args(AnyRecord)}
"""Each type's name, as it stands in a document, and its class."""

KINDS: Final[Mapping[str, str]] = {
    "City": "city",
    "Organization": "organization",
    "Membership": "membership",
    "PairingRound": "pairing-round",
    "Commitment": "commitment",
    "ActionStatus": "action-status",
    "Practice": "practice",
    "Strategy": "strategy",
    "ProgressReport": "progress-report",
    "Assessment": "assessment",
    "Need": "need",
    "Offer": "offer",
    "Exchange": "exchange",
    "Submission": "submission",
    "Recommendation": "recommendation",
    "Indicator": "indicator",
    "ObservationSet": "observation-set",
    "Body": "body",
    "Study": "study",
    "Agreement": "agreement",
}
"""Each type's segment in addresses. A Withdrawal has none: it stands at ``<record>/v/<n>``."""

_BESIDE = frozenset({"@context", "proof"})


def parse(document: Mapping[str, Any]) -> AnyRecord:
    """A document as its type. ``proof`` is left aside, unread.

    Raises:
        NotARecord: The context is not ours, the type is unknown, or a key or value does not fit.
            Nothing is said here of IRIs, concepts, languages and dates: see ``vocab.shapes``.
    """
    context = document.get("@context")
    if context != list(CONTEXT):
        raise NotARecord(f"@context: expected exactly {list(CONTEXT)}, found {context!r}")
    said = {key: value for key, value in document.items() if key not in _BESIDE}
    try:
        record: AnyRecord = msgspec.convert(said, AnyRecord)
    except msgspec.ValidationError as mistake:
        raise NotARecord(str(mistake)) from None
    return record


def render(record: Record) -> dict[str, Any]:
    """The record as a JSON document, ready to be signed. Empty fields are left out."""
    said: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return {"@context": list(CONTEXT), **said}


def type_of(record: Base) -> str:
    """The name of its class, as it stands in a document.

    >>> type_of(Need(id="", version=1, publisher="", action="", strength="1"))
    'Need'
    """
    return type(record).__name__
