"""An approval is of a text, by somebody who has not written it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.review import (
    MOST_COMMENTS,
    Comment,
    Review,
    Stage,
    approved,
    commented,
    due,
    fault,
    returned,
    scheduled,
    submitted,
    text_digest,
    written,
)
from node.errors import Refused
from tests.homes import practice

AT = "2026-01-01T10:00:00Z"
ONE, TWO = text_digest(practice()), text_digest(practice("Otra"))


def handed() -> Review:
    """A draft that Amaru wrote and handed over."""
    return submitted(written(Review(), "amaru", ONE), "amaru", ONE, AT)


def test_a_text_is_the_same_whoever_signs_it_in_whatever_version() -> None:
    signed = {**practice(), "version": 3, "publisher": "x", "proof": {}, "@context": []}
    assert text_digest(signed) == ONE
    assert ONE != TWO


def test_somebody_else_approves_what_was_handed_over() -> None:
    review = approved(handed(), "benita", ONE, AT)
    assert (review.stage, review.by) == (Stage.APPROVED, "benita")
    assert fault(review, ONE, two_people=True) == ""


def test_nobody_approves_a_text_that_they_have_written_in() -> None:
    review = submitted(written(handed(), "benita", TWO), "amaru", TWO, AT)
    for who in ("amaru", "benita"):
        with pytest.raises(Refused, match="written in this text yourself"):
            approved(review, who, TWO, AT)


def test_what_does_not_wait_is_neither_approved_nor_returned() -> None:
    for review in (Review(), approved(handed(), "benita", ONE, AT)):
        with pytest.raises(Refused, match="waits for review"):
            approved(review, "clara", ONE, AT)
        with pytest.raises(Refused, match="waits for review"):
            returned(review, "clara", "No", AT)


def test_another_text_than_the_one_looked_at_is_not_approved() -> None:
    with pytest.raises(Refused, match="changed"):
        approved(handed(), "benita", TWO, AT)


def test_a_change_takes_approval_and_schedule_away() -> None:
    review = scheduled(approved(handed(), "benita", ONE, AT), "clara", ONE, "public", AT)
    assert due(review, AT)
    assert written(review, "amaru", ONE) == review
    changed = written(review, "amaru", TWO)
    assert (changed.stage, changed.publish_at) == (Stage.WRITING, "")
    assert "found none" in fault(changed, TWO, two_people=True)


def test_a_text_that_was_changed_beside_the_desk_is_not_the_approved_one() -> None:
    assert "changed" in fault(approved(handed(), "benita", ONE, AT), TWO, two_people=True)
    assert fault(Review(), TWO, two_people=False) == ""


def test_it_is_returned_with_a_reason_and_stays_returned_while_it_is_mended() -> None:
    with pytest.raises(Refused, match="a reason"):
        returned(handed(), "benita", "  ", AT)
    review = returned(handed(), "benita", " Falta la fuente ", AT)
    assert (review.stage, review.reason) == (Stage.RETURNED, "Falta la fuente")
    mended = written(replace(review, digest=""), "amaru", TWO)
    assert mended.reason == "Falta la fuente"
    assert submitted(mended, "amaru", TWO, AT).reason == ""


def test_comments_are_kept_up_to_a_number_and_a_length() -> None:
    said = Comment(field="title.es", text="¿Seguro?", who="benita", at=AT)
    review = Review()
    for _ in range(MOST_COMMENTS):
        review = commented(review, said)
    for wrong in (said, replace(said, text=" "), replace(said, text="x" * 2001)):
        with pytest.raises(Refused):
            commented(review if wrong is said else Review(), wrong)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["write", "submit", "approve", "return"]),
            st.sampled_from(["amaru", "benita", "clara"]),
            st.sampled_from([ONE, TWO]),
        ),
        max_size=12,
    )
)
def test_whatever_they_do_an_approved_text_was_approved_by_another(
    deeds: list[tuple[str, str, str]],
) -> None:
    review, text = Review(), ONE
    writers: set[str] = set()
    for deed, who, other in deeds:
        try:
            if deed == "write":
                if other != text:
                    writers.add(who)
                text = other
                review = written(review, who, text)
            elif deed == "submit":
                review = submitted(review, who, text, AT)
            elif deed == "approve":
                review = approved(review, who, text, AT)
            else:
                review = returned(review, who, "No", AT)
        except Refused:
            continue
        if fault(review, text, two_people=True) == "":
            assert review.by not in writers
            assert review.digest == text
