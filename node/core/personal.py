"""Signs of personal data in a record: what somebody should look at before it is signed.

Patterns know no context: a sign is a question to whoever publishes, never a refusal. What is found
is not kept and not logged. Addresses of the web and fields that hold concepts are not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

__all__ = ["Sign", "Trace", "traces"]

MOST: Final = 50
"""Signs that are told of one record."""
_LONGEST: Final = 60
"""Characters that are shown of one."""
_BESIDE: Final = frozenset({"@context", "id", "type", "publisher", "did", "proof", "sha256"})


class Sign(StrEnum):
    """What something looks like."""

    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Trace:
    """One sign: where it stands in the document, what it looks like, and the words."""

    place: tuple[str | int, ...]
    sign: Sign
    found: str


_WEB: Final = re.compile(r"\b(?:https?://|www\.|did:)\S+", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_OFFICE_MAIL: Final = re.compile(r"[\w+%-]+@")
_PHONE: Final = re.compile(
    r"(?<![\w./-])(?:\+|\()?\d(?:[\s().\-\u2010-\u2013/]{0,2}\d){6,14}(?![\w-])"
)
_DATES: Final = re.compile(r"(?:1[89]|20)\d\d(?:[-/.\u2013]\d{1,2}){0,2}")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[ .\u00a0\u202f]\d{3})+")
_NUMBERS: Final = (
    re.compile(r"\b\d{3}-\d{2}-\d{4}\b"),
    re.compile(r"\b\d{6}-\d{7}\b"),
    re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
    re.compile(r"\b[A-Z]{0,3}\d{7,10}[- ]?[A-Z]\b"),
    re.compile(r"\b[A-Z]{1,3}\d{6,10}\b"),
    re.compile(r"\b\d{17}[\dXx]\b"),
    re.compile(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b"),
)
"""Numbers of persons as states and banks write them; long ones only, so that codes are left out."""
_NAME: Final = r"[^\W\d_a-zà-ÿа-я][\w'’-]+"
_PERSONS: Final = (
    re.compile(
        r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sr|Sra|Srta|Dña|Don|Doña|Lic|Ing|Abg|Mme|Mlle|Maître|"
        rf"Herr|Frau|Senhor|Senhora|г-н|г-жа|Господин|Госпожа)\b\.? +{_NAME}"
    ),
    re.compile(rf"\bM\. +{_NAME}"),
    re.compile(r"(?:السيد|السيدة|الدكتور|الدكتورة|الأستاذ|الأستاذة)\s+\w+"),
    re.compile(r"[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐)"),
    re.compile(r"(?:^|(?<=\s))[\uac00-\ud7a3]{2,4} ?씨(?=[\s,.은는이가을를의와과]|$)"),
)


def traces(document: Mapping[str, Any]) -> list[Trace]:
    """Every sign of personal data in a record's texts, in their order, up to ``MOST``.

    >>> [trace.found for trace in traces({"summary": {"en": "Call Mr Doe at +1 202 555 0143."}})]
    ['+1 202 555 0143', 'Mr Doe']
    """
    found: list[Trace] = []
    for place, text in _texts(document, ()):
        for trace in _in_text(place, text):
            if len(found) == MOST:
                return found
            if trace not in found:
                found.append(trace)
    return found


def _texts(
    value: object, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each text of a document with its place."""
    if isinstance(value, str):
        if not value.startswith(("http://", "https://")):
            yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key not in _BESIDE:
                yield from _texts(one, (*place, str(key)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, (*place, number))


def _in_text(place: tuple[str | int, ...], text: str) -> Iterator[Trace]:
    plain = _WEB.sub(" ", text)
    for email in _EMAIL.findall(plain):
        # The field for it is meant for an office: only what looks like first.last is told.
        if place[0] != "contactEmail" or not _OFFICE_MAIL.fullmatch(f"{email.partition('@')[0]}@"):
            yield Trace(place, Sign.EMAIL, _cut(email))
    plain = _EMAIL.sub(" ", plain)
    numbers = [hit[0] for pattern in _NUMBERS for hit in pattern.finditer(plain)]
    yield from (Trace(place, Sign.NUMBER, _cut(one)) for one in numbers)
    for phone in _PHONE.finditer(plain):
        if _is_phone(phone[0]) and not any(one in phone[0] for one in numbers):
            yield Trace(place, Sign.PHONE, _cut(phone[0]))
    for pattern in _PERSONS:
        yield from (Trace(place, Sign.PERSON, _cut(hit[0])) for hit in pattern.finditer(plain))


def _is_phone(text: str) -> bool:
    """Whether digits read as a number to call: not as dates, years or an amount."""
    bare = text.strip("() ")
    if bare.startswith("+") or text.startswith("("):
        return True
    if _THOUSANDS.fullmatch(bare):
        return False
    groups = re.split(r"[\s\u2013/]+|(?<=\d{4})-(?=\d{4})", bare)
    dates = [group for group in groups if _DATES.fullmatch(group)]
    if dates and all(group in dates or len(group) < 3 for group in groups):
        return False
    digits = sum(letter.isdigit() for letter in bare)
    return bare.startswith("0") or digits >= 9


def _cut(text: str) -> str:
    return text.strip()[:_LONGEST]
