"""A city applies to a network on the command line; both nodes serve, and speak over HTTP."""

from __future__ import annotations

import time
from pathlib import Path

from tests.node.cli.test_running import free_port, make, run, serving, told

APPLY = ("--office", "Oficina", "--email", "derechos@aurora.example")


def heard(folder: Path, state: str) -> dict[str, str]:
    """The city's application, once it has come to a state."""
    row: dict[str, str] = {}
    for _ in range(100):
        [row] = told("--home", folder, "network", "applications")["rows"]
        if row["state"] == state:
            return row
        time.sleep(0.2)
    raise AssertionError(f"expected {state}, found {row}")


def test_a_city_applies_and_a_network_decides(tmp_path: Path) -> None:
    city, network = tmp_path / "city", tmp_path / "network"
    url, base = make(city), f"http://localhost:{free_port()}"
    run("init", network, "--name", "Red", "--role", "network", "--base-url", base)
    here, there = ("--home", city, "network"), ("--home", network, "network")
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.4 a letter")
    evidence = ("--evidence", f"{url}/city", "--mandate-file", letter)
    with serving(city, url), serving(network, base):
        one = told(*here, "apply", base, *APPLY, *evidence)["id"]
        row = heard(city, "received")
        assert row["policy"] == "1"
        told(*here, "accept", one)
        rows = told(*there, "check", one, "--tick", "evidence", "--tick", "mandate")["rows"]
        assert [row["done"] for row in rows] == ["yes", "yes", "no", "yes", "yes"]
        said = run(*there, "approve", one, code=4).stderr
        assert "missing: contact" in said
        told(*there, "check", one, "--tick", "contact", "--note", "By telephone.")
        said = run(*there, "approve", one).stdout
        assert "another person approves at /desk/applications" in said
        assert "Nobody else here may" in said
        heard(city, "checking")
        assert "asks for version 1" in run(*here, "application", one).stdout
        told(*there, "refuse", one, "--reason", "The letter names another city.")
        assert heard(city, "refused")["reason"] == "The letter names another city."

        assert told(*there, "admit", url, "--until", "2027-06-30")["state"] == "member"
        done = told(*there, "suspend", url, "--reason", "No answer since May.")
        assert done["state"] == "suspended"
        assert told(*there, "renew", url, "--until", "2029-06-30")["until"] == "2029-06-30"
        assert told(*there, "lift", url)["state"] == "member"
        assert run(*there, "conflicts").stderr.strip() == "No two nodes claim one city."
        assert told(*here, "include", base)["members"] == 0, "the only member is this city"
        [row] = told(*here, "lists")["rows"]
        assert (row["by"], row["followed"]) == ("hand", 0)
        run(*here, "drop", base, "--yes")
        assert told(*there, "revoke", url, "--reason", "outdated", "--yes")["state"] == "over"
