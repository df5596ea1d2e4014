"""What a machine lacks is skipped in words, and never where it was said to be there."""

from __future__ import annotations

import pytest

from tests.needs import need


def test_what_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERCITY_REQUIRE", "interop")
    need("interop", present=True, reason="never said")


@pytest.mark.parametrize("required", ["", "browser", "interop-next"])
def test_what_is_absent_is_skipped_with_its_reason(
    required: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERCITY_REQUIRE", required)
    with pytest.raises(pytest.skip.Exception, match="node is not installed"):
        need("interop", present=False, reason="node is not installed")


@pytest.mark.parametrize("required", ["interop", "browser,interop"])
def test_what_is_required_and_absent_is_a_failure(
    required: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERCITY_REQUIRE", required)
    with pytest.raises(pytest.fail.Exception, match=r"node is not installed .*'interop'"):
        need("interop", present=False, reason="node is not installed")
