"""A network hosts three cities on one machine; one takes its home away, as people would do it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.node.cli.test_running import ROOT, free_port, run, serving, told


@contextmanager
def hosting(folder: Path) -> Iterator[None]:
    """All homes of a folder, served until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "node", "homes", "serve", str(folder)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        assert process.poll() is None, "it goes on whatever happens to one home"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def who(url: str) -> dict[str, Any] | None:
    """The identity that answers at an address; ``None`` where nobody does."""
    try:
        with urllib.request.urlopen(f"{url}/.well-known/did.json", timeout=5) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except URLError:
        return None


def until(answers: bool, *urls: str) -> None:
    """Wait until every one answers, or none."""
    for _ in range(300):
        if all((who(url) is not None) == answers for url in urls):
            return
        time.sleep(0.1)
    raise AssertionError(f"{urls}: answers is not {answers}")


def add(folder: Path, name: str) -> str:
    url = f"http://localhost:{free_port()}"
    done = told(
        *("homes", "add", folder, name, "--name", name.title(), "--country", "KR"),
        *("--base-url", url),
    )
    assert done["did"] == f"did:web:localhost%3A{url.rpartition(':')[2]}"
    assert done["recovery_key"]
    return url


def size_of(home: Path) -> int:
    return len(told("--home", home, "records")["rows"])


def test_a_home_is_served_among_others_and_taken_away(tmp_path: Path) -> None:
    folder, file, elsewhere = tmp_path / "homes", tmp_path / "aurora.tar", tmp_path / "elsewhere"
    aurora, hansol = add(folder, "aurora"), add(folder, "hansol")
    record = tmp_path / "need.json"
    record.write_text(
        json.dumps(
            {
                "type": "Need",
                "action": "https://w3id.org/intercity/framework/action/human-rights-based-budgeting",
                "strength": "0.8",
            }
        )
    )
    with hosting(folder):
        until(True, aurora, hansol)
        one, other = who(aurora), who(hansol)
        assert one
        assert other
        assert one["id"] != other["id"]
        keys = [
            str(method) for document in (one, other) for method in document["verificationMethod"]
        ]
        assert len(set(keys)) == len(keys) == 6, "each city has its own keys"
        run("--home", folder / "aurora", "publish", record)
        assert size_of(folder / "aurora") == size_of(folder / "hansol") + 1
        late = add(folder, "late")
        until(True, late)

        run("homes", "hand-over", folder, "aurora", "--to", file, "--yes")
        until(False, aurora)
        assert who(hansol) == other
        refused = run("--home", folder / "aurora", "publish", record, code=4)
        assert "it lives elsewhere" in " ".join(refused.stderr.split())
        run("--home", folder / "aurora", "serve", code=4)
        run("homes", "hand-over", folder, "aurora", "--to", tmp_path / "again.tar", "--yes", code=4)
        listed = {row["name"]: row for row in told("homes", "list", folder)["rows"]}
        assert listed["aurora"]["handed_over"].startswith("20")
        assert not listed["hansol"]["handed_over"]

        run("restore", file, elsewhere)
        with serving(elsewhere, aurora):
            assert who(aurora) == one, "the same identity, from another folder"
            run("--home", elsewhere, "publish", record)
            assert size_of(elsewhere) == size_of(folder / "hansol") + 2


def test_a_home_that_cannot_be_served_keeps_nobody_else_away(tmp_path: Path) -> None:
    folder = tmp_path / "homes"
    good, bad = add(folder, "good"), add(folder, "bad")
    settings = folder / "bad" / "config.toml"
    written = settings.read_text()
    settings.write_text(written + "\n[nonsense]\n")
    with hosting(folder):
        until(True, good)
        assert who(bad) is None
        settings.write_text(written)
        until(True, bad)


def test_two_homes_share_no_address_and_no_name(tmp_path: Path) -> None:
    folder = tmp_path / "homes"
    url = add(folder, "aurora")
    for name, address in (("other", url), ("aurora", f"http://localhost:{free_port()}")):
        refused = run(
            *("homes", "add", folder, name, "--name", "X", "--country", "KR"),
            *("--base-url", address),
            code=2,
        )
        assert "is here already" in " ".join(refused.stderr.split())
    assert [path.name for path in folder.iterdir()] == ["aurora"]


def test_a_home_that_another_process_serves_is_not_handed_over(tmp_path: Path) -> None:
    folder = tmp_path / "homes"
    url = add(folder, "aurora")
    with serving(folder / "aurora", url):
        run("homes", "hand-over", folder, "aurora", "--to", tmp_path / "a.tar", "--yes", code=4)
        assert who(url)
    run("--home", folder / "aurora", "doctor", code=0)
