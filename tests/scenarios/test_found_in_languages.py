"""What is published in one language is found in all nine, through the words of the vocabulary."""

from __future__ import annotations

import base64
import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish
from node.service.sheet_calls import import_call
from node.store.ports import SearchWish
from node.store.tantivy import open_tantivy
from tests.homes import FW, home_of, practice
from vocab.framework import load

LANGUAGES = ("ar", "de", "en", "es", "fr", "ko", "pt", "ru", "zh")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """An observatory whose search is the real one."""
    async with open_tantivy(tmp_path / "text") as text:
        yield replace(await home_of("https://observatory.example", role="observer"), text=text)


async def found(home: Home, words: str, language: str) -> Mapping[str, str]:
    """IRI of each record found → why it was."""
    page = await home.text.search(SearchWish(words=words, language=language, limit=100))
    return {hit.put.iri: hit.why for hit in page.hits}


async def test_the_facts_about_real_cities_are_found_in_every_language(
    home: Home, shared: Path
) -> None:
    data = (shared / "data" / "human_rights_city_facts.csv").read_bytes()
    sent = base64.b64encode(data).decode()
    taken = await import_call(home, data=sent, filename="facts.csv", publish=True)
    await catch_up(home)
    facts: dict[str, set[str]] = defaultdict(set)
    rows = csv.DictReader(io.StringIO(data.decode()))
    for row, receipt in zip(rows, taken["receipts"], strict=True):
        facts[row["action_code"]].add(receipt["iri"])
    assert sum(map(len, facts.values())) == 68
    for code, iris in facts.items():
        action = load().action(code)
        assert action is not None
        for language in LANGUAGES:
            words = action.label[language]
            missing = iris - set(await found(home, words, language))
            assert not missing, f"{code} in {language} by {words!r}: {len(missing)} not found"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("ombudsperson", "en"),
        ("ombudsman", "en"),
        ("defensor del pueblo", "es"),
        ("médiateur", "fr"),
        ("mediateur", "fr"),
        ("омбудсмен", "ru"),
        ("омбудсмена", "ru"),
        ("أمين المظالم", "ar"),
        ("监察员", "zh"),
        ("provedor", "pt"),
        ("Ombudsstelle", "de"),
        ("옴부즈만", "ko"),
    ],
)
async def test_a_korean_ombudsperson_is_found_by_the_word_of_the_reader(
    home: Home, words: str, language: str
) -> None:
    ombudsperson = {
        **practice(),
        "title": {"ko": "찾아가는 인권 상담"},
        "element": [f"{FW}action-element/ombudsperson"],
    }
    education = {
        **practice(),
        "title": {"ko": "인권 교육"},
        "action": [load().actions[0].iri],
    }
    receipt, other = await publish(home, ombudsperson), await publish(home, education)
    await catch_up(home)
    hits = await found(home, words, language)
    assert hits.get(receipt.iri) == "concept"
    assert other.iri not in hits
