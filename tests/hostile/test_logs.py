"""Logs that forge, shrink, fork, pad and overfill: nothing of them is taken, and time is kept."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peers.checkpoint import NoteSigner
from peers.encoding import jcs
from peers.errors import Equivocation, PeerError
from peers.limits import Limits
from peers.log import Batch, extend, read_entries
from peers.merkle import Frontier
from peers.sync import drive, pull_bodies, pull_entries
from peers.tiles import MAX_ENTRY, pack
from tests.hostile.watch import little_memory, watching
from tests.simulator import Town, key_of

LIMITS = Limits(entries=2_000)
SIZE = 5


def town(entries: int = SIZE) -> Town:
    made = Town("lira.example/log/public")
    made.publish_many(entries)
    return made


async def taken(held: Town, before: Batch | None = None) -> list[bytes | None]:
    """The records of what is new in a log: verified, read, and fetched."""
    flow = pull_entries(
        before.head if before else Frontier(),
        held.verifier,
        LIMITS,
        note=before.note if before else None,
    )
    batch = await drive(flow, held.fetch)
    if batch is None:
        return []
    entries = read_entries(batch)
    bodies = await drive(pull_bodies(held.log, batch.base.size, entries, LIMITS), held.fetch)
    return [None if one is None else one.record for one in bodies]


def note(change: Callable[[str], str]) -> Callable[[Town], None]:
    """The note, changed behind its signature."""

    def lie(held: Town) -> None:
        changed = change(held.note.decode()).encode()
        assert changed != held.note
        held.note = changed

    return lie


def signed(text: str) -> Callable[[Town], None]:
    """A note of any text, with a signature that holds."""

    def lie(held: Town) -> None:
        honest = held.note.decode().partition("\n\n")[0]
        root = honest.split("\n")[2]
        body = text.format(origin=held.log, size=SIZE, root=root)
        blob = held.signer.signer.sign(body.encode())
        line = held.note.decode().rpartition("\u2014 ")[2].split(" ")[1]
        start = base64.b64decode(line)[:4]
        mark = base64.b64encode(start + blob).decode()
        held.note = f"{body}\n\u2014 {held.log} {mark}\n".encode()

    return lie


def leaf(data: bytes | Callable[[bytes], bytes]) -> Callable[[Town], None]:
    """Another last leaf, signed."""

    def lie(held: Town) -> None:
        made = data if isinstance(data, bytes) else data(held.leaves[-1])
        held.rewrite([*held.leaves[:-1], made])

    return lie


def swaps(old: bytes, new: bytes) -> Callable[[Town], None]:
    return leaf(lambda data: data.replace(old, new))


BUNDLE, RECORDS = f"tile/entries/000.p/{SIZE}", f"records/000.p/{SIZE}"


def forged(path: str, change: Callable[[bytes], bytes | None]) -> Callable[[Town], None]:
    def lie(held: Town) -> None:
        honest = held.answer(path)
        assert honest is not None
        held.forged[path] = change(honest)

    return lie


LIES: dict[str, Callable[[Town], None]] = {
    # Checkpoints
    "no note": lambda held: setattr(held, "note", b""),
    "unsigned": note(lambda text: text.partition("\n\n")[0] + "\n\n"),
    "another size": note(lambda text: text.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")),
    "another origin": note(lambda text: text.replace("lira.example/log", "aurora.example/log", 1)),
    "another name signs": note(lambda text: text.replace("\u2014 lira", "\u2014 aurora")),
    "a hyphen for a dash": note(lambda text: text.replace("\u2014", "-")),
    "no last line end": note(lambda text: text[:-1]),
    "CR LF": note(lambda text: text.replace("\n", "\r\n")),
    "2,000 signatures more": note(lambda text: text + "\u2014 w.example AAAAAAAA\n" * 2_000),
    "the same one 500 times": note(lambda text: text + ("\u2014" + text.split("\u2014")[1]) * 500),
    "a small root": signed("{origin}\n{size}\nAAAA\n"),
    "no root": signed("{origin}\n{size}\n\n"),
    "a size of noughts": signed("{origin}\n00{size}\n{root}\n"),
    "a size below nought": signed("{origin}\n-{size}\n{root}\n"),
    "a size with a sign": signed("{origin}\n+{size}\n{root}\n"),
    "a size of Arabic digits": signed("{origin}\n\u0665\n{root}\n"),
    "a size of 60,000 digits": signed("{origin}\n" + "9" * 60_000 + "\n{root}\n"),
    "a size beyond all": signed("{origin}\n18446744073709551615\n{root}\n"),
    "a size of 2,000,000": signed("{origin}\n2000000\n{root}\n"),
    "one more than there is": signed("{origin}\n6\n{root}\n"),
    "one less than there is": signed("{origin}\n4\n{root}\n"),
    "somebody else's key": lambda held: held.impersonate(Town("aurora.example/log/public")),
    "another's log": signed("aurora.example/log/public\n{size}\n{root}\n"),
    # Bundles and tiles
    "a leaf changed": lambda held: held.tamper(2),
    "no bundle": forged(BUNDLE, lambda _: None),
    "an empty bundle": forged(BUNDLE, lambda _: b""),
    "half a bundle": forged(BUNDLE, lambda data: data[: len(data) // 2]),
    "an entry less": forged(BUNDLE, lambda data: data[: -len(data) // SIZE]),
    "an entry twice": forged(BUNDLE, lambda data: data * 2),
    "a byte more": forged(BUNDLE, lambda data: data + b"\x00"),
    "a width that lies": forged(BUNDLE, lambda data: b"\xff\xff" + data[2:]),
    "256 empty entries": forged(BUNDLE, lambda _: b"\x00\x00" * 256),
    "100,000 empty entries": forged(BUNDLE, lambda _: b"\x00\x00" * 100_000),
    "huge entries": forged(BUNDLE, lambda _: pack([b"x" * MAX_ENTRY] * SIZE)),
    # Entries that are signed for
    "noise": leaf(b"\x00\xff"),
    "an empty entry": leaf(b""),
    "a huge entry": leaf(b"x" * MAX_ENTRY),
    "a deep entry": leaf(b"[" * 30_000 + b"]" * 30_000),
    "an entry of another log": swaps(b"lira.example/log", b"aurora.example/log"),
    "an entry of another place": swaps(b"/e/4", b"/e/3"),
    "an entry twice in the log": lambda held: held.rewrite([*held.leaves[:-1], held.leaves[0]]),
    "an unknown kind": swaps(b"Create", b"Destroy"),
    "an object in script": swaps(b"https://lira.example/practice", b"javascript:alert"),
    "an object with spaces": swaps(b"/practice/", b"/ /"),
    "time on no day": swaps(b"2026-01-01", b"2026-02-30"),
    "time of 24 hours": swaps(b"T00:", b"T24:"),
    "time with a zone": swaps(b"00Z", b"00+00:00"),
    "time going back": swaps(b"2026-01-01", b"2025-12-31"),
    "version true": swaps(b'"version":1', b'"version":true'),
    "version nought": swaps(b'"version":1', b'"version":0'),
    "prev to itself": swaps(b'"prev":null', b'"prev":4'),
    "prev below nought": swaps(b'"prev":null', b'"prev":-1'),
    "a member more": swaps(b'"prev":null', b'"prev":null,"x":1'),
    "keys the other way": leaf(lambda data: b"{" + b",".join(data[1:-1].split(b",")[::-1]) + b"}"),
    "a space": swaps(b":", b": "),
    "a digest that is none": swaps(b'"zQm', b'"zRm'),
    # Records
    "no records": forged(RECORDS, lambda _: None),
    "an empty page": forged(RECORDS, lambda _: b""),
    "half a line": forged(RECORDS, lambda data: data[: data.index(b"\n") // 2]),
    "noise for records": forged(RECORDS, lambda _: b"\xff" * 10_000),
    "100,000 lines": forged(RECORDS, lambda _: b"\n" * 100_000),
    "a line more than there are": forged(RECORDS, lambda data: data * 2),
}


@pytest.mark.parametrize("name", LIES)
async def test_a_log_that_lies_is_not_taken(name: str) -> None:
    held = town()
    LIES[name](held)
    with watching(), pytest.raises(PeerError):
        await taken(held)


@pytest.mark.parametrize("name", ["huge entries", "100,000 empty entries", "a size of 2,000,000"])
async def test_a_large_lie_takes_little_memory(name: str) -> None:
    held = town()
    LIES[name](held)
    with little_memory(), pytest.raises(PeerError):
        await taken(held)


async def held_of(liar: Town) -> Batch:
    batch = await drive(pull_entries(Frontier(), liar.verifier, LIMITS), liar.fetch)
    assert batch is not None
    return batch


@pytest.mark.parametrize("index", range(SIZE))
async def test_another_past_is_told_as_one(index: int) -> None:
    liar = town()
    before = await held_of(liar)
    liar.fork(index)
    with watching(), pytest.raises(Equivocation):
        await taken(liar, before)
    liar.rewrite([*liar.leaves, *town(8).leaves[SIZE:]])
    with watching(), pytest.raises(Equivocation):
        await taken(liar, before)


@pytest.mark.parametrize("size", range(SIZE))
async def test_a_log_never_shrinks(size: int) -> None:
    liar = town()
    before = await held_of(liar)
    liar.shrink(size)
    with watching(), pytest.raises(PeerError):
        await taken(liar, before)


async def test_a_record_that_is_not_the_entrys_is_not_taken() -> None:
    liar = town()
    liar.tamper_body(2)
    with watching(), pytest.raises(PeerError):
        await taken(liar)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
async def test_no_change_of_a_bit_is_taken(data: st.DataObject) -> None:
    liar = town()
    path = data.draw(st.sampled_from(["checkpoint", BUNDLE, RECORDS]))
    honest = liar.answer(path)
    assert honest is not None
    changed = bytearray(honest)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    liar.forged[path] = bytes(changed)
    with watching(), pytest.raises(PeerError):
        await taken(liar)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
async def test_an_honest_log_is_taken(size: int) -> None:
    with watching(cpu=2.0):
        records = await taken(town(size))
    assert records == [jcs({"n": number}) for number in range(size)]


async def test_an_honest_log_that_grew_is_taken() -> None:
    lira = town()
    before = await held_of(lira)
    lira.publish({"n": SIZE})
    with watching():
        assert await taken(lira, before) == [jcs({"n": SIZE})]


async def test_a_log_may_have_strangers_sign_beside_it() -> None:
    lira = town()
    witness = NoteSigner("w.example", key_of("w"))
    lira.note = extend(Frontier(), lira.leaves, lira.signer, witness).note
    assert len(await taken(lira)) == SIZE
