"""The command that checks: a record by its address, a file of evidence, a log in a folder."""

from __future__ import annotations

import click

from node.cli.console import Console
from node.cli.peers import steps
from node.cli.session import call

__all__ = ["verify"]


@click.command()
@click.argument("what")
@click.pass_obj
def verify(console: Console, what: str) -> int:
    """Check WHAT, step by step: identity, key, proof, log, checkpoint.

    WHAT is the address of a record on any node, a file (a receipt, or evidence that a log has
    shown two histories), or a folder with a copy of a log. Exit code 1 where a step fails.

    Example: intercity verify https://rights.hansol.example/practice/01J…
    """
    return steps(console, call(console, "verify", what=what))
