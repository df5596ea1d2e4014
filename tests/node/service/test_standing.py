"""A node that was restored from a backup takes its entries back, and never signs a second past."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

import pytest

from node.errors import Refused
from node.service.cosigning import collect_cosignatures
from node.service.home import Home, Standing
from node.service.publish import publish
from node.service.replicate import contact_of, follow, sync_all
from node.service.standing import confirm, examine
from node.store.ports import Audience
from peers.checkpoint import Checkpoint, NoteSigner, seal_note
from peers.log import LogId
from tests.homes import Clock, Web, home_of, practice, profile

AURORA, HANSOL, LYON = "https://aurora.example", "https://hansol.example", "https://lyon.example"
LOG = LogId("aurora.example/log/public")


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
    """A node that follows aurora, and that aurora follows."""
    home = await home_of(HANSOL, web=web, clock=clock)
    await publish(home, profile())
    await follow(home, AURORA)
    await follow(aurora, HANSOL)
    await sync_all(home)
    await sync_all(aurora)
    await collect_cosignatures(aurora)
    return home


def backup(home: Home) -> Home:
    """The node as it will be, should it be restored from a backup that is made now."""
    return replace(
        home,
        ledger=copy.deepcopy(home.ledger),
        desk=copy.deepcopy(home.desk),
        standing=Standing(),
    )


async def published(home: Home, followers: list[Home]) -> None:
    """Something that the backup does not have, and the followers do."""
    await publish(home, practice("Después de la copia"))
    await collect_cosignatures(home)
    for one in followers:
        await sync_all(one, [AURORA])


async def size_of(home: Home) -> int:
    return (await home.ledger.head(LOG)).size


async def test_a_restored_node_takes_its_entries_back_before_it_signs(
    web: Web, aurora: Home, hansol: Home
) -> None:
    restored = backup(aurora)
    await published(aurora, [hansol])
    web.homes[AURORA] = restored
    assert await size_of(restored) == 2
    with pytest.raises(Refused, match="taken its own entries back"):
        await publish(restored, practice("Nueva"))
    assert await restored.ledger.head(LOG) == await aurora.ledger.head(LOG)
    receipt = await publish(restored, practice("Nueva"))
    assert receipt.index == 3
    [report] = await sync_all(hansol, [AURORA])
    assert (report.state, report.error, report.new) == ("following", "", 1)


async def test_its_records_come_back_with_the_entries(web: Web, aurora: Home, hansol: Home) -> None:
    restored = backup(aurora)
    receipt = await publish(aurora, practice("Después de la copia"))
    await sync_all(hansol, [AURORA])
    web.homes[AURORA] = restored
    assert await examine(restored)
    held = await restored.ledger.latest(receipt.iri)
    assert held is not None
    assert held.verdict.admitted
    assert held.body is not None
    assert held.body == (await aurora.ledger.body(receipt.digest))


async def test_followers_that_look_meanwhile_raise_no_alarm(
    web: Web, aurora: Home, hansol: Home
) -> None:
    restored = backup(aurora)
    await published(aurora, [hansol])
    web.homes[AURORA] = restored
    [report] = await sync_all(hansol, [AURORA])
    assert (report.state, report.exit_code) == ("following", 1)
    assert await examine(restored)
    [report] = await sync_all(hansol, [AURORA])
    assert (report.state, report.error) == ("following", "")


async def test_with_nobody_to_ask_it_reads_and_does_not_publish_until_confirmed(
    web: Web, aurora: Home, hansol: Home
) -> None:
    restored = backup(aurora)
    web.down.add(HANSOL)
    with pytest.raises(Refused, match="intercity identity confirm"):
        await publish(restored, practice())
    assert await restored.ledger.latest(aurora.profile_iri) is not None
    await confirm(restored)
    assert (await publish(restored, practice())).index == 2


async def test_a_confirmation_holds_an_hour_so_that_no_backup_carries_it(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    web.down.add(HANSOL)
    restored = backup(aurora)
    await confirm(restored)
    again = backup(restored)
    assert await examine(again)
    clock.time += timedelta(hours=2)
    assert not await examine(backup(restored))


async def test_no_word_of_an_operator_outweighs_our_own_signature(
    web: Web, aurora: Home, hansol: Home
) -> None:
    restored = backup(aurora)
    await publish(aurora, practice())
    await collect_cosignatures(aurora)  # hansol vouches for 3 entries, and has copied 2
    web.homes[AURORA] = restored
    with pytest.raises(Refused, match="restored from an old backup"):
        await publish(restored, practice())
    with pytest.raises(Refused, match="would be a second history"):
        await confirm(restored)
    assert await size_of(restored) == 2
    web.homes[AURORA] = aurora
    await sync_all(hansol, [AURORA])
    assert await examine(restored)
    assert await size_of(restored) == 3


async def test_it_is_not_cosigned_afresh_while_it_may_not_sign(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    restored = backup(aurora)
    web.down.add(HANSOL)
    before = await restored.ledger.note(LOG)
    assert not await examine(restored)
    clock.time += timedelta(hours=2)
    assert await collect_cosignatures(restored) == 0
    assert await restored.ledger.note(LOG) == before


async def test_a_witness_that_shows_nothing_signed_by_us_is_not_believed(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    lyon = await home_of(LYON, web=web, clock=clock)
    await publish(lyon, profile())
    await follow(lyon, AURORA)
    await follow(aurora, LYON)
    await sync_all(lyon)
    await sync_all(aurora)
    await collect_cosignatures(aurora)
    liar = seal_note(Checkpoint(LOG, 99, b"r" * 32), NoteSigner(LOG, lyon.keys.log))
    assert await lyon.desk.swap_page("witnessed", LOG, await lyon.desk.page("witnessed", LOG), liar)
    assert await examine(backup(aurora))


async def test_whom_nobody_follows_needs_to_ask_nobody(web: Web, clock: Clock) -> None:
    alone = await home_of("https://boreal.example", web=web, clock=clock)
    assert await examine(backup(alone))
    await publish(alone, profile())


async def test_after_a_restore_the_members_log_waits_for_the_operator(
    web: Web, aurora: Home, hansol: Home
) -> None:
    restored = backup(aurora)
    await published(aurora, [hansol])
    web.homes[AURORA] = restored
    assert await examine(restored)
    with pytest.raises(Refused, match="nobody can be asked for a copy"):
        await publish(restored, practice(), audience=Audience.MEMBERS)
    await confirm(restored)
    await publish(restored, practice(), audience=Audience.MEMBERS)


async def test_the_contact_is_never_frozen_by_a_restore(
    web: Web, clock: Clock, aurora: Home, hansol: Home
) -> None:
    for _ in range(3):
        restored = backup(aurora)
        await published(aurora, [hansol])
        web.homes[AURORA] = restored
        assert await examine(restored)
        clock.time += timedelta(hours=1)
        await collect_cosignatures(restored)
        await sync_all(hansol, [AURORA])
        assert (await contact_of(hansol, AURORA)).state == "following"
        aurora = restored
    assert await size_of(aurora) == 5
