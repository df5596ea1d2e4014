"""The text index on this machine, by tantivy. See ``node.store.ports.TextIndex``.

Words come analysed (``node.core.words``) and are indexed as they come. The position stands in a
document of its own, written in the same commit as the data, so neither can run ahead of the other.
One thread writes; searches run on another over the last commit.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import tantivy

from node.core.words import alternatives, terms
from node.store.found import describe_hit, sort_key
from node.store.ports import (
    Drop,
    FacetCount,
    Page,
    Position,
    SearchWish,
    TextPut,
)

__all__ = ["TantivyIndex", "open_tantivy"]

T = TypeVar("T")

_MARK = "urn:intercity:position"
_FORMAT = "1"
"""Of the schema and the analysis: an index of another format is made again."""
_WRITER_MEMORY = 64 * 1024 * 1024
_FIELDS = {"title": 4.0, "text": 1.0, "concept": 0.6}
"""Searched field → weight."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("value", stored=True)
    for name in _FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("facet", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("newest", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("date", fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


@asynccontextmanager
async def open_tantivy(folder: Path) -> AsyncIterator[TantivyIndex]:
    """Open the index in a folder, making it where there is none or one of another format."""
    with ThreadPoolExecutor(1, "text") as thread, ThreadPoolExecutor(1, "search") as reader:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(thread, _prepare, folder)
        index = await loop.run_in_executor(thread, TantivyIndex, folder, thread, reader)
        try:
            yield index
        finally:
            await loop.run_in_executor(thread, index.close)


def _prepare(folder: Path) -> None:
    """Make the folder; what another version of the analysis has left there is made again."""
    mark = folder / "format"
    if not mark.is_file() or mark.read_text("utf-8") != _FORMAT:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        mark.write_text(_FORMAT, "utf-8")


class TantivyIndex:
    """Search over the records of one audience."""

    def __init__(
        self, folder: Path, thread: ThreadPoolExecutor, reader: ThreadPoolExecutor
    ) -> None:
        self._thread, self._reader = thread, reader
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
        self._writer = self._index.writer(heap_size=_WRITER_MEMORY, num_threads=1)
        _tokenizers(self._index)
        self._position = self._read_position()

    def close(self) -> None:
        """Let merges end; nothing is lost without it."""
        self._writer.wait_merging_threads()

    async def position(self) -> Position:
        return self._position

    async def apply(self, steps: Sequence[TextPut | Drop], position: Position) -> None:
        await self._on(self._thread, lambda: self._apply(steps, position))

    async def search(self, wish: SearchWish) -> Page:
        return await self._on(self._reader, lambda: self._search(wish))

    async def get(self, iri: str) -> TextPut | None:
        return await self._on(self._reader, lambda: self._get(iri))

    async def suggest(self, words: str) -> str | None:
        return await self._on(self._reader, lambda: self._suggest(words))

    async def reset(self) -> None:
        def run() -> None:
            self._writer.delete_all_documents()
            self._writer.commit()
            self._index.reload()
            self._position = Position("")

        await self._on(self._thread, run)

    async def compact(self) -> None:
        """Write the index anew, so that no file keeps the text of what was dropped."""

        def run() -> None:
            searcher = self._index.searcher()
            everything = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs))
            values = [bytes(searcher.doc(address)["value"][0]) for _, address in everything.hits]
            puts = [
                msgspec.msgpack.decode(value, type=TextPut)
                for value in values
                if not value.startswith(b"{")
            ]
            self._writer.delete_all_documents()
            self._writer.commit()
            self._apply(puts, self._position)
            self._writer.garbage_collect_files()

        await self._on(self._thread, run)

    async def _on(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def _apply(self, steps: Sequence[TextPut | Drop], position: Position) -> None:
        last = {step.iri: step for step in steps}
        try:
            for iri, step in last.items():
                self._writer.delete_documents_by_term("iri", iri)
                if isinstance(step, TextPut):
                    self._writer.add_document(_document(step))
            self._writer.delete_documents_by_term("iri", _MARK)
            mark = tantivy.Document()
            mark.add_text("iri", _MARK)
            mark.add_bytes("value", msgspec.json.encode(position))
            self._writer.add_document(mark)
            self._writer.commit()
        except BaseException:
            self._writer.rollback()
            raise
        self._index.reload()
        self._position = position

    def _read_position(self) -> Position:
        value = self._value(self._index.searcher(), _MARK)
        return msgspec.json.decode(value, type=Position) if value else Position("")

    def _value(self, searcher: tantivy.Searcher, iri: str) -> bytes | None:
        query = tantivy.Query.term_query(self._schema, "iri", iri, "basic")
        hits = searcher.search(query, 1).hits
        return bytes(searcher.doc(hits[0][1])["value"][0]) if hits else None

    def _get(self, iri: str) -> TextPut | None:
        value = self._value(self._index.searcher(), iri)
        return msgspec.msgpack.decode(value, type=TextPut) if value else None

    def _search(self, wish: SearchWish) -> Page:
        searcher = self._index.searcher()
        asked = alternatives(wish.words)
        query = self._query(asked, wish, without="")
        offset, limit = min(wish.offset, 10_000), max(0, min(wish.limit, 100))
        order = None if wish.order == "relevance" and asked else wish.order
        field = {"newest": "newest", "date": "date", "relevance": "newest"}.get(order or "")
        found = searcher.search(query, max(1, limit), offset=offset, order_by_field=field)
        puts = [
            msgspec.msgpack.decode(bytes(searcher.doc(address)["value"][0]), type=TextPut)
            for _, address in found.hits[:limit]
        ]
        return Page(
            hits=tuple(describe_hit(put, asked, wish.language) for put in puts),
            total=int(found.count or 0),  # type: ignore[attr-defined]
            facets=self._counts(searcher, asked, wish),
            position=self._position,
        )

    def _query(
        self, asked: list[tuple[str, ...]], wish: SearchWish, *, without: str
    ) -> tantivy.Query:
        must = [self._word(group) for group in asked]
        for facet, values in wish.filters.items():
            if facet != without:
                any_of = [self._term("facet", f"{facet}={value}") for value in values]
                must.append(
                    tantivy.Query.boolean_query([(tantivy.Occur.Should, q) for q in any_of])
                )
        must.append(tantivy.Query.const_score_query(self._term("facet", "any="), 0.0))
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in must])

    def _word(self, group: tuple[str, ...]) -> tantivy.Query:
        """Any of a word's terms in any field; the word as typed weighs more than its stems."""
        return tantivy.Query.disjunction_max_query(
            [
                tantivy.Query.boost_query(
                    self._term(field, term, "freq"), weight * (1.0 if at == 0 else 0.7)
                )
                for at, term in enumerate(group)
                for field, weight in _FIELDS.items()
            ]
        )

    def _term(self, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, option)

    def _counts(
        self, searcher: tantivy.Searcher, asked: list[tuple[str, ...]], wish: SearchWish
    ) -> dict[str, tuple[FacetCount, ...]]:
        """Values of each facet asked for; a facet's own filter does not narrow its own counts."""
        if not wish.counts:
            return {}
        free = [facet for facet in wish.counts if facet not in wish.filters]
        counted: dict[str, tuple[FacetCount, ...]] = {}
        for facets, without in [
            (free, ""),
            *(([one], one) for one in wish.counts if one not in free),
        ]:
            if facets:
                rows = _aggregate(searcher, self._query(asked, wish, without=without))
                counted |= {facet: _values(facet, rows) for facet in facets}
        return counted

    def _suggest(self, words: str) -> str | None:
        searcher = self._index.searcher()
        better: list[str] = []
        for word in words.split()[:8]:
            groups = alternatives(word)
            known = any(
                searcher.doc_freq(field, term)
                for group in groups
                for term in group
                for field in _FIELDS
            )
            better.append(
                word if known or not groups else self._near(searcher, groups[0][0]) or word
            )
        text = " ".join(better)
        return text if text != " ".join(words.split()[:8]) else None

    def _near(self, searcher: tantivy.Searcher, word: str) -> str:
        """The most frequent word of the titles within two edits, or empty."""
        if len(word) < 4:
            return ""
        query = tantivy.Query.fuzzy_term_query(
            self._schema, "title", word, distance=2 if len(word) > 6 else 1
        )
        best: dict[str, int] = {}
        for _, address in searcher.search(query, 10).hits:
            put = msgspec.msgpack.decode(bytes(searcher.doc(address)["value"][0]), type=TextPut)
            for language, title in put.title.items():
                for term in terms(title, language):
                    if not term.startswith("~") and _close(word, term):
                        best[term] = best.get(term, 0) + 1
        return max(best, key=lambda term: (best[term], term), default="")


