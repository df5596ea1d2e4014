"""What a client would rather have: media types, codings and languages (RFC 9110, section 12.5).

Headers come from strangers. What is malformed in one is passed over, never an error, and every
pattern here runs in linear time. Servers offer in their own order of preference; a tie in the
client's quality goes to what was offered first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

__all__ = ["coding", "languages", "media_type", "ranges"]

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*(?:"|\\?$)'  # one left open takes the rest: no second reading of it
_PART = re.compile(rf"(?:{_QUOTED}|[^,\"])+")
_PARAMETER = re.compile(rf";[ \t]*({_NAME})=({_NAME}|{_QUOTED})[ \t]*")
_RANGE = re.compile(rf"[ \t]*({_NAME}(?:/{_NAME})?)[ \t]*")
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MOST = 64


def ranges(header: str) -> Iterator[tuple[str, float]]:
    """Each well-formed member of an ``Accept…`` header in lower case, with its quality.

    Parameters other than ``q`` are read and left aside: we offer no type in two flavours.

    >>> list(ranges('text/html;level="1,2";q=0.5, broken;q=7, */*'))
    [('text/html', 0.5), ('*/*', 1.0)]
    """
    for number, part in enumerate(_PART.finditer(header)):
        if number >= _MOST:
            return
        named = _RANGE.match(part[0])
        if named is None:
            continue
        quality = _quality(part[0], named.end())
        if quality is not None:
            yield named[1].lower(), quality


def media_type(accept: str, offers: Sequence[str]) -> str | None:
    """The offer that suits an ``Accept`` header best, or ``None`` where it admits none of them.

    The most specific range that fits an offer decides its quality (RFC 9110, section 12.5.1).

    Args:
        accept: The header; empty where it was not sent, which admits everything.
        offers: Media types without parameters, dearest first.

    >>> media_type("text/*;q=0.9, application/ld+json", ["text/html", "application/ld+json"])
    'application/ld+json'
    >>> media_type("image/png", ["text/html"]) is None
    True
    """
    asked = list(ranges(accept))
    if not accept.strip():
        return offers[0] if offers else None
    return _best(offers, lambda offer: _quality_of_type(offer, asked))


def coding(accept_encoding: str, offers: Sequence[str]) -> str:
    """The content coding to use: one of the offers, or ``identity``.

    ``identity`` is used where nothing offered is asked for by name or by ``*``, even where a
    client claims to refuse it: an answer it can read beats none.

    >>> coding("gzip;q=0.5, zstd", ["zstd", "gzip"]), coding("", ["gzip"])
    ('zstd', 'identity')
    """
    asked = dict(ranges(accept_encoding))
    anything = asked.get("*", 0.0)
    return _best(offers, lambda offer: asked.get(offer, anything)) or "identity"


def languages(accept_language: str) -> tuple[str, ...]:
    """The tags of an ``Accept-Language`` header, dearest first; ``*`` and refused ones left out.

    >>> languages("fr;q=0.5, ar-MA, *;q=0.1, de;q=0")
    ('ar-ma', 'fr')
    """
    asked = [
        (tag, quality)
        for tag, quality in ranges(accept_language)
        if quality > 0 and _TAG.fullmatch(tag)
    ]
    return tuple(dict.fromkeys(tag for tag, _ in sorted(asked, key=lambda it: -it[1])))


def _best(offers: Sequence[str], quality: Callable[[str], float]) -> str | None:
    chosen, most = None, 0.0
    for offer in offers:
        found = quality(offer)
        if found > most:
            chosen, most = offer, found
    return chosen


def _quality_of_type(offer: str, asked: Sequence[tuple[str, float]]) -> float:
    for form in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        found = [quality for name, quality in asked if name == form]
        if found:
            return max(found)
    return 0.0


def _quality(part: str, at: int) -> float | None:
    """The ``q`` of a member whose parameters begin at ``at``; ``None`` where they are malformed."""
    quality = 1.0
    while at < len(part):
        found = _PARAMETER.match(part, at)
        if found is None:
            return None
        if found[1].lower() == "q":
            if not _QUALITY.fullmatch(found[2]):
                return None
            quality = float(found[2])
        at = found.end()
    return quality
