"""What to write into a column, in a few words of the officer's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale, UnknownLocaleError

from node.core.sheets.columns import Column, Form
from node.core.sheets.concepts import is_concept
from node.core.sheets.labels import name_of, spoken
from vocab.shapes.schema import definitions

__all__ = ["hint", "word"]

_ONE: Final[Mapping[str, str]] = {
    "Amount": "decimal",
    "Capacity": "integer",
    "Count": "integer",
    "CountryCode": "country",
    "Currency": "currency",
    "Day": "day",
    "LanguageTag": "tag",
    "Latitude": "decimal",
    "Longitude": "decimal",
    "MonthDay": "month-day",
    "PartialDate": "date",
    "Place": "place",
    "Share": "decimal",
    "Subject": "place",
    "Version": "integer",
    "WebAddress": "link",
    "Year": "year",
}
_SEVERAL: Final[Mapping[str, str]] = {
    "LanguageTag": "tags",
    "M49": "regions",
    "SdgTarget": "targets",
    "WebAddress": "links",
}


def hint(column: Column, language: str) -> str:
    """What belongs into the cells of a column; English readers are told what the field is for."""
    leaf = column.leaf
    what = leaf.description if spoken(language) == "en" else ""
    return f"{what} {_form(column, language)}".strip()


def _form(column: Column, language: str) -> str:
    """How a value of this column is written."""
    leaf = column.leaf
    about = definitions().get(leaf.ref, {})
    if leaf.key == "id":
        return word("id", language)
    if leaf.form is Form.TEXTS:
        limit = f"{about['maxLength']:,}"
        text = word("text", language).replace("{language}", _tongue(column.tag, language))
        return text.replace("{limit}", limit)
    if is_concept(leaf.ref):
        return word("concepts" if leaf.form is Form.LIST else "concept", language)
    if leaf.ref == "Truth":
        return f"{name_of('true', language)} / {name_of('false', language)}"
    names = _SEVERAL if leaf.form is Form.LIST else _ONE
    return word(names[leaf.ref], language) if leaf.ref in names else str(about.get("title", ""))


def word(name: str, language: str) -> str:
    """A word or sentence of ``data/hints.toml``."""
    return _hints()[name][spoken(language)]


@cache
def _hints() -> Mapping[str, Mapping[str, str]]:
    text = files("node.core.sheets").joinpath("data", "hints.toml").read_text("utf-8")
    return tomllib.loads(text)


def _tongue(tag: str, language: str) -> str:
    """The name of a language, as readers of another call it."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(spoken(language)) or tag
    except (ValueError, UnknownLocaleError):
        return tag
