"""Following a log: what an honest peer costs, and what a dishonest one gets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from inspect import GEN_CLOSED, getgeneratorstate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from peers.log import Batch, Body, read_entries
from peers.merkle import Frontier
from peers.sync import Fetch, drive, pull_bodies, pull_entries
from peers.tiles import pack
from tests.simulator import Town

LIMITS = Limits(entries=1000)

TESSERA = NoteVerifier.from_text(
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
)
"""The key of the log that Tessera's own tests sign with."""


@pytest.fixture
def aurora() -> Town:
    return Town("aurora.example/log/public")


async def follow(town: Town, held: Batch | None = None, limits: Limits = LIMITS) -> Batch | None:
    flow = pull_entries(
        held.head if held else Frontier(),
        town.verifier,
        limits,
        note=held.note if held else None,
    )
    return await drive(flow, town.fetch)


async def first(town: Town) -> Batch:
    batch = await follow(town)
    assert batch is not None
    return batch


async def bodies(
    town: Town, start: int = 0, limits: Limits = LIMITS, refused: dict[int, str] | None = None
) -> tuple[Body | None, ...]:
    flow = pull_bodies(town.log, start, town.entries[start:], limits, refused=refused)
    return await drive(flow, town.fetch)


async def test_first_meeting_brings_everything(aurora: Town) -> None:
    aurora.publish({"title": "charter"}, {"title": "ombudsperson"})
    batch = await first(aurora)
    assert batch.entries == tuple(aurora.leaves)
    assert batch.note == aurora.note
    assert read_entries(batch) == tuple(aurora.entries)
    assert await bodies(aurora) == tuple(aurora.bodies)
    assert aurora.asked == ["checkpoint", "tile/entries/000.p/2", "records/000.p/2"]


async def test_nothing_new_costs_one_request(aurora: Town) -> None:
    aurora.publish({"title": "charter"})
    batch = await first(aurora)
    aurora.asked.clear()
    assert await follow(aurora, batch) is None
    assert aurora.asked == ["checkpoint"]


async def test_a_town_that_has_said_nothing_has_nothing_new(aurora: Town) -> None:
    assert await follow(aurora) is None
    assert await bodies(aurora) == ()
    assert aurora.asked == ["checkpoint"]


@pytest.mark.parametrize(
    ("before", "then"), [(1, 1), (255, 1), (256, 1), (255, 258), (300, 300), (0, 512), (256, 256)]
)
async def test_resuming_brings_only_what_is_new(aurora: Town, before: int, then: int) -> None:
    aurora.publish_many(before)
    batch = await first(aurora) if before else None
    aurora.publish_many(then)
    more = await follow(aurora, batch)
    assert more is not None
    assert more.entries == tuple(aurora.leaves[before:])
    assert await bodies(aurora, before) == tuple(aurora.bodies[before:])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 300), max_size=5), st.booleans(), st.integers(0, 40), st.data())
def test_however_often_one_looks_one_ends_with_the_same_log(
    growth: list[int], keeps_partials: bool, cut: int, data: st.DataObject
) -> None:
    async def story() -> None:
        town = Town()
        town.keeps_partials, town.cut = keeps_partials, cut
        held: Batch | None = None
        leaves: list[bytes] = []
        records: list[Body | None] = []
        for more in growth:
            town.publish_many(more)
            if more and data.draw(st.booleans()):
                town.erase(data.draw(st.integers(0, len(town.bodies) - 1)))
            batch = await follow(town, held, Limits())
            if batch is not None:
                leaves += batch.entries
                records += await bodies(town, batch.base.size)
                held = batch
        assert leaves == town.leaves
        assert len(records) == len(town.bodies)
        for body, entry in zip(records, town.entries, strict=True):
            assert body is None or body.digest == entry.digest

    asyncio.run(story())


async def test_a_partial_bundle_that_is_gone_is_taken_from_the_full_one(aurora: Town) -> None:
    aurora.publish_many(200)
    note = aurora.note
    aurora.publish_many(56)
    aurora.note, aurora.keeps_partials = note, False
    batch = await first(aurora)
    assert batch.entries == tuple(aurora.leaves[:200])
    held = await drive(pull_bodies(aurora.log, 0, aurora.entries[:200], LIMITS), aurora.fetch)
    assert held == tuple(aurora.bodies[:200])
    assert aurora.asked == [
        "checkpoint",
        "tile/entries/000.p/200",
        "tile/entries/000",
        "records/000.p/200",
        "records/000",
    ]


