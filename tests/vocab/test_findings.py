"""What is wrong is said in the languages of the interface: the same things, in other words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.vocab.examples import bad, good
from vocab.languages import LANGUAGES
from vocab.records import TYPES
from vocab.shapes import catalogue_languages, check
from vocab.shapes.names import field_words, label_of, words
from vocab.shapes.schema import definitions

FOLDER = Path(__file__).parents[2] / "vocab" / "data" / "findings"
OTHERS = tuple(language for language in catalogue_languages() if language != "en")
SCRIPTS = {"ar": "ARABIC", "zh": "CJK", "ru": "CYRILLIC", "ko": "HANGUL"}
CONDITIONS = {"FundsInCurrency", "PartyNamed", "PopulationDated", "PositionWhole", "ReasonGiven"}
"""What goes together: each has a finding of its own, and is never a kind of value."""


def catalogue(language: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Every sentence of a catalogue under its name: ``blank.mend``."""
    for code, said in catalogue(language)["findings"].items():
        yield from ((f"{code}.{part}", text) for part, text in said.items())


def slots(text: str) -> list[str]:
    return sorted(re.findall(r"\{([a-z]+)\}", text))


def expected_kinds() -> set[str]:
    return {
        name
        for name, about in definitions().items()
        if "properties" not in about and name not in CONDITIONS
    }


def test_the_interface_speaks_the_six_languages_of_the_united_nations_and_korean() -> None:
    assert {"ar", "en", "es", "fr", "ko", "ru", "zh"} <= set(catalogue_languages())
    assert set(catalogue_languages()) <= set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_every_finding_is_translated_with_its_slots(language: str) -> None:
    english = dict(sentences("en"))
    told = dict(sentences(language))
    assert told.keys() ^ english.keys() == set()
    for name, text in english.items():
        assert slots(told[name]) == slots(text), name
        assert told[name] != text, name
    assert catalogue(language)["general"].keys() == catalogue("en")["general"].keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_kind_of_value_is_translated(language: str) -> None:
    kinds = catalogue(language)["kinds"]
    assert kinds.keys() ^ expected_kinds() == set()
    titles = {name: definitions()[name]["title"] for name in kinds}
    assert [name for name, text in kinds.items() if text == titles[name]] == []


@pytest.mark.parametrize("language", sorted(set(OTHERS) & SCRIPTS.keys()))
def test_findings_are_in_the_script_of_their_language(language: str) -> None:
    texts = [text for _, text in sentences(language)]
    for text in (*texts, *catalogue(language)["kinds"].values()):
        names = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
        assert any(name.startswith(SCRIPTS[language]) for name in names), text
        assert all(name.startswith((SCRIPTS[language], "LATIN")) for name in names), text


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_field_and_type_has_a_name_in_every_language(language: str) -> None:
    missing = []
    for kind, about in definitions().items():
        for key, said in about.get("properties", {}).items():
            if said.get("title") and not label_of(field_words(kind, key), language):
                missing.append(f"{kind}.{key}")
    missing += [kind for kind in TYPES if not label_of(words(kind), language)]
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_findings_of_bad_examples_leave_no_slot_open_and_hold_no_english(language: str) -> None:
    english = set(dict(sentences("en")).values())
    titles = {str(about.get("title")) for about in definitions().values()} - {"true or false"}
    for name, document in bad().items():
        for finding, plain in zip(check(document, language), check(document), strict=True):
            assert (finding.path, finding.code) == (plain.path, plain.code)
            told = f"{finding.message} {finding.mend}"
            open_slots = set(slots(told)) - set(slots(str(document)))
            assert open_slots == set(), (name, told)
            assert finding.message not in english
            assert [title for title in titles if len(title) > 12 and title in told] == []


def test_a_finding_names_its_field_as_the_reader_does() -> None:
    document = {key: value for key, value in good()["need-fr"].items() if key != "action"}
    told = {language: check(document, language)[0].message for language in OTHERS}
    for language, message in told.items():
        assert label_of(field_words("Need", "action"), language) in message


@pytest.mark.parametrize(("tag", "language"), [("es-AR", "es"), ("ZH-Hant", "zh"), ("tlh", "en")])
def test_a_reader_of_a_variant_reads_its_language(tag: str, language: str) -> None:
    document = bad()["date-in-words"]
    assert check(document, tag) == check(document, language)
    if language != "en":
        assert check(document, tag) != check(document, "en")
