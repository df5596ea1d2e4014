"""The control socket: the same answers and the same errors as without it."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from node import errors
from node.control import OPERATIONS, NotServed, call_line, listening, run
from node.control.faults import KINDS, raised, told
from node.service.home import Home
from node.service.publish import publish
from node.store import ports
from peers import errors as peer_errors
from peers.log import LogId
from tests.homes import home_of, practice, profile
from vocab.shapes import check


@pytest.fixture
async def home() -> Home:
    home = await home_of()
    await publish(home, profile())
    return home


async def test_an_operation_answers_the_same_over_the_line(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "run" / "control.sock"
    async with listening(home, path):
        over = await call_line(path, "identity", {})
    assert over == await run(home, "identity", {})


async def test_a_record_published_over_the_line_is_found_at_once(
    home: Home, tmp_path: Path
) -> None:
    path = tmp_path / "control.sock"
    async with listening(home, path):
        done = await call_line(path, "publish", {"documents": [practice()]})
        found = await call_line(path, "search", {"words": "defensoría"})
    assert [hit["iri"] for hit in found["hits"]] == [done["receipts"][0]["iri"]]


async def test_only_the_owner_can_open_it(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "run" / "control.sock"
    async with listening(home, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


async def test_a_deep_folder_is_no_obstacle(home: Home, tmp_path: Path) -> None:
    path = tmp_path.joinpath(*["a-rather-long-name"] * 8, "control.sock")
    path.parent.mkdir(parents=True)
    async with listening(home, path):
        assert (await call_line(path, "identity", {}))["did"] == "did:web:aurora.example"


async def test_nobody_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotServed):
        await call_line(tmp_path / "control.sock", "identity", {})
    (tmp_path / "file").write_text("")
    with pytest.raises(NotServed):
        await call_line(tmp_path / "file" / "control.sock", "identity", {})


async def test_a_socket_that_a_dead_process_left_is_replaced(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    server = await asyncio.start_unix_server(lambda _, __: None, str(path))
    server.close()
    await server.wait_closed()
    async with listening(home, path):
        assert await call_line(path, "identity", {})


async def test_what_is_refused_there_is_refused_here(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with listening(home, path):
        with pytest.raises(errors.NotFound):
            await call_line(path, "show", {"iri": "https://aurora.example/practice/none"})
        with pytest.raises(errors.Invalid) as caught:
            await call_line(path, "publish", {"documents": [practice(colour="red")]})
        with pytest.raises(errors.NodeError, match="expected an operation"):
            await call_line(path, "shutdown", {})
        with pytest.raises(errors.NodeError, match="mistake in the program"):
            await call_line(path, "show", {"address": "x"})
    assert [getattr(one, "path", "") for one in caught.value.findings] == ["/colour"]


async def test_noise_on_the_line_harms_nobody(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with listening(home, path):
        for noise in (b"", b"\xff\x00", b"[]", b'{"operation": 3}'):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(noise)
            writer.write_eof()
            assert b"error" in await reader.read()
            writer.close()
            await writer.wait_closed()
        assert await call_line(path, "identity", {})


@pytest.mark.parametrize(
    "error",
    [
        errors.NodeError("a"),
        errors.Refused("b"),
        errors.Changed("b"),
        errors.NotFound("c"),
        errors.Gone("d", b"\x00withdrawal"),
        errors.Invalid("e", tuple(check({"type": "Recipe"}))),
        errors.SettingsError(["f", "g"]),
        errors.QueryBusy("h", 9),
        errors.QueryRefused("i"),
        errors.QueryTooCostly("j"),
        ports.Conflict(LogId("city.example/log/public")),
        ports.Busy("k"),
        ports.Full("l"),
        ports.Broken("m"),
        ports.Outdated("n"),
        peer_errors.Unreachable("o", "p"),
        peer_errors.BadSignature("q", "r"),
        peer_errors.Equivocation("s", "t"),
    ],
)
def test_an_error_comes_back_as_what_it_was(error: Exception) -> None:
    again = raised(told(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    for name in ("findings", "withdrawal", "mistakes", "retry_after", "origin", "log"):
        assert getattr(again, name, None) == getattr(error, name, None)


def test_every_error_of_ours_can_be_told() -> None:
    """A new class of error must find its way over the line, too."""
    kinds = [
        kind
        for module in (errors, ports, peer_errors)
        for name in module.__all__
        if isinstance(kind := getattr(module, name), type) and issubclass(kind, Exception)
    ]
    assert {kind.__name__ for kind in kinds} == set(KINDS)


async def test_every_operation_has_its_line_of_help() -> None:
    assert [name for name, operation in OPERATIONS.items() if not operation.__doc__] == []
