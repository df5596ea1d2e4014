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
    join,
    leaf_hash,
    node_hash,
    root_of,
    subtrees,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = st.lists(st.binary(max_size=4), max_size=70)
SOME = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def root_by_definition(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not entries:
        return EMPTY_ROOT
    if len(entries) == 1:
        return leaf_hash(entries[0])
    split = split_by_definition(len(entries))
    return node_hash(root_by_definition(entries[:split]), root_by_definition(entries[split:]))


def split_by_definition(n: int) -> int:
    """The largest power of two smaller than n: k < n <= 2k."""
    return next(k for k in (1 << power for power in range(64)) if k < n <= 2 * k)


def path_by_definition(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1: PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = split_by_definition(len(entries))
    if m < k:
        return [*path_by_definition(m, entries[:k]), root_by_definition(entries[k:])]
    return [*path_by_definition(m - k, entries[k:]), root_by_definition(entries[:k])]


def proof_by_definition(m: int, entries: list[bytes], *, known: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2: SUBPROOF(m, D[n], b)."""
    if m == len(entries):
        return [] if known else [root_by_definition(entries)]
    k = split_by_definition(len(entries))
    if m <= k:
        return [*proof_by_definition(m, entries[:k], known=known), root_by_definition(entries[k:])]
    below = proof_by_definition(m - k, entries[k:], known=False)
    return [*below, root_by_definition(entries[:k])]


@given(ENTRIES)
def test_root_is_that_of_the_rfc(entries: list[bytes]) -> None:
    assert Frontier().extend(entries).root() == root_by_definition(entries)


@given(ENTRIES, st.integers(0, 70))
def test_extending_in_steps_is_extending_at_once(entries: list[bytes], cut: int) -> None:
    assert Frontier().extend(entries[:cut]).extend(entries[cut:]) == Frontier().extend(entries)


@pytest.mark.parametrize(
    ("size", "peaks", "words"),
    [
        (3, (b"x" * 32,), "1 peaks cannot make a tree of 3"),
        (-1, (b"x" * 32,), "cannot make a tree of -1"),
        (1, (b"x" * 31,), "hashes of 32 bytes"),
    ],
)
def test_what_is_no_right_edge_cannot_be_made_into_one(
    size: int, peaks: tuple[bytes, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Frontier(size, peaks)


@given(st.integers(0, 2**40), st.integers(0, 70))
def test_subtrees_cover_a_range_once_and_from_its_left(aligned: int, length: int) -> None:
    start = aligned << 7
    covered: list[int] = []
    for level, index in subtrees(start, start + length):
        covered += range(index << level, (index + 1) << level)
    assert covered == list(range(start, start + length))


@given(ENTRIES)
def test_the_roots_of_subtrees_join_to_the_root(entries: list[bytes]) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    roots = [
        root_of(hashes[index << level : (index + 1) << level])
        for level, index in subtrees(0, len(entries))
    ]
    assert join(roots) == root_by_definition(entries)
    assert Frontier(len(entries), tuple(roots)) == Frontier().extend(entries)


@given(SOME, st.data())
def test_an_audit_path_is_that_of_the_rfc(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    hashes = [leaf_hash(entry) for entry in entries]
    assert list(inclusion_path(index, hashes)) == path_by_definition(index, entries)


@given(SOME, st.data())
def test_a_consistency_proof_is_that_of_the_rfc(entries: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(entries)))
    hashes = [leaf_hash(entry) for entry in entries]
    assert list(consistency_path(first, hashes)) == proof_by_definition(first, entries)


@given(SOME, st.data())
def test_every_leaf_is_proved_and_no_other_is(entries: list[bytes], data: st.DataObject) -> None:
    size = len(entries)
    index = data.draw(st.integers(0, size - 1))
    hashes = [leaf_hash(entry) for entry in entries]
    path, root = inclusion_path(index, hashes), root_of(hashes)
    verify_inclusion(hashes[index], index, size, path, root)
    other = leaf_hash(b"another")
    for leaf, place, steps, top in (
        (other, index, path, root),
        (hashes[index], index, path, other),
        (hashes[index], index, (*path, other), root),
        (hashes[index], index, path[1:] if path else (other,), root),
        (hashes[index], index, (*path[:-1], other) if path else (other,), root),
        (hashes[index], index + 1, (*path, other), root),
        (hashes[index], index, (*path, b""), root),
        (b"", index, path, root),
    ):
        with pytest.raises(ValueError, match=r"leaf|path|hashes of 32"):
            verify_inclusion(leaf, place, size, steps, top)


@given(SOME, st.data())
def test_growth_is_proved_and_a_changed_past_is_not(
    entries: list[bytes], data: st.DataObject
) -> None:
    size = len(entries)
    hashes = [leaf_hash(entry) for entry in entries]
    first = data.draw(st.integers(1, size))
    old, new = root_of(hashes[:first]), root_of(hashes)
    path = consistency_path(first, hashes)
    verify_consistency(first, size, path, old, new)
    other = leaf_hash(b"another")
    for steps, before, after in (
        (path, other, new),
        (path, old, other),
        ((*path, other), old, new),
        (path[1:] if path else (other,), old, new),
        ((*path[:-1], other), old, new),
    ):
        with pytest.raises(ValueError, match=r"root|proof"):
            verify_consistency(first, size, steps, before, after)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (5, 7), (6, 7), (7, 8)])
def test_a_path_is_as_long_as_the_tree_is_high(index: int, size: int) -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(size)]
    path, root = inclusion_path(index, hashes), root_of(hashes)
    with pytest.raises(ValueError, match="path is longer than the tree is high"):
        verify_inclusion(hashes[index], index, size, [*path, root], root)
    if path:
        with pytest.raises(ValueError, match="path is shorter than the tree is high"):
            verify_inclusion(hashes[index], index, size, path[:-1], root)


@pytest.mark.parametrize(("first", "size"), [(1, 2), (3, 7), (4, 7), (6, 7), (4, 8)])
def test_a_proof_of_growth_is_as_long_as_the_tree_is_high(first: int, size: int) -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(size)]
    path, old, new = consistency_path(first, hashes), root_of(hashes[:first]), root_of(hashes)
    with pytest.raises(ValueError, match="proof is longer than the tree is high"):
        verify_consistency(first, size, [*path, new], old, new)
    with pytest.raises(ValueError, match=r"proof is shorter than the tree is high|lead from"):
        verify_consistency(first, size, path[:-1], old, new)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3)])
def test_there_is_no_path_to_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"no leaf {index} in a tree of {size}"):
        inclusion_path(index, [EMPTY_ROOT] * size)
    with pytest.raises(ValueError, match=f"no leaf {index} in a tree of {size}"):
        verify_inclusion(EMPTY_ROOT, index, size, (), EMPTY_ROOT)


@pytest.mark.parametrize(("first", "size"), [(0, 0), (0, 3), (4, 3), (-1, 3)])
def test_there_is_no_growth_from_nothing_nor_backwards(first: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"no proof from {first} to {size}"):
        consistency_path(first, [EMPTY_ROOT] * size)
    with pytest.raises(ValueError, match=f"no proof from {first} to {size}"):
        verify_consistency(first, size, (), EMPTY_ROOT, EMPTY_ROOT)


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
