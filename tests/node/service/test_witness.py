"""A witness vouches for growth alone, and for one of two histories at most."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from node.service.home import Home, Own
from node.service.identities import own_signer, verifier_of
from node.service.publish import publish
from node.service.replicate import contact_of, follow, set_state, sync_all
from node.service.tree import growth
from node.service.witness import add_checkpoint, witnessed
from peers.checkpoint import Checkpoint, NoteSigner, cosigned_at, seal_note, unverified
from peers.keys import SecretKey
from peers.log import LogId
from peers.notify import ForkFlag, read_message
from peers.witness import Cosigned, Declined, Outcome, write_request
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
    await follow(home, AURORA)
    return home


async def note_of(home: Home) -> bytes:
    note = await home.ledger.note(LOG)
    assert note is not None
    return note


async def ask(witness: Home, log: Home, old: int) -> Outcome:
    size = (await log.ledger.head(LOG)).size
    proof = await growth(log, LOG, old, size) if old <= size else []
    return await add_checkpoint(witness, write_request(await note_of(log), old=old, proof=proof))


def other_tree(home: Home, size: int, root: bytes) -> bytes:
    """A note of a tree that is not the log's, signed with the log's own key."""
    return seal_note(Checkpoint(LOG, size, root), NoteSigner(LOG, home.keys.log))


async def test_a_log_that_is_followed_is_cosigned_and_the_note_is_kept(
    aurora: Home, hansol: Home
) -> None:
    done = await ask(hansol, aurora, 0)
    assert isinstance(done, Cosigned)
    assert await witnessed(hansol, LOG) == done.keep
    assert cosigned_at(done.keep, own_signer(hansol).verifier) is not None
    assert verifier_of(hansol.document) == own_signer(hansol).verifier


async def test_growth_is_cosigned_with_its_proof(aurora: Home, hansol: Home) -> None:
    assert isinstance(await ask(hansol, aurora, 0), Cosigned)
    await publish(aurora, practice())
    wrong = await ask(hansol, aurora, 0)
    assert isinstance(wrong, Declined)
    assert (wrong.status, wrong.size) == (409, 2)
    assert isinstance(await ask(hansol, aurora, 2), Cosigned)


async def test_a_witness_is_bound_by_what_it_has_copied(aurora: Home, hansol: Home) -> None:
    await sync_all(hansol)
    await publish(aurora, practice())
    told = await ask(hansol, aurora, 0)
    assert isinstance(told, Declined)
    assert (told.status, told.size) == (409, 2)


async def test_entries_that_were_vouched_for_are_fetched_soon(aurora: Home, hansol: Home) -> None:
    await ask(hansol, aurora, 0)
    assert list(await hansol.desk.pages("hint")) == [aurora.document.did.text]


@pytest.mark.parametrize("state", ["blocked", ""])
async def test_a_log_that_is_not_followed_is_unknown(
    aurora: Home, hansol: Home, state: str
) -> None:
    if state:
        await set_state(hansol, AURORA, state)
    else:
        await hansol.desk.drop_contact(aurora.document.did.text)
    done = await ask(hansol, aurora, 0)
    assert isinstance(done, Declined)
    assert done.status == 404


async def test_a_note_signed_with_another_key_is_refused(aurora: Home, hansol: Home) -> None:
    keys = replace(aurora.keys, log=SecretKey.from_seed(b"f" * 32))
    forger = replace(aurora, own=Own(aurora.document, keys))
    done = await add_checkpoint(
        hansol, write_request(other_tree(forger, 2, b"r" * 32), old=0, proof=[])
    )
    assert isinstance(done, Declined)
    assert done.status == 403


@pytest.mark.parametrize("body", [b"", b"old 0\n\n", b"old x\n\nnote", b"\xff" * 100])
async def test_what_is_no_request_is_refused(hansol: Home, body: bytes) -> None:
    done = await add_checkpoint(hansol, body)
    assert isinstance(done, Declined)
    assert done.status == 400


async def test_of_two_roots_at_once_one_is_cosigned(aurora: Home, hansol: Home) -> None:
    notes = [other_tree(aurora, 9, bytes([number]) * 32) for number in range(8)]
    done = await asyncio.gather(
        *(add_checkpoint(hansol, write_request(note, old=0, proof=[])) for note in notes)
    )
    vouched = [one for one in done if isinstance(one, Cosigned)]
    assert len(vouched) == 1
    assert await witnessed(hansol, LOG) == vouched[0].keep


async def test_two_roots_of_one_size_freeze_the_log_and_are_told(
    web: Web, aurora: Home, hansol: Home
) -> None:
    lyon = await home_of(LYON, web=web)
    await publish(lyon, profile())
    await follow(hansol, LYON)
    await ask(hansol, aurora, 0)
    other = other_tree(aurora, 2, b"r" * 32)
    done = await add_checkpoint(hansol, write_request(other, old=2, proof=[]))
    assert isinstance(done, Declined)
    assert done.status == 422
    contact = await contact_of(hansol, AURORA)
    assert contact.state == "frozen"
    assert [unverified(note, LOG)[0].size for note in contact.evidence] == [2, 2]
    [owed] = await hansol.desk.messages(f"flag {LOG}")
    flag = read_message(owed.body, hansol.limits)
    assert owed.peer == lyon.document.did.text
    assert isinstance(flag, ForkFlag)
    assert flag.notes == contact.evidence
    again = await ask(hansol, aurora, 2)
    assert isinstance(again, Declined)
    assert again.status == 404
