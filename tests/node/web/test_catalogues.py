"""The interface speaks each of its languages whole: every sentence, every plural, no slip."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from node.web.catalogues import INTERFACE, LOCALE, catalogue_in, words_for, words_in

ROOT = Path(__file__).parents[3]
OTHERS = tuple(tag for tag in INTERFACE if tag != "en")
SCRIPT = {"ar": "ARABIC", "ru": "CYRILLIC", "zh": "CJK", "ko": "HANGUL"}
SAME_WORD = re.compile(r"[\W\d]*|Intercity|.*%\(\w+\)s[\W]*%\(\w+\)s.*|%\(name\)s: .*")
"""Names, and sentences that are made of their parts alone: the same in every language."""
PART = re.compile(r"%\((\w+)\)s")


catalogue = cache(catalogue_in)


def forms(message: Message) -> tuple[str, ...]:
    """The translation, or its plural forms."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def messages(tag: str) -> Iterator[tuple[Message, str, str]]:
    """Each message, with every one of its forms beside the English sentence."""
    for message in catalogue(tag):
        english = message.id if isinstance(message.id, str) else message.id[-1]
        if english:
            yield from ((message, english, form) for form in forms(message))


def test_the_seven_languages_of_the_network_are_spoken() -> None:
    assert set(INTERFACE) == {"ar", "en", "es", "fr", "ko", "ru", "zh"}
    assert {path.stem for path in LOCALE.glob("*.po")} == set(OTHERS)


def test_catalogues_hold_what_the_pages_say_and_nothing_else() -> None:
    script = ROOT / "scripts" / "make_catalogues.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("tag", OTHERS)
def test_every_sentence_keeps_its_parts(tag: str) -> None:
    """A form for one or two may say the number in a word."""
    for message, english, form in messages(tag):
        parts, kept = set(PART.findall(english)), set(PART.findall(form))
        may_lack = {"n"} if isinstance(message.id, tuple) else set()
        assert kept <= parts, (english, form)
        assert parts - kept <= may_lack, (english, form)
        assert "%" not in PART.sub("", form) or "%" in PART.sub("", english), form


@pytest.mark.parametrize("tag", OTHERS)
def test_every_plural_has_all_forms_of_its_language(tag: str) -> None:
    plural = [one for one in catalogue(tag) if isinstance(one.id, tuple)]
    assert plural
    for message in plural:
        assert len(forms(message)) == catalogue(tag).num_plurals, message.id
        assert all(forms(message)), message.id


@pytest.mark.parametrize("tag", OTHERS)
def test_no_sentence_is_left_in_english(tag: str) -> None:
    long = [
        english
        for _, english, form in messages(tag)
        if form == english and len(english.split()) > 2 and not SAME_WORD.fullmatch(english)
    ]
    assert long == []


@pytest.mark.parametrize("tag", sorted(SCRIPT))
def test_sentences_are_written_in_the_languages_script(tag: str) -> None:
    for _, english, form in messages(tag):
        letters = [one for one in PART.sub("", form) if one.isalpha()]
        if SAME_WORD.fullmatch(english) or not letters:
            continue
        assert any(SCRIPT[tag] in unicodedata.name(one, "") for one in letters), (english, form)


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "%s город"), (2, "%s города"), (5, "%s городов"), (11, "%s городов"), (21, "%s город")],
)
def test_russian_counts_as_russian_does(n: int, said: str) -> None:
    assert words_in("ru").count("%(n)s city", "%(n)s cities", n) == said % n


def test_arabic_counts_in_six_forms() -> None:
    words = words_in("ar")
    said = {str(words.count("%(n)s record", "%(n)s records", n)) for n in (0, 1, 2, 3, 11, 100)}
    assert len(said) == 6


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (("ar-MA",), "ar"),
        (("ca",), "es"),
        (("de", "fr"), "fr"),
        (("zh-Hant-TW",), "zh"),
        ((), "en"),
        (("tlh",), "en"),
    ],
)
def test_a_reader_is_spoken_to_in_the_nearest_language(
    wanted: tuple[str, ...], spoken: str
) -> None:
    assert words_for(wanted).language == spoken
