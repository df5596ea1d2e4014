"""The command that runs the node."""

from __future__ import annotations

import click

from node.cli.console import Console
from node.cli.session import settings

__all__ = ["serve"]


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Instead of the setting server.listen.")
@click.pass_obj
def serve(console: Console, listen: str | None) -> None:
    """Run the node until it is stopped (Ctrl-C).

    Exit code 5 where another process has the node's data, 4 where base_url is not the one that
    the node was made with.

    Example: intercity --home my-city serve
    """
    from node.app import run_node

    run_node(settings(console, {"server.listen": listen} if listen else {}), say=console.say)
