"""Commands about members: a new term, a suspension, its end; and other networks' lists of them."""

from __future__ import annotations

from typing import Final

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["COMMANDS"]


@click.command("renew")
@click.argument("member")
@click.option(
    "--until", metavar="DATE", help="Last day of the new term (default: by the settings)."
)
@click.pass_obj
def renew(console: Console, member: str, until: str | None) -> None:
    """Renew the term of MEMBER (its DID or address); a suspension stays what it is.

    Example: intercity network renew https://rights.hansol.example --until 2032-12-31
    """
    done = call(console, "network.renew", member=member, until=until)
    said = f"{plain(done['name'])} ({done['did']}): until {done['until']}\n{done['iri']}"
    console.answer("intercity/membership/1", done, said)


@click.command("suspend")
@click.argument("member")
@click.option("--reason", required=True, help="Goes to the member.")
@click.pass_obj
def suspend(console: Console, member: str, reason: str) -> None:
    """Suspend MEMBER (its DID or address); its records stay its own, and stay readable there.

    Example: intercity network suspend did:web:rights.hansol.example --reason "No answer since May."
    """
    done = call(console, "network.suspend", member=member, reason=reason)
    console.answer("intercity/membership/1", done, f"{done['did']}: suspended\n{done['iri']}")


@click.command("lift")
@click.argument("member")
@click.pass_obj
def lift(console: Console, member: str) -> None:
    """End the suspension of MEMBER (its DID or address).

    Example: intercity network lift did:web:rights.hansol.example
    """
    done = call(console, "network.lift", member=member)
    console.answer("intercity/membership/1", done, f"{done['did']}: {done['state']}\n{done['iri']}")


@click.command("revoke")
@click.argument("member")
@click.option("--reason", required=True, help="A reason of the vocabulary, such as 'outdated'.")
@click.option("--note", default="", help="A word more, for the member alone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def revoke(console: Console, member: str, reason: str, note: str, yes: bool) -> None:
    """End MEMBER's membership, with a reason.

    Example: intercity network revoke did:web:rights.hansol.example --reason outdated
    """
    console.confirm(f"End the membership of {plain(member)}?", yes=yes)
    done = call(console, "network.revoke", member=member, reason=reason, note=note)
    console.answer("intercity/membership/1", done, f"{done['did']}: membership ended")


@click.command("include")
@click.argument("url")
@click.pass_obj
def include(console: Console, url: str) -> None:
    """Follow whom the network at URL has admitted, for as long as they are its members.

    Example: intercity network include https://section.network.example
    """
    done = call(console, "network.include", url=url)
    said = f"{done['network']}: {done['members']} members, {done['followed']} followed"
    console.answer("intercity/list/1", done, said)
    console.next("intercity network lists")


@click.command("drop")
@click.argument("network")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def drop(console: Console, network: str, yes: bool) -> None:
    """Follow the list of NETWORK (its DID or address) no longer; forget whom it alone has brought.

    Example: intercity network drop https://section.network.example
    """
    console.confirm(f"Forget the members that only {plain(network)} has brought?", yes=yes)
    done = call(console, "network.drop", network=network)
    console.answer("intercity/list/1", done, f"{done['network']}: its list is followed no longer")


@click.command("lists")
@click.pass_obj
def lists(console: Console) -> None:
    """The networks whose members are followed: by the settings, or by hand.

    Example: intercity network lists
    """
    done = call(console, "network.lists")
    console.rows(
        "intercity/lists/1",
        done["lists"],
        {"network": "Network", "by": "By", "members": "Members", "followed": "Followed"},
        empty="None. Next: intercity network include URL",
    )


COMMANDS: Final = (renew, suspend, lift, revoke, include, drop, lists)
"""What ``intercity network`` has of these."""
