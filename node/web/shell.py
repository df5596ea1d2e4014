"""What every page stands in: header, languages, footer, and how text of records is shown.

Templates get one ``Shell`` and ask it for addresses, for words of the interface, and for text in
the reader's language. Text in another language than the page's carries ``lang`` and ``dir``; all
text of records is isolated, so that no direction mark in it turns what stands around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from markupsafe import Markup, escape

from node.web.addresses import Addresses, host_of
from node.web.prose import prose
from node.web.texts import Words
from vocab.framework import load
from vocab.languages import LANGUAGES, LangMap, best, direction

__all__ = ["SECTIONS", "Shell"]

SECTIONS: Final = ("cities", "practices", "actions", "partners", "search", "data")
"""Pages of the main navigation, in order; each is ``/{section}``."""


@dataclass(frozen=True)
class Shell:
    """One page's surroundings.

    Attributes:
        addresses: Builds links.
        words: The interface's language.
        wanted: Languages for text of records, dearest first.
        chosen: The one chosen with ``?lang=``; links keep it.
        path: Of this page below the prefix; ``query``: what was asked of it, without ``lang``.
        name: The node's, in its languages; ``role``: city, network or observer.
        demonstration: Whether the page shows invented cities.
        now: When it was made, RFC 3339.
    """

    addresses: Addresses
    words: Words
    wanted: tuple[str, ...]
    chosen: str
    path: str
    query: tuple[tuple[str, str], ...]
    name: LangMap
    role: str
    demonstration: bool
    now: str

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def direction(self) -> str:
        return direction(self.words.language)

    @cached_property
    def languages(self) -> Sequence[tuple[str, str, str]]:
        """The languages on offer: tag, own name, address of this page in it."""
        return [
            (tag, own, self.addresses(self.path, **_gathered(self.query), lang=tag))
            for tag, own in LANGUAGES.items()
        ]

    def href(self, path: str, **query: str | int | tuple[str, ...]) -> str:
        """A link to one of our pages, in the language chosen."""
        return self.addresses(path, **query, lang=self.chosen)

    def to(self, iri: str) -> str:
        """A link to our page about a record, an agent or a word; the IRI itself where none is."""
        path = self.addresses.word_path(iri) or self.addresses.path_of(iri)
        if path is not None:
            return self.href(path)
        return iri if iri.startswith(("http://", "https://")) else ""

    def round_of(self, iri: str) -> str:
        """A link to the pairs of a pairing round."""
        return self.href(f"/rounds/{host_of(iri)}/{iri.rpartition('/')[2]}")

    def again(self, **changes: str | int | tuple[str, ...]) -> str:
        """This page with other values in its query; an empty value takes one out."""
        return self.href(self.path, **{**_gathered(self.query), **changes})

    def pick(self, texts: LangMap, original: Sequence[str] = ()) -> tuple[str, str]:
        """Tag and text to show of a language map; ``("", "")`` where it is empty."""
        return best(texts, (*self.wanted, *original)) or ("", "")

    def plain(self, texts: LangMap) -> str:
        """The text alone: for titles and attributes, which carry no language."""
        return self.pick(texts)[1]

    def t(self, texts: LangMap, tag: str = "bdi") -> Markup:
        """One line of a language map, isolated, and named where it is another language."""
        return self._marked(texts, escape, tag)

    def block(self, texts: LangMap) -> Markup:
        """A long text as paragraphs, lists and links."""
        return self._marked(texts, prose, "div")

    def word(self, iri: str | None) -> Markup:
        """A concept's label in the reader's language; the IRI where it is a stranger's."""
        concept = load().concept(iri) if iri else None
        if concept is None:
            return Markup("<code>{}</code>").format(iri or "")
        return self.t(concept.label)

    def linked(self, iri: str) -> Markup:
        """A concept's label, linked to its page."""
        return Markup('<a href="{}">{}</a>').format(self.to(iri), self.word(iri))

    def _marked(self, texts: LangMap, shown: Callable[[str], Markup], tag: str) -> Markup:
        language, text = self.pick(texts)
        if not text:
            return Markup("")
        named = language.lower() == self.language.lower()
        attributes = (
            Markup("")
            if named
            else Markup(' lang="{}" dir="{}"').format(language, direction(language))
        )
        return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), attributes, shown(text))  # noqa: S704 - a tag of ours


def _gathered(query: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, tuple[str, ...]] = {}
    for name, value in query:
        gathered[name] = (*gathered.get(name, ()), value)
    return gathered
