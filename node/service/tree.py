"""What a log's tree was at any size that we hold, from its tiles: roots and proofs of growth.

Made from full subtrees alone, so that it costs a few reads however long the log is.
"""

from __future__ import annotations

from node.service.home import Home
from peers.log import LogId
from peers.merkle import HASH_SIZE, Frontier, consistency_ranges, join, root_of, subtrees
from peers.tiles import slice_of

__all__ = ["frontier_at", "growth"]


async def frontier_at(home: Home, log: LogId, size: int) -> Frontier:
    """The tree as it was at ``size`` entries, which we hold.

    Raises:
        ValueError: We do not hold as many.
    """
    head = await home.ledger.head(log)
    if size > head.size:
        raise ValueError(f"{log}: expected at most {head.size} entries, found {size}")
    return Frontier(size, tuple(await _peaks(home, log, 0, size, head.size)))


async def growth(home: Home, log: LogId, first: int, size: int) -> list[bytes]:
    """The proof that the tree of ``first`` entries is a prefix of that of ``size`` (RFC 6962).

    Empty where ``first`` is 0: any tree has the empty one as its prefix.
    """
    if first == 0:
        return []
    ranges = consistency_ranges(first, size)
    return [join(await _peaks(home, log, start, stop, size)) for start, stop in ranges]


async def _peaks(home: Home, log: LogId, start: int, stop: int, size: int) -> list[bytes]:
    """Roots of the full subtrees that make up a range of leaves, largest first."""
    found = []
    for level, index in subtrees(start, stop):
        place = slice_of(level, index, size)
        tile = await home.ledger.tile(log, place.level, place.index, place.stop)
        hashes = [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]
        found.append(root_of(hashes[place.start : place.stop]))
    return found
