"""What is shown of a text, and what is marked in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.core.asked import Finder, understand
from node.core.excerpts import excerpt


def shown(typed: str, text: str, language: str = "en") -> tuple[str, ...]:
    return excerpt(text, Finder(understand(typed)).places(text, language))


def test_a_short_text_is_shown_whole_with_accents_and_case() -> None:
    parts = shown("educacion ninos", "La Educación de los Niños", "es")
    assert parts == ("La ", "Educación", " de los ", "Niños", "")


def test_nothing_is_shown_where_nothing_was_met() -> None:
    assert shown("bridge", "A house") == ()


def test_the_part_with_most_of_the_words_is_shown() -> None:
    filler = "and so on " * 60
    parts = shown("housing women", f"Housing first. {filler}Then housing for women. {filler}")
    assert parts[1::2] == ("housing", "women")
    assert parts[0].startswith("…")
    assert parts[-1].endswith("…")
    assert sum(map(len, parts)) < 300


def test_neighbouring_pairs_are_one_mark() -> None:
    assert shown("人权城市", "建设人权城市联盟", "zh") == ("建设", "人权城市", "联盟")


def test_line_ends_become_spaces() -> None:
    assert shown("rights", "human\n\nrights\there") == ("human ", "rights", " here")


@given(st.text(max_size=600), st.data())
def test_parts_are_the_text_and_marks_stand_at_odd_places(text: str, data: st.DataObject) -> None:
    ends = st.integers(0, len(text))
    pairs = data.draw(st.lists(st.tuples(ends, ends), max_size=8))
    places = [(n, min(pair), max(pair)) for n, pair in enumerate(pairs) if pair[0] != pair[1]]
    parts = excerpt(text, places, width=100)
    assert bool(parts) == bool(places)
    if parts:
        assert len(parts) % 2 == 1
        joined = "".join(parts).removeprefix("…").removesuffix("…")
        assert " ".join(joined.split()) in " ".join(text.split())
