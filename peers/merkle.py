"""The Merkle tree of RFC 6962, section 2.1: held by its right edge, and its proofs.

A proof is a list of hashes, each the root over a range of leaves. Which ranges (``…_ranges``) is
kept apart from where their hashes come from: leaves in memory here, tiles in ``peers.sync``.

A follower need not keep the tree: the roots of its largest full subtrees (at most 64 hashes) are
enough to append to it and to recompute its root. Whoever holds a ``Frontier`` of a verified size,
appends the new entries and meets the newly signed root has proved that nothing before was changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "Frontier",
    "consistency_path",
    "consistency_ranges",
    "inclusion_path",
    "inclusion_ranges",
    "join",
    "leaf_hash",
    "node_hash",
    "root_of",
    "subtrees",
    "verify_consistency",
    "verify_inclusion",
]

HASH_SIZE = 32
"""Bytes in a SHA-256 hash."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash a log entry; the 0x00 prefix keeps it apart from an inner node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtree roots into their parent."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree of ``size`` leaves.

    Attributes:
        size: Number of leaves.
        peaks: Roots of the full subtrees that make up the tree, largest first: one for every
            bit that is set in ``size``.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"{len(self.peaks)} peaks cannot make a tree of {self.size} leaves")
        _check_hashes(*self.peaks)

    def extend(self, entries: Iterable[bytes]) -> Frontier:
        """Append entries; the cost is a constant number of hashes for each, on average."""
        return self.extend_hashes(leaf_hash(entry) for entry in entries)

    def extend_hashes(self, hashes: Iterable[bytes]) -> Frontier:
        """Append leaves by their hashes."""
        size, peaks = self.size, list(self.peaks)
        for leaf in hashes:
            node, carried = leaf, size
            while carried & 1:
                node, carried = node_hash(peaks.pop(), node), carried >> 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """The Merkle tree hash over all leaves."""
        return join(self.peaks)


def join(peaks: Sequence[bytes]) -> bytes:
    """The hash over neighbouring full subtrees, largest first, none as large as the one before."""
    if not peaks:
        return EMPTY_ROOT
    *left, root = peaks
    for peak in reversed(left):
        root = node_hash(peak, root)
    return root


def subtrees(start: int, stop: int) -> list[tuple[int, int]]:
    """The full subtrees whose roots ``join`` to the hash over leaves ``start`` to ``stop``.

    Each is (level, index): the 2^level leaves from index * 2^level on.

    >>> subtrees(0, 7), subtrees(8, 9)
    ([(2, 0), (1, 2), (0, 6)], [(0, 8)])
    """
    found = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over leaves given by their hashes."""
    return Frontier().extend_hashes(leaf_hashes).root()


def inclusion_path(index: int, leaf_hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """The audit path of RFC 6962, section 2.1.1, from the leaf upwards.

    Raises:
        ValueError: There is no such leaf.
    """
    ranges = inclusion_ranges(index, len(leaf_hashes))
    return tuple(root_of(leaf_hashes[start:stop]) for start, stop in ranges)


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Over which leaves the hashes of an audit path go: (start, stop) of each.

    Raises:
        ValueError: There is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    ranges = []
    start, stop = 0, size
    while stop - start > 1:
        split = start + _split(stop - start)
        if index < split:
            ranges.append((split, stop))
            stop = split
        else:
            ranges.append((start, split))
            start = split
    return ranges[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf with this hash stands at ``index`` of the tree with this size and root.

    It says nothing of whether anybody signed the root (RFC 9162, section 2.1.3.2).

    Raises:
        ValueError: It does not, or the path does not fit index and size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    _check_hashes(leaf, root, *path)
    node, place, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            raise ValueError("the inclusion path is longer than the tree is high")
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the inclusion path is shorter than the tree is high")
    if node != root:
        raise ValueError(f"leaf {index} and its path do not lead to the root")


def consistency_path(first: int, leaf_hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """The proof of RFC 6962, section 2.1.2, that the tree of ``first`` leaves is a prefix.

    Raises:
        ValueError: ``first`` is not between 1 and the size.
    """
    ranges = consistency_ranges(first, len(leaf_hashes))
    return tuple(root_of(leaf_hashes[start:stop]) for start, stop in ranges)


def consistency_ranges(first: int, size: int) -> list[tuple[int, int]]:
    """Over which leaves the hashes of a consistency proof go: (start, stop) of each.

    Raises:
        ValueError: ``first`` is not between 1 and the size.
    """
    if not 1 <= first <= size:
        raise ValueError(f"no proof from {first} to {size} leaves")
    ranges = []
    start, stop = 0, size
    while first != stop:
        split = start + _split(stop - start)
        if first <= split:
            ranges.append((split, stop))
            stop = split
        else:
            ranges.append((start, split))
            start = split
    # The root over the first leaves as a whole is what the verifier holds already.
    return ([(start, stop)] if start else []) + ranges[::-1]


def verify_consistency(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Check that a tree only grew between two roots (RFC 9162, section 2.1.4.2).

    Raises:
        ValueError: It did not, or the proof does not fit the sizes.
    """
    if not 0 < first <= second:
        raise ValueError(f"no proof from {first} to {second} leaves")
    if first == second:
        if path or first_root != second_root:
            raise ValueError("one size, but two roots or a proof that has no use")
        return
    _check_hashes(first_root, second_root, *path)
    steps = list(path) if first & (first - 1) else [first_root, *path]
    if not steps:
        raise ValueError("the consistency proof is empty")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ValueError("the consistency proof is longer than the tree is high")
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the consistency proof is shorter than the tree is high")
    if old != first_root or new != second_root:
        raise ValueError(f"the proof does not lead from the root of {first} to that of {second}")


def _check_hashes(*hashes: bytes) -> None:
    """An empty root would equal an empty leaf."""
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ValueError(f"expected hashes of {HASH_SIZE} bytes")


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
