"""A record is checked at once, and whoever wrote it reads what is wrong and how to mend it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.watch import watching
from tests.vocab.examples import bad, expected, good
from vocab.framework import load
from vocab.records import TYPES
from vocab.shapes import LARGEST, Widest, audience_limit, catalogue_languages, check
from vocab.terms import FW, IC

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.mark.parametrize("name", good())
def test_a_good_example_has_no_findings(name: str) -> None:
    assert check(good()[name]) == []


@pytest.mark.parametrize("name", bad())
def test_a_bad_example_has_the_findings_that_it_is_there_for(name: str) -> None:
    findings = check(bad()[name])
    found = [{"path": finding.path, "code": finding.code} for finding in findings]
    assert found == expected()[name]
    for finding in findings:
        assert finding.message
        assert finding.mend
        assert "{" not in finding.message.replace('{"', ""), "a slot was left unfilled"


def test_every_bad_example_says_what_is_expected() -> None:
    assert set(bad()) == set(expected())


def test_every_type_has_good_examples() -> None:
    counted = [document["type"] for document in good().values()]
    assert {kind for kind in TYPES if counted.count(kind) < 2} == set()


def test_the_examples_are_in_many_languages() -> None:
    text = json.dumps(list(good().values()))
    spoken = ("ar", "de", "en", "es", "fr", "ko", "pt", "ru", "sw", "zh-Hans")
    assert {tag for tag in spoken if f'"{tag}": "' not in text} == set()


def test_every_concept_of_the_framework_is_used_by_a_good_example() -> None:
    used = json.dumps(list(good().values()))
    structural = {"area", "tier", "level", "city-named"}
    framework = load()
    concepts = [*framework.actions, *framework.concepts]
    assert [
        concept.iri
        for concept in concepts
        if concept.iri.startswith(FW)
        and concept.scheme not in structural
        and f'"{concept.iri}"' not in used
    ] == []


@pytest.mark.parametrize("script", ["make_concepts.py", "make_schema.py", "make_records_page.py"])
def test_generated_files_are_in_step_with_their_source(script: str) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPTS / script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_all_findings_come_at_once() -> None:
    document = good()["need-fr"] | {"urgency": "high", "strength": "2", "byWhen": "soon"}
    del document["problem"]
    codes = {finding.path: finding.code for finding in check(document)}
    assert codes == {"/urgency": "unknown-key", "/strength": "share", "/byWhen": "partial-date"}


@pytest.mark.parametrize("value", ["nonsense", 77777, ["x"], None, f"{IC}state/no-such-state"])
def test_one_mistake_is_one_finding(value: object) -> None:
    """A wrong state lacks no reason, and a date that is none is not out of order as well."""
    for name, document in good().items():
        for key in document.keys() - {"@context", "type"}:
            found = check(document | {key: value})
            assert len({finding.path for finding in found}) <= 1, (name, key, found)


def test_a_state_that_needs_a_reason_and_has_none_is_told() -> None:
    document = good()["action-status-stopped-fr"]
    without = {key: value for key, value in document.items() if key != "reason"}
    assert [finding.code for finding in check(without)] == ["reason-given"]
    (wrong,) = check(without | {"state": "stopped"})
    assert wrong.path == "/state"


def test_a_misspelt_key_gets_the_name_that_was_meant() -> None:
    (finding,) = check(good()["practice-ko"] | {"lessonsLearnt": {"ko": "배운 점"}})
    assert finding.code == "unknown-key"
    assert "lessonsLearned" in finding.mend


def test_a_misspelt_concept_gets_the_one_that_was_meant() -> None:
    (finding,) = check(good()["need-fr"] | {"action": f"{FW}action/human-right-office"})
    assert f"{FW}action/human-rights-office" in finding.mend


def test_a_place_is_told_in_words() -> None:
    document = copy.deepcopy(good()["commitment-es"])
    document["evidence"][0]["caption"] = {"es": "x" * 201}
    (finding,) = check(document)
    assert finding.path == "/evidence/0/caption/es"
    assert finding.message.startswith("Evidence 1 › Caption (es) has 201 characters")


def test_keys_with_slashes_are_escaped_in_paths() -> None:
    (finding,) = check(good()["need-fr"] | {"a/b~c": 1})
    assert finding.path == "/a~1b~0c"


def test_what_was_found_is_cut_and_cannot_hide_characters() -> None:
    (finding,) = check(good()["need-fr"] | {"byWhen": "\u202e\u0007" + "x" * 500})
    assert "\u202e" not in finding.message
    assert len(finding.message) < 250


@pytest.mark.parametrize("document", [None, [], "text", 5])
def test_what_is_no_object_is_no_record(document: object) -> None:
    (finding,) = check(document)
    assert finding.code == "not-a-record"


def test_a_document_that_is_too_large_says_how_large() -> None:
    document = copy.deepcopy(good()["practice-es"])
    document["results"] = {f"en-x-{number}": "x" * 8000 for number in range(40)}
    (finding,) = check(document)
    assert finding.code == "too-large"
    assert str(LARGEST) in finding.message


@pytest.mark.parametrize(
    "members",
    [
        {"title": {f"e{number}": "x" for number in range(2_000)}},
        {"action": [[] for _ in range(30_000)]},
        {"type": "Nothing", "action": list(range(20_000))},
    ],
)
def test_of_a_crowd_of_mistakes_the_first_is_told_and_no_more(members: dict[str, Any]) -> None:
    with watching():
        (finding,) = check(good()["practice-es"] | members)
    assert finding.message


def test_a_character_that_no_xml_can_say_is_refused() -> None:
    document = copy.deepcopy(good()["practice-es"])
    assert check(document | {"title": {"es": "a \\\\u0000 in words"}}) == []
    (finding,) = check(document | {"title": {"es": "a \x00"}})
    assert finding.code == "control-character"


def test_an_object_where_a_concept_belongs_is_a_finding_and_no_crash() -> None:
    document = good()["practice-es"] | {"action": [{"id": "https://evil.example/", "type": []}]}
    assert [finding.path for finding in check(document)]


@pytest.mark.parametrize("kind", [None, [], {}, ["Need"], 5])
def test_a_type_that_is_none_is_judged_by_what_it_tells(kind: object) -> None:
    defenders = good()["practice-es"] | {
        "type": kind,
        "action": [f"{FW}action/protection-of-human-rights-defenders"],
    }
    assert audience_limit(defenders).widest is Widest.MEMBERS


def test_a_deep_document_is_a_finding_and_no_crash() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = {"a": deep}
    assert [finding.code for finding in check(good()["need-fr"] | {"problem": deep})] == [
        "too-deep"
    ]


def test_half_a_character_is_a_finding_and_no_crash() -> None:
    (finding,) = check(good()["need-fr"] | {"problem": {"fr": "\ud800"}})
    assert finding.code == "not-unicode"


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    document = bad()["date-in-words"]
    assert check(document, "tlh") == check(document, "en") == check(document, "en-GB")


@pytest.mark.parametrize("language", catalogue_languages())
def test_a_catalogue_fills_only_slots_that_english_fills(language: str) -> None:
    for document in bad().values():
        for own, english in zip(check(document, language), check(document), strict=True):
            assert (own.path, own.code) == (english.path, english.code)
            assert own.message
            assert own.mend


@pytest.mark.parametrize(
    ("document", "widest"),
    [
        ({"type": "Practice", "action": [f"{FW}action/annual-report"]}, Widest.PUBLIC),
        (
            {"type": "ActionStatus", "action": f"{FW}action/protection-of-human-rights-defenders"},
            Widest.PUBLIC,
        ),
        (
            {
                "type": "ActionStatus",
                "action": f"{FW}action/protection-of-human-rights-defenders",
                "note": {"en": "Where the house is"},
            },
            Widest.MEMBERS,
        ),
        (
            {"type": "Need", "action": f"{FW}action/protection-of-human-rights-defenders"},
            Widest.MEMBERS,
        ),
        (
            {"type": "Offer", "action": f"{FW}action/protection-of-human-rights-defenders"},
            Widest.MEMBERS,
        ),
        (
            {"type": "Practice", "element": [f"{FW}action-element/temporary-relocation"]},
            Widest.INTERNAL,
        ),
        (
            {
                "type": "Strategy",
                "measures": [{"action": [f"{FW}action/protection-of-human-rights-defenders"]}],
            },
            Widest.MEMBERS,
        ),
        (
            {"type": "Assessment", "action": f"{FW}action/protection-of-human-rights-defenders"},
            Widest.PUBLIC,
        ),
    ],
)
def test_what_could_put_people_in_danger_goes_no_further(
    document: dict[str, Any], widest: Widest
) -> None:
    limit = audience_limit(document)
    assert limit.widest == widest
    assert bool(limit.reason) == (widest != Widest.PUBLIC)
