"""Forms are made from what a type is, and lose nothing that somebody wrote."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.forms import (
    Block,
    Control,
    Look,
    Section,
    filled,
    form_of,
    found_at,
    part_of,
    section_of,
    sections_of,
    written_in,
)
from node.core.sheets.columns import SHEETS, fields_of
from tests.homes import FW
from vocab.records import KINDS
from vocab.shapes import check

S3 = f"{FW}action/complaint-oversight-redress-mechanism"
GIVEN = {"id", "version", "publisher", "did", "structure"}
"""What the node fills in."""
EXAMPLES = [
    json.loads(one.read_text("utf-8"))
    for one in sorted(files("vocab").joinpath("data", "examples").iterdir(), key=str)
    if one.name.endswith(".jsonld")
]
WRITTEN = [one for one in EXAMPLES if one.get("type") in SHEETS]


def sent_of(
    kind: str, section: Section, document: dict[str, Any], tag: str
) -> dict[str, list[str]]:
    """What a browser sends for a form that nobody changed."""
    sent: dict[str, list[str]] = {}
    for one in form_of(kind, section, document, tag):
        for control in one.controls if isinstance(one, Block) else (one,):
            if control.look in {Look.ONE, Look.MANY}:
                sent[control.name] = [choice.value for choice in control.chosen]
            else:
                sent[control.name] = [control.value.replace("\n", "\r\n")]
    return sent


def test_there_are_examples_to_write_again() -> None:
    assert {one["type"] for one in WRITTEN} >= {"Practice", "Strategy", "Need", "Offer"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in SHEETS])
def test_every_field_of_a_type_stands_on_one_page(kind: str) -> None:
    asked = [field.key for fields in sections_of(kind).values() for field in fields]
    assert sorted(asked) == sorted({one.key for one in fields_of(kind)} - GIVEN)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in SHEETS])
def test_the_first_page_has_all_that_a_record_must_have(kind: str) -> None:
    needed = {one.key for one in fields_of(kind) if one.required} - GIVEN
    assert needed <= {one.key for one in sections_of(kind)[Section.BASICS]}
    assert len(needed) <= 10


def test_a_practice_has_five_pages() -> None:
    assert list(sections_of("Practice")) == list(Section)
    assert section_of("Practice", "lessonsLearned") is Section.STORY
    assert section_of("Practice", "evidence") is Section.DOCUMENTS
    assert section_of("Practice", "no such field") is Section.BASICS


@pytest.mark.parametrize("document", WRITTEN, ids=[str(one["id"]) for one in WRITTEN])
def test_a_form_that_is_sent_unchanged_changes_nothing(document: dict[str, Any]) -> None:
    kind = document["type"]
    for tag in (*written_in(kind, document), "ko"):
        for section in sections_of(kind):
            again = filled(kind, section, document, tag, sent_of(kind, section, document, tag))
            assert again == document, section


@pytest.mark.parametrize("document", WRITTEN, ids=[str(one["id"]) for one in WRITTEN])
def test_a_record_can_be_written_from_nothing_page_by_page(document: dict[str, Any]) -> None:
    kind = document["type"]
    made: dict[str, Any] = {"type": kind}
    for section in sections_of(kind):
        for tag in written_in(kind, document) or ["en"]:
            # One more empty part is offered after each save.
            for _ in range(25):
                made = filled(kind, section, made, tag, sent_of(kind, section, document, tag))
    shown = {key: value for key, value in document.items() if key in _asked(kind)}
    assert _bare(made) == {"type": kind, **_bare(shown)}


def _asked(kind: str) -> set[str]:
    return {field.key for fields in sections_of(kind).values() for field in fields}


def _bare(document: dict[str, Any]) -> dict[str, Any]:
    """Without what the node fills in, names and types of parts; choices in no order."""
    return {
        key: sorted(map(_part, said), key=repr) if isinstance(said, list) else said
        for key, said in document.items()
    }


def _part(one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    kept = {key: said for key, said in one.items() if key not in {"id", "type"}}
    return dict(sorted(_bare(kept).items()))


@given(
    title=st.text(max_size=80),
    started=st.text(max_size=20),
    links=st.lists(st.text(max_size=30), max_size=4),
)
def test_whatever_is_written_is_kept_and_shown_again(
    title: str, started: str, links: list[str]
) -> None:
    made = filled("Practice", Section.BASICS, {}, "es", {"title.es": [title], "started": [started]})
    made = filled("Practice", Section.DETAILS, made, "es", {"sdgTargets": ["\n".join(links)]})
    basics = part_of("Practice", Section.BASICS, made, "es")
    assert basics.get("title.es", "") == _plain(title)
    assert bool(basics.get("started", "")) == bool(started.strip())
    again = filled(
        "Practice", Section.BASICS, made, "es", sent_of("Practice", Section.BASICS, made, "es")
    )
    assert again == made


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def test_what_cannot_be_read_stays_as_it_was_written() -> None:
    made = filled(
        "Practice",
        Section.BASICS,
        {},
        "es",
        {"title.es": ["Una oficina"], "started": ["hacia 2020"], "action": [S3, "otra cosa"]},
    )
    assert (made["started"], made["action"]) == ("hacia 2020", [S3, "otra cosa"])
    shown = part_of("Practice", Section.BASICS, made, "es")
    assert (shown["started"], shown["action"]) == ("hacia 2020", [S3, "otra cosa"])


def test_dates_and_numbers_are_read_as_people_write_them() -> None:
    made = filled("Offer", Section.BASICS, {}, "es", {"capacity": ["2"]})
    assert made["capacity"] == 2
    made = filled("Need", Section.BASICS, {}, "es", {"strength": ["0,8"], "byWhen": ["3.2027"]})
    assert (made["strength"], made["byWhen"]) == ("0.8", "2027-03")


def test_only_the_language_of_the_page_is_changed() -> None:
    both = {"type": "Practice", "title": {"es": "Una oficina", "ko": "사무소"}}
    made = filled("Practice", Section.BASICS, both, "es", {"title.es": [""]})
    assert made["title"] == {"ko": "사무소"}
    made = filled("Practice", Section.BASICS, made, "ko", {"title.ko": [""]})
    assert "title" not in made


def test_a_part_is_gone_when_nothing_is_left_in_it() -> None:
    first = {"contentUrl": "https://aurora.example/1.pdf", "id": "#evidence-1", "type": "Evidence"}
    document = {"type": "Practice", "evidence": [first]}
    sent = {"evidence.0.contentUrl": [""], "evidence.1.contentUrl": ["https://aurora.example/2"]}
    made = filled("Practice", Section.DOCUMENTS, document, "es", sent)
    assert made["evidence"] == [{"contentUrl": "https://aurora.example/2"}]
    made = filled("Practice", Section.DOCUMENTS, document, "es", {"evidence.0.contentUrl": [""]})
    assert "evidence" not in made


def test_elements_are_offered_of_the_actions_that_are_chosen() -> None:
    def offered(document: dict[str, Any]) -> set[str]:
        made = form_of("Practice", Section.SCOPE, document, "es")
        one = next(it for it in made if isinstance(it, Control) and it.name == "element")
        return {choice.value for group in one.groups for choice in group.choices}

    assert offered({}) == set()
    of_action = offered({"action": [S3]})
    assert of_action
    kept = offered({"action": [], "element": [next(iter(of_action))]})
    assert kept == {next(iter(of_action))}


def test_findings_stand_beside_what_they_are_about() -> None:
    made = filled("Practice", Section.BASICS, {}, "es", {"started": ["hacia 2020"]})
    found = check({"version": 1, **made}, "es")
    assert [one.path for one in found_at(found, ("started",))] == ["/started"]
    assert [one.path for one in found_at(found, ("title", "es"))] == ["/title"]
    assert found_at(found, ("summary", "es")) == []
    long = {"type": "Practice", "title": {"es": "x" * 201, "fr": "x"}}
    found = check({"version": 1, **long}, "es")
    assert found_at(found, ("title", "es"))
    assert not [one for one in found_at(found, ("title", "fr")) if one.path == "/title/es"]
