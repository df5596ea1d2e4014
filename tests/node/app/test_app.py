"""Making, opening and running a node on this machine's loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from node.app import build, make_node, one_call, serve
from node.app.journal import start_journal
from node.config import Config, load
from node.errors import Invalid, Refused, SettingsError
from node.service.index import catch_up
from node.service.publish import publish
from node.store.ports import Audience, Busy, SearchWish
from node.store.workers.pool import open_workers
from peers.client import Fetcher
from peers.did import parse_did, read_document
from peers.limits import Limits
from tests.homes import practice


@pytest.fixture(autouse=True)
def journal() -> Iterator[None]:
    """Puts the process's logging back as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.getLogger("apscheduler").level
    yield
    root.handlers[:], level, scheduler = before
    root.setLevel(level)
    logging.getLogger("apscheduler").setLevel(scheduler)
    structlog.reset_defaults()


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


def made(folder: Path, role: str = "city") -> Config:
    """A node on a free port."""
    make_node(
        folder,
        name={"es": "Villa Aurora"},
        country="AR" if role == "city" else None,
        base_url=f"http://localhost:{free_port()}",
        role=role,
    )
    return load(folder / "config.toml", {})


def test_a_new_node_is_whole_and_its_owners_alone(tmp_path: Path) -> None:
    config = made(tmp_path / "aurora")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aurora"]
    assert stat.S_IMODE((tmp_path / "aurora").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "aurora" / "config.toml").stat().st_mode) == 0o600
    done = one_call(config, "records", {})
    assert [row["title"] for row in done["records"]] == ["Villa Aurora"]
    checks = one_call(config, "doctor", {"only": ["permissions", "log", "profile"]})["checks"]
    assert {check["result"] for check in checks} == {"ok"}


@pytest.mark.parametrize("role", ["network", "observer"])
def test_a_network_and_an_observer_say_who_they_are_too(tmp_path: Path, role: str) -> None:
    config = made(tmp_path / "node", role)
    [row] = one_call(config, "records", {})["records"]
    assert (row["kind"], row["iri"]) == ("Organization", f"{config.node.base_url}/organization")


def test_a_recovery_key_is_shown_once_and_written_nowhere(tmp_path: Path) -> None:
    done = make_node(
        tmp_path / "node", name={"en": "A"}, country="KR", base_url="https://a.example"
    )
    assert done.recovery_key.startswith("z3u2")
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or done.recovery_key.encode() not in path.read_bytes()


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("important")
    with pytest.raises(SettingsError, match="is not empty"):
        make_node(tmp_path, name={"en": "A"}, country="KR", base_url="https://a.example")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("country", "base_url", "error"),
    [
        (None, "https://a.example", SettingsError),
        ("Korea", "https://a.example", Invalid),
        ("KR", "http://a.example", SettingsError),
        ("KR", "a.example", SettingsError),
    ],
)
def test_what_makes_no_node_leaves_nothing(
    tmp_path: Path, country: str | None, base_url: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        make_node(tmp_path / "node", name={"en": "A"}, country=country, base_url=base_url)
    assert list(tmp_path.iterdir()) == []


async def test_a_changed_address_or_role_is_refused(tmp_path: Path) -> None:
    config = await asyncio.to_thread(made, tmp_path / "node")
    for change in ({"base_url": "https://other.example"}, {"role": "network"}):
        node = config.node.model_copy(update=change)
        with pytest.raises(Refused, match="this node was made with"):
            async with build(config.model_copy(update={"node": node})):
                pass


async def test_a_second_process_on_the_same_data_is_told_so(tmp_path: Path) -> None:
    config = await asyncio.to_thread(made, tmp_path / "node")
    async with build(config):
        with pytest.raises(Busy):
            async with build(config):
                pass
        code = (
            "import sys, pathlib; from node.app import one_call; from node.config import load\n"
            "from node.store.ports import Busy\n"
            "try: one_call(load(pathlib.Path(sys.argv[1]), {}), 'identity', {})\n"
            "except Busy: sys.exit(5)\n"
        )
        path = tmp_path / "node" / "config.toml"
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(path))
        assert await asyncio.wait_for(other.wait(), 30) == 5


async def test_an_empty_folder_holds_no_node(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[node]\nbase_url = "https://a.example"\n')
    with pytest.raises(SettingsError, match="intercity init"):
        async with build(load(tmp_path / "config.toml", {})):
            pass


async def test_a_running_node_answers_and_takes_commands(tmp_path: Path) -> None:
    config = await asyncio.to_thread(made, tmp_path / "node")
    did = parse_did(f"did:web:localhost%3A{config.node.base_url.rpartition(':')[2]}")
    async with (
        serve(config) as home,
        Fetcher(Limits(), allow_loopback=True) as fetch,
    ):
        assert read_document(await fetch.document(did), did) == home.document
        done = await asyncio.to_thread(one_call, config, "publish", {"documents": [practice()]})
        iri = done["receipts"][0]["iri"]
        answer = await fetch.get(iri, 100_000, headers={"Accept": "application/ld+json"})
        assert json.loads(answer.body)["id"] == iri
    assert not (config.node.data_dir / "run" / "control.sock").exists()
    with pytest.raises(Exception, match="cannot be reached"):
        async with Fetcher(Limits(), allow_loopback=True) as fetch:
            await fetch.document(did)


async def test_an_address_in_use_is_said(tmp_path: Path) -> None:
    config = await asyncio.to_thread(made, tmp_path / "node")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(config.server.listen.rpartition(":")[2])))
        taken.listen()
        with pytest.raises(SettingsError, match="cannot listen on"):
            async with serve(config):
                pass


async def test_nodes_of_one_process_share_their_query_workers(tmp_path: Path) -> None:
    configs = [await asyncio.to_thread(made, tmp_path / name) for name in ("a", "b")]
    async with open_workers(slots=1) as workers:
        for config in configs:
            async with build(config, workers=workers) as home:
                await catch_up(home)
                found = await home.text.search(SearchWish())
                assert found.total == 1
                assert config.node.base_url.encode() in await home.graph.dump()


async def test_what_was_published_is_there_after_a_restart(tmp_path: Path) -> None:
    config = await asyncio.to_thread(made, tmp_path / "node")
    async with build(config) as home:
        receipt = await publish(home, practice())
        head = await home.ledger.head(home.logs[Audience.PUBLIC])
    async with build(config) as home:
        assert await home.ledger.head(home.logs[Audience.PUBLIC]) == head
        await catch_up(home)
        assert await home.text.get(receipt.iri) is not None


def test_a_journal_line_is_one_json_object_that_nobody_can_forge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = made(tmp_path / "node")
    start_journal(config.log)
    structlog.get_logger("test").warning("asked", peer="evil\nroot: all is well\x1b[31m")
    structlog.get_logger("test").debug("not shown")
    [line] = capsys.readouterr().err.strip().splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("asked", "warning")
    assert "\n" not in told["peer"]
    assert "\x1b" not in told["peer"]


def test_a_server_ends_at_a_signal_and_leaves_nothing(tmp_path: Path) -> None:
    config = made(tmp_path / "node")
    code = (
        "import sys, pathlib; from node.app import run_node; from node.config import load\n"
        "run_node(load(pathlib.Path(sys.argv[1]), {}), say=lambda text: print(text, flush=True))\n"
    )
    path = tmp_path / "node" / "config.toml"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert "answers on" in server.stdout.readline()
        assert one_call(config, "identity", {})["role"] == "city"
        server.terminate()
        assert server.wait(20) == 0
    assert list((config.node.data_dir / "run").iterdir()) == []
