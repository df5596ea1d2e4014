"""The way of a draft from the desk to the log, on the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from node.cli import drafts, program, records
from node.cli.console import Console
from node.control.operations import run as operate
from node.service.drafts import put_draft
from node.service.home import Home
from node.service.records import own_records
from tests.homes import home_of, practice

Run = Callable[..., Result]


@pytest.fixture
def home() -> Home:
    return asyncio.run(home_of())


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands reach a node in memory, by the operations that a real one has."""

    def call(_console: Console, name: str, **arguments: Any) -> dict[str, Any]:
        return asyncio.run(operate(home, name, json.loads(json.dumps(arguments))))

    monkeypatch.setattr(drafts, "call", call)
    monkeypatch.setattr(records, "call", call)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, list(arguments), standalone_mode=False)

    return run


def test_a_draft_is_listed_published_and_then_no_draft(home: Home, run: Run) -> None:
    key = asyncio.run(put_draft(home, practice()))
    assert key in run("drafts").stdout
    done = run("publish", "--draft", key)
    assert f"{key}\tversion 1" in done.stdout
    assert asyncio.run(own_records(home))
    assert key not in run("drafts").stdout


def test_a_draft_is_forgotten_after_a_yes(home: Home, run: Run) -> None:
    key = asyncio.run(put_draft(home, practice()))
    assert "forgotten" in run("drafts", "--drop", key, "--yes").stdout
    assert key not in run("drafts").stdout
    assert not asyncio.run(own_records(home))


def test_an_unknown_draft_keeps_the_others_back(home: Home, run: Run) -> None:
    key = asyncio.run(put_draft(home, practice()))
    done = run("publish", "--draft", key, "--draft", "unknown")
    assert "expected the key of a draft" in str(done.exception)
    assert key in run("drafts").stdout


@pytest.mark.parametrize(
    "words", [[], ["some.jsonld", "--draft", "K"], ["--draft", "K", "--dry-run"]]
)
def test_what_to_publish_is_named_once(run: Run, words: list[str]) -> None:
    assert "Expected" in str(run("publish", *words).exception)
