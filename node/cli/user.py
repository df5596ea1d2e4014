"""Commands about people: who may work at the desk, and what was done."""

from __future__ import annotations

from typing import Any

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["audit", "user"]

_ROLES = click.Choice(["author", "reviewer", "publisher", "admin"])


@click.group()
def user() -> None:
    """Let people work at this node's desk: accounts, roles, one-use sign-in links.

    Example: intercity user add "Rights Office" --contact office@city.example --role admin --link
    """


@user.command("list")
@click.pass_obj
def list_(console: Console) -> None:
    """Everybody with an account.

    Example: intercity user list
    """
    done = call(console, "users")
    rows = [{**one, "duties": ", ".join(one["duties"])} for one in done["users"]]
    console.rows(
        "intercity/users/1",
        rows,
        {"name": "Name", "contact": "Contact", "duties": "Roles", "id": "Id"},
        empty="Nobody yet. Next: intercity user add NAME --contact E-MAIL --role admin --link",
    )


@user.command("add")
@click.argument("name")
@click.option("--contact", required=True, help="E-mail address or handle; names the account.")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLES, help="Repeatable.")
@click.option("--link", is_flag=True, help="Print a sign-in link, good once.")
@click.pass_obj
def add(console: Console, name: str, contact: str, roles: tuple[str, ...], link: bool) -> None:
    """Open an account for NAME. There is no password: a link, good once, signs in.

    Example: intercity user add "Rights Office" --contact office@city.example --role admin --link
    """
    done = call(console, "users.add", name=name, contact=contact, duties=list(roles), link=link)
    text = f"{plain(done['name'])}: {', '.join(done['duties'])}"
    console.answer("intercity/user/1", done, "\n".join([text, *_link_lines(done)]))


@user.command("link")
@click.argument("contact")
@click.pass_obj
def link(console: Console, contact: str) -> None:
    """Print a new sign-in link for CONTACT, good once.

    Example: intercity user link office@city.example
    """
    done = call(console, "users.link", contact=contact)
    console.answer("intercity/user-link/1", done, "\n".join(_link_lines(done)))


@user.command("role")
@click.argument("contact")
@click.argument("roles", nargs=-1, required=True, type=_ROLES)
@click.pass_obj
def role(console: Console, contact: str, roles: tuple[str, ...]) -> None:
    """Give CONTACT these ROLES and no others; their sessions end.

    Example: intercity user role office@city.example author publisher
    """
    done = call(console, "users.role", contact=contact, duties=list(roles))
    text = f"{plain(done['name'])}: {', '.join(done['duties'])}"
    console.answer("intercity/user/1", done, text)


@user.command("remove")
@click.argument("contact")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(console: Console, contact: str, yes: bool) -> None:
    """Close the account of CONTACT; its sessions and links end at once.

    Example: intercity user remove office@city.example
    """
    console.confirm(f"Close the account of {plain(contact)}?", yes=yes)
    done = call(console, "users.remove", contact=contact)
    console.answer("intercity/user-removed/1", done, f"{plain(contact)}: account closed")


@click.command()
@click.pass_obj
def audit(console: Console) -> None:
    """List who did what with accounts, oldest first; people by the ids of their accounts.

    Example: intercity audit
    """
    done = call(console, "audit")
    console.rows(
        "intercity/audit/1",
        done["entries"],
        {"when": "When", "who": "Who", "what": "What", "on": "On"},
        empty="Nothing yet.",
    )


def _link_lines(done: dict[str, Any]) -> list[str]:
    if "link" not in done:
        return []
    return [f"Good once, for {done['hours']} hours; pass it on in private:", done["link"]]
