"""The catalog in memory: the reference for text indexes, and what pure tests use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from node.core.words import alternatives, fold, matched_groups, terms
from node.store.found import describe_hit, sort_key
from node.store.ports import Drop, FacetCount, Hit, Page, Position, SearchWish, TextPut

__all__ = ["MemoryTextIndex"]


class MemoryTextIndex:
    """See ``node.store.ports.TextIndex``."""

    def __init__(self) -> None:
        self._puts: dict[str, TextPut] = {}
        self._position = Position("")

    async def position(self) -> Position:
        return self._position

    async def apply(self, steps: Sequence[TextPut | Drop], position: Position) -> None:
        for step in steps:
            self._puts.pop(step.iri, None)
            if isinstance(step, TextPut):
                self._puts[step.iri] = step
        self._position = position

    async def search(self, wish: SearchWish) -> Page:
        asked = alternatives(wish.words)
        found = [put for put in self._puts.values() if _meets(put, asked, wish, without="")]
        found.sort(key=lambda put: _order(put, wish, asked), reverse=True)
        page = found[wish.offset : wish.offset + min(wish.limit, 100)]
        hits: tuple[Hit, ...] = tuple(describe_hit(put, asked, wish.language) for put in page)
        return Page(
            hits=hits,
            total=len(found),
            facets={facet: self._count(facet, asked, wish) for facet in wish.counts},
            position=self._position,
        )

    async def get(self, iri: str) -> TextPut | None:
        return self._puts.get(iri)

    async def suggest(self, words: str) -> str | None:
        known = {
            term: None
            for put in self._puts.values()
            for texts in (put.title, put.texts, put.concepts)
            for language, text in texts.items()
            for term in terms(text, language)
        }
        better: list[str] = []
        for word in words.split()[:8]:
            met = any(term in known for group in alternatives(word) for term in group)
            near = [] if met else get_close_matches(fold(word), known, n=1, cutoff=0.8)
            better.append(near[0] if near else word)
        text = " ".join(better)
        return text if text != " ".join(words.split()[:8]) else None

    async def compact(self) -> None:
        """Nothing is kept of what was dropped."""

    async def reset(self) -> None:
        self._puts.clear()
        self._position = Position("")

    def _count(
        self, facet: str, asked: list[tuple[str, ...]], wish: SearchWish
    ) -> tuple[FacetCount, ...]:
        counted = Counter(
            value
            for put in self._puts.values()
            if _meets(put, asked, wish, without=facet)
            for value in put.facets.get(facet, ())
        )
        rows = [FacetCount(value, count) for value, count in counted.items()]
        return tuple(sorted(rows, key=lambda one: (-one.count, one.value)))


def _meets(put: TextPut, asked: list[tuple[str, ...]], wish: SearchWish, *, without: str) -> bool:
    for facet, values in wish.filters.items():
        if facet != without and not set(values) & set(put.facets.get(facet, ())):
            return False
    every = [matched_groups(texts, asked) for texts in (put.title, put.texts, put.concepts)]
    return all(any(met) for met in zip(*every, strict=True))


def _order(put: TextPut, wish: SearchWish, asked: list[tuple[str, ...]]) -> tuple[int, str]:
    newest, date = sort_key(put)
    if wish.order == "relevance" and asked:
        return sum(matched_groups(put.title, asked)), newest
    return 0, date if wish.order == "date" else newest
