"""Commands of a network's node: who is a member."""

from __future__ import annotations

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["network"]


@click.group()
def network() -> None:
    """Admit members to a network, suspend or revoke them (role = "network").

    Example: intercity network admit https://rights.hansol.example --until 2029-12-31
    """


@network.command("members")
@click.pass_obj
def members(console: Console) -> None:
    """Every member, with its term.

    Example: intercity network members
    """
    done = call(console, "network.members")
    console.rows(
        "intercity/members/1",
        done["members"],
        {
            "name": "City",
            "country": "Country",
            "did": "Identity",
            "from": "From",
            "until": "Until",
            "state": "State",
        },
        empty="No member yet. Next: intercity network admit URL",
    )


@network.command("admit")
@click.argument("url")
@click.option("--from", "start", metavar="DATE", help="First day of the term (default: today).")
@click.option("--until", metavar="DATE", help="Last day of the term (default: open).")
@click.pass_obj
def admit(console: Console, url: str, start: str | None, until: str | None) -> None:
    """Admit the city whose node is at URL: publish its Membership, and follow it.

    Example: intercity network admit https://rights.hansol.example --until 2029-12-31
    """
    done = call(console, "network.admit", url=url, start=start, until=until)
    console.answer(
        "intercity/membership/1",
        done,
        f"{plain(done['name'])} ({done['did']}) is a member\n{done['iri']}",
    )
    console.next("intercity sync")


@network.command("suspend")
@click.argument("member")
@click.pass_obj
def suspend(console: Console, member: str) -> None:
    """Suspend MEMBER (its DID or address); its records stay its own, and stay readable there.

    Example: intercity network suspend did:web:rights.hansol.example
    """
    done = call(console, "network.suspend", member=member)
    console.answer("intercity/membership/1", done, f"{done['did']}: suspended\n{done['iri']}")


@network.command("revoke")
@click.argument("member")
@click.option("--reason", required=True, help="A reason of the vocabulary, such as 'left'.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def revoke(console: Console, member: str, reason: str, yes: bool) -> None:
    """End MEMBER's membership, with a reason.

    Example: intercity network revoke did:web:rights.hansol.example --reason outdated
    """
    console.confirm(f"End the membership of {plain(member)}?", yes=yes)
    done = call(console, "network.revoke", member=member, reason=reason)
    console.answer("intercity/membership/1", done, f"{done['did']}: membership ended")
