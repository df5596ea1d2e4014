"""That a log only grew, or that it did not, shown by its own hash tiles.

A proof made of tiles cannot be forged: it leads to the root that the log signed, or it is none. So
tiles that lead there from another past than ours prove a fork to anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from peers.checkpoint import Checkpoint, NoteVerifier, open_note
from peers.errors import Equivocation, Unreachable
from peers.flows import Flow, part
from peers.merkle import (
    HASH_SIZE,
    Frontier,
    consistency_ranges,
    join,
    root_of,
    subtrees,
    verify_consistency,
)
from peers.tiles import WIDTH, TileSlice, slice_of, tile_path

__all__ = ["Tiles", "check_growth", "growth", "other_past"]

Tiles: TypeAlias = dict[tuple[int, int], list[bytes]]
"""Hash tiles that were fetched, by level and index."""


def check_growth(
    held: Frontier, verifier: NoteVerifier, larger: bytes, *, note: bytes | None = None
) -> Flow[None]:
    """Check by hash tiles alone that a larger checkpoint continues what we hold.

    Args:
        larger: The note; the tiles are those of its tree.
        note: The checkpoint that came with ``held``: evidence, should they contradict each other.

    Raises:
        Equivocation: It does not, and the tiles prove it.
        BadSignature: The log's key has not signed it.
        Unreachable: The tiles do not show anything.
    """
    newest = open_note(larger, verifier)
    tiles: Tiles = {}
    evidence = (note, larger) if note is not None else (larger,)
    if not held.size:
        return
    try:
        path = yield from growth(held.size, newest.size, tiles)
    except ValueError as exc:
        raise Unreachable(newest.origin, str(exc)) from exc
    try:
        verify_consistency(held.size, newest.size, path, held.root(), newest.root)
    except ValueError as exc:
        proof = yield from other_past(held.size, newest, path, tiles)
        if not proof:
            raise Unreachable(newest.origin, f"its tiles do not add up: {exc}") from exc
        reason = f"the {newest.size} entries do not continue the {held.size} that we hold"
        raise Equivocation(newest.origin, reason, evidence=evidence, proof=proof) from exc


def other_past(
    first: int, newest: Checkpoint, path: Sequence[bytes], tiles: Tiles
) -> Flow[tuple[bytes, ...]]:
    """The root that the peer's tiles have at the size that we hold, and the path to the new one.

    Empty where they do not lead to the root that it signed: then they prove nothing.
    """
    try:
        root = yield from _range(0, first, newest.size, tiles)
        verify_consistency(first, newest.size, path, root, newest.root)
    except ValueError:
        return ()
    return root, *path


def growth(first: int, size: int, tiles: Tiles) -> Flow[list[bytes]]:
    """A consistency proof, made of hash tiles; ``ValueError`` where one is not there."""
    path = []
    for start, stop in consistency_ranges(first, size):
        path.append((yield from _range(start, stop, size, tiles)))
    return path


def _range(start: int, stop: int, size: int, tiles: Tiles) -> Flow[bytes]:
    """The hash over a range of leaves; tiles that were fetched are kept in ``tiles``."""
    peaks = []
    for level, index in subtrees(start, stop):
        place = slice_of(level, index, size)
        tile = (place.level, place.index)
        if tile not in tiles:
            tiles[tile] = yield from _tile(place)
        peaks.append(root_of(tiles[tile][place.start : place.stop]))
    return join(peaks)


def _tile(place: TileSlice) -> Flow[list[bytes]]:
    path = partial(tile_path, place.level)
    data, found = yield from part(path, place.index, place.width, "", WIDTH * HASH_SIZE)
    if data is None or len(data) != found * HASH_SIZE:
        raise ValueError(f"tile {path(place.index, found)} is not there, or has another length")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