async def test_the_full_page_is_cut_to_what_was_asked_for(aurora: Town) -> None:
    aurora.publish_many(256)
    aurora.keeps_partials = False
    flow = pull_bodies(aurora.log, 100, aurora.entries[100:200], LIMITS)
    assert await drive(flow, aurora.fetch) == tuple(aurora.bodies[100:200])
    assert aurora.asked == ["records/000.p/200?from=100", "records/000?from=100"]


async def test_a_full_bundle_is_asked_for_once(aurora: Town) -> None:
    aurora.publish_many(256)
    aurora.withhold("tile/entries/000")
    with pytest.raises(Unreachable, match="bundle 0"):
        await follow(aurora)
    assert aurora.asked == ["checkpoint", "tile/entries/000"]


async def test_a_page_from_its_middle_has_no_more_lines_than_are_left(aurora: Town) -> None:
    aurora.publish_many(5)
    aurora.forged["records/000.p/5?from=3"] = b"null\n" * 3
    with pytest.raises(Malformed, match="3 lines, expected at most 2"):
        await bodies(aurora, 3)


async def test_a_cut_page_of_records_is_asked_on(aurora: Town) -> None:
    aurora.publish_many(7)
    aurora.cut = 3
    assert await bodies(aurora) == tuple(aurora.bodies)
    assert aurora.asked == [
        "records/000.p/7",
        "records/000.p/7?from=3",
        "records/000.p/7?from=6",
    ]


async def test_a_page_that_would_be_too_large_is_cut_by_an_honest_town(aurora: Town) -> None:
    aurora.publish(*({"n": n, "text": "x" * 200_000} for n in range(90)))
    assert await bodies(aurora) == tuple(aurora.bodies)
    assert aurora.asked == [
        "records/000.p/90",
        "records/000.p/90?from=41",
        "records/000.p/90?from=82",
    ]


async def test_an_erased_record_is_told_as_such(aurora: Town) -> None:
    aurora.publish_many(3)
    aurora.erase(1)
    assert [body is None for body in await bodies(aurora)] == [False, True, False]


def tampering(town: Town) -> None:
    town.tamper(1)


def rewriting(town: Town) -> None:
    town.rewrite([b"another charter", b"ombudsperson", b"budget"])


def shrinking(town: Town) -> None:
    town.shrink(0)


def forking(town: Town) -> None:
    town.shrink(1)
    town.fork(0)


def forking_and_growing(town: Town) -> None:
    town.fork(0)


def another_key(town: Town) -> None:
    town.impersonate(Town("impostor.example/log/public"))


def another_towns_note(town: Town) -> None:
    town.note = Town("impostor.example/log/public").note


def another_name(town: Town) -> None:
    town.note = town.note.replace(b"aurora", b"hansol")


def no_note(town: Town) -> None:
    town.note = b"not a note"


def endless_note(town: Town) -> None:
    town.note += b"x" * LIMITS.note


def endless_bundle(town: Town) -> None:
    town.forged["tile/entries/000.p/2"] = bytes(LIMITS.bundle + 1)


def boasting(town: Town) -> None:
    town.publish_many(2000)


def withholding(town: Town) -> None:
    town.withhold("tile/entries/000.p/2")


def no_checkpoint(town: Town) -> None:
    town.withhold("checkpoint")


def half_a_bundle(town: Town) -> None:
    town.forged["tile/entries/000.p/2"] = pack(town.leaves)[:-1]


def too_few(town: Town) -> None:
    town.forged["tile/entries/000.p/2"] = pack(town.leaves[:1])


def too_many(town: Town) -> None:
    town.forged["tile/entries/000.p/2"] = pack([*town.leaves, b"more"])


def nothing_but_lengths(town: Town) -> None:
    town.forged["tile/entries/000.p/2"] = bytes(LIMITS.bundle)


