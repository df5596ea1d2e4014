"""A log that shows two histories is found when two who hold them meet; an honest one never."""

from __future__ import annotations

import base64

import pytest

from node.service.forks import evidence_against
from node.service.home import Home
from node.service.identities import own_signer
from node.service.publish import publish
from node.service.replicate import contact_of, follow, sync_all
from node.service.views import compare_views
from peers.evidence import contradiction
from peers.log import LogId
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


async def other_face() -> Home:
    """Aurora as it shows itself to somebody else: another history under the same keys."""
    home = await home_of(AURORA)
    await publish(home, profile("Otra historia"))
    return home


@pytest.fixture
async def holders(web: Web, aurora: Home) -> tuple[Home, Home]:
    """Two who follow aurora, and each other."""
    hansol, lyon = await home_of(HANSOL, web=web), await home_of(LYON, web=web)
    for home in (hansol, lyon):
        await publish(home, profile())
    for home, peer in ((hansol, LYON), (lyon, HANSOL)):
        await follow(home, AURORA)
        await follow(home, peer)
    return hansol, lyon


async def state(home: Home) -> str:
    return (await contact_of(home, AURORA)).state


@pytest.mark.parametrize(("mine", "theirs"), [(0, 0), (0, 2), (2, 0), (3, 4)])
async def test_a_split_view_is_found_within_one_round(
    web: Web, aurora: Home, holders: tuple[Home, Home], mine: int, theirs: int
) -> None:
    hansol, lyon = holders
    split = await other_face()
    for home, more in ((aurora, mine), (split, theirs)):
        for number in range(more):
            await publish(home, practice(f"Práctica {number}"))
    await sync_all(hansol, [AURORA])
    web.homes[AURORA] = split
    await sync_all(lyon, [AURORA])
    assert (await state(hansol), await state(lyon)) == ("following", "following")
    reports = await sync_all(hansol, [LYON])
    assert reports[0].exit_code == 0
    contact = await contact_of(hansol, AURORA)
    assert contact.state == "frozen"
    verifier = own_signer(aurora).verifier
    evidence = await evidence_against(hansol, contact)
    proof = [base64.b64decode(one) for one in evidence.get("proof", ())]
    assert contradiction((contact.evidence[0], contact.evidence[1]), verifier, proof)
    [flag] = await hansol.desk.messages(f"flag {LOG}")
    assert flag.peer == lyon.document.did.text


async def test_a_report_says_what_another_peer_has_shown(
    web: Web, aurora: Home, holders: tuple[Home, Home]
) -> None:
    hansol, lyon = holders
    await sync_all(lyon, [AURORA])
    web.homes[AURORA] = await other_face()
    reports = await sync_all(hansol)
    [about] = [one for one in reports if one.base_url == AURORA]
    assert (about.state, about.exit_code) == ("frozen", 4)
    assert "two roots were signed" in about.error


@pytest.mark.parametrize("ahead", [0, 1])
async def test_holders_of_one_history_raise_no_alarm(
    web: Web, aurora: Home, holders: tuple[Home, Home], ahead: int
) -> None:
    await sync_all(holders[1 - ahead])
    for number in range(5):
        await publish(aurora, practice(f"Práctica {number}"))
    await sync_all(holders[ahead], [AURORA])
    for home, peer in zip(holders, (LYON, HANSOL), strict=True):
        assert await compare_views(home, await contact_of(home, peer)) == []
        assert await state(home) == "following"


async def test_what_has_not_changed_is_not_read_again(
    web: Web, aurora: Home, holders: tuple[Home, Home]
) -> None:
    hansol, _ = holders
    await sync_all(hansol)
    web.instead[f"{LYON}/data/checkpoints"] = b"what is said \xff is no note\n\n\n\nat all"
    assert (await sync_all(hansol))[0].error == ""
    assert await state(hansol) == "following"


async def test_where_the_origin_is_gone_a_mirror_is_asked(
    web: Web, aurora: Home, holders: tuple[Home, Home]
) -> None:
    hansol, lyon = holders
    await sync_all(hansol)
    await publish(aurora, practice())
    await sync_all(lyon, [AURORA])
    web.down.add(AURORA)
    [report] = await sync_all(hansol, [AURORA])
    assert (report.state, report.exit_code, report.new, report.size) == ("following", 3, 1, 3)
    assert f"1 new entries came from the mirror at {LYON}" in report.error
    assert await hansol.ledger.head(LOG) == await aurora.ledger.head(LOG)


async def test_a_mirror_that_is_behind_is_no_rollback(
    web: Web, aurora: Home, holders: tuple[Home, Home]
) -> None:
    hansol, lyon = holders
    await sync_all(lyon, [AURORA])
    await publish(aurora, practice())
    await sync_all(hansol)
    web.down.add(AURORA)
    [report] = await sync_all(hansol, [AURORA])
    assert (report.state, report.exit_code, report.size) == ("following", 3, 3)


async def test_a_mirror_of_another_history_freezes_the_log(
    web: Web, aurora: Home, holders: tuple[Home, Home]
) -> None:
    hansol, lyon = holders
    await sync_all(hansol, [AURORA])
    web.homes[AURORA] = await other_face()
    await sync_all(lyon, [AURORA])
    web.down.add(AURORA)
    [report] = await sync_all(hansol, [AURORA])
    assert (report.state, report.exit_code) == ("frozen", 4)
