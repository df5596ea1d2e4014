"""How fresh a log is, who vouches for it, and whether it agrees with what we cosigned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.config import WitnessSettings
from node.service.home import Home
from node.service.identities import own_signer
from node.service.publish import publish
from node.service.regard import said_of
from node.service.replicate import PeerReport, contact_of, follow, sync_all
from node.service.witness import add_checkpoint
from peers.checkpoint import Checkpoint, NoteSigner, cosign, cosigned_at, seal_note
from peers.log import LogId
from peers.merkle import Frontier
from peers.witness import timed, with_lines, write_request
from tests.homes import Clock, Web, home_of, practice, profile

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
LOG = LogId("aurora.example/log/public")
CHECKPOINT = f"{AURORA}/log/public/checkpoint"


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def aurora(web: Web, clock: Clock) -> Home:
    home = await home_of(AURORA, web=web, clock=clock)
    await publish(home, profile())
    return home


@pytest.fixture
async def hansol(web: Web, clock: Clock, aurora: Home) -> Home:
    home = await home_of(HANSOL, web=web, clock=clock)
    await follow(home, AURORA)
    return home


async def ask(home: Home) -> PeerReport:
    [report] = await sync_all(home)
    return report


async def said(home: Home) -> str:
    return await said_of(home, await contact_of(home, AURORA))


async def fresh_note(home: Home, clock: Clock) -> bytes:
    note = await home.ledger.note(LOG)
    assert note is not None
    return timed(note, NoteSigner(LOG, home.keys.log), int(clock.time.timestamp()))


def with_policy(home: Home, text: str) -> Home:
    config = home.config.model_copy(update={"witness": WitnessSettings(policy=text)})
    return replace(home, config=config)


async def test_a_log_without_a_sign_of_life_is_stale_after_three_days(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    await ask(hansol)
    clock.time += timedelta(days=2, hours=23)
    assert (await ask(hansol)).error == await said(hansol) == ""
    clock.time += timedelta(hours=2)
    assert (await ask(hansol)).state == "following"
    assert "stale: no sign of life of its log since 2026-01-01" in await said(hansol)
    web.instead[CHECKPOINT] = await fresh_note(aurora, clock)
    await ask(hansol)
    assert await said(hansol) == ""


async def test_a_fresher_note_of_the_same_tree_is_kept(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    await ask(hansol)
    clock.time += timedelta(hours=1)
    web.instead[CHECKPOINT] = fresh = await fresh_note(aurora, clock)
    assert (await ask(hansol)).new == 0
    assert await hansol.ledger.note(LOG) == fresh
    web.instead.clear()
    await ask(hansol)
    assert await hansol.ledger.note(LOG) == fresh


async def test_a_quorum_that_is_missed_is_said_and_freezes_nobody(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    lyon = await home_of("https://lyon.example", web=web, clock=clock)
    key = own_signer(lyon).verifier.witness_text
    asking = with_policy(hansol, f"witness lyon {key}\nquorum lyon\n")
    report = await ask(asking)
    assert (report.state, report.error, report.new) == ("following", "", 1)
    assert await said(asking) == "too few witnesses: the policy asks for lyon, found nobody of it"
    note = await fresh_note(aurora, clock)
    line = cosign(note, own_signer(lyon), int(clock.time.timestamp()))
    web.instead[CHECKPOINT] = with_lines(note, line)
    await ask(asking)
    assert await said(asking) == ""
    kept = await asking.ledger.note(LOG)
    assert kept is not None
    assert cosigned_at(kept, own_signer(lyon).verifier) is not None


async def test_another_tree_than_we_cosigned_freezes_it(aurora: Home, hansol: Home) -> None:
    other = seal_note(Checkpoint(LOG, 2, b"r" * 32), NoteSigner(LOG, aurora.keys.log))
    await add_checkpoint(hansol, write_request(other, old=0, proof=[]))
    report = await ask(hansol)
    assert (report.state, report.exit_code) == ("frozen", 4)
    assert "we cosigned another" in report.error
    assert (await contact_of(hansol, AURORA)).evidence[0].startswith(other)


async def test_fewer_entries_than_we_cosigned_freeze_it_if_signed_later(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    signer = NoteSigner(LOG, aurora.keys.log)
    larger = seal_note(Checkpoint(LOG, 9, b"r" * 32), signer)
    now = int(clock.time.timestamp())
    await add_checkpoint(hansol, write_request(timed(larger, signer, now), old=0, proof=[]))
    assert (await ask(hansol)).state == "following"
    note = await aurora.ledger.note(LOG)
    assert note is not None
    web.instead[CHECKPOINT] = timed(note, signer, now + 1)
    report = await ask(hansol)
    assert report.state == "frozen"
    assert "shrank from 9 entries, which we cosigned, to 2" in report.error


async def test_what_we_cosigned_and_then_copied_agrees(aurora: Home, hansol: Home) -> None:
    note = await aurora.ledger.note(LOG)
    assert note is not None
    await add_checkpoint(hansol, write_request(note, old=0, proof=[]))
    await publish(aurora, practice())
    assert (await ask(hansol)).error == ""
    assert (await hansol.ledger.head(LOG)) == await aurora.ledger.head(LOG) != Frontier()
