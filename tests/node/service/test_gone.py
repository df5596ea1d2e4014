"""What a node has said can be checked after it is gone, from anybody's copy of its log."""

from __future__ import annotations

import pytest

from node.service.home import Home
from node.service.publish import publish, withdraw
from node.service.replicate import follow, sync_all
from node.service.verify import probe, verify
from node.service.witness import hash_of
from peers.log import LogId
from peers.tiles import records_path
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
async def lyon(web: Web, aurora: Home) -> Home:
    """Follows a node that holds a copy of aurora's log, and not aurora."""
    hansol, lyon = await home_of(HANSOL, web=web), await home_of(LYON, web=web)
    await publish(hansol, profile())
    await follow(hansol, AURORA)
    await follow(lyon, HANSOL)
    return lyon


async def gone(web: Web) -> None:
    """Aurora's last words reach its follower, and then it is no more."""
    await sync_all(web.homes[HANSOL])
    web.down.add(AURORA)


async def test_a_record_of_a_node_that_is_gone_is_verified(
    web: Web, aurora: Home, lyon: Home
) -> None:
    receipt = await publish(aurora, practice())
    await publish(aurora, practice("Corregida", id=receipt.iri))
    await gone(web)
    steps = await verify(lyon, receipt.iri)
    assert [step.name for step in steps if not step.ok] == []
    said = " ".join(step.detail for step in steps)
    assert f"{HANSOL} pinned it, on whose word alone" in said
    assert "Update, version 2, at position 3" in said
    steps = await verify(lyon, f"{receipt.iri}/v/1")
    assert [step.name for step in steps if not step.ok] == []
    assert any("Create, version 1, at position 2" in step.detail for step in steps)


async def test_a_withdrawal_is_verified_too(web: Web, aurora: Home, lyon: Home) -> None:
    receipt = await publish(aurora, practice())
    await withdraw(aurora, receipt.iri, "mistake")
    await gone(web)
    steps = await verify(lyon, receipt.iri)
    assert any("Delete, version 2" in step.detail for step in steps)


async def test_whose_keys_we_pinned_is_nobody_elses_word(
    web: Web, aurora: Home, lyon: Home
) -> None:
    await follow(lyon, AURORA)
    await gone(web)
    steps = await verify(lyon, aurora.profile_iri)
    assert all(step.ok for step in steps)
    assert "as pinned on" in " ".join(step.detail for step in steps)


async def test_a_mirror_that_changes_a_record_is_found_out(
    web: Web, aurora: Home, lyon: Home
) -> None:
    receipt = await publish(aurora, practice("Bueno"))
    await gone(web)
    url = f"{HANSOL}/mirror/{hash_of(LOG)}/{records_path(0, 3)}"
    web.instead[url] = (await web.get(url, "")).body.replace(b"Bueno", b"Mejor")
    steps = await verify(lyon, receipt.iri)
    assert [step.name for step in steps if not step.ok] != []
    assert not steps[-1].ok


async def test_without_a_mirror_it_is_said_that_nobody_holds_it(
    web: Web, aurora: Home, lyon: Home
) -> None:
    await follow(lyon, AURORA)
    web.down |= {AURORA, HANSOL}
    steps = await verify(lyon, aurora.profile_iri)
    assert "no mirror that is known here holds its log" in steps[-1].detail


async def test_a_test_of_a_peer_asks_the_peer_alone(web: Web, aurora: Home, lyon: Home) -> None:
    await gone(web)
    assert not (await probe(lyon, AURORA))[-1].ok
