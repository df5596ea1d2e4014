"""Commands of moderation: hide a peer's record here, with a notice in its place."""

from __future__ import annotations

import click

from node.cli.console import Console
from node.cli.session import call
from node.core.hidden import REASONS

__all__ = ["COMMANDS"]


@click.command("hide")
@click.argument("record")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Said in the notice.")
@click.pass_obj
def hide(console: Console, record: str, reason: str) -> None:
    """Hide RECORD (its address) at this node; its city's log stays what it is.

    Example: intercity network hide https://rights.hansol.example/practice/01J… --reason persons
    """
    done = call(console, "network.hide", iri=record, reason=reason)
    console.answer("intercity/hidden/1", done, f"{done['iri']}: hidden here ({done['reason']})")


@click.command("unhide")
@click.argument("record")
@click.pass_obj
def unhide(console: Console, record: str) -> None:
    """Show RECORD (its address) again.

    Example: intercity network unhide https://rights.hansol.example/practice/01J…
    """
    done = call(console, "network.unhide", iri=record)
    console.answer("intercity/hidden/1", done, f"{done['iri']}: shown again")


@click.command("hidden")
@click.pass_obj
def hidden(console: Console) -> None:
    """What is hidden at this node, since when and why; everybody reads it at /hidden.

    Example: intercity network hidden
    """
    console.rows(
        "intercity/hidden-list/1",
        call(console, "network.hidden")["hidden"],
        {"iri": "Record", "at": "Since", "reason": "Reason", "by": "By"},
        empty="Nothing is hidden here.",
    )


COMMANDS = (hide, unhide, hidden)
