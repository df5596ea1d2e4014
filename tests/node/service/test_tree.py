"""Roots and proofs of growth from tiles are those of RFC 6962, at any size."""

from __future__ import annotations

import pytest

from node.core.admission import Verdict
from node.service.home import Home
from node.service.tree import frontier_at, growth
from peers.log import Batch
from peers.merkle import Frontier, consistency_path, leaf_hash, verify_consistency
from tests.homes import home_of
from tests.simulator import Town

SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 600)


@pytest.fixture(scope="module")
def town() -> Town:
    town = Town("lyon.example/log/public")
    town.publish_many(SIZES[-1])
    return town


@pytest.fixture
async def home(town: Town) -> Home:
    home = await home_of()
    head = Frontier().extend(town.leaves)
    batch = Batch(town.log, Frontier(), tuple(town.leaves), head, town.note)
    verdicts = [Verdict(admitted=True)] * head.size
    await home.ledger.commit(batch, town.bodies, verdicts, recorded="2026-01-01T00:00:00Z")
    return home


async def test_the_tree_at_any_size_is_that_of_its_leaves(town: Town, home: Home) -> None:
    for size in (0, *SIZES):
        assert await frontier_at(home, town.log, size) == Frontier().extend(town.leaves[:size])


async def test_a_proof_from_tiles_is_the_proof_from_leaves(town: Town, home: Home) -> None:
    hashes = [leaf_hash(leaf) for leaf in town.leaves]
    for size in SIZES:
        for first in (one for one in SIZES if one <= size):
            path = await growth(home, town.log, first, size)
            assert tuple(path) == consistency_path(first, hashes[:size])
            old = (await frontier_at(home, town.log, first)).root()
            new = (await frontier_at(home, town.log, size)).root()
            verify_consistency(first, size, path, old, new)


async def test_from_nothing_no_proof_is_needed(town: Town, home: Home) -> None:
    assert await growth(home, town.log, 0, 7) == []


async def test_a_size_that_is_not_held_is_refused(town: Town, home: Home) -> None:
    with pytest.raises(ValueError, match="expected at most 600 entries"):
        await frontier_at(home, town.log, 601)
