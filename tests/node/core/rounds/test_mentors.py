"""Published mentors in order of context: what is reported is what is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cities import gazetteer
from benchmarks.measure import quantile
from benchmarks.mentors import Ranked, among_mentors, among_places, published, ranked

RESEARCHERS = (Path(__file__).parents[4] / "docs" / "researchers.md").read_text("utf-8")


@pytest.fixture(scope="module")
def places() -> list[Ranked]:
    return among_places()


def median(found: list[Ranked]) -> float:
    return quantile([one.share for one in found], 0.5)


def test_every_published_pair_is_ranked_or_names_no_place() -> None:
    pairs = published()
    without = [one.mentor for one in pairs if one.mentor_place is None]
    assert len(pairs) == 17
    assert without == ["Gozo", "(Hungarian multi-city pilot MODENT)"]
    assert len(among_mentors()) == len(pairs) - len(without)


def test_the_share_reported_among_all_places_is_the_one_found(places: list[Ranked]) -> None:
    assert len(gazetteer()) > 30_000
    assert f"Half of the mentors have {median(places):.0f} % of all places before" in RESEARCHERS
    shares = {one.pair.mentor: one.share for one in places}
    for mentor in ("Graz", "Mechelen", "Vilnius"):
        learner = next(one.learner for one in published() if one.mentor == mentor)
        assert f"{mentor} for {learner} ({shares[mentor]:.0f} %)" in RESEARCHERS


def test_the_share_reported_among_mentors_is_the_one_found() -> None:
    assert f"mentors alone it is {median(among_mentors()):.0f} %" in RESEARCHERS


def test_a_mentor_just_like_its_learner_is_before_everyone() -> None:
    pair = published()[0]
    assert pair.learner_place is not None
    twin = type(pair)(
        pair.programme, pair.learner, pair.learner, pair.learner_place, pair.learner_place
    )
    others = [one.mentor_place for one in published() if one.mentor_place]
    found = ranked(twin, others)
    assert found is not None
    assert (found.above, found.share) == (0, 0.0)
