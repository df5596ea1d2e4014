"""What was asked, as the engine's queries: built from terms, never parsed from text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tantivy import FieldType, Occur, Query, Schema, Searcher

from node.core.asked import Asked, Phrase, Run, Word

__all__ = ["FIELDS", "HELD", "facet_value", "query"]

FIELDS: Mapping[str, float] = {"title": 4.0, "text": 1.0, "concept": 0.4}
"""Field → its weight. ``<field>_stem`` beside each has the stems of its words."""

HELD = "yes"
"""What the field ``held`` of every record says; the position's own document has no such field."""

_STEM = 0.7
_BEGUN = 0.3
"""What a match by stem, or by a word's beginning, weighs against the word itself."""


_FREQUENT = 5_000
"""Records that have a word, from which on it is frequent."""


def query(
    schema: Schema,
    searcher: Searcher,
    asked: Asked,
    filters: Mapping[str, tuple[str, ...]],
    span: tuple[int, int] | None = None,
) -> Query:
    """Records that meet all that is needed, and that each filter and the span admit."""
    build = _Builder(schema, searcher)
    meets = [(Occur.Must if one.needed else Occur.Should, build.meets(one)) for one in asked]
    admits = [
        (Occur.Must, _unscored(build.any_of(f"facets.{facet}", map(facet_value, values))))
        for facet, values in filters.items()
    ]
    clauses = [(Occur.Must, _unscored(build.term("held", HELD))), *meets, *admits]
    if span is not None:
        within = Query.range_query(schema, "newest", FieldType.Integer, *span)
        clauses.append((Occur.Must, _unscored(within)))
    if sum(isinstance(one, Word) for one in asked) > 1:
        clauses.append((Occur.Should, build.in_order(asked)))
    return Query.boolean_query(clauses)


def facet_value(value: str) -> str:
    """A value as it is indexed: the engine would take some texts for dates or numbers."""
    return f"={value}"


def _unscored(one: Query) -> Query:
    return Query.const_score_query(one, 0.0)


class _Builder:
    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, "basic")

    def any_of(self, field: str, values: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, field, list(values))

    def meets(self, one: Word | Run | Phrase) -> Query:
        """Whether any field meets it; a record counts by the field that does so best."""
        found: list[Query] = []
        for field, weight in FIELDS.items():
            match one:
                case Word():
                    found += self._word(field, weight, one)
                case Run():
                    found.append(Query.boost_query(self._run(field, one), weight))
                case Phrase():
                    found.append(Query.boost_query(self._phrase(field, one.forms), weight))
        return Query.disjunction_max_query(found, 0.1)

    def in_order(self, asked: Asked) -> Query:
        """Whether the words stand near each other; what does is shown first.

        Comparing places in long texts takes its time: where every word is frequent, titles decide.
        """
        forms = [one.form for one in asked if isinstance(one, Word)]
        rarest = min(self._searcher.doc_freq("text", form) for form in forms)
        fields = FIELDS if rarest <= _FREQUENT else ("title",)
        near = [
            Query.boost_query(self._phrase(field, forms, slop=2), FIELDS[field]) for field in fields
        ]
        return Query.disjunction_max_query(near)

    def _word(self, field: str, weight: float, word: Word) -> list[Query]:
        found = [self._weighed(field, word.form, weight)]
        stems = f"{field}_stem"
        # Most of a word's stems are of languages in which it is none: they occur nowhere.
        found += [
            self._weighed(stems, stem, weight * _STEM)
            for stem in word.stems
            if self._searcher.doc_freq(stems, stem)
        ]
        if word.begun:
            begun = Query.fuzzy_term_query(self._schema, field, word.form, distance=0, prefix=True)
            found.append(Query.boost_query(begun, weight * _BEGUN))
        return found

    def _run(self, field: str, run: Run) -> Query:
        if len(run.pairs[0]) == 1:
            return Query.fuzzy_term_query(
                self._schema, field, run.pairs[0], distance=0, prefix=True
            )
        return Query.boolean_query(
            [(Occur.Should, self._freq(field, pair)) for pair in run.pairs],
            minimum_number_should_match=run.least,
        )

    def _phrase(self, field: str, forms: Sequence[str], slop: int = 0) -> Query:
        return Query.phrase_query(self._schema, field, list(forms), slop)

    def _weighed(self, field: str, term: str, weight: float) -> Query:
        return Query.boost_query(self._freq(field, term), weight)

    def _freq(self, field: str, term: str) -> Query:
        return Query.term_query(self._schema, field, term, "freq")
