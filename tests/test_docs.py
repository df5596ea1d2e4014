"""The documents are true: every command, option, file and link in them is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from node.cli import program

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "node_modules" not in path.parts
)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def commands_of(path: Path) -> Iterator[list[str]]:
    """Every ``intercity …`` in code, as words; placeholders in capitals are kept."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`([^`\n]*\bintercity [^`\n]+)`", text)
    for line in [*"\n".join(blocks).splitlines(), *inline]:
        found = re.search(r"(?:^|[\s/])intercity ((?!=).+)", line.partition("  #")[0])
        if found and "<" not in found[1]:
            yield shlex.split(found[1].split("|")[0].split(" > ")[0])


ALL = [
    pytest.param(words, id=f"{path.name}: {' '.join(words)}"[:90])
    for path in DOCUMENTS
    for words in commands_of(path)
]


def test_there_are_commands_to_check() -> None:
    assert len(ALL) > 20


@pytest.mark.parametrize("words", ALL)
def test_every_command_in_the_documents_is_there(words: list[str]) -> None:
    """Its name, and the names of its options; what they are given is not looked at."""
    rest = words[2:] if words[0] == "--home" else list(words)
    command: click.Command = program
    while isinstance(command, click.Group) and rest:
        name = rest.pop(0)
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no command {name}"
        command = found
    options = {name for one in command.params for name in [*one.opts, *one.secondary_opts]}
    assert [word for word in rest if re.match("--?[a-z]", word) and word not in options] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Path) -> None:
    missing = [
        link
        for link in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / link).resolve().exists()
    ]
    assert missing == []


def test_every_decision_is_numbered_once_and_in_order() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
