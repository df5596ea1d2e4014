"""A draft is compared with what is published, field by field and word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.core.changes import Change, Step, changes, pieces
from tests.homes import practice


def test_nothing_has_changed_where_only_the_node_filled_in() -> None:
    draft = practice()
    signed = {**draft, "version": 3, "proof": {"type": "x"}, "id": "https://a.example/practice/1"}
    assert changes(signed, draft) == []


def test_a_text_is_compared_in_each_language() -> None:
    before = {"title": {"es": "Una oficina", "en": "An office"}}
    after = {"title": {"es": "Una oficina móvil", "ko": "사무소"}}
    assert changes(before, after) == [
        Change(("title", "es"), ("Una oficina",), ("Una oficina móvil",)),
        Change(("title", "ko"), (), ("사무소",)),
        Change(("title", "en"), ("An office",), ()),
    ]


def test_lists_are_compared_whole_and_parts_by_their_fields() -> None:
    before = {"action": ["a", "b"], "evidence": [{"id": "1", "page": "3"}]}
    after = {"action": ["b"], "evidence": [{"id": "1", "page": "4"}, {"page": "9"}]}
    assert changes(before, after) == [
        Change(("action",), ("a", "b"), ("b",)),
        Change(("evidence", 0, "page"), ("3",), ("4",)),
        Change(("evidence", 1, "page"), (), ("9",)),
    ]


def test_of_a_new_record_every_field_is_new() -> None:
    found = changes(None, practice())
    assert {one.place[0] for one in found} == {"title", "action"}
    assert all(one.before == () for one in found)


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_pieces_of_a_text_are_both_texts(before: str, after: str) -> None:
    made = pieces(before, after)
    assert "".join(one.text for one in made if one.step is not Step.NEW) == before
    assert "".join(one.text for one in made if one.step is not Step.GONE) == after
