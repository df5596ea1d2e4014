"""A cell's text as a value of a record, and back.

What is well made already is left as it is, so that what we wrote comes back unchanged. What
people and their programs write otherwise is put right only where it can mean one thing: ``0,8``,
``5.3.2021``, ``Q41283``, ``Colombia``. Everything else stays as it stands, for the shapes to find.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from babel import Locale

from node.core.sheets.concepts import concept_of, is_concept, word_for
from node.core.sheets.dates import date_of, is_date
from node.core.sheets.labels import folded, name_of, words_for
from vocab.languages import LANGUAGES
from vocab.records import TYPES
from vocab.shapes.schema import definitions

__all__ = ["fits", "items_of", "joined", "language_of", "read_type", "read_value", "write_value"]

_INTEGERS: Final = frozenset({"Count", "Capacity", "Version"})
_DECIMALS: Final = frozenset({"Amount", "Share", "Latitude", "Longitude"})
_TEXTS: Final = frozenset({"ShortText", "SummaryText", "SectionText", "Line"})
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009']+")
_ITEM: Final = re.compile(r"(?:\\[\\;；]|[^;；\r\n])+")
_ESCAPED: Final = re.compile(r"\\([\\;；])")
_ESCAPE: Final = re.compile(r"[\\;；]")
_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+")


def read_value(text: str, ref: str, language: str) -> Any:
    """What a cell says, as a value of this definition; the text itself where it cannot be read.

    Args:
        ref: Name of a definition of the shapes.
        language: Of the officer: decides between concepts of one name.

    >>> read_value("0,8", "Share", "es"), read_value("1 204 553", "Count", "fr")
    ('0.8', 1204553)
    """
    if ref in _TEXTS:
        return text
    bare = text.strip()
    if is_concept(ref):
        return concept_of(bare, ref, language) or bare
    if ref in _INTEGERS:
        digits = _SPACES.sub("", _digits(bare))
        return int(digits) if re.fullmatch(r"-?[0-9]{1,16}", digits) else bare
    if ref == "Truth":
        return _truths().get(folded(bare) or bare, bare)
    if fits(bare, ref):
        return bare
    if is_date(ref):
        found = date_of(_digits(bare), ref)
    elif ref in _DECIMALS:
        found = _decimal(bare, ref)
    else:
        found = _OTHERS.get(ref, str)(bare)
    return found if fits(found, ref) else bare


def write_value(value: object, ref: str, language: str) -> str:
    """A value as it stands in a cell."""
    if isinstance(value, bool):
        return name_of("true" if value else "false", language)
    if isinstance(value, str) and is_concept(ref):
        return word_for(value, ref, language)
    return str(value)


def items_of(text: str) -> list[str]:
    r"""The entries of a list in a cell: one a line, or parted by semicolons (``\;`` parts nothing).

    >>> items_of("es; en\n  gn ")
    ['es', 'en', 'gn']
    """
    items = (_ESCAPED.sub(r"\1", part).strip() for part in _ITEM.findall(text))
    return [item for item in items if item]


def joined(items: list[str], *, by_line: bool) -> str:
    r"""Entries in a cell, so that ``items_of`` gives them back.

    >>> joined(["https://a.example/;x", "https://b.example/"], by_line=True)
    'https://a.example/\\;x\nhttps://b.example/'
    """
    safe = (_ESCAPE.sub(r"\\\g<0>", item) for item in items)
    return ("\n" if by_line else "; ").join(safe)


def fits(text: str, ref: str) -> bool:
    """Whether text is a value of this definition; False where it has no pattern to say so."""
    pattern = _pattern(ref)
    return pattern is not None and pattern.search(text) is not None


@cache
def _pattern(ref: str) -> re.Pattern[str] | None:
    pattern = definitions().get(ref, {}).get("pattern")
    return (
        re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern) if pattern else None
    )


def _digits(text: str) -> str:
    """Text with the digits of every script as ours."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _decimal(text: str, ref: str) -> str:
    """A number with a point; a comma that may part thousands stays."""
    plain = _SPACES.sub("", _digits(text)).replace("\u2212", "-").replace("٫", ".")
    if "." not in plain and not (ref == "Amount" and _THOUSANDS.fullmatch(plain)):
        plain = plain.replace(",", ".", 1)
    if fits(plain, ref) or "." not in plain:
        return plain
    return plain.rstrip("0").rstrip(".")


@cache
def _truths() -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    for name, truth in (("true", True), ("false", False)):
        for words in words_for(name).values():
            found |= {folded(word) or word: truth for word in words}
    return found


@cache
def _territories() -> Mapping[str, str]:
    """Folded names of countries and parts of the world → code; none that names two."""
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            found.setdefault(folded(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


@cache
def _languages() -> Mapping[str, str]:
    """Folded names of languages, in the languages of the vocabulary and their own → tag."""
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).languages.items():
            found.setdefault(folded(name), set()).add(code.replace("_", "-"))
    for tag, name in LANGUAGES.items():
        found[folded(name)] = {tag}
    return {name: next(iter(tags)) for name, tags in found.items() if len(tags) == 1}


def language_of(text: str) -> str | None:
    """The tag that is meant: a tag itself, or the name of a language.

    >>> language_of("pt-BR"), language_of("Spanish"), language_of("2021")
    ('pt-BR', 'es', None)
    """
    bare = text.strip()
    named = _languages().get(folded(bare))
    return named or (bare if fits(bare, "LanguageTag") else None)


def _country(text: str) -> str:
    return text.upper() if len(text) == 2 else _territories().get(folded(text), text)


def _region(text: str) -> str:
    return text.zfill(3) if text.isdecimal() else _territories().get(folded(text), text)


def _place(text: str) -> str:
    """A number at GeoNames, or its page's address, as the IRI of the place."""
    found = re.fullmatch(
        r"(?:https?://(?:www\.|sws\.)?geonames\.org/)?([1-9][0-9]{0,9})(?:/.*)?", text
    )
    return f"https://sws.geonames.org/{found[1]}/" if found else text


def _wikidata(text: str) -> str:
    found = re.fullmatch(
        r"(?:https?://(?:www\.|m\.)?wikidata\.org/(?:wiki|entity)/)?(Q[1-9][0-9]{0,9})",
        text,
        re.IGNORECASE,
    )
    return f"http://www.wikidata.org/entity/{found[1].upper()}" if found else text


def _target(text: str) -> str:
    found = re.fullmatch(
        r"(?:(?:sdg|ods|odd|goal|target)\s*)?([0-9]{1,2}(?:\.[0-9a-z]{1,2})?)", text.lower()
    )
    return f"http://metadata.un.org/sdg/{found[1]}" if found else text


def read_type(text: str) -> str:
    """The type that is meant, by its name in any language; the text itself where none is.

    >>> read_type("Práctica"), read_type("invoice")
    ('Practice', 'invoice')
    """
    for kind in TYPES:
        if any(
            folded(word) == folded(text) for words in words_for(kind).values() for word in words
        ):
            return kind
    return text


_OTHERS: Final[Mapping[str, Callable[[str], str]]] = {
    "CountryCode": _country,
    "Currency": str.upper,
    "Email": lambda text: text.removeprefix("mailto:"),
    "LanguageTag": lambda text: language_of(text) or text,
    "M49": _region,
    "Place": _place,
    "Sha256": lambda text: text.lower().removeprefix("sha256:").strip(),
    "SdgTarget": _target,
    "Subject": _place,
    "Wikidata": _wikidata,
}
"""Definition → how to read what is not well made yet."""
