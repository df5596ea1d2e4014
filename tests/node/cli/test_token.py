"""Tokens on the command line: made, listed, ended; the secret is told once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from node.cli import program, token
from node.cli.console import Console
from node.control.operations import run as operate
from node.service import accounts
from node.service.home import Home
from node.service.tokens import holder_of
from tests.homes import home_of

Run = Callable[..., Result]
ANA = "ana@aurora.example"


@pytest.fixture
def home() -> Home:
    made = asyncio.run(home_of())
    asyncio.run(accounts.invite(made, "operator", "Ana", ANA, ["author"]))
    return made


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands reach a node in memory, by the operations that a real one has."""

    def call(_console: Console, name: str, **arguments: Any) -> dict[str, Any]:
        return asyncio.run(operate(home, name, json.loads(json.dumps(arguments))))

    monkeypatch.setattr(token, "call", call)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, list(arguments), standalone_mode=False)

    return run


def test_a_token_is_made_listed_and_ended(home: Home, run: Run) -> None:
    done = run("--json", "token", "add", ANA, "--purpose", "Import", "--scope", "drafts")
    said = json.loads(done.stdout)
    assert asyncio.run(holder_of(home, said["secret"])) is not None
    listed = run("token", "list").stdout
    assert said["id"] in listed
    assert said["secret"] not in listed
    assert "ended" in run("token", "revoke", said["id"]).stdout
    assert asyncio.run(holder_of(home, said["secret"])) is None
    assert said["id"] not in run("token", "list").stdout


def test_a_token_never_reaches_further_than_its_person(run: Run) -> None:
    done = run("token", "add", ANA, "--purpose", "Import", "--scope", "publish")
    assert "expected what its person may do (drafts), found publish" in str(done.exception)
