"""Errors say whom they concern; limits fit each other."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest

from peers import errors
from peers.errors import Equivocation, PeerError
from peers.limits import Limits
from peers.tiles import MAX_ENTRY, WIDTH


def drawn_tree() -> dict[str, str]:
    """Each error of the drawing in the module's docstring, and the one that it hangs from."""
    above = ["PeerError"]
    tree: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"(?P<indent>[│ ]*)[├└]── (?P<name>\w+)", line):
            depth = len(branch["indent"]) // 4 + 1
            above[depth:] = [branch["name"]]
            tree[branch["name"]] = above[depth - 1]
    return tree


def test_the_tree_of_errors_is_as_it_is_drawn() -> None:
    classes = {
        name: one.__bases__[0].__name__
        for name, one in vars(errors).items()
        if inspect.isclass(one) and one is not PeerError
    }
    assert drawn_tree() == classes
    assert sorted([*classes, "PeerError"]) == sorted(errors.__all__)


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name != "PeerError"])
def test_every_error_names_the_peer_first(name: str) -> None:
    error: PeerError = getattr(errors, name)("aurora.example/log/public", "expected a, found b")
    assert isinstance(error, PeerError)
    assert str(error) == "aurora.example/log/public: expected a, found b"
    assert (error.origin, error.reason) == ("aurora.example/log/public", "expected a, found b")


def test_two_histories_come_with_their_evidence() -> None:
    error = Equivocation("aurora.example/log/public", "two roots", evidence=(b"one", b"other"))
    assert error.evidence == (b"one", b"other")
    assert Equivocation("aurora.example/log/public", "two roots").evidence == ()


def test_every_limit_is_positive_and_explained() -> None:
    limits = Limits()
    assert Limits.__doc__ is not None
    for field in dataclasses.fields(limits):
        assert getattr(limits, field.name) > 0
        assert f"        {field.name}: " in Limits.__doc__


def test_what_is_allowed_in_parts_is_allowed_as_a_whole() -> None:
    limits = Limits()
    assert limits.bundle == WIDTH * (2 + MAX_ENTRY)
    assert limits.leaves >= limits.bundle
    assert limits.bodies >= limits.page
    assert limits.page > 2 * limits.record
    assert limits.bodies >= WIDTH * limits.record
