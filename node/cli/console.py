"""How commands speak: data to stdout, talk to stderr, one JSON value with ``--json``.

Errors end in one place, ``explain``: the sentence for the reader, and the exit code.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import click

__all__ = ["WHO_READS", "Console", "Talk", "explain", "plain"]

WHO_READS: Final = {"public": "for everyone", "members": "for members only"}
"""Audience of a record → who will see it."""


class Talk(IntEnum):
    """How much is said beside the answer."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


def plain(text: object) -> str:
    """Text without control characters: a peer's words must not drive our terminal.

    >>> plain("a\\x1b[31mb\\nc")
    'a[31mb c'
    """
    words = str(text).replace("\n", " ").replace("\t", " ")
    bidi = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    return "".join(
        char for char in words if (char.isprintable() or char == " ") and ord(char) not in bidi
    )


class Console:
    """What a command is given: where the node is, and how to answer."""

    def __init__(
        self,
        home: Path,
        *,
        as_json: bool = False,
        talk: Talk = Talk.NORMAL,
        color: bool = True,
        ask: bool = True,
    ) -> None:
        self.home = home
        self.as_json = as_json
        self.talk = talk
        self.color = color and sys.stdout.isatty()
        self.ask = ask and sys.stdin.isatty()

    def say(self, text: str) -> None:
        """Talk beside the answer, unless told to be quiet."""
        if self.talk >= Talk.NORMAL:
            click.echo(text, err=True)

    def next(self, text: str) -> None:
        """Name the next useful command."""
        if not self.as_json:
            self.say(f"Next: {text}")

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something is destroyed.

        Raises:
            click.UsageError: Nobody is there to answer, and ``--yes`` was not given.
            click.Abort: The answer was no.
        """
        if yes:
            return
        if not self.ask:
            raise click.UsageError(f"{question} Nobody is here to answer; add --yes if so.")
        click.confirm(question, abort=True, err=True)

    def answer(self, schema: str, value: Mapping[str, Any], text: str) -> None:
        """Print the answer: as JSON with its ``schema``, or as text."""
        if self.as_json:
            click.echo(json.dumps({"schema": schema, **value}, ensure_ascii=False, default=str))
        elif text:
            click.echo(text)

    def rows(
        self,
        schema: str,
        rows: Sequence[Mapping[str, Any]],
        columns: Mapping[str, str],
        *,
        empty: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Print rows: as one JSON value, as a table, or, through a pipe, with tabs.

        Args:
            columns: Key of a row → heading.
            empty: What to say where there is none.
            more: Further members of the JSON value.
        """
        if self.as_json:
            self.answer(schema, {**(more or {}), "rows": list(rows)}, "")
        elif not rows:
            self.say(empty)
        elif sys.stdout.isatty():
            self._table(rows, columns)
        else:
            for row in rows:
                click.echo("\t".join(plain(row.get(key, "")) for key in columns))

    def _table(self, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
        from rich import box
        from rich.console import Console as Screen
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in columns.values():
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*(Text(plain(row.get(key, ""))) for key in columns))
        Screen(no_color=not self.color, highlight=False).print(table)


def explain(error: Exception, *, verbose: bool = False) -> int:
    """Say what went wrong, in words, on stderr; returns the exit code."""
    from node.errors import Invalid, NodeError, SettingsError
    from node.store.ports import Busy, Outdated, StoreError
    from peers.errors import PeerError, Unreachable, Untrusted

    if verbose:
        traceback.print_exception(error)
    match error:
        case SettingsError():
            lines, code = error.mistakes, error.exit_code
        case Invalid() if error.findings:
            lines = [
                f"{getattr(one, 'path', '')}: {getattr(one, 'message', one)}"
                for one in error.findings
            ]
            code = error.exit_code
        case NodeError():
            lines, code = [str(error)], error.exit_code
        case Busy() | Outdated():
            lines, code = [str(error)], 5
        case StoreError():
            lines, code = [str(error)], 1
        case Unreachable():
            lines, code = [str(error)], 3
        case Untrusted():
            lines, code = [str(error)], 4
        case PeerError():
            lines, code = [str(error)], 1
        case OSError():
            lines, code = [str(error)], 1
        case _:
            lines = [
                f"{type(error).__name__}: {error}",
                "This is a mistake in the program; -v prints where it happened.",
            ]
            code = 1
    for line in lines:
        click.echo(f"intercity: {plain(line)}", err=True)
    return code
