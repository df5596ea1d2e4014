"""What people write differently and mean as one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.words import LANGUAGES, fold, forms, indexed, is_run, stems, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Educación", "EDUCACION"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("Ørestad", "orestad"),
        ("Việt", "viet"),
        ("ΔΙΚΑΙΏΜΑΤΑ", "δικαιώματα"),
        ("ещё", "еще"),
        ("го́род", "город"),
        ("إِعْلانُ", "اعلان"),
        ("مدينة", "مدينه"),
        ("حقوقـ", "حقوق"),
        ("حقوقی", "حقوقي"),
        ("می\u200cشود", "میشود"),
        ("הָעִיר", "העיר"),
        ("٢٠٣٠", "2030"),
        ("ＣＩＴＹ", "city"),
        ("é", "e\u0301"),
    ],
)
def test_two_ways_to_write_a_word_have_one_form(one: str, other: str) -> None:
    assert forms(one) == forms(other)


@pytest.mark.parametrize(("one", "other"), [("мой", "мои"), ("कल", "कला"), ("их", "их ")])
def test_marks_that_make_another_word_are_kept(one: str, other: str) -> None:
    assert (forms(one) == forms(other)) is (one == other.strip())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'égalité, aujourd'hui!", ["l", "egalite", "aujourd", "hui"]),
        ("SDG11 in 2030; 40%", ["sdg11", "in", "2030", "40"]),
        ("人权城市", ["人权", "权城", "城市", "市"]),
        ("인권 도시", ["인권", "권", "도시", "시"]),
        ("2024년 서울", ["2024", "년", "서울", "울"]),
        ("ﾊﾝｶｸ", ["ハン", "ンカ", "カク", "ク"]),
        ("สิทธิ", ["สิ", "ิท", "ทธ", "ธิ", "ิ"]),
        ("मानव अधिकार", ["मानव", "अधिकार"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("… — ·", []),
    ],
)
def test_a_text_is_taken_apart_as_its_script_asks(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "cities", "city"),
        ("es", "derechos", "derecho"),
        ("fr", "libertés", "liberté"),
        ("fr", "libertes", "liberté"),
        ("pt-BR", "participações", "participação"),
        ("de", "Häuser", "Haus"),
        ("ru", "городов", "город"),
        ("ar", "المدينة", "مدينة"),
        ("tr", "şehirler", "şehir"),
        ("nb", "byene", "byen"),
        ("hi", "अधिकारों", "अधिकार"),
    ],
)
def test_a_words_endings_are_forgotten_in_its_own_language(
    language: str, one: str, other: str
) -> None:
    assert {*stems(one, language)} & {*stems(other, language)}


@pytest.mark.parametrize("language", ["ko", "zh", "ja", "sw", "tlh", ""])
def test_a_language_without_stemmer_has_forms_alone(language: str) -> None:
    assert indexed("rights 人权", language) == ("rights 人权 权", "")


def test_stems_of_different_languages_are_told_apart() -> None:
    assert not {*stems("mares", "es")} & {*stems("mares", "en")}
    assert stems("derecho", "es-MX") == stems("derecho", "es")
    assert stems("rights", "ar") == ()


@given(st.text(max_size=200))
def test_tokens_lie_in_the_text_and_in_order(text: str) -> None:
    found = list(tokens(text))
    assert all(0 <= one.start < one.stop <= len(text) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(" " not in one.form for one in found)


@given(st.text(max_size=60), st.sampled_from(["", *LANGUAGES]))
def test_what_is_indexed_are_the_forms_and_the_stems(text: str, language: str) -> None:
    in_order, _ = indexed(text, language)
    assert in_order.split(" ") == (forms(text) or [""])


@given(st.text(max_size=80))
def test_composed_and_decomposed_text_are_found_alike(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    if not any(is_run(char) for char in composed):
        assert forms(composed) == forms(unicodedata.normalize("NFD", composed))


@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=30))
def test_a_form_is_its_own_form(word: str) -> None:
    once = fold(word)
    assert fold(once) == once