def _document(put: TextPut) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("iri", put.iri)
    document.add_bytes("value", msgspec.msgpack.encode(put))
    for field, texts in (("title", put.title), ("text", put.texts), ("concept", put.concepts)):
        document.add_text(
            field,
            " ".join(term for language, text in texts.items() for term in terms(text, language)),
        )
    document.add_text("facet", "any=")
    for facet, values in put.facets.items():
        for value in values:
            document.add_text("facet", f"{facet}={value}")
    newest, date = sort_key(put)
    document.add_text("newest", newest)
    document.add_text("date", date)
    return document


def _tokenizers(index: tantivy.Index) -> None:
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("whitespace", analyzer)


def _aggregate(searcher: tantivy.Searcher, query: tantivy.Query) -> list[dict[str, Any]]:
    asked = {"facets": {"terms": {"field": "facet", "size": 2000}}}
    answer = searcher.aggregate(query, asked)
    rows: list[dict[str, Any]] = answer["facets"]["buckets"]
    return rows


def _values(facet: str, rows: list[dict[str, Any]]) -> tuple[FacetCount, ...]:
    prefix = f"{facet}="
    found = [
        FacetCount(str(row["key"]).removeprefix(prefix), int(row["doc_count"]))
        for row in rows
        if str(row["key"]).startswith(prefix)
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.value)))


def _close(one: str, other: str) -> bool:
    """Whether two words are alike enough to have been meant for each other."""
    return abs(len(one) - len(other)) <= 2 and len(set(one) ^ set(other)) <= 4
