"""What commands are answered, as they print it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.control import run
from node.errors import NotFound
from node.service.home import Home
from node.service.outbox import announce
from tests.homes import Web, home_of, need, practice, profile

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"


@pytest.fixture
async def aurora() -> Home:
    web = Web()
    hansol = await home_of(HANSOL, web=web)
    await run(hansol, "publish", {"documents": [profile("Hansol", "KR"), practice("Presupuesto")]})
    home = await home_of(AURORA, web=web)
    await run(home, "publish", {"documents": [profile()]})
    return home


async def do(home: Home, name: str, **arguments: Any) -> dict[str, Any]:
    return await run(home, name, arguments)


async def test_following_and_syncing_is_told_peer_by_peer(aurora: Home) -> None:
    followed = await do(aurora, "peers.follow", url=HANSOL)
    assert (followed["did"], followed["record_key"][:4]) == ("did:web:hansol.example", "z6Mk")
    [row] = (await do(aurora, "sync"))["peers"]
    assert (row["new"], row["quarantined"], row["error"], row["exit_code"]) == (2, 0, "", 0)
    [peer] = (await do(aurora, "peers.list"))["peers"]
    assert (peer["name"], peer["state"], peer["behind"], peer["size"]) == (
        "Hansol",
        "following",
        0,
        3,
    )
    assert (await do(aurora, "peers.state", peer=HANSOL, state="paused"))["state"] == "paused"
    steps = (await do(aurora, "peers.test", url=HANSOL))["steps"]
    assert all(step["ok"] for step in steps)
    with pytest.raises(NotFound, match="expected evidence"):
        await do(aurora, "peers.evidence", peer=HANSOL)
    await do(aurora, "peers.unfollow", peer=HANSOL, forget=True)
    assert (await do(aurora, "search", words="presupuesto"))["hits"] == []


async def test_search_says_where_and_why(aurora: Home) -> None:
    await do(aurora, "peers.follow", url=HANSOL)
    await do(aurora, "sync")
    found = await do(aurora, "search", words="presupuesto", countries=["kr"], actions=["s3"])
    [hit] = found["hits"]
    assert (hit["city"], hit["place"], hit["why"]) == (
        "Hansol",
        "hansol.example/log/public 2",
        "title",
    )
    assert hit["checked"]
    with pytest.raises(NotFound, match="from F1 to T19"):
        await do(aurora, "search", actions=["X9"])


async def test_records_are_listed_with_a_title_even_where_they_have_none(aurora: Home) -> None:
    await do(aurora, "publish", documents=[need("annual-report")])
    rows = (await do(aurora, "records"))["records"]
    assert [row["kind"] for row in rows] == ["City", "Need"]
    assert rows[1]["title"]
    shown = await do(aurora, "show", iri=rows[1]["iri"])
    assert shown["record"]["strength"] == "0.8"
    gone = await do(aurora, "withdraw", iri=rows[1]["iri"], reason="outdated", note={"en": "No."})
    assert gone["index"] == 3
    assert len((await do(aurora, "records"))["records"]) == 1
    assert len((await do(aurora, "records", withdrawn=True))["records"]) == 2


async def test_who_will_see_a_record_is_said_wherever_it_is_told(aurora: Home) -> None:
    given = practice("Palabra reservada")
    done = await do(aurora, "publish", documents=[given], audience="members")
    [receipt] = done["receipts"]
    assert receipt["audience"] == "members"
    assert (await do(aurora, "show", iri=receipt["iri"]))["audience"] == "members"
    rows = (await do(aurora, "records"))["records"]
    assert {row["kind"]: row["audience"] for row in rows} == {
        "City": "public",
        "Practice": "members",
    }
    assert (await do(aurora, "search", words="reservada"))["hits"] == []
    found = await do(aurora, "search", words="reservada", members=True)
    assert [hit["audience"] for hit in found["hits"]] == ["members"]
    assert (await do(aurora, "search", words="aurora", members=True))["total"] == 1


async def test_the_operator_lets_a_peer_read_and_takes_it_back(aurora: Home) -> None:
    await do(aurora, "peers.follow", url=HANSOL)
    for granted in (True, False):
        assert (await do(aurora, "peers.grant", peer=HANSOL, granted=granted))["granted"] is granted
        [row] = (await do(aurora, "peers.list"))["peers"]
        assert row["reads_ours"] is granted


async def test_a_peer_hears_at_once_of_what_it_may_read_now(aurora: Home) -> None:
    await do(aurora, "publish", documents=[practice()], audience="members")
    await do(aurora, "peers.follow", url=HANSOL)
    # Of the public log; whoever may not read the other is not looked at again for minutes.
    assert await announce(aurora) == 1
    await do(aurora, "peers.grant", peer=HANSOL)
    assert await announce(aurora) == 1


async def test_a_dry_run_is_told_as_one(aurora: Home) -> None:
    done = await do(aurora, "publish", documents=[practice()], dry_run=True)
    assert done["receipts"][0]["index"] == -1


async def test_queries_and_exports_are_whole(aurora: Home, tmp_path: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s a ?type }"
    body = (await do(aurora, "query", query=query, format="csv"))["body"]
    assert body.splitlines()[0] == "n"
    done = await do(aurora, "export", format="jsonld", path=str(tmp_path / "out"), own=True)
    assert done["count"] == 1
    rebuilt = await do(aurora, "rebuild")
    assert rebuilt["records"] == 1
    checks = (await do(aurora, "doctor", only=["profile", "log"]))["checks"]
    assert {check["result"] for check in checks} == {"ok"}