@pytest.mark.parametrize(
    ("trick", "answer", "words"),
    [
        (tampering, Equivocation, "entries up to 2 do not add up"),
        (rewriting, Equivocation, "entries up to 3 do not add up"),
        (forking_and_growing, Equivocation, "entries up to 2 do not add up"),
        (shrinking, Equivocation, "shrank from 1 to 0"),
        (forking, Equivocation, "two roots were signed for 1 entries"),
        (another_key, BadSignature, "signature is missing"),
        (another_towns_note, BadSignature, "impostor"),
        (another_name, BadSignature, "hansol"),
        (no_note, Malformed, "signed note"),
        (endless_note, TooLarge, "at most 65,536 bytes"),
        (endless_bundle, TooLarge, "at most 16,777,472 bytes"),
        (boasting, TooLarge, "2,001 new entries; at most 1,000"),
        (withholding, Unreachable, "bundle 0, which the checkpoint promises, is not there"),
        (no_checkpoint, Unreachable, "no checkpoint"),
        (half_a_bundle, Malformed, "bundle 0: .*ends within an entry"),
        (too_few, Malformed, "bundle 0 has 1 entries, expected 2"),
        (too_many, Malformed, "bundle 0: bundle has more than 2 entries"),
        (nothing_but_lengths, Malformed, "bundle 0: bundle has more than 2 entries"),
    ],
)
async def test_what_a_dishonest_peer_gets(
    aurora: Town, trick: Callable[[Town], None], answer: type[PeerError], words: str
) -> None:
    aurora.publish({"title": "charter"})
    batch = await first(aurora)
    aurora.publish({"title": "ombudsperson"})
    trick(aurora)
    with pytest.raises(answer, match=words) as caught:
        await follow(aurora, batch)
    assert str(caught.value).startswith("aurora.example/log/public: ")
    if isinstance(caught.value, Equivocation):
        assert caught.value.evidence == (batch.note, aurora.note)


async def test_a_fork_is_proved_by_its_own_tiles(aurora: Town) -> None:
    aurora.publish_many(300)
    batch = await first(aurora)
    aurora.publish_many(300)
    aurora.fork(7)
    aurora.asked.clear()
    with pytest.raises(Equivocation, match=r"do not add up .*lead from the root of 300"):
        await follow(aurora, batch)
    assert aurora.asked == [
        "checkpoint",
        "tile/entries/001",
        "tile/entries/002.p/88",
        "tile/0/001",
        "tile/1/000.p/2",
        "tile/0/002.p/88",
    ]


@pytest.mark.parametrize("before", [0, 1, 255, 256, 257, 300])
async def test_a_damaged_bundle_is_no_fork(aurora: Town, before: int) -> None:
    """A flipped bit on a disk must not put a city in the pillory."""
    aurora.publish_many(before)
    held = await follow(aurora)
    aurora.publish_many(300)
    last, width = (before + 299) // 256, (before + 300) % 256
    place = f"tile/entries/{last:03}" + (f".p/{width}" if width else "")
    damaged = bytearray(aurora.answer(place) or b"")
    damaged[-3] ^= 1
    aurora.forged[place] = bytes(damaged)
    with pytest.raises(Malformed, match=r"do not add up .*, which continues what we hold"):
        await follow(aurora, held)
    del aurora.forged[place]
    batch = await follow(aurora, held)
    assert batch is not None
    assert batch.head.size == before + 300


@pytest.mark.parametrize("tile", [None, b"", bytes(32 * 44 - 1), bytes(32 * 44)])
async def test_who_cannot_show_that_the_log_only_grew_is_not_believed(
    aurora: Town, tile: bytes | None
) -> None:
    aurora.publish_many(10)
    batch = await first(aurora)
    aurora.publish_many(34)
    aurora.forged["tile/entries/000.p/44"] = pack([b"x"] * 44)
    aurora.forged["tile/0/000.p/44"] = tile
    with pytest.raises(Equivocation, match="do not add up") as caught:
        await follow(aurora, batch)
    assert caught.value.evidence == (batch.note, aurora.note)


async def test_without_a_note_of_before_the_new_one_is_the_evidence(aurora: Town) -> None:
    aurora.publish_many(2)
    batch = await first(aurora)
    aurora.shrink(1)
    with pytest.raises(Equivocation) as caught:
        await drive(pull_entries(batch.head, aurora.verifier, LIMITS), aurora.fetch)
    assert caught.value.evidence == (aurora.note,)


async def test_a_full_bundle_of_too_few_entries_is_refused(aurora: Town) -> None:
    aurora.publish_many(256)
    aurora.forged["tile/entries/000"] = pack(aurora.leaves[:255])
    with pytest.raises(Malformed, match="has 255 entries, expected 256"):
        await follow(aurora)


async def test_as_much_as_one_pull_may_bring_is_taken(aurora: Town) -> None:
    aurora.publish({"text": "x" * 262_133})
    assert await follow(aurora, limits=Limits(entries=1)) is not None
    assert await bodies(aurora) == tuple(aurora.bodies)
    aurora.publish({"text": "x" * 262_134})
    with pytest.raises(TooLarge, match="2 new entries; at most 1 are taken"):
        await follow(aurora, limits=Limits(entries=1))
    with pytest.raises(TooLarge, match="record of entry 1 has 262,145 bytes"):
        await bodies(aurora)


