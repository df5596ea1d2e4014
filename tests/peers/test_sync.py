"""Following a log: what an honest peer costs, and what a dishonest one gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from peers.checkpoint import NoteVerifier, open_note
from peers.errors import (
    BadSignature,
    Equivocation,
    Malformed,
    PeerError,
    TooLarge,
    Unreachable,
)
from peers.limits import Limits
from peers.log import Batch, Body
from peers.merkle import Frontier
from peers.sync import Fetch, drive, pull_bodies, pull_entries
from tests.simulator import Town

LIMITS = Limits(entries=1000)

TESSERA = NoteVerifier.from_text(
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
)
"""The key of the log that Tessera's own tests sign with."""


@pytest.fixture
def lyon() -> Town:
    return Town("lyon.example/log/public")


async def follow(town: Town, held: Batch | None = None) -> Batch | None:
    flow = pull_entries(
        held.head if held else Frontier(),
        town.verifier,
        LIMITS,
        note=held.note if held else None,
    )
    return await drive(flow, town.fetch)


async def first(town: Town) -> Batch:
    batch = await follow(town)
    assert batch is not None
    return batch


async def bodies(town: Town, start: int = 0) -> tuple[Body | None, ...]:
    return await drive(pull_bodies(town.log, start, town.entries[start:], LIMITS), town.fetch)


async def test_first_meeting_brings_everything(lyon: Town) -> None:
    lyon.publish({"title": "charter"}, {"title": "ombudsperson"})
    batch = await first(lyon)
    assert batch.entries == tuple(lyon.leaves)
    assert batch.note == lyon.note
    assert await bodies(lyon) == tuple(lyon.bodies)


async def test_nothing_new_costs_one_request(lyon: Town) -> None:
    lyon.publish({"title": "charter"})
    batch = await first(lyon)
    lyon.asked.clear()
    assert await follow(lyon, batch) is None
    assert lyon.asked == ["checkpoint"]


@pytest.mark.parametrize(
    ("before", "then"), [(1, 1), (255, 1), (256, 1), (255, 258), (300, 300), (0, 512)]
)
async def test_resuming_brings_only_what_is_new(lyon: Town, before: int, then: int) -> None:
    lyon.publish_many(before)
    batch = await first(lyon) if before else None
    lyon.publish_many(then)
    more = await follow(lyon, batch)
    assert more is not None
    assert more.entries == tuple(lyon.leaves[before:])
    assert await bodies(lyon, before) == tuple(lyon.bodies[before:])


async def test_a_partial_bundle_that_is_gone_is_taken_from_the_full_one(lyon: Town) -> None:
    lyon.publish_many(200)
    note = lyon.note
    lyon.publish_many(56)
    lyon.note = note
    batch = await first(lyon)
    assert batch.entries == tuple(lyon.leaves[:200])
    assert lyon.asked == ["checkpoint", "tile/entries/000.p/200", "tile/entries/000"]
    held = await drive(pull_bodies(lyon.log, 0, lyon.entries[:200], LIMITS), lyon.fetch)
    assert held == tuple(lyon.bodies[:200])


async def test_a_cut_page_of_records_is_asked_on(lyon: Town) -> None:
    lyon.publish_many(7)
    lyon.cut = 3
    assert await bodies(lyon) == tuple(lyon.bodies)
    assert [path for path in lyon.asked if path.startswith("records")] == [
        "records/000.p/7",
        "records/000.p/7?from=3",
        "records/000.p/7?from=6",
    ]


async def test_an_erased_record_is_told_as_such(lyon: Town) -> None:
    lyon.publish_many(3)
    lyon.erase(1)
    assert [body is None for body in await bodies(lyon)] == [False, True, False]


def tampering(town: Town) -> None:
    town.tamper(1)


def rewriting(town: Town) -> None:
    town.rewrite([b"another charter", b"ombudsperson", b"budget"])


def shrinking(town: Town) -> None:
    town.rewrite([])


def forking(town: Town) -> None:
    town.rewrite([b"another charter"])


def another_key(town: Town) -> None:
    town.note = Town("impostor.example/log/public").note


def another_name(town: Town) -> None:
    town.note = town.note.replace(b"lyon", b"nice")


def no_note(town: Town) -> None:
    town.note = b"not a note"


def greed(town: Town) -> None:
    town.publish_many(2000)


def withholding(town: Town) -> None:
    town.missing.add("tile/entries/000.p/2")


def no_checkpoint(town: Town) -> None:
    town.missing.add("checkpoint")


@pytest.mark.parametrize(
    ("trick", "answer", "words"),
    [
        (tampering, Equivocation, "do not add up"),
        (rewriting, Equivocation, "do not add up"),
        (shrinking, Equivocation, "shrank from 1 to 0"),
        (forking, Equivocation, "two roots"),
        (another_key, BadSignature, "impostor"),
        (another_name, BadSignature, "nice"),
        (no_note, Malformed, "signed note"),
        (greed, TooLarge, "at most 1,000"),
        (withholding, Unreachable, "not there"),
        (no_checkpoint, Unreachable, "no checkpoint"),
    ],
)
async def test_what_a_dishonest_peer_gets(
    trick: Callable[[Town], None], answer: type[PeerError], words: str
) -> None:
    lyon = Town("lyon.example/log/public")
    lyon.publish({"title": "charter"})
    batch = await first(lyon)
    if trick is not forking:
        lyon.publish({"title": "ombudsperson"})
    trick(lyon)
    with pytest.raises(answer, match=words) as caught:
        await follow(lyon, batch)
    assert str(caught.value).startswith("lyon.example/log/public: ")
    if isinstance(caught.value, Equivocation):
        assert caught.value.evidence == (batch.note, lyon.note)


async def test_a_record_that_its_entry_does_not_commit_to_is_refused(lyon: Town) -> None:
    lyon.publish_many(3)
    lyon.tamper_body(2)
    with pytest.raises(Malformed, match=r"record of entry 2 has the digest zQm.*expected zQm"):
        await bodies(lyon)


async def test_a_page_without_lines_does_not_loop_for_ever(lyon: Town) -> None:
    lyon.publish_many(2)
    lyon.bodies = []
    with pytest.raises(Malformed, match="ends before entry 0"):
        await drive(pull_bodies(lyon.log, 0, lyon.entries, LIMITS), lyon.fetch)


async def test_a_real_log_is_followed_through_all_its_sizes(shared: Path) -> None:
    """The log was made by Tessera, and its entries are not ours."""
    folder = shared / "vectors" / "tlog-tessera"
    held = Frontier()
    for size in range(16):
        note = (folder / f"checkpoint.{size}").read_bytes()

        async def fetch(wish: Fetch, note: bytes = note) -> bytes | None:
            path = folder / wish.path
            if wish.path == "checkpoint":
                return note
            return path.read_bytes() if path.is_file() else None

        batch = await drive(pull_entries(held, TESSERA, LIMITS), fetch)
        held = batch.head if batch else held
        assert held.size == size
        assert held.root() == open_note(note, TESSERA).root
    assert held.size == 15
