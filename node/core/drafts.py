"""What a document still needs before it can be signed: a name, a number, a publisher.

An author writes what there is to say; names and numbers follow from the node and its log. What was
written is never changed: a wrong value is left for the shapes to find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from node.core.ulid import ulid
from node.errors import Invalid, Refused
from peers.encoding import JsonObject, parse_json
from peers.log import Body
from vocab.framework import load
from vocab.languages import LangMap
from vocab.records import CONTEXT, KINDS
from vocab.terms import IC, WithdrawalReason

__all__ = ["PARTS", "asks_erasure", "called", "named", "numbered", "withdrawal_of"]

_ONE_OF_A_KIND: Final = frozenset({"City", "Organization"})
_TITLES: Final = ("title", "name", "subjectName", "memberName")
_STRUCTURE: Final = f"{IC}observationStructure"
PARTS: Final = {
    "evidence": ("Evidence", "evidence"),
    "measures": ("Measure", "measure"),
    "observations": ("Observation", "observation"),
    "partnersNamed": ("NamedPartner", "partner"),
    "translations": ("Translation", "translation"),
}
"""Key of a list of nested parts → their type, and what their names begin with."""


def called(document: Mapping[str, Any]) -> LangMap:
    """What a draft is called in lists: its title, else its action; empty where it has neither."""
    for key in _TITLES:
        texts = document.get(key)
        if isinstance(texts, dict) and texts:
            return {str(tag): str(text) for tag, text in texts.items()}
    action = document.get("action")
    concept = load().concept(action) if isinstance(action, str) else None
    return concept.label if concept else {}


def named(
    document: Mapping[str, Any],
    *,
    base_url: str,
    agent: str,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> JsonObject:
    """A copy with ``@context``, ``id`` and ``publisher`` where they were missing, without a proof.

    Nested parts get their type; one without an ``id`` is counted (``#evidence-1``), and a
    fragment becomes an IRI.

    Args:
        base_url: The node's address, without a trailing slash.
        agent: The node's city or organization.
        now, entropy: For a new ULID.
    """
    kind = document.get("type")
    said = {key: value for key, value in document.items() if key != "proof"}
    made: JsonObject = {"@context": list(CONTEXT), "publisher": agent, **said}
    if "id" not in made and isinstance(kind, str) and kind in KINDS:
        made["id"] = f"{base_url}/{KINDS[kind]}"
        if kind not in _ONE_OF_A_KIND:
            made["id"] += f"/{ulid(int(now.timestamp() * 1000), entropy)}"
    if made.get("type") == "ObservationSet":
        made.setdefault("structure", _STRUCTURE)
    if isinstance(made.get("id"), str):
        for key, (part_type, word) in PARTS.items():
            if isinstance(made.get(key), list):
                made[key] = [
                    _part(part, part_type, made["id"], f"{word}-{number}")
                    for number, part in enumerate(made[key], 1)
                ]
    return made


def _part(part: object, part_type: str, iri: str, name: str) -> object:
    """A nested part with its type, under its full name."""
    if not isinstance(part, dict):
        return part
    own = part.get("id", f"#{name}")
    whole = iri + own if isinstance(own, str) and own.startswith("#") else own
    return {"type": part_type, **part, "id": whole}


def numbered(document: JsonObject, last: int) -> JsonObject:
    """A copy with its version, the one after ``last`` (0 where nothing was published).

    Raises:
        Refused: It was made from another version than the last one.
    """
    given = document.get("version", last)
    if isinstance(given, bool) or not isinstance(given, int):
        return document
    if given not in {last, last + 1}:
        raise Refused(
            f"{document.get('id')}: expected version {last} (the last one published) or {last + 1}"
            f" (the next), found {given}: somebody else may have changed it meanwhile"
        )
    return {**document, "version": last + 1}


def withdrawal_of(
    iri: str,
    version: int,
    *,
    publisher: str,
    reason: str,
    at: datetime,
    note: LangMap,
    replaced_by: str | None,
    erase: bool = False,
) -> JsonObject:
    """The document that stands in place of a record from this version on.

    Args:
        reason: Slug or IRI of a withdrawal reason.

    Raises:
        Invalid: There is no such reason.
    """
    reasons = {str(one).rpartition("/")[2]: str(one) for one in WithdrawalReason}
    found = reasons.get(reason, reason)
    if found not in reasons.values():
        raise Invalid(f"expected a reason, one of {', '.join(reasons)}; found {reason!r}")
    document: JsonObject = {
        "@context": list(CONTEXT),
        "id": f"{iri}/v/{version}",
        "type": "Withdrawal",
        "version": version,
        "publisher": publisher,
        "object": iri,
        "withdrawalReason": found,
        "invalidatedAt": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if note:
        document["note"] = dict(note)
    if replaced_by:
        document["replacedBy"] = replaced_by
    if erase:
        document["erase"] = True
    return document


def asks_erasure(body: Body | None) -> bool:
    """Whether a record is a withdrawal that asks everyone to erase the text of its versions."""
    if body is None:
        return False
    document = parse_json(body.record)
    return isinstance(document, dict) and (document.get("type"), document.get("erase")) == (
        "Withdrawal",
        True,
    )
