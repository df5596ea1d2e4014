"""A node made, served and asked by its commands, as an operator would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "node", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def told(*arguments: object, code: int = 0) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(run("--json", *arguments, code=code).stdout)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make(folder: Path, name: str = "Villa Aurora") -> str:
    url = f"http://localhost:{free_port()}"
    run("init", folder, "--name", name, "--country", "CO", "--lang", "es", "--base-url", url)
    return url


@contextmanager
def serving(folder: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """A node that answers, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "node", "--home", str(folder), "serve"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    port = int(url.rpartition(":")[2])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                break
            time.sleep(0.1)
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture
def city(tmp_path: Path) -> tuple[Path, str]:
    return tmp_path / "city", make(tmp_path / "city")


def practice(folder: Path, title: str) -> Path:
    path = folder / "practice.jsonld"
    document = {
        "type": "Practice",
        "title": {"es": title},
        "action": ["https://w3id.org/intercity/framework/action/human-rights-based-budgeting"],
    }
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_init_prints_the_recovery_key_once_and_keeps_it_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    url = f"http://localhost:{free_port()}"
    made = told("init", folder, "--name", "Hansol", "--country", "KR", "--base-url", url)
    secret = made["recovery_key"]
    assert secret.startswith("z3u2")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not any(secret.encode() in path.read_bytes() for path in files)
    assert (folder / "config.toml").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me", "utf-8")
    done = run(
        *("init", tmp_path, "--name", "X", "--country", "KR"),
        *("--base-url", "http://localhost:8400"),
        code=2,
    )
    assert "not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_changed_address_is_refused(city: tuple[Path, str]) -> None:
    folder, url = city
    settings = folder / "config.toml"
    settings.write_text(settings.read_text("utf-8").replace(url, "http://localhost:9"), "utf-8")
    for command in (["serve"], ["records"]):
        done = run("--home", folder, *command, code=4)
        assert url in done.stderr
        assert "Traceback" not in done.stderr


def test_a_second_server_on_the_same_data_is_refused(city: tuple[Path, str]) -> None:
    folder, url = city
    with serving(folder, url):
        done = run("--home", folder, "serve", "--listen", f"127.0.0.1:{free_port()}", code=5)
        assert "another process" in done.stderr


def test_commands_say_the_same_through_a_server_and_without_one(city: tuple[Path, str]) -> None:
    folder, url = city
    file = practice(folder.parent, "Asambleas del presupuesto")
    alone = told("--home", folder, "publish", file)["receipts"][0]
    with serving(folder, url):
        served = told("--home", folder, "publish", file)["receipts"][0]
        assert served["index"] == alone["index"] + 1
        with_server = told("--home", folder, "records")
        found = told("--home", folder, "search", "presupuestos")
        assert {hit["iri"] for hit in found["rows"]} == {alone["iri"], served["iri"]}
        steps = told("--home", folder, "verify", served["iri"])["steps"]
        assert [step for step in steps if not step["ok"]] == []
        assert told("--home", folder, "doctor", "--only", "log", code=0)["ok"]
    assert told("--home", folder, "records") == with_server


def test_a_record_is_found_on_another_node_after_one_sync(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    url = make(first, "Villa Aurora")
    make(second, "Port Marama")
    receipt = told("--home", first, "publish", practice(tmp_path, "Asambleas"))["receipts"][0]
    with serving(first, url):
        told("--home", second, "peers", "follow", url)
        [report] = told("--home", second, "sync")["rows"]
        assert (report["new"], report["error"]) == (2, "")
        [hit] = told("--home", second, "search", "asambleas")["rows"]
        assert (hit["iri"], hit["index"]) == (receipt["iri"], receipt["index"])
        assert hit["log"] == f"{url.partition('://')[2]}/log/public"
        [again] = told("--home", second, "sync")["rows"]
        assert (again["new"], again["requests"]) == (0, 1)
        told("--home", first, "withdraw", receipt["iri"], "--reason", "mistake", "--yes")
        [gone] = told("--home", second, "sync")["rows"]
        assert gone["withdrawn"] == 1
        run("--home", second, "search", "asambleas", code=1)
        done = run("--home", second, "show", receipt["iri"], code=1)
        assert "withdrawn" in done.stderr


def test_what_members_share_is_found_by_whom_it_is_granted_to_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    url, other = make(first, "Villa Aurora"), make(second, "Port Marama")
    file = practice(tmp_path, "Asambleas")
    done = run("--home", first, "publish", file, "--audience", "members")
    assert "for members only" in done.stdout
    with serving(first, url), serving(second, other):
        told("--home", second, "peers", "follow", url)
        told("--home", second, "sync")
        run("--home", second, "search", "--members", "asambleas", code=1)
        told("--home", first, "peers", "follow", other)
        assert told("--home", first, "peers", "grant", other)["granted"]
        # The next announcement, within seconds, makes the other node ask again.
        deadline = time.monotonic() + 30
        while not (found := _found(second, "--members", "asambleas")):
            assert time.monotonic() < deadline, "the members' log did not arrive"
            time.sleep(0.5)
        assert [hit["audience"] for hit in found] == ["members"]
        assert _found(second, "asambleas") == []
        shown = run("--home", second, "show", found[0]["iri"])
        assert "for members only" in shown.stderr


def _found(folder: Path, *words: str) -> list[dict[str, Any]]:
    """Hits of a search, which may have none."""
    command = [sys.executable, "-m", "node", "--json", "--home", str(folder), "search", *words]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode in {0, 1}, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows


def test_a_peer_out_of_reach_is_exit_code_3(city: tuple[Path, str]) -> None:
    folder, _ = city
    done = run("--home", folder, "peers", "follow", f"http://localhost:{free_port()}", code=3)
    assert "cannot be reached" in done.stderr


def test_a_record_that_breaks_the_shapes_is_not_published(city: tuple[Path, str]) -> None:
    folder, _ = city
    file = folder.parent / "bad.jsonld"
    file.write_text('{"type": "Practice", "titel": {"es": "x"}}', "utf-8")
    before = told("--home", folder, "records")
    done = run("--home", folder, "publish", file, code=1)
    assert "titel" in done.stderr
    assert told("--home", folder, "records") == before


def test_what_the_environment_says_counts(city: tuple[Path, str]) -> None:
    folder, _ = city
    done = subprocess.run(
        [sys.executable, "-m", "node", "--home", str(folder), "config", "show", "--show-origin"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "INTERCITY_QUERY__WORKERS": "7"},
    )
    assert "query.workers\t7\tenvironment INTERCITY_QUERY__WORKERS" in done.stdout
