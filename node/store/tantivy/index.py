"""The index in its folder: what a record is indexed by, and how it is written and read.

Words come analysed (``node.core.words``) and are indexed as they come. The position stands in a
document of its own, written in the same commit as the data, so neither can run ahead of the other.
Nothing here is asynchronous: one thread writes, another may read.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tantivy

from node.core.asked import Finder, Word, understand
from node.core.spelling import corrected, count, nearest, slips
from node.core.words import ANALYSIS, indexed
from node.store.found import describe_hit, sort_key
from node.store.ports import (
    Drop,
    FacetCount,
    Full,
    Page,
    Position,
    SearchWish,
    StoreError,
    TextPut,
)
from node.store.tantivy.query import FIELDS, HELD, facet_value, query

__all__ = ["Index"]

_MARK = "urn:intercity:position"
_FORMAT = f"2 {ANALYSIS}"
"""Of the fields below and of the analysis."""

_WRITER_MEMORY = 48 * 1024 * 1024
_CHUNK = 500
"""Records that are rewritten at a time."""

_VALUES = 10_000
"""Values of a facet that are counted."""

_indexed_name = functools.lru_cache(maxsize=8192)(indexed)
"""Names of concepts come back with every record: a hundred lines of each, from a few thousand."""


class Index:
    """Records, analysed and kept whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        _prepare(folder)
        try:
            self._open()
        except ValueError as exc:
            if "orrupt" not in str(exc) and "schema does not match" not in str(exc):
                raise StoreError(f"{folder} cannot be opened: {exc}") from exc
            # It can be made anew from the ledger, and will be.
            (folder / "format").unlink()
            _prepare(folder)
            self._open()

    def close(self) -> None:
        """Let merges end; nothing is lost without it."""
        self._writer.wait_merging_threads()

    def apply(self, steps: Sequence[TextPut | Drop], position: Position) -> None:
        """Take the steps and the position in one commit.

        Raises:
            Full: There is no room on the disk; nothing was changed.
        """
        last = {step.iri: step for step in steps}  # Of several steps about a record, the last.
        with self._commit(position):
            for iri, step in last.items():
                self._writer.delete_documents_by_term("iri", iri)
                if isinstance(step, TextPut):
                    self._writer.add_document(_document(step))

    def compact(self) -> None:
        """Write every record into new files; the old ones go with the last reader."""
        before = self._index.searcher()
        with self._commit(self.position):
            self._writer.delete_all_documents()
            for value in _values_of(before, self._schema):
                self._writer.add_document(_document(_read(value)))
        del before
        self._writer.garbage_collect_files()

    def reset(self) -> None:
        """Hold nothing."""
        self._writer.delete_all_documents()
        self._writer.commit()
        self._index.reload()
        self._writer.garbage_collect_files()
        self.position = Position("")

    def get(self, iri: str) -> TextPut | None:
        """A record by its name."""
        value = None if iri == _MARK else self._value(iri)
        return None if value is None else _read(value)

    def search(self, wish: SearchWish) -> Page:
        """One page, the counts over all that was found, and the position."""
        position, searcher = self.position, self._index.searcher()
        finder = Finder(understand(wish.words))
        limit = max(0, min(wish.limit, 100))
        by_date = "date" if wish.order == "date" else "newest"
        found = searcher.search(
            query(self._schema, searcher, finder.asked, wish.filters, wish.span),
            max(1, limit),
            offset=max(0, wish.offset),
            order_by_field=None if wish.order == "relevance" and finder.asked else by_date,
        )
        puts = [_read(_stored(searcher, address)) for _, address in found.hits[:limit]]
        return Page(
            hits=tuple(describe_hit(put, finder, wish.language) for put in puts),
            total=int(found.count or 0),  # type: ignore[attr-defined] # missing in its stubs
            facets=self._counts(searcher, finder, wish),
            position=position,
        )

    def suggest(self, words: str) -> str | None:
        """See the port."""
        searcher = self._index.searcher()
        better: dict[str, str] = {}
        for one in understand(words):
            if not isinstance(one, Word) or not slips(one.form):
                continue
            alone = query(self._schema, searcher, (one,), {})
            if not searcher.search(alone, 1).hits:
                near = nearest(one.form, self._forms_like(searcher, one.form))
                better |= {one.form: near} if near else {}
        return corrected(words, better) if better else None

    def _open(self) -> None:
        self._index = tantivy.Index(self._schema, path=str(self._folder), reuse=True)
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("whitespace", analyzer)
        self._writer = self._index.writer(heap_size=_WRITER_MEMORY, num_threads=1)
        # A process that was killed while it committed left files that no commit names. The next
        # one counts from the same number and would find their names taken.
        self._writer.garbage_collect_files()
        mark = self._value(_MARK)
        self.position = msgspec.json.decode(mark, type=Position) if mark else Position("")

    @contextlib.contextmanager
    def _commit(self, position: Position) -> Iterator[None]:
        """What is written inside becomes visible together with the position, or not at all."""
        try:
            yield
            self._writer.delete_documents_by_term("iri", _MARK)
            mark = tantivy.Document()
            mark.add_text("iri", _MARK)
            mark.add_bytes("value", msgspec.json.encode(position))
            self._writer.add_document(mark)
            self._writer.commit()
        except BaseException as exc:
            self._begin_again()
            if "No space left" in str(exc):
                raise Full(f"no room on the disk of {self._folder}: make some") from exc
            raise
        self._index.reload()
        self.position = position

    def _begin_again(self) -> None:
        """Forget what was not committed; a writer that met an error is of no more use."""
        with contextlib.suppress(ValueError):
            self._writer.rollback()
            return
        del self._writer
        self._writer = self._index.writer(heap_size=_WRITER_MEMORY, num_threads=1)

    def _value(self, iri: str) -> bytes | None:
        searcher = self._index.searcher()
        named = tantivy.Query.term_query(self._schema, "iri", iri, "basic")
        hits = searcher.search(named, 1).hits
        return _stored(searcher, hits[0][1]) if hits else None

    def _counts(
        self, searcher: tantivy.Searcher, finder: Finder, wish: SearchWish
    ) -> dict[str, tuple[FacetCount, ...]]:
        """Values of each facet asked for; a facet's own filter does not narrow its own counts."""
        together = [facet for facet in wish.counts if facet not in wish.filters]
        apart = [[facet] for facet in wish.counts if facet in wish.filters]
        counted: dict[str, tuple[FacetCount, ...]] = {}
        for facets in (together, *apart):
            filters = {name: one for name, one in wish.filters.items() if [name] != facets}
            if facets:
                asked = query(self._schema, searcher, finder.asked, filters, wish.span)
                counted |= _count_facets(searcher, asked, facets)
        return {facet: counted[facet] for facet in wish.counts}

    def _forms_like(self, searcher: tantivy.Searcher, form: str) -> dict[str, int]:
        """Forms of records that have one within a few slips, with how often they occur there."""
        texts: list[str] = []
        for field in FIELDS:
            like = tantivy.Query.fuzzy_term_query(self._schema, field, form, distance=slips(form))
            for _, address in searcher.search(like, 10).hits:
                texts += _texts(_read(_stored(searcher, address)))[field].values()
        return count(texts)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("held", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("value", stored=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{name}_stem", tokenizer_name="whitespace", index_option="freq")
    builder.add_json_field("facets", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("newest", fast=True)
    builder.add_integer_field("date", fast=True)
    return builder.build()


def _prepare(folder: Path) -> None:
    """Make the folder; what other rules have left there is removed."""
    mark = folder / "format"
    if not mark.is_file() or mark.read_text("utf-8") != _FORMAT:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        mark.write_text(_FORMAT, "utf-8")


def _document(put: TextPut) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("iri", put.iri)
    document.add_text("held", HELD)
    document.add_bytes("value", msgspec.msgpack.encode(put))
    for field, texts in _texts(put).items():
        analyse = _indexed_name if field == "concept" else indexed
        stems: list[str] = []
        for language, text in texts.items():
            for line in text.split("\n"):  # Phrases do not run over the end of a line.
                in_order, of_line = analyse(line, language)
                document.add_text(field, in_order)
                stems.append(of_line)
        document.add_text(f"{field}_stem", " ".join(stems))
    document.add_json(
        "facets",
        {facet: [*map(facet_value, dict.fromkeys(found))] for facet, found in put.facets.items()},
    )
    newest, date = sort_key(put)
    document.add_integer("newest", newest)
    document.add_integer("date", date)
    return document


def _texts(put: TextPut) -> dict[str, Mapping[str, str]]:
    return {"title": put.title, "text": put.texts, "concept": put.concepts}


def _read(value: bytes) -> TextPut:
    return msgspec.msgpack.decode(value, type=TextPut)


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    return bytes(searcher.doc(address)["value"][0])


def _values_of(searcher: tantivy.Searcher, schema: tantivy.Schema) -> Iterator[bytes]:
    everything = tantivy.Query.term_query(schema, "held", HELD, "basic")
    for offset in range(0, searcher.num_docs, _CHUNK):
        for _, address in searcher.search(everything, _CHUNK, offset=offset).hits:
            yield _stored(searcher, address)


def _count_facets(
    searcher: tantivy.Searcher, asked: tantivy.Query, facets: Sequence[str]
) -> dict[str, tuple[FacetCount, ...]]:
    # Segments are counted apart: with fewer values from each, sums could be short.
    wanted = {
        facet: {"terms": {"field": f"facets.{facet}", "size": _VALUES, "segment_size": _VALUES}}
        for facet in facets
    }
    answer: dict[str, dict[str, Any]] = searcher.aggregate(asked, wanted)
    counted: dict[str, tuple[FacetCount, ...]] = {}
    for facet in facets:
        rows = answer[facet]["buckets"]
        found = [FacetCount(str(row["key"])[1:], int(row["doc_count"])) for row in rows]
        counted[facet] = tuple(sorted(found, key=lambda one: (-one.count, one.value)))
    return counted
