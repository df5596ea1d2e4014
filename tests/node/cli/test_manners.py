"""How every command behaves: help with an example, errors in words, exit codes as documented."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from node.cli import COMMANDS, program
from node.cli.console import explain, plain
from node.errors import Invalid, NodeError, Refused, SettingsError
from node.store.ports import Busy, Outdated
from peers.errors import BadSignature, Malformed, PeerError, Unreachable


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand, by its full name."""
    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for sub in command.commands.values():
                yield f"{name} {sub.name}", sub


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_help_has_an_example(name: str, command: click.Command) -> None:
    text = " ".join((command.help or "").split())
    assert "Example: " in text
    assert name in text.partition("Example: ")[2]


def test_help_names_every_command() -> None:
    text = CliRunner().invoke(program, ["--help"]).output
    for name in COMMANDS:
        assert f"\n  {name} " in text


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "node", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[3]), "PATH": ""},
    )


def test_a_misspelt_command_is_put_right(tmp_path: Path) -> None:
    done = run("pubish", cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean 'publish'?" in done.stderr
    assert done.stdout == ""


def test_a_folder_without_a_node_says_what_to_do(tmp_path: Path) -> None:
    done = run("records", cwd=tmp_path)
    assert done.returncode == 2
    assert "intercity init" in done.stderr
    assert "Traceback" not in done.stderr


def test_version_is_one_json_value_with_a_schema(tmp_path: Path) -> None:
    done = run("--json", "version", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["schema"] == "intercity/version/1"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError(["config.toml:3: no"]), 2),
        (Refused("no"), 4),
        (Invalid("no"), 1),
        (NodeError("no"), 1),
        (Busy("no"), 5),
        (Outdated("no"), 5),
        (Unreachable("did:web:a.example", "no"), 3),
        (BadSignature("did:web:a.example", "no"), 4),
        (Malformed("did:web:a.example", "no"), 1),
        (PeerError("did:web:a.example", "no"), 1),
        (OSError("no"), 1),
        (RuntimeError("no"), 1),
    ],
)
def test_exit_codes_are_those_of_the_documents(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(error) == code
    assert "no" in capsys.readouterr().err


def test_a_peers_words_do_not_drive_the_terminal() -> None:
    assert plain("a\x1b]0;title\x07\u202eb\nc") == "a]0;titleb c"


def test_validate_names_every_finding_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonld").write_text('{"type": "Practice", "titel": {"en": "x"}}', "utf-8")
    done = run("validate", "bad.jsonld", cwd=tmp_path)
    assert done.returncode == 1
    assert "titel" in done.stdout
    assert "to mend" in done.stderr


def test_validate_tells_findings_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonld").write_text('{"type": "Practice", "colour": "red"}', "utf-8")
    done = run("validate", "bad.jsonld", "--lang", "es", cwd=tmp_path)
    assert done.returncode == 1
    assert "Aquí no existe el campo «colour» (Práctica)." in done.stdout


@pytest.mark.parametrize("text", ["", "{", "[1]", "not json", "[]"])
def test_a_file_that_holds_no_record_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.jsonld").write_text(text, "utf-8")
    done = run("validate", "bad.jsonld", cwd=tmp_path)
    assert done.returncode == 1
    assert "bad.jsonld" in done.stderr
    assert "Traceback" not in done.stderr
