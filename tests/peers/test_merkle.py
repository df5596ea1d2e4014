"""Trees and proofs, against the definitions of RFC 6962 and vectors that others made."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = st.lists(st.binary(max_size=4), max_size=70)


def root_by_definition(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not entries:
        return EMPTY_ROOT
    if len(entries) == 1:
        return leaf_hash(entries[0])
    split = 1 << (len(entries) - 1).bit_length() - 1
    return node_hash(root_by_definition(entries[:split]), root_by_definition(entries[split:]))


@given(ENTRIES)
def test_root_is_that_of_the_rfc(entries: list[bytes]) -> None:
    assert Frontier().extend(entries).root() == root_by_definition(entries)


@given(ENTRIES, st.integers(0, 70))
def test_extending_in_steps_is_extending_at_once(entries: list[bytes], cut: int) -> None:
    assert Frontier().extend(entries[:cut]).extend(entries[cut:]) == Frontier().extend(entries)


def test_a_frontier_of_the_wrong_number_of_peaks_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="1 peaks cannot make a tree of 3"):
        Frontier(3, (b"x" * 32,))


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_every_leaf_is_proved_and_no_other_is(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(entries) - 1))
    path, root = inclusion_path(index, hashes), root_of(hashes)
    verify_inclusion(hashes[index], index, len(entries), path, root)
    with pytest.raises(ValueError, match=r"leaf|path"):
        verify_inclusion(leaf_hash(b"another"), index, len(entries), path, root)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_growth_is_proved_and_a_changed_past_is_not(
    entries: list[bytes], data: st.DataObject
) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    first = data.draw(st.integers(1, len(entries)))
    old, new = root_of(hashes[:first]), root_of(hashes)
    path = consistency_path(first, hashes)
    verify_consistency(first, len(entries), path, old, new)
    with pytest.raises(ValueError, match=r"root|proof"):
        verify_consistency(first, len(entries), path, leaf_hash(b"another"), new)


def vectors(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    return [
        (str(path.relative_to(folder)), json.loads(path.read_text("utf-8")))
        for path in sorted(folder.rglob("*.json"))
    ]


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def test_official_inclusion_proofs_hold_or_not_as_they_say(shared: Path) -> None:
    found = vectors(shared / "vectors" / "merkle-rfc6962" / "inclusion")
    assert len(found) > 50
    for name, vector in found:
        proof = [decoded(step) for step in vector["proof"] or []]
        leaf, root = decoded(vector["leafHash"]), decoded(vector["root"])
        try:
            verify_inclusion(leaf, vector["leafIdx"], vector["treeSize"], proof, root)
            held = True
        except ValueError:
            held = False
        assert held is not vector["wantErr"], name


def test_official_consistency_proofs_hold_or_not_as_they_say(shared: Path) -> None:
    found = vectors(shared / "vectors" / "merkle-rfc6962" / "consistency")
    assert len(found) > 50
    for name, vector in found:
        proof = [decoded(step) for step in vector["proof"] or []]
        roots = decoded(vector["root1"]), decoded(vector["root2"])
        try:
            verify_consistency(vector["size1"], vector["size2"], proof, *roots)
            held = True
        except ValueError:
            held = False
        assert held is not vector["wantErr"], name
