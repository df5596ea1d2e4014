"""The drawing of who learned from whom: everything stands apart, whatever the cities."""

from __future__ import annotations

import re
from itertools import combinations
from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from node.web.arrows import LETTERS, MOST, WIDTH, Drawing, lay_out

AGENTS = [f"https://town{number:02}.example/#city" for number in range(60)]
NAMES = {agent: f"Town {number}" for number, agent in enumerate(AGENTS)}
HOWS = ("adapted", "exchanged")
PAIRS = st.lists(
    st.tuples(st.sampled_from(AGENTS), st.sampled_from(AGENTS), st.sampled_from(HOWS)).filter(
        lambda one: one[0] != one[1]
    ),
    min_size=1,
    max_size=80,
)


def ends(path: str) -> tuple[float, float, float, float]:
    x1, y1, _, _, x2, y2 = map(float, re.findall(r"-?\d+\.\d", path))
    return x1, y1, x2, y2


def by_agent(drawing: Drawing) -> dict[str, tuple[float, float]]:
    return {one.agent: (one.x, one.y) for one in drawing.spots}


@given(PAIRS)
def test_every_label_has_a_line_of_its_own(pairs: list[tuple[str, str, str]]) -> None:
    drawing = lay_out(pairs, NAMES)
    for one, other in combinations(drawing.spots, 2):
        assert one.anchor != other.anchor or abs(one.y - other.y) >= 17
        assert hypot(one.x - other.x, one.y - other.y) >= 17


@given(PAIRS)
def test_everything_is_inside_the_drawing(pairs: list[tuple[str, str, str]]) -> None:
    drawing = lay_out(pairs, NAMES)
    for spot in drawing.spots:
        assert 0 < spot.x < WIDTH
        assert 0 < spot.y < drawing.height
        room = WIDTH - spot.text_x if spot.anchor == "start" else spot.text_x
        assert room > LETTERS * 7.5


@given(PAIRS)
def test_an_arrow_begins_at_its_teacher_and_ends_at_its_learner(
    pairs: list[tuple[str, str, str]],
) -> None:
    drawing = lay_out(pairs, NAMES)
    at = by_agent(drawing)
    for arrow in drawing.arrows:
        x1, y1, x2, y2 = ends(arrow.path)
        assert abs(hypot(x1 - at[arrow.teacher][0], y1 - at[arrow.teacher][1]) - 14) < 0.2
        assert abs(hypot(x2 - at[arrow.learner][0], y2 - at[arrow.learner][1]) - 14) < 0.2


@given(PAIRS)
def test_no_arrow_lies_on_another(pairs: list[tuple[str, str, str]]) -> None:
    drawing = lay_out(pairs, NAMES)
    assert len({one.path for one in drawing.arrows}) == len(drawing.arrows)


@given(PAIRS)
def test_what_is_not_drawn_is_counted(pairs: list[tuple[str, str, str]]) -> None:
    drawing = lay_out(pairs, NAMES)
    everyone = {agent for pair in pairs for agent in pair[:2]}
    assert len(drawing.spots) <= MOST
    assert len(drawing.spots) + drawing.left == len(everyone)
    if len(everyone) <= MOST:
        assert len(drawing.arrows) == len(set(pairs))


def test_of_too_many_cities_those_with_the_most_arrows_are_drawn() -> None:
    pairs = [(AGENTS[0], other, "adapted") for other in AGENTS[1:50]]
    pairs += [(AGENTS[50], AGENTS[51], "adapted"), (AGENTS[51], AGENTS[50], "exchanged")]
    drawing = lay_out(pairs, NAMES)
    assert {AGENTS[0], AGENTS[50], AGENTS[51]} <= by_agent(drawing).keys()


def test_a_long_name_is_cut_and_a_stranger_is_called_by_its_address() -> None:
    names = {AGENTS[0]: "A town with a very long name on a river"}
    drawing = lay_out([(AGENTS[0], AGENTS[1], "adapted")], names)
    labels = {one.agent: one.label for one in drawing.spots}
    assert labels[AGENTS[0]] == "A town with a very long…"
    assert labels[AGENTS[1]] == f"{AGENTS[1][: LETTERS - 1]}…"
