"""What JSON Schema cannot say: things that must fit each other.

Each rule stands in ``shapes.ttl`` as well, in SPARQL or as a pair constraint, and a test finds
both of one opinion. Rules look only at values of the right kind; the others are the schema's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vocab.shapes.observations import few_or_none
from vocab.shapes.problem import Place, Problem

__all__ = ["broken"]

Document = Mapping[str, Any]

_PERIODS: Final = {
    "Practice": ("started", "ended"),
    "Body": ("started", "ended"),
    "Exchange": ("started", "ended"),
    "Strategy": ("periodStart", "periodEnd"),
    "Study": ("periodStart", "periodEnd"),
    "Agreement": ("periodStart", "periodEnd"),
    "ProgressReport": ("periodStart", "periodEnd"),
    "Membership": ("validFrom", "validUntil"),
}
_IDENTIFIERS: Final = {
    "did": "publisher",
    "memberDid": "member",
    "learnerDid": "learner",
    "helperDid": "helper",
}
_BELOW: Final = re.compile(r"[a-z-]+(/[0-9A-Z]{26})?(/v/[0-9]+)?")


def broken(document: Document) -> Iterator[Problem]:
    """Every rule that the document breaks; a rule about a field that is not there is kept."""
    yield from _well_formed(document, ())
    yield from _parts(document)
    yield from _order(document, "issued", "modified")
    kind = _text(document, "type")
    if kind in _PERIODS:
        yield from _order(document, *_PERIODS[kind])
    yield from _address(document)
    yield from _identifiers(document)
    match kind:
        case "ObservationSet":
            yield from few_or_none(document)
        case "Withdrawal":
            yield from _withdrawal(document)
        case "Body":
            yield from _unit(document)
        case "Agreement":
            yield from _parties(document)
        case "Exchange":
            yield from _exchange(document)
        case "Membership":
            yield from _membership(document)
        case "Assessment" if _text(document, "subject") == document.get("publisher"):
            yield Problem(("subject",), "own-assessment", {"found": document.get("subject")})
        case _:
            pass


def _well_formed(holder: Document, place: Place) -> Iterator[Problem]:
    """One text a language, and whole numbers written without a point."""
    for key, value in holder.items():
        if type(value) is dict:
            if len(value) > 1 and key != "proof":
                yield from _languages(value, (*place, key))
        elif type(value) is float and value.is_integer():
            yield Problem((*place, key), "number-with-point", {"found": value})


def _languages(texts: Document, place: Place) -> Iterator[Problem]:
    """A language tag is the same in small and in capital letters."""
    seen: dict[str, str] = {}
    for tag in texts:
        first = seen.setdefault(tag.lower(), tag)
        if first != tag:
            yield Problem((*place, tag), "language-twice", {"found": tag, "first": first})


def _parts(document: Document) -> Iterator[Problem]:
    """A part is named by the record's address and a fragment, and by that one name only once."""
    name = document.get("id")
    seen: set[str] = set()
    for key, values in document.items():
        if key.startswith("@") or type(values) is not list:
            continue
        for index, part in enumerate(values):
            if type(part) is not dict:
                continue
            place: Place = (key, index)
            yield from _well_formed(part, place)
            own = part.get("id")
            if type(own) is not str or name is None:
                continue
            if not own.startswith(f"{name}#"):
                yield Problem((*place, "id"), "part-elsewhere", {"found": own, "record": name})
            elif own in seen:
                yield Problem((*place, "id"), "part-twice", {"found": own})
            seen.add(own)


def _order(document: Document, first: str, last: str) -> Iterator[Problem]:
    """Dates are compared as far as both are given: 2021 and 2021-03 are in order."""
    start, end = _text(document, first), _text(document, last)
    length = min(len(start), len(end))
    if start[:length] > end[:length]:
        yield Problem((last,), "date-order", {"found": end, "first": first, "start": start})


def _address(document: Document) -> Iterator[Problem]:
    """A record stands at its publisher's address."""
    name, publisher = _text(document, "id"), _text(document, "publisher")
    base = publisher.partition("#")[0]
    if name and base and not (name.startswith(base) and _BELOW.fullmatch(name[len(base) :])):
        yield Problem(("id",), "not-at-publisher", {"found": name, "base": base})


def _identifiers(document: Document) -> Iterator[Problem]:
    """``did:web:host``, with ``%3A`` before a port, goes with an address at that host."""
    for key, holder in _IDENTIFIERS.items():
        found, agent = _text(document, key), _text(document, holder)
        if found and agent:
            host = agent.partition("://")[2].partition("/")[0]
            wanted = f"did:web:{host.replace(':', '%3A')}"
            if found != wanted and not found.startswith(f"{wanted}:"):
                yield Problem((key,), "identifier", {"found": found, "wanted": wanted})


def _withdrawal(document: Document) -> Iterator[Problem]:
    """A withdrawal stands at the record's address, ``/v/`` and its version."""
    if not {"id", "object", "version"} <= document.keys():
        return
    wanted = f"{document['object']}/v/{document['version']}"
    if _text(document, "id") != wanted:
        yield Problem(("id",), "withdrawal-id", {"found": document.get("id"), "wanted": wanted})


def _exchange(document: Document) -> Iterator[Problem]:
    """Two cities, the publisher one of them in the role that it says, and one name for both."""
    learner, helper = _text(document, "learner"), _text(document, "helper")
    publisher, counterpart = _text(document, "publisher"), _text(document, "counterpart")
    if not (learner and helper and publisher):
        return
    role = _text(document, "publisherRole").rpartition("/")[2]
    if learner == helper:
        yield Problem(("helper",), "same-city", {"found": helper})
    allowed = {"learner": {learner}, "helper": {helper}}.get(role, {learner, helper})
    if publisher not in allowed:
        found = {"found": publisher, "role": role, "wanted": " / ".join(sorted(allowed))}
        yield Problem(("publisher",), "not-taking-part", found)
    other = helper if publisher == learner else learner
    ulid = _text(document, "id").rpartition("/exchange/")[2]
    wanted = f"{other.partition('#')[0]}exchange/{ulid}"
    if ulid and counterpart and counterpart != wanted:
        yield Problem(("counterpart",), "counterpart", {"found": counterpart, "wanted": wanted})


def _unit(document: Document) -> Iterator[Problem]:
    """A body inside the administration is a unit of its own city, or of another body of it."""
    publisher, unit_of = _text(document, "publisher"), _text(document, "unitOf")
    bodies = f"{publisher.partition('#')[0]}body/"
    if not (publisher and unit_of) or unit_of == publisher:
        return
    if unit_of == _text(document, "id") or not unit_of.startswith(bodies):
        found = {"found": unit_of, "wanted": publisher, "bodies": bodies}
        yield Problem(("unitOf",), "unit-elsewhere", found)


def _parties(document: Document) -> Iterator[Problem]:
    """The publisher is a party by publishing; the others are named."""
    parties, publisher = document.get("parties"), _text(document, "publisher")
    for index, party in enumerate(parties if isinstance(parties, list) else ()):
        if publisher and party == publisher:
            yield Problem(("parties", index), "party-itself", {"found": party})


def _membership(document: Document) -> Iterator[Problem]:
    """A membership is published by the network that it is of."""
    publisher, organization = _text(document, "publisher"), _text(document, "organization")
    if publisher and organization and publisher != organization:
        found = {"found": publisher, "wanted": organization}
        yield Problem(("publisher",), "not-the-network", found)


def _text(document: Document, key: str) -> str:
    """The value of a key where it is text, else nothing."""
    value = document.get(key)
    return value if isinstance(value, str) else ""
