"""Labels: one a concept and language, in that language's script, in the terms that the UN uses."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from vocab.framework import Concept, Scheme, load
from vocab.framework.source import LabelRow, label_rows, label_tables
from vocab.languages import LANGUAGES
from vocab.terms import FW, TranslationStatus

SCRIPTS = {"ar": "ARABIC", "zh": "CJK", "ru": "CYRILLIC", "ko": "HANGUL"}
"""The script of each language that is not written in Latin letters, as Unicode names it."""

UN_TERMS = {
    "mechanism/universal-periodic-review": {
        "ar": "الاستعراض الدوري الشامل",
        "zh": "普遍定期审议",
        "fr": "Examen périodique universel",
        "ru": "Универсальный периодический обзор",
        "es": "Examen Periódico Universal",
    },
    "mechanism/human-rights-council": {
        "ar": "مجلس حقوق الإنسان",
        "zh": "人权理事会",
        "fr": "Conseil des droits de l'homme",
        "ru": "Совет по правам человека",
        "es": "Consejo de Derechos Humanos",
    },
    "mechanism/special-procedures": {
        "ar": "الإجراءات الخاصة لمجلس حقوق الإنسان",
        "zh": "人权理事会特别程序",
        "fr": "Procédures spéciales du Conseil des droits de l'homme",
        "ru": "Специальные процедуры Совета по правам человека",
        "es": "Procedimientos especiales del Consejo de Derechos Humanos",
    },
    "mechanism/hrc-advisory-committee": {
        "ar": "اللجنة الاستشارية لمجلس حقوق الإنسان",
        "zh": "人权理事会咨询委员会",
        "fr": "Comité consultatif du Conseil des droits de l'homme",
        "ru": "Консультативный комитет Совета по правам человека",
        "es": "Comité Asesor del Consejo de Derechos Humanos",
    },
    "mechanism/nmirf": {
        "ar": "الآلية الوطنية للتنفيذ والإبلاغ والمتابعة",
        "fr": "Mécanisme national d'application, d'établissement de rapports et de suivi",
        "es": "Mecanismo nacional de aplicación, presentación de informes y seguimiento",
    },
    "mechanism/hlpf": {
        "ar": "المنتدى السياسي الرفيع المستوى المعني بالتنمية المستدامة",
        "zh": "可持续发展高级别政治论坛",
        "fr": "Forum politique de haut niveau pour le développement durable",
        "ru": "Политический форум высокого уровня по устойчивому развитию",
        "es": "Foro político de alto nivel sobre el desarrollo sostenible",
    },
    "reference/sdgs": {
        "ar": "أهداف التنمية المستدامة",
        "zh": "可持续发展目标",
        "fr": "Objectifs de développement durable",
        "ru": "Цели в области устойчивого развития",
        "es": "Objetivos de Desarrollo Sostenible",
    },
    "reference/agenda-2030": {
        "ar": "خطة التنمية المستدامة لعام 2030",
        "zh": "2030年可持续发展议程",
        "fr": "Programme de développement durable à l'horizon 2030",
        "ru": "Повестка дня в области устойчивого развития на период до 2030 года",
        "es": "Agenda 2030 para el Desarrollo Sostenible",
    },
    "organization/uclg": {
        "ar": "منظمة المدن والحكومات المحلية المتحدة",
        "zh": "世界城市和地方政府联合组织",
        "fr": "Cités et Gouvernements Locaux Unis (CGLU)",
        "ru": "Объединенные города и местные власти (ОГМВ)",
        "es": "Ciudades y Gobiernos Locales Unidos (CGLU)",
    },
    "organization/ohchr": {
        "ar": "مفوضية الأمم المتحدة السامية لحقوق الإنسان",
        "zh": "联合国人权事务高级专员办事处（人权高专办）",
        "fr": "Haut-Commissariat des Nations Unies aux droits de l'homme (HCDH)",
        "ru": "Управление Верховного комиссара Организации Объединенных Наций"
        " по правам человека (УВКПЧ)",
        "es": "Oficina del Alto Comisionado de las Naciones Unidas"
        " para los Derechos Humanos (ACNUDH)",
    },
    "reference/pact-for-the-future": {
        "ar": "ميثاق المستقبل (الأمم المتحدة)",
        "zh": "《未来契约》（联合国）",
        "fr": "Pacte pour l'avenir (ONU)",
        "ru": "Пакт во имя будущего (ООН)",
        "es": "Pacto para el Futuro (Naciones Unidas)",
    },
    "reference/world-conference-1993": {
        "ar": "المؤتمر العالمي لحقوق الإنسان",
        "zh": "世界人权会议",
        "fr": "Conférence mondiale sur les droits de l'homme",
        "ru": "Всемирная конференция по правам человека",
        "es": "Conferencia Mundial de Derechos Humanos",
    },
    "group/human-rights-defenders": {
        "ar": "المدافعون عن حقوق الإنسان",
        "zh": "人权维护者",
        "fr": "Défenseurs des droits de l'homme",
        "ru": "Правозащитники",
        "es": "Defensores de los derechos humanos",
    },
    "principle-or-right/right-to-development": {
        "ar": "الحق في التنمية",
        "zh": "发展权",
        "fr": "Droit au développement",
        "ru": "Право на развитие",
        "es": "Derecho al desarrollo",
    },
}
"""What UNTERM and the official documents say, in the official languages beside English."""


@cache
def rows() -> tuple[LabelRow, ...]:
    return tuple(label_rows())


def labelled() -> Iterator[Concept | Scheme]:
    yield from load().schemes
    yield from load().concepts


def test_every_concept_and_scheme_has_one_label_in_each_of_nine_languages() -> None:
    assert set(load().languages) == set(LANGUAGES)
    for thing in labelled():
        assert set(thing.label) == set(LANGUAGES), thing.iri
        assert all(label.strip() for label in thing.label.values()), thing.iri


def test_tables_say_whose_language_they_are_and_that_nobody_official_stands_behind_them() -> None:
    for language, table in label_tables().items():
        assert table["url"] == f"{language}.csv"
        status = table["https://w3id.org/intercity/ns#translationStatus"]["@id"]
        assert status == TranslationStatus.UNOFFICIAL
        assert "unofficial translation" in table["dc:title"]


def test_tables_list_schemes_and_concepts_in_the_order_of_the_vocabulary() -> None:
    """So that a reviewer reads every table beside the English one."""
    framework = load()
    order = []
    for scheme in framework.schemes:
        prefix = scheme.iri.replace("#scheme/", "#")
        listed = [
            concept.iri
            for concept in framework.scheme(scheme.slug)
            if concept.iri.startswith(f"{prefix}/")
        ]
        order += [scheme.iri, *listed]
    for language in label_tables():
        assert [row.subject for row in rows() if row.language == language] == order


def test_a_label_is_the_same_as_in_english_only_where_a_remark_says_why() -> None:
    english = {thing.iri: thing.label["en"] for thing in labelled()}
    for row in rows():
        same = row.label.casefold() == english[row.subject].casefold()
        assert same == bool(row.remark), row


def wrong_script(language: str, text: str) -> str | None:
    """Why the text cannot be of that language, or None.

    In Latin languages every letter is Latin. In the others some letter is of their script, and
    any Latin ones are symbols, acronyms or names, which begin with a capital.
    """
    names = {char: unicodedata.name(char, "") for char in text if char.isalpha()}
    script = SCRIPTS.get(language, "LATIN")
    foreign = [char for char, name in names.items() if not name.startswith((script, "LATIN"))]
    if foreign:
        return f"expected {script} letters, found {foreign}"
    if not any(name.startswith(script) for name in names.values()):
        return f"expected some {script} letter, found none"
    return None


def test_labels_are_in_the_script_of_their_language() -> None:
    for row in rows():
        assert (problem := wrong_script(row.language, row.label)) is None, (row, problem)


def test_other_words_are_in_the_script_of_their_language_or_acronyms() -> None:
    for row in rows():
        for word in row.alt:
            acronym = word.isascii() and sum(char.isupper() for char in word) >= 2
            assert acronym or wrong_script(row.language, word) is None, (row.subject, word)


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "Ombudsman"), ("zh", "옴부즈만"), ("ko", "申诉"), ("ar", "Омбудсмен"), ("es", "申诉")],
)
def test_a_label_in_the_wrong_script_is_noticed(language: str, text: str) -> None:
    assert wrong_script(language, text) is not None


def test_no_two_concepts_of_a_scheme_have_the_same_label() -> None:
    for language in LANGUAGES:
        found = Counter(
            (concept.iri.rpartition("/")[0], concept.label[language].casefold())
            for concept in load().concepts
        )
        assert [pair for pair, count in found.items() if count > 1] == []


def test_no_other_word_repeats_the_label() -> None:
    """SKOS integrity condition S13."""
    for concept in load().concepts:
        for language, words in concept.alt.items():
            said = [word.casefold() for word in (concept.label[language], *words)]
            assert len(said) == len(set(said)), (concept.iri, language)


def test_labels_are_clean_text() -> None:
    for thing in labelled():
        words = [word for alt in getattr(thing, "alt", {}).values() for word in alt]
        for text in (*thing.label.values(), *words):
            assert text == unicodedata.normalize("NFC", text), text
            assert text == " ".join(text.split()), text
            assert not text.endswith((".", "。", ":", ";", ",")), text


@pytest.mark.parametrize("slug", UN_TERMS)
def test_un_terms_are_unterms(slug: str) -> None:
    concept = load().concept(FW + slug)
    assert concept is not None
    for language, term in UN_TERMS[slug].items():
        assert concept.label[language].replace("’", "'") == term


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "ombudsman"),
        ("es", "defensor del pueblo"),
        ("fr", "médiateur"),
        ("ko", "옴부즈만"),
        ("ru", "омбудсмен"),
        ("zh", "监察员"),
        ("ar", "أمين المظالم"),
        ("de", "Ombudsstelle"),
        ("pt", "ouvidoria"),
    ],
)
def test_the_ombudsperson_is_found_by_the_word_that_people_use(language: str, word: str) -> None:
    concept = load().concept(f"{FW}action-element/ombudsperson")
    assert concept is not None
    words = (concept.label[language], *concept.alt[language])
    assert word.casefold() in [each.casefold() for each in words]


@pytest.mark.parametrize(
    "scheme",
    [
        "action",
        "audience",
        "group",
        "instrument-type",
        "mechanism",
        "partner",
        "principle-or-right",
        "challenge",
    ],
)
def test_what_people_search_for_has_further_words_in_every_language(scheme: str) -> None:
    for concept in load().scheme(scheme):
        assert set(concept.alt) == set(LANGUAGES), concept.iri


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("fr", "CGLU"),
        ("es", "CGLU"),
        ("ru", "ОГМВ"),
        ("zh", "世界城地组织"),
        ("ar", "UCLG"),
    ],
)
def test_uclg_is_found_by_its_short_name(language: str, word: str) -> None:
    concept = load().concept(f"{FW}organization/uclg")
    assert concept is not None
    assert word in concept.alt[language]
