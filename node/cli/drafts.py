"""The command about drafts: what lies on the desk, kept and not yet said."""

from __future__ import annotations

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["drafts"]


@click.command()
@click.option("--lang", default="en", show_default=True, help="Language of the titles.")
@click.option("--drop", default="", metavar="KEY", help="Forget this draft; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def drafts(console: Console, lang: str, drop: str, yes: bool) -> None:
    """List the drafts, which nobody else sees: key, type, title.

    Example: intercity drafts --lang es
    """
    if drop:
        console.confirm(f"Forget the draft {plain(drop)}? It cannot be brought back.", yes=yes)
        done = call(console, "drafts.drop", key=drop)
        console.answer("intercity/draft/1", done, f"{plain(done['key'])}: forgotten")
        return
    rows = call(console, "drafts", language=lang)["drafts"]
    console.rows(
        "intercity/drafts/1",
        rows,
        {"key": "key", "kind": "type", "title": "title"},
        empty="There are no drafts.",
    )
    if rows:
        console.next("intercity publish --draft KEY")
