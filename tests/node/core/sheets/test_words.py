"""Headings, hints and findings: complete in every language, and read as people write them."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.sheets import documents_of
from node.core.sheets.columns import SHEETS, columns_of
from node.core.sheets.concepts import choices, concept_of, is_concept
from node.core.sheets.labels import heading, name_of, words_for
from node.core.sheets.matching import guess_kind, match
from node.core.sheets.values import items_of, joined, read_value
from tests.node.core.sheets.sheets import codes, read, reader, table
from vocab.languages import LANGUAGES
from vocab.shapes.schema import definitions

DATA = Path(__file__).parents[4] / "node" / "core" / "sheets" / "data"
PARTS = {"evidence": 2, "measures": 1, "partnersNamed": 1, "translations": 1}


@pytest.mark.parametrize("name", ["findings", "hints"])
def test_everything_is_said_in_every_language(name: str) -> None:
    said = tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))
    missing = {key: set(words) ^ set(LANGUAGES) for key, words in said.items()}
    assert {key: tags for key, tags in missing.items() if tags} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SHEETS)
def test_no_two_columns_of_a_type_are_called_alike(kind: str, language: str) -> None:
    columns = columns_of(kind, ("es", "zh-Hans"), PARTS, part_names=("evidence",))
    headings = [heading(column, language) for column in columns]
    assert [text for text, count in Counter(headings).items() if count > 1] == []
    for reading in ("en", "ar"):
        assert match(headings, kind, language=reading, tag="sw").columns == columns
    assert guess_kind(headings, language="en", tag="en") == kind


@pytest.mark.parametrize("kind", SHEETS)
def test_every_field_has_a_name_in_every_language(kind: str) -> None:
    leaves = {column.leaf for column in columns_of(kind, ("es",), PARTS)}
    missing = {leaf.key: set(LANGUAGES) - set(words_for(leaf)) for leaf in leaves}
    assert {key: tags for key, tags in missing.items() if tags} == {}
    assert len({name_of(kind, language) for language in LANGUAGES}) > 4


@pytest.mark.parametrize("ref", [name for name in definitions() if is_concept(name)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_is_understood_in_every_language(ref: str, language: str) -> None:
    for reading in LANGUAGES:
        read_back = [concept_of(word, ref, reading) for word in choices(ref, language)]
        assert read_back == definitions()[ref]["enum"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=5))
def test_lists_come_back_from_a_cell(items: list[str]) -> None:
    lines = [" ".join(item.split()) for item in items]
    entries = [line for line in lines if line]
    for by_line in (True, False):
        assert items_of(joined(entries, by_line=by_line)) == entries


@pytest.mark.parametrize(
    ("text", "ref", "value"),
    [
        ("0,8", "Share", "0.8"),
        ("0.80", "Share", "0.8"),
        ("1 204 553", "Count", 1204553),
        ("٢٠٢١", "PartialDate", "2021"),
        ("2021/3", "PartialDate", "2021-03"),
        ("3/2021", "PartialDate", "2021-03"),
        ("5.3.2021", "Day", "2021-03-05"),
        ("31/12/2021", "Day", "2021-12-31"),
        ("2500.5", "Amount", "2500.5"),
        ("2,500", "Amount", "2,500"),
        ("Corée du Sud", "CountryCode", "KR"),
        ("ke", "CountryCode", "KE"),
        ("19", "M49", "019"),
        ("Africa", "M49", "002"),
        ("Spanish", "LanguageTag", "es"),
        ("français", "LanguageTag", "fr"),
        ("16.7", "SdgTarget", "http://metadata.un.org/sdg/16.7"),
        ("1841811", "Place", "https://sws.geonames.org/1841811/"),
        (
            "https://www.geonames.org/1841811/gwangju.html",
            "Place",
            "https://sws.geonames.org/1841811/",
        ),
        ("Q41283", "Wikidata", "http://www.wikidata.org/entity/Q41283"),
        ("sí", "Truth", True),
        ("否", "Truth", False),
        ("perhaps", "Truth", "perhaps"),
    ],
)
def test_what_can_mean_one_thing_is_put_right(text: str, ref: str, value: object) -> None:
    assert read_value(text, ref, "en") == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("whatWasDone", ("whatWasDone", "es")),
        ("What was done [en]", ("whatWasDone", "en")),
        ("Título (inglés)", ("title", "en")),
        ("title_pt", ("title", "pt")),
        ("lecions aprendidas", ("lessonsLearned", "es")),
        ("Evidence 2: Page", ("evidence", 1, "page")),
        ("evidence_1_caption", ("evidence", 0, "caption", "es")),
        ("Evidencia", ("evidence", 0, "contentUrl")),
        ("Socio con nombre 2: Nombre [fr]", ("partnersNamed", 1, "name", "fr")),
        ("Budget code", None),
        ("evidence 999: page", None),
    ],
)
def test_headings_of_others_are_understood(text: str, place: tuple[object, ...] | None) -> None:
    (column,) = match([text], "Practice", language="es", tag="es").columns
    assert (column.place if column else None) == place


def test_a_close_spelling_is_named() -> None:
    outcome = read("titulo | acsion práctica | lecions aprendidas | inicio\nX | Y | Z | 2021")
    assert outcome.close == {"lecions aprendidas": "Lessons learned [es]"}
    assert outcome.unknown == ("acsion práctica",)
    assert outcome.rows[0].notes == {"acsion práctica": "Y"}


def test_two_columns_of_one_thing_have_to_agree() -> None:
    agreed = read("title | action code | action\nX | T4 | annual-report")
    assert codes(agreed) == []
    assert codes(read("title | action code | action\nX | T4 | S3")) == [(2, "action", "differs")]


def test_a_finding_offers_the_nearest_word_of_the_list() -> None:
    outcome = read("acción | estado\nS3 | En vigr", kind="ActionStatus", language="es")
    found = next(one for one in outcome.rows[0].findings if one.finding.path == "/state")
    assert (found.row, found.column, found.heading) == (2, 1, "estado")
    assert found.finding.mend == "Elija uno de la lista: ¿En vigor?"


def test_a_city_that_nobody_knows_asks_for_its_number() -> None:
    sheet = (
        "city | country | action | statement | source{}\nNowhere | KE | S3 | x | https://a.example/"
    )
    outcome = read(sheet.format(""))
    assert "place-unknown" in {code for _, _, code in codes(outcome)}
    told = read(sheet.format(" | geonames") + " | 184745")
    assert codes(told) == []
    assert told.assumed == {"Mode": "Peer review"}


def test_rows_of_an_unknown_type_name_the_types() -> None:
    outcome = read("type | title\ninvoice | x\nPráctica | y", language="es")
    assert codes(outcome)[0][2] == "unknown-type"
    assert "Compromiso" in outcome.rows[0].findings[0].finding.mend
    assert outcome.rows[1].document["type"] == "Practice"


def test_the_sheets_name_says_what_the_rows_are() -> None:
    named = table("acción | idiomas\nS3 | es", name="Necesidad")
    assert documents_of(named, reader()).kind == "Need"