async def test_more_bytes_than_one_pull_may_bring_are_not_taken(aurora: Town) -> None:
    aurora.publish_many(10)
    aurora.erase(3)
    size = sum(map(len, aurora.leaves))
    assert await follow(aurora, limits=Limits(leaves=size)) is not None
    with pytest.raises(TooLarge, match=f"entries 0 to 10 are more than the {size - 1:,} bytes"):
        await follow(aurora, limits=Limits(leaves=size - 1))
    size = sum(len(body.record) for body in aurora.bodies if body)
    assert await bodies(aurora, limits=Limits(bodies=size))
    with pytest.raises(TooLarge, match=f"records from entry 0 on are more than the {size - 1:,}"):
        await bodies(aurora, limits=Limits(bodies=size - 1))


async def test_a_record_that_its_entry_does_not_commit_to_is_refused(aurora: Town) -> None:
    aurora.publish_many(3)
    aurora.tamper_body(2)
    with pytest.raises(Malformed, match=r"record of entry 2 has the digest zQm.*expected zQm"):
        await bodies(aurora)


async def test_another_salt_is_another_record(aurora: Town) -> None:
    aurora.publish_many(1)
    body = aurora.bodies[0]
    assert body is not None
    aurora.bodies[0] = Body(bytes(16), body.record)
    with pytest.raises(Malformed, match="record of entry 0 has the digest"):
        await bodies(aurora)


async def test_records_in_another_order_are_refused(aurora: Town) -> None:
    aurora.publish_many(2)
    aurora.bodies.reverse()
    with pytest.raises(Malformed, match="record of entry 0 has the digest"):
        await bodies(aurora)


async def test_one_bad_record_need_not_keep_us_from_the_others(aurora: Town) -> None:
    aurora.publish({"n": 0}, {"n": 1}, {"text": "x" * 300_000}, {"n": 3})
    aurora.tamper_body(1)
    refused: dict[int, str] = {}
    held = await bodies(aurora, refused=refused)
    assert held == (aurora.bodies[0], None, None, aurora.bodies[3])
    assert list(refused) == [1, 2]
    assert "digest" in refused[1]
    assert refused[2] == "the record of entry 2 has 300,011 bytes; at most 262,144 are taken"
    with pytest.raises(TooLarge, match="record of entry 2 has 300,011 bytes"):
        await bodies(aurora, 2)


@pytest.mark.parametrize("record", [b'{"b":1,"a":2}', b"no JSON", b"", b'{"a":1,"a":2}', b"\xff"])
async def test_what_the_log_commits_to_is_brought_as_it_is_and_not_yet_read(
    aurora: Town, record: bytes
) -> None:
    """So a record that nobody can read is quarantined, and what follows it is not held up."""
    aurora.publish_bytes(record)
    aurora.publish({"n": 1})
    held = await bodies(aurora)
    assert [body.record for body in held if body] == [record, b'{"n":1}']


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"", "ends before entry 0"),
        (b"null", "ends within a line"),
        (b"null\nnull\nnull\n", "3 lines, expected at most 2"),
        (b"{}\n", "line 0: expected"),
        (b"null\n\n", "line 1: expected"),
        (b"nulL\n", "line 0: expected"),
    ],
)
async def test_what_is_no_page_of_records_is_refused(aurora: Town, page: bytes, words: str) -> None:
    aurora.publish_many(2)
    aurora.forged["records/000.p/2"] = page
    with pytest.raises(Malformed, match=words):
        await bodies(aurora)


async def test_a_page_that_never_goes_on_does_not_hold_us_for_ever(aurora: Town) -> None:
    aurora.publish_many(3)
    aurora.cut = 2
    aurora.forged["records/000.p/3?from=2"] = b""
    with pytest.raises(Malformed, match="page of records 0 ends before entry 2"):
        await bodies(aurora)


async def test_a_page_that_is_not_there_is_said_to_be_so(aurora: Town) -> None:
    aurora.publish_many(2)
    aurora.withhold("records/000.p/2")
    with pytest.raises(Unreachable, match="page of records 0 is not there"):
        await bodies(aurora)


