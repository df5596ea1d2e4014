"""Each check finds what it is for, and says how to mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from node.core.admission import Verdict
from node.errors import NodeError
from node.service.contacts import contact_of, follow
from node.service.doctor import CHECKS, Check, doctor
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from node.store.keyfiles import make_keys
from node.store.ports import Audience
from tests.homes import Entropy, Web, home_of, practice, profile

HANSOL = "https://hansol.example"


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def home(web: Web, tmp_path: Path) -> Home:
    made = await home_of("https://aurora.example", web=web)
    make_keys(tmp_path / "keys", Entropy("doctor"))
    node = made.config.node.model_copy(update={"data_dir": tmp_path})
    home = replace(made, config=made.config.model_copy(update={"node": node}))
    await publish(home, profile())
    await catch_up(home)
    return home


async def check(home: Home, name: str) -> Check:
    [found] = await doctor(home, [name])
    return found


async def test_a_healthy_node_passes_every_check(home: Home) -> None:
    assert {one.result for one in await doctor(home)} == {"ok"}
    assert [one.name for one in await doctor(home)] == list(CHECKS)


async def test_an_unknown_check_lists_those_there_are(home: Home) -> None:
    with pytest.raises(NodeError, match=r"one of disk, permissions.*found 'moon'"):
        await doctor(home, ["moon"])


async def test_keys_that_others_can_read_are_wrong(home: Home, tmp_path: Path) -> None:
    (tmp_path / "keys" / "log-1.key").chmod(0o644)
    found = await check(home, "permissions")
    assert (found.result, "chmod" in found.mend) == ("wrong", True)


async def test_a_missing_profile_is_worth_a_warning() -> None:
    assert (await check(await home_of(), "profile")).result == "warning"


async def test_projections_that_lag_are_worth_a_warning(home: Home) -> None:
    await publish(home, practice())
    found = await check(home, "projections")
    assert found.result == "warning"
    assert "text index is 1 changes behind; graph store is 1" in found.found


async def test_a_log_that_does_not_add_up_is_wrong(home: Home) -> None:
    async def fewer(log: str, start: int, stop: int) -> list[bytes]:
        del log, stop
        return [b"another leaf"] if start == 0 else []

    home.ledger.leaves = fewer  # type: ignore[method-assign]
    assert (await check(home, "log")).result == "wrong"


async def test_somebody_else_at_our_address_is_wrong(web: Web, home: Home) -> None:
    web.instead["https://aurora.example/.well-known/did.json"] = b"{}"
    assert (await check(home, "identity")).result == "wrong"
    web.down.add("https://aurora.example")
    assert (await check(home, "identity")).result == "warning"


async def test_peers_that_fail_or_fork_are_named(web: Web, home: Home) -> None:
    await home_of(HANSOL, web=web)
    await follow(home, HANSOL)
    web.down.add(HANSOL)
    for _ in range(5):
        await sync_all(home)
    found = await check(home, "peers")
    assert found.result == "warning"
    assert "did:web:hansol.example: " in found.found
    contact = await contact_of(home, HANSOL)
    await home.desk.put_contact(replace(contact, state="frozen"))
    assert (await check(home, "peers")).result == "wrong"


async def test_quarantined_records_are_counted(home: Home) -> None:
    log = home.logs[Audience.PUBLIC]
    refused = Verdict(admitted=False, reason="a test says so")
    await home.ledger.judge(log, 1, refused, recorded=home.stamp())
    found = await check(home, "quarantine")
    assert "1 records are not shown" in found.found
    assert "a test says so" in found.found


async def test_a_check_that_cannot_be_made_says_why(home: Home, tmp_path: Path) -> None:
    for path in (tmp_path / "keys").iterdir():
        path.unlink()
    (tmp_path / "keys").rmdir()
    found = await check(home, "permissions")
    assert found.result == "wrong"
    assert "could not be made" in found.found
