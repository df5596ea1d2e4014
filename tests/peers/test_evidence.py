"""What two notes of a log prove against it, to anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.checkpoint import NoteSigner
from peers.errors import BadSignature, Equivocation
from peers.evidence import contradiction
from peers.growth import check_growth
from peers.limits import Limits
from peers.merkle import Frontier, consistency_path, leaf_hash, root_of
from peers.sync import drive, pull_entries
from peers.witness import timed
from tests.simulator import Town

AT = 1_790_000_000


def grown(size: int) -> Town:
    town = Town()
    town.publish_many(size)
    return town


def at(town: Town, time: int) -> bytes:
    return timed(town.note, NoteSigner(town.log, town.signer.signer), time)


def proof_of(town: Town, first: int) -> tuple[bytes, ...]:
    """The root that a town's tree has at a size, and the path from there to its own."""
    hashes = [leaf_hash(leaf) for leaf in town.leaves]
    return root_of(hashes[:first]), *consistency_path(first, hashes)


def test_two_roots_of_one_size_are_a_fork_in_any_order() -> None:
    honest, forked = grown(5), grown(5)
    forked.fork(2)
    assert "two roots for 5" in contradiction((honest.note, forked.note), honest.verifier)
    assert "two roots for 5" in contradiction((forked.note, honest.note), honest.verifier)
    assert contradiction((honest.note, at(honest, AT)), honest.verifier) == ""


def test_a_smaller_log_signed_later_is_a_rollback_and_before_is_none() -> None:
    small, large = grown(3), grown(5)
    after, before = (at(small, AT + 60), at(large, AT)), (at(small, AT), at(large, AT + 60))
    assert "60 s after it had signed 5: a rollback" in contradiction(after, small.verifier)
    assert contradiction(before, small.verifier) == ""
    assert contradiction((at(small, AT), at(large, AT)), small.verifier) == ""
    assert contradiction((small.note, large.note), small.verifier) == ""


@given(st.integers(1, 40), st.integers(1, 40))
def test_another_past_is_a_fork_and_the_same_past_never(first: int, more: int) -> None:
    honest, grown_on = grown(first), grown(first + more)
    proof = proof_of(grown_on, first)
    assert contradiction((honest.note, grown_on.note), honest.verifier, proof) == ""
    grown_on.fork(first - 1)
    forged = contradiction((honest.note, grown_on.note), honest.verifier, proof)
    assert forged == "", "the proof is of another tree"
    found = contradiction((honest.note, grown_on.note), honest.verifier, proof_of(grown_on, first))
    assert "have another past" in found


def test_notes_of_somebody_else_prove_nothing_against_a_log() -> None:
    town, other = grown(3), Town("hansol.example/log/public")
    other.publish_many(4)
    with pytest.raises(BadSignature):
        contradiction((town.note, other.note), town.verifier)


@pytest.mark.parametrize("held", [1, 2, 3, 255, 256, 257, 300])
async def test_a_fork_that_is_met_while_following_comes_with_its_proof(held: int) -> None:
    before = grown(held)
    forked = grown(600)
    forked.fork(0)
    flow = pull_entries(
        Frontier().extend(before.leaves), before.verifier, Limits(), note=before.note
    )
    with pytest.raises(Equivocation) as caught:
        await drive(flow, forked.fetch)
    notes = caught.value.evidence
    assert len(notes) == 2
    found = contradiction((notes[0], notes[1]), before.verifier, caught.value.proof)
    assert "have another past" in found


async def test_growth_is_checked_by_tiles_alone() -> None:
    before, after = grown(300), grown(600)
    held = Frontier().extend(before.leaves)
    await drive(check_growth(held, before.verifier, after.note, note=before.note), after.fetch)
    assert {path.split("/")[0] for path in after.asked} == {"tile"}
    after.fork(7)
    with pytest.raises(Equivocation) as caught:
        await drive(check_growth(held, before.verifier, after.note, note=before.note), after.fetch)
    assert contradiction((before.note, after.note), before.verifier, caught.value.proof)
