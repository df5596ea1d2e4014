"""Which text is shown, and in which direction it runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.framework import load
from vocab.languages import LANGUAGES, best, direction

TAGS = st.sampled_from(["ar", "ar-MA", "en", "en-GB", "es", "fr", "ko", "nb", "pt", "pt-BR", "zh"])
TEXTS = st.dictionaries(TAGS, st.text(min_size=1, max_size=3))


def test_what_was_asked_for_is_shown_where_it_is_there() -> None:
    assert best({"en": "city", "ko": "도시"}, ["ko", "en"]) == ("ko", "도시")


@pytest.mark.parametrize(
    ("asked", "held", "shown"),
    [
        ("es-MX", "es", "es"),
        ("pt", "pt-BR", "pt-BR"),
        ("zh-Hant-TW", "zh-Hans", "zh-Hans"),
        ("ES", "es", "es"),
        ("arz", "ar", "ar"),
        ("cmn", "zh-Hans", "zh-Hans"),
        ("ca", "es", "es"),
        ("nb", "no", "no"),
        ("de-x-plain", "de", "de"),
    ],
)
def test_a_near_language_comes_before_english(asked: str, held: str, shown: str) -> None:
    assert best({"en": "city", held: "…"}, [asked]) == (shown, "…")


def test_the_records_own_language_comes_before_english() -> None:
    assert best({"en": "city", "fr": "ville"}, ["ko", "fr"]) == ("fr", "ville")


def test_english_comes_before_anything_else() -> None:
    assert best({"fr": "ville", "en": "city"}, ["sw"]) == ("en", "city")


def test_no_text_at_all_is_none() -> None:
    assert best({}, ["en"]) is None


@given(TEXTS, st.lists(TAGS))
def test_some_text_is_always_found_under_its_own_tag(
    texts: dict[str, str], wanted: list[str]
) -> None:
    shown = best(texts, wanted)
    assert (shown is None) == (not texts)
    if shown is not None:
        assert texts[shown[0]] == shown[1]


@given(TEXTS, TAGS)
def test_an_exact_match_always_wins(texts: dict[str, str], tag: str) -> None:
    if tag in texts:
        assert best(texts, [tag]) == (tag, texts[tag])


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ar", "rtl"),
        ("fa-IR", "rtl"),
        ("he", "rtl"),
        ("ur", "rtl"),
        ("ku-Arab", "rtl"),
        ("ks-Deva", "ltr"),
        ("ar-Latn", "ltr"),
        ("en-x-arab", "ltr"),
        ("ko", "ltr"),
    ],
)
def test_direction_follows_the_script_then_the_language(tag: str, expected: str) -> None:
    assert direction(tag) == expected


def test_the_vocabularys_languages_are_named_in_their_own_words() -> None:
    assert set(load().languages) <= set(LANGUAGES)
