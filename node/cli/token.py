"""Commands about tokens: what programs of the city's staff may do over the API, and until when."""

from __future__ import annotations

import click

from node.cli.console import Console, plain
from node.cli.session import call
from node.core.tokens import DAYS, MOST_DAYS, Scope

__all__ = ["token"]


@click.group()
def token() -> None:
    """Let programs write drafts and publish over the API, for people with an account.

    Example: intercity token add office@city.example --purpose "Nightly import" --scope drafts
    """


@token.command("add")
@click.argument("contact")
@click.option("--purpose", required=True, help="What it is for; shown in lists.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([str(scope) for scope in Scope]),
    help="Repeatable. Never more than CONTACT may do.",
)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=DAYS,
    show_default=True,
    help="How long it is good.",
)
@click.pass_obj
def add(console: Console, contact: str, purpose: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for CONTACT and print it, this once.

    Example: intercity token add office@city.example --purpose "Nightly import" --scope drafts
    """
    done = call(
        console, "tokens.add", contact=contact, purpose=purpose, scopes=list(scopes), days=days
    )
    console.answer(
        "intercity/token/1",
        done,
        f"Shown this once, good until {done['expires']}; keep it like a password:\n"
        f"{done['secret']}\n"
        f"To end it: intercity token revoke {done['id']}",
    )


@token.command("list")
@click.pass_obj
def list_(console: Console) -> None:
    """Every token that is good now; the secrets are kept nowhere.

    Example: intercity token list
    """
    done = call(console, "tokens")
    rows = [{**one, "scopes": ", ".join(one["scopes"])} for one in done["tokens"]]
    console.rows(
        "intercity/tokens/1",
        rows,
        {
            "id": "Id",
            "name": "Whose",
            "purpose": "For",
            "scopes": "Scopes",
            "expires": "Until",
            "seen": "Last used",
        },
        empty="None. Next: intercity token add CONTACT --purpose TEXT --scope drafts",
    )


@token.command("revoke")
@click.argument("key", metavar="ID")
@click.pass_obj
def revoke(console: Console, key: str) -> None:
    """End the token with this ID at once.

    Example: intercity token revoke 01HF7YAT00000000000000000A
    """
    done = call(console, "tokens.revoke", key=key)
    console.answer("intercity/token-revoked/1", done, f"{plain(key)}: ended")
