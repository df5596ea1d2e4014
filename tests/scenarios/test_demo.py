"""The whole trip of the demonstration, as its users start it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = 14


def free_ports(count: int) -> int:
    """The first of ``count`` neighbouring ports that nobody listens on."""
    for first in range(18400, 30000, 100):
        probes = [socket.socket() for _ in range(count)]
        try:
            for offset, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in probes:
                probe.close()
    pytest.fail("no free ports on this machine")


@pytest.mark.timeout(180)
def test_every_step_of_the_trip_is_as_it_should_be(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "node", "--json", "demo", "--check"),
            *("--port", str(free_ports(7)), "--keep", str(tmp_path / "kept")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    told = json.loads(done.stdout)
    wrong = [step for step in told["steps"] if not step["ok"]]
    assert (wrong, done.returncode, len(told["steps"])) == ([], 0, STEPS), done.stderr
    names = {path.name for path in (tmp_path / "kept").iterdir()}
    assert {"directory", "observatory", "hansol", "qasr-al-noor"} <= names


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    first = free_ports(7)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 3))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "node", "demo", "--check", "--port", str(first)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 4
    assert f"port {first + 3} is taken" in done.stderr
