"""What a document consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Block", "Heading", "Items", "Phrase", "Rows", "Words"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Text in one language.

    Attributes:
        lang: BCP 47 tag; empty for text that is in none, such as an address.
        href: Where it leads, http or https; empty for text that leads nowhere.
    """

    text: str
    lang: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; 1 is the title, and a level is never left out on the way down."""

    level: int
    text: Phrase


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with a caption; the first cell of a row names the row."""

    caption: Phrase
    head: tuple[Phrase, ...]
    rows: tuple[tuple[Phrase, ...], ...]


Block: TypeAlias = Heading | Words | Items | Rows
