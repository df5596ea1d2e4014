"""The framework as objects: complete, in order, quoted word for word."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from vocab.framework import Action, Concept, load
from vocab.terms import ACTIONS, FRAMEWORK_VERSION, FW, IC, SCHEMES, Group, State

COUNTS = {
    "area": 3,
    "tier": 2,
    "level": 2,
    "action": 28,
    "action-element": 55,
    "group": 16,
    "audience": 8,
    "service-area": 8,
    "policy-area": 8,
    "partner": 18,
    "organization": 5,
    "mechanism": 11,
    "principle-or-right": 16,
    "challenge": 9,
    "instrument-type": 12,
    "reference": 25,
    "city-named": 6,
}
CODES = [f"F{n}" for n in (1, 2, 3)] + [f"S{n}" for n in range(1, 7)]
CODES += [f"T{n}" for n in range(1, 20)]


def of_the_framework() -> list[Concept]:
    return [concept for concept in load().concepts if concept.iri.startswith(FW)]


def listed(shared: Path) -> list[dict[str, str]]:
    with (shared / "data" / "framework_concepts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_framework_has_232_concepts_in_17_schemes() -> None:
    found = Counter(concept.scheme for concept in of_the_framework())
    assert found == COUNTS
    assert list(found) == list(SCHEMES), "schemes come in the framework's order"
    assert found.total() == 232


def test_the_framework_is_the_list_word_for_word(shared: Path) -> None:
    rows = listed(shared)
    assert Counter(row["scheme"] for row in rows) == COUNTS
    for row in rows:
        concept = load().concept(f"{FW}{row['scheme']}/{row['slug']}")
        assert concept is not None, row
        assert concept.label["en"] == row["prefLabel_en"]
        assert (concept.notation or "") == row["notation"]
        assert (concept.definition or "") == row["definition_en"]
        assert (concept.date or "") == row["date"]
        assert (concept.identifier or "") == row["identifier"]
        assert (concept.broader or "").rpartition("/")[2] == row["broader"]
        if isinstance(concept, Action):
            assert (concept.area, concept.tier) == (row["broader"], row["tier"])
            assert (concept.level or "") == row["level"]


def test_concepts_come_in_the_order_of_the_list(shared: Path) -> None:
    rows = [f"{FW}{row['scheme']}/{row['slug']}" for row in listed(shared)]
    assert [concept.iri for concept in of_the_framework()] == rows


def test_definitions_stand_in_the_framework_word_for_word(shared: Path) -> None:
    """Each sentence does; one action's text is broken by the columns of a table."""
    text = plain((shared / "guidance-framework.txt").read_text(encoding="utf-8"))
    quoted = [concept for concept in of_the_framework() if concept.quoted]
    assert {concept.iri for concept in quoted} == {
        concept.iri for concept in of_the_framework() if concept.definition
    }
    for concept in quoted:
        for sentence in re.split(r"(?<=\.) ", plain(concept.definition or "")):
            pieces = sentence.split("Universal Periodic Review, ")
            assert all(piece.strip() in text for piece in pieces), (concept.slug, sentence)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_actions_come_from_f1_to_t19_with_nine_priorities() -> None:
    actions = load().actions
    assert [action.code for action in actions] == CODES == list(ACTIONS)
    assert [action.iri for action in actions] == list(ACTIONS.values())
    assert Counter(action.tier for action in actions) == {"priority": 9, "advanced": 19}
    assert Counter(action.area for action in actions) == {
        "foundations": 3,
        "structures": 6,
        "tools": 19,
    }


def test_only_tools_have_a_level() -> None:
    for action in load().actions:
        expected = None
        if action.code.startswith("T"):
            expected = "local" if int(action.code[1:]) <= 13 else "international"
        assert action.level == expected, action.code


def test_levels_read_from_the_page_layout_say_so() -> None:
    for action in load().actions:
        noted = any("page layout" in note for note in action.editorial_notes)
        assert noted == (action.code in {f"T{n}" for n in range(8, 14)}), action.code


def test_f3_and_t5_point_at_each_other() -> None:
    f3, t5 = load().action("F3"), load().action("T5")
    assert f3 is not None
    assert t5 is not None
    assert (f3.related, t5.related) == ((t5.iri,), (f3.iri,))


def test_links_to_sdg_targets_are_the_list_and_marked_as_draft(shared: Path) -> None:
    path = shared / "data" / "framework_action_sdg_draft.csv"
    with path.open(encoding="utf-8", newline="") as file:
        wanted = {(row["action"], row["sdg_target"]) for row in csv.DictReader(file)}
    found = {
        (action.slug, target)
        for action in load().actions
        for target in action.matches.get("relatedMatch", ())
    }
    assert found == wanted
    for concept in load().concepts:
        if "relatedMatch" in concept.matches:
            assert concept.match_status == f"{IC}match-status/draft"


def test_every_sdg_target_linked_to_exists(shared: Path) -> None:
    text = (shared / "data" / "sdg" / "sdg-kos-goals-targets-indicators.ttl").read_text("utf-8")
    known = set(re.findall(r"^sdg:(\S+) ", text, flags=re.MULTILINE))
    for action in load().actions:
        for target in action.matches.get("relatedMatch", ()):
            assert target.removeprefix("http://metadata.un.org/sdg/") in known


def test_the_group_of_our_own_stands_beside_the_frameworks() -> None:
    groups = [concept.iri for concept in load().scheme("group")]
    assert len(groups) == 20
    assert groups[16:] == list(Group)


def test_an_action_knows_its_elements() -> None:
    elements = load().narrower(ACTIONS["S3"])
    assert [element.slug for element in elements] == [
        "local-human-rights-commission",
        "ombudsperson",
    ]


def test_terms_are_the_iris_of_concepts() -> None:
    assert str(State.IN_PLACE) == "https://w3id.org/intercity/ns#state/in-place"
    assert [concept.iri for concept in load().scheme("state")] == list(State)
    assert f"{FW}{load().version.rpartition('.')[0]}/" == FRAMEWORK_VERSION


def test_a_strangers_word_is_no_concept() -> None:
    assert load().concept("https://example.org/anything") is None
    assert load().action("T20") is None
    with pytest.raises(KeyError):
        load().scheme("anything")


def test_every_action_says_what_counts_as_evidence_and_what_does_not() -> None:
    for action in load().actions:
        note = action.scope_note or ""
        assert note.startswith("Counts as evidence: "), action.code
        assert " Does not count: " in note, action.code


def test_notes_on_what_is_sensitive_warn_against_publishing_it() -> None:
    """Complaints, and whoever is protected, never enter a record."""
    for code in ("S3", "S6", "T11"):
        action = load().action(code)
        assert action is not None
        assert "under ten" in (action.scope_note or ""), code
