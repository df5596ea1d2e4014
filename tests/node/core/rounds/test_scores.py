"""Fast scores are the decimals' scores, each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.core.past import Past
from node.core.rounds.scores import scored
from node.core.score import score
from tests.node.core.rounds.cities import TODAY, made_up


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_has_the_score_that_suggestions_show(seed: int) -> None:
    cities = made_up(70, seed)
    names = [one.agent for one in cities]
    pairs = [(one, other) for one in names[:20] for other in names[20:40]]
    past = Past(
        recent=frozenset(pairs[::3]),
        active=dict.fromkeys(names[::5], 1),
        blocked=frozenset(pairs[::7]),
    )
    slow = {
        (one.agent, other.agent, told.score)
        for one in cities
        for other in cities
        if one.agent != other.agent and (told := score(one, other, TODAY, past)) and told.score
    }
    assert slow, "some can teach each other"
    assert set(scored(cities, cities, TODAY, past)) == slow


def test_a_score_in_the_middle_between_two_is_the_decimals_one() -> None:
    """Population ratios are tried until one is too close to call in floating point."""
    one, other = next(
        (one, other)
        for one in made_up(40, 9)
        for other in made_up(40, 8)
        if one.agent != other.agent and score(one, other, TODAY, Past())
    )
    for people in range(50_000, 53_000):
        learner = replace(one, population=people)
        helper = replace(other, population=50_000)
        told = score(learner, helper, TODAY, Past())
        assert told is not None
        assert list(scored([learner], [helper], TODAY, Past())) == [
            (learner.agent, helper.agent, told.score)
        ]
