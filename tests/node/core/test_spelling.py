"""A slip of the finger is put right, and nothing else is."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from node.core.spelling import corrected, count, distance, nearest

words = st.text(alphabet="abc", max_size=6)


@given(words, words)
def test_the_distance_is_that_of_the_definition(one: str, other: str) -> None:
    @cache
    def defined(a: int, b: int) -> int:
        """Optimal string alignment, word for word."""
        if min(a, b) == 0:
            return max(a, b)
        costs = [
            defined(a - 1, b) + 1,
            defined(a, b - 1) + 1,
            defined(a - 1, b - 1) + (one[a - 1] != other[b - 1]),
        ]
        if a > 1 and b > 1 and one[a - 1] == other[b - 2] and one[a - 2] == other[b - 1]:
            costs.append(defined(a - 2, b - 2) + 1)
        return min(costs)

    assert distance(one, other, 10) == defined(len(one), len(other))
    assert min(distance(one, other, 1), 2) == min(defined(len(one), len(other)), 2)


def test_the_nearest_known_word_is_taken_then_the_most_frequent() -> None:
    known = {"rights": 1, "right": 9, "rites": 50, "city": 5, "cite": 7}
    assert nearest("rihgts", known) == "rights"
    assert nearest("citi", known) == "cite"
    assert nearest("bridges", known) is None
    assert nearest("cty", known) is None


def test_only_the_misspelt_word_is_replaced() -> None:
    assert corrected('"Human Rihgts" 인권 now', {"rihgts": "rights"}) == '"Human rights" 인권 now'


def test_known_words_are_counted_without_halves_of_runs() -> None:
    assert count(["Right to the city", "city 인권"]) == {"right": 1, "to": 1, "the": 1, "city": 2}
