"""A flag is checked before it is believed; a proven one freezes, a false one is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from node.errors import NotFound, Refused
from node.service.forks import evidence_against, take_flag
from node.service.home import Home, Own
from node.service.identities import own_signer
from node.service.publish import publish
from node.service.replicate import contact_of, follow, sync_all
from node.service.verify import verify
from peers.checkpoint import NoteSigner
from peers.keys import SecretKey
from peers.log import LogId, extend
from peers.merkle import Frontier
from peers.notify import ForkFlag, fork_flag, read_message
from peers.witness import timed
from tests.homes import Web, home_of, practice, profile

AURORA, HANSOL, LYON = "https://aurora.example", "https://hansol.example", "https://lyon.example"
LOG = LogId("aurora.example/log/public")


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def aurora(web: Web) -> Home:
    home = await home_of(AURORA, web=web)
    await publish(home, profile())
    return home


@pytest.fixture
async def hansol(web: Web, aurora: Home) -> Home:
    home = await home_of(HANSOL, web=web)
    await publish(home, profile())
    await follow(home, AURORA)
    return home


@pytest.fixture
async def other(aurora: Home) -> Home:
    """Aurora as it shows itself to others: another history under the same keys."""
    home = await home_of(AURORA)
    await publish(home, profile("Otra historia"))
    return home


async def note_of(home: Home) -> bytes:
    note = await home.ledger.note(LOG)
    assert note is not None
    return note


def flag(
    sender: Home, to: Home, notes: tuple[bytes, bytes], proof: tuple[bytes, ...] = ()
) -> ForkFlag:
    return ForkFlag(
        id=f"{sender.base_url}/flag/1",
        actor=sender.document.did,
        to=to.document.did,
        published=sender.stamp(),
        log=LOG,
        notes=notes,
        proof=proof,
    )


async def test_a_proven_flag_freezes_the_log_and_is_passed_on(
    web: Web, aurora: Home, other: Home, hansol: Home
) -> None:
    lyon = await home_of(LYON, web=web)
    await publish(lyon, profile())
    await follow(hansol, LYON)
    await take_flag(hansol, flag(lyon, hansol, (await note_of(aurora), await note_of(other))))
    contact = await contact_of(hansol, AURORA)
    assert (contact.state, len(contact.evidence)) == ("frozen", 2)
    assert "two roots for 2 entries" in contact.error
    [owed] = await hansol.desk.messages(f"flag {LOG}")
    assert owed.peer == lyon.document.did.text
    await take_flag(hansol, flag(lyon, hansol, (await note_of(aurora), await note_of(other))))
    assert len(await hansol.desk.messages(f"flag {LOG}")) == 1


async def test_a_flag_is_judged_by_our_own_copy_too(
    aurora: Home, other: Home, hansol: Home
) -> None:
    await publish(aurora, practice())
    await sync_all(hansol)
    await publish(other, practice())
    await publish(other, practice())
    longer, shorter = await note_of(other), await note_of(aurora)
    # Of two sizes and without a proof they show nothing; our copy knows the smaller one.
    with pytest.raises(Refused, match="proves nothing"):
        await take_flag(hansol, flag(aurora, hansol, (shorter, longer)))
    old = extend(Frontier(), (await other.ledger.leaves(LOG, 0, 2)), own_signer(other)).note
    await take_flag(hansol, flag(aurora, hansol, (old, longer)))
    assert (await contact_of(hansol, AURORA)).state == "frozen"


async def test_a_flag_with_a_forged_note_costs_its_sender(
    aurora: Home, other: Home, hansol: Home
) -> None:
    keys = replace(other.keys, log=SecretKey.from_seed(b"t" * 32))
    thief = replace(other, own=Own(other.document, keys))
    forged = extend(Frontier(), [b"another"], own_signer(thief)).note
    with pytest.raises(Refused, match="proves nothing"):
        await take_flag(hansol, flag(aurora, hansol, (await note_of(aurora), forged)))
    assert (await contact_of(hansol, AURORA)).state == "following"


async def test_two_honest_notes_prove_nothing(aurora: Home, hansol: Home) -> None:
    before = await note_of(aurora)
    await publish(aurora, practice())
    with pytest.raises(Refused, match="do not contradict each other"):
        await take_flag(hansol, flag(hansol, hansol, (before, await note_of(aurora))))


async def test_a_log_that_is_not_followed_is_not_judged(
    web: Web, aurora: Home, other: Home
) -> None:
    stranger = await home_of(LYON, web=web)
    notes = (await note_of(aurora), await note_of(other))
    with pytest.raises(Refused, match="is not followed here"):
        await take_flag(stranger, flag(aurora, stranger, notes))


async def test_two_histories_of_our_own_keep_us_from_signing(
    aurora: Home, other: Home, hansol: Home
) -> None:
    await take_flag(aurora, flag(hansol, aurora, (await note_of(aurora), await note_of(other))))
    with pytest.raises(Refused, match="a copy of this node"):
        await publish(aurora, practice())


async def test_a_flag_keeps_its_proof_on_the_way(aurora: Home, other: Home) -> None:
    sent = flag(aurora, other, (await note_of(aurora), await note_of(other)), (b"p" * 32,))
    assert read_message(fork_flag(sent), aurora.limits) == sent


async def test_the_evidence_of_a_fork_is_a_file_that_anybody_checks(
    web: Web, aurora: Home, other: Home, hansol: Home, tmp_path: Path
) -> None:
    await sync_all(hansol)
    signer, later = NoteSigner(LOG, other.keys.log), int(other.now().timestamp()) + 999
    forked = timed(await note_of(other), signer, later)
    web.instead[f"{AURORA}/log/public/checkpoint"] = forked
    [report] = await sync_all(hansol)
    assert report.state == "frozen"
    evidence = await evidence_against(hansol, await contact_of(hansol, AURORA))
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(evidence), "utf-8")
    elsewhere = await home_of("https://boreal.example")
    steps = await verify(elsewhere, str(path))
    assert all(step.ok for step in steps)
    assert steps[-1].detail == "proven: two roots for 2 entries: a fork"


async def test_of_an_honest_peer_there_is_no_evidence(hansol: Home) -> None:
    with pytest.raises(NotFound, match="found none"):
        await evidence_against(hansol, await contact_of(hansol, AURORA))