@settings(deadline=None)
@given(st.data())
def test_half_an_answer_is_no_answer(data: st.DataObject) -> None:
    """Cut at any byte, whatever is asked for."""

    async def story() -> None:
        town = Town()
        town.publish_many(data.draw(st.sampled_from([1, 3, 256, 257])))
        paths = ["checkpoint", *await everything_of(town)]
        path = data.draw(st.sampled_from(paths))
        whole = town.answer(path)
        assert whole is not None
        town.forged[path] = whole[: data.draw(st.integers(0, len(whole) - 1))]
        # A page of records may end after any line: then the rest is asked for.
        with suppress(PeerError):
            batch = await first(town)
            assert batch.entries == tuple(town.leaves)
            assert await bodies(town) == tuple(town.bodies)
            assert path.startswith("records")

    asyncio.run(story())


@settings(deadline=None)
@given(st.data())
def test_a_flipped_bit_is_never_believed(data: st.DataObject) -> None:
    async def story() -> None:
        town = Town()
        town.publish_many(data.draw(st.sampled_from([1, 3, 257])))
        path = data.draw(st.sampled_from(["checkpoint", *await everything_of(town)]))
        flipped = bytearray(town.answer(path) or b"")
        at = data.draw(st.integers(0, len(flipped) * 8 - 1))
        flipped[at // 8] ^= 1 << at % 8
        town.forged[path] = bytes(flipped)
        with pytest.raises(PeerError):
            await everything_of(town)

    asyncio.run(story())


async def everything_of(town: Town) -> list[str]:
    """The paths that a follower asks for after the checkpoint."""
    town.asked.clear()
    await first(town)
    await bodies(town)
    return [path for path in town.asked if path != "checkpoint"]


async def test_a_failing_fetch_ends_the_flow(aurora: Town) -> None:
    aurora.publish_many(1)
    flow = pull_entries(Frontier(), aurora.verifier, LIMITS)

    async def fetch(wish: Fetch) -> bytes | None:
        if wish.path == "checkpoint":
            return await aurora.fetch(wish)
        raise Unreachable(aurora.log, "gone")

    with pytest.raises(Unreachable, match="gone"):
        await drive(flow, fetch)
    assert getgeneratorstate(flow) == GEN_CLOSED


async def test_every_wish_says_how_much_may_come(aurora: Town) -> None:
    aurora.publish_many(300)
    wishes: list[Fetch] = []

    async def fetch(wish: Fetch) -> bytes | None:
        wishes.append(wish)
        return await aurora.fetch(wish)

    await drive(pull_entries(Frontier(), aurora.verifier, LIMITS), fetch)
    await drive(pull_bodies(aurora.log, 0, aurora.entries, LIMITS), fetch)
    assert wishes == [
        Fetch("checkpoint", LIMITS.note),
        Fetch("tile/entries/000", LIMITS.bundle),
        Fetch("tile/entries/001.p/44", LIMITS.bundle),
        Fetch("records/000", LIMITS.page),
        Fetch("records/001.p/44", LIMITS.page),
    ]


async def fetch_from(folder: Path, size: int, wish: Fetch) -> bytes | None:
    """A folder that somebody brought on a stick, with a checkpoint for each size."""
    path = folder / (f"checkpoint.{size}" if wish.path == "checkpoint" else wish.path)
    return path.read_bytes() if path.is_file() else None


@pytest.mark.parametrize("start", range(16))
async def test_a_real_log_is_followed_through_all_its_sizes(shared: Path, start: int) -> None:
    """The log was made by Tessera, and its entries are not ours."""
    folder = shared / "vectors" / "tlog-tessera"
    held = Frontier()
    for size in (0, *range(start, 16)):
        fetch = partial(fetch_from, folder, size)
        batch = await drive(pull_entries(held, TESSERA, LIMITS), fetch)
        held = batch.head if batch else held
        assert held.size == size
        note = await fetch(Fetch("checkpoint", LIMITS.note))
        assert held.root() == open_note(note or b"", TESSERA).root
    assert held.size == 15


async def test_a_real_log_that_goes_back_is_found_out(shared: Path) -> None:
    folder = shared / "vectors" / "tlog-tessera"
    newest = pull_entries(Frontier(), TESSERA, LIMITS)
    batch = await drive(newest, partial(fetch_from, folder, 15))
    assert batch is not None
    back = pull_entries(batch.head, TESSERA, LIMITS, note=batch.note)
    with pytest.raises(Equivocation, match="shrank from 15 to 7 entries") as caught:
        await drive(back, partial(fetch_from, folder, 7))
    assert caught.value.evidence == (batch.note, (folder / "checkpoint.7").read_bytes())
