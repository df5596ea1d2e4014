"""Classes of residents: every city is in one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.sizes import bounds_of, size_of


@given(st.integers(0, 50_000_000))
def test_a_city_lies_between_the_bounds_of_its_class(residents: int) -> None:
    start, stop = bounds_of(size_of(residents))
    assert start <= residents
    assert stop is None or residents < stop


def test_a_class_that_there_is_not_is_refused() -> None:
    for text in ("7", "", "many"):
        with pytest.raises(ValueError, match=r".*"):
            bounds_of(text)
