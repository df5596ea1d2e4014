"""Whatever somebody types is understood, and meets what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.asked import Finder, Phrase, Run, Word, understand


def meets(typed: str, text: str, language: str = "en") -> bool:
    """Whether a text meets everything that is needed."""
    asked = understand(typed)
    needed = {number for number, one in enumerate(asked) if one.needed}
    return needed <= Finder(asked).met({language: text})


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("city rights", "Rights of everyone in the cities", "en"),
        ("derecho", "Los derechos humanos", "es"),
        ("oficina de derechos", "Oficina municipal: derechos", "es"),
        ("discrim", "Discrimination ends here", "en"),
        ("인권도시", "인권 도시 광주", "ko"),
        ("인권도시를", "인권도시 광주", "ko"),
        ("城", "人权城市", "zh"),
        ("市", "人权城市", "zh"),
        ("人权城市", "建设人权城市", "zh"),
        ('"human rights"', "On human rights", "en"),
        ("„droits humains“", "les droits humains", "fr"),
        ("«права человека»", "за права человека", "ru"),
        ("「人权城市」", "建设人权城市联盟", "zh"),
        ("the", "The city", "en"),
        ("", "anything", "en"),
        ('"', "anything", "en"),
    ],
)
def test_what_is_meant_is_met(typed: str, text: str, language: str) -> None:
    assert meets(typed, text, language)


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("city rights", "Rights of everyone", "en"),
        ("discrim ", "Discrimination ends here", "en"),
        ("ci", "A city", "en"),
        ('"human rights"', "The rights of a human", "en"),
        ('"human rights"', "what is human\nrights", "en"),
        ('"derecho"', "Los derechos humanos", "es"),
        ("인권도시", "인권 광주", "ko"),
        ("the of", "A house", "en"),
        ("cities", "le citoyen", "fr"),
    ],
)
def test_what_is_not_meant_is_not_met(typed: str, text: str, language: str) -> None:
    assert not meets(typed, text, language)


def test_places_are_where_the_words_stand() -> None:
    finder = Finder(understand('"human rights" 인권 city'))
    text = "Cities 人 인권도시: human\nand Human Rights"
    found = {(which, text[start:stop]) for which, start, stop in finder.places(text, "en")}
    assert found == {(0, "Human Rights"), (1, "인권"), (2, "Cities")}


def test_the_words_of_a_query_keep_their_kinds() -> None:
    phrase, run, word = understand('"right to the city" 인권 cit')
    assert isinstance(phrase, Phrase)
    assert phrase.forms == ("right", "to", "the", "city")
    assert isinstance(run, Run)
    assert isinstance(word, Word)
    assert word.begun


@given(st.text(max_size=1500))
def test_nothing_that_is_typed_fails_or_costs_much(typed: str) -> None:
    asked = understand(typed)
    assert len(asked) <= 24
    Finder(asked).met({"en": typed, "ar": "مدينة", "ko": "인권"})


@given(st.text(min_size=1, max_size=40))
def test_a_text_meets_itself(text: str) -> None:
    assert meets(text, text)
