"""The text index in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from node.core.asked import Finder, Word, understand
from node.core.spelling import corrected, count, nearest, slips
from node.store.found import describe_hit, sort_key
from node.store.ports import Drop, FacetCount, Page, Position, SearchWish, TextPut

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
        finder = Finder(understand(wish.words))
        found = [
            put
            for put in self._puts.values()
            if _meets(put, finder, wish.filters) and _within(put, wish.span)
        ]
        found.sort(key=lambda put: _order(put, finder, wish), reverse=True)
        page = found[wish.offset : wish.offset + min(wish.limit, 100)]
        return Page(
            hits=tuple(describe_hit(put, finder, wish.language) for put in page),
            total=len(found),
            facets={facet: self._count(facet, finder, wish) for facet in wish.counts},
            position=self._position,
        )

    async def get(self, iri: str) -> TextPut | None:
        return self._puts.get(iri)

    async def suggest(self, words: str) -> str | None:
        known = count(
            text
            for put in self._puts.values()
            for texts in (put.title, put.texts, put.concepts)
            for text in texts.values()
        )
        better: dict[str, str] = {}
        for one in understand(words):
            if not isinstance(one, Word) or not slips(one.form):
                continue
            alone = Finder((one,))
            if not any(_meets(put, alone, {}) for put in self._puts.values()):
                near = nearest(one.form, known)
                better |= {one.form: near} if near else {}
        return corrected(words, better) if better else None

    async def compact(self) -> None:
        """Nothing is kept of what was dropped."""

    async def reset(self) -> None:
        self._puts.clear()
        self._position = Position("")

    def _count(self, facet: str, finder: Finder, wish: SearchWish) -> tuple[FacetCount, ...]:
        others = {name: values for name, values in wish.filters.items() if name != facet}
        counted = Counter(
            value
            for put in self._puts.values()
            if _meets(put, finder, others) and _within(put, wish.span)
            for value in dict.fromkeys(put.facets.get(facet, ()))
        )
        rows = [FacetCount(value, count) for value, count in counted.items()]
        return tuple(sorted(rows, key=lambda one: (-one.count, one.value)))


def _meets(put: TextPut, finder: Finder, filters: Mapping[str, tuple[str, ...]]) -> bool:
    for facet, values in filters.items():
        if not set(values) & set(put.facets.get(facet, ())):
            return False
    needed = {number for number, one in enumerate(finder.asked) if one.needed}
    return needed <= finder.met(put.title) | finder.met(put.texts) | finder.met(put.concepts)


def _within(put: TextPut, span: tuple[int, int] | None) -> bool:
    return span is None or span[0] <= sort_key(put)[0] <= span[1]


def _order(put: TextPut, finder: Finder, wish: SearchWish) -> tuple[float, int]:
    newest, date = sort_key(put)
    if wish.order == "relevance" and finder.asked:
        fields = ((4.0, put.title), (1.0, put.texts), (0.4, put.concepts))
        return sum(weight * len(finder.met(texts)) for weight, texts in fields), newest
    return 0.0, date if wish.order == "date" else newest
