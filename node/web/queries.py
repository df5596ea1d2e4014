"""The worked queries that the query page and ``/data`` offer: text files, one query each.

The first line of each is a comment that says what it answers; a test runs all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["Worked", "worked_queries"]

_ORDER: Final = (
    "cities",
    "places",
    "states",
    "in-place",
    "coverage",
    "self-and-others",
    "titles",
    "failures",
    "exchanges",
    "provenance",
)


@dataclass(frozen=True, slots=True)
class Worked:
    """One query: its file's name, what it answers, and its text."""

    slug: str
    title: str
    text: str


@cache
def worked_queries() -> tuple[Worked, ...]:
    """All of them, in the order of the page."""
    folder = files("node.web").joinpath("data", "queries")
    texts = {slug: folder.joinpath(f"{slug}.rq").read_text(encoding="utf-8") for slug in _ORDER}
    return tuple(
        Worked(slug, text.partition("\n")[0].removeprefix("#").strip(), text)
        for slug, text in texts.items()
    )
