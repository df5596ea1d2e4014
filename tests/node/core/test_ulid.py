"""Names of records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.ulid import is_ulid, ulid

TIMES = st.integers(0, 2**48 - 1)


@given(TIMES, st.binary(min_size=10, max_size=10))
def test_what_is_made_is_a_ulid(milliseconds: int, random: bytes) -> None:
    assert is_ulid(ulid(milliseconds, lambda _: random))


@given(TIMES, TIMES, st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_names_sort_by_time(first: int, second: int, one: bytes, other: bytes) -> None:
    if first < second:
        assert ulid(first, lambda _: one) < ulid(second, lambda _: other)


@pytest.mark.parametrize(
    "text", ["", "01ARYZ6S41", "01ARYZ6S41000000000000000I", "81ARYZ6S410000000000000000"]
)
def test_other_text_is_not(text: str) -> None:
    assert not is_ulid(text)


def test_a_time_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="48 bits"):
        ulid(2**48, bytes)
