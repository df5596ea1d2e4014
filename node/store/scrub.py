"""Is what the ledger holds still what its logs commit to? Disks flip bits, and nobody tells."""

from __future__ import annotations

from collections.abc import AsyncIterator

from node.store.ports import Held, Ledger
from peers.log import LogId
from peers.merkle import HASH_SIZE, Frontier, leaf_hash, root_of
from peers.tiles import WIDTH

__all__ = ["scrub"]


async def scrub(ledger: Ledger) -> AsyncIterator[str]:
    """Hash everything that is held again; yields what is wrong, in words, and nothing else.

    It says nothing of signatures: whether a head was signed is its note's to say.
    """
    for log in await ledger.logs():
        head, tree = await ledger.head(log), Frontier()
        for start in range(0, head.size, WIDTH):
            leaves = await ledger.leaves(log, start, min(start + WIDTH, head.size))
            hashes = [leaf_hash(leaf) for leaf in leaves]
            tree = tree.extend_hashes(hashes)
            async for fault in _of_bundle(ledger, log, start, hashes):
                yield fault
        if tree != head:
            yield (
                f"{log}: expected its {head.size:,} entries to hash to {head.root().hex()}, "
                f"found {tree.size:,} that hash to {tree.root().hex()}"
            )


async def _of_bundle(
    ledger: Ledger, log: LogId, start: int, hashes: list[bytes]
) -> AsyncIterator[str]:
    index = start // WIDTH
    if len(hashes) == WIDTH:
        place, within = divmod(index, WIDTH)
        above = await ledger.tile(log, 1, place, within + 1)
        if above[-HASH_SIZE:] != root_of(hashes):
            yield f"{log}: the hash that is kept for entries {start:,} and on is not theirs"
    for held in await ledger.entries(log, start, start + WIDTH):
        if held.body is not None and held.body.digest != held.entry.digest:
            yield f"{log}, entry {held.index:,}: {_name(held)}"


def _name(held: Held) -> str:
    return f"the record held of {held.entry.object} is not the one that the entry commits to"
