"""Commands of a network's node: who is a member, and who learns from whom in a round."""

from __future__ import annotations

import click

from node.cli import joining, memberships, moderation
from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["network"]


@click.group()
def network() -> None:
    """Apply to a network; or, as one (role = "network"), admit members, suspend or revoke them.

    Example: intercity network admit https://rights.hansol.example --until 2029-12-31
    """


for _command in (*joining.COMMANDS, *memberships.COMMANDS, *moderation.COMMANDS):
    network.add_command(_command)


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
@click.option(
    "--despite-conflict",
    "despite",
    metavar="REASON",
    help="Why it is admitted though another node claims the same city.",
)
@click.pass_obj
def admit(
    console: Console, url: str, start: str | None, until: str | None, despite: str | None
) -> None:
    """Admit the city whose node is at URL: publish its Membership, and follow it.

    Example: intercity network admit https://rights.hansol.example --until 2029-12-31
    """
    done = call(console, "network.admit", url=url, start=start, until=until, despite=despite)
    console.answer(
        "intercity/membership/1",
        done,
        f"{plain(done['name'])} ({done['did']}) is a member\n{done['iri']}",
    )
    console.next("intercity sync")


@network.group("round")
def round_() -> None:
    """Open a pairing round, compute it, publish it; check any network's round.

    Example: intercity network round open --title "Spring round of 2027"
    """


@round_.command("open")
@click.option("--title", required=True, help="What the round is called.")
@click.option("--lang", default="en", show_default=True, help="Language of the title.")
@click.option(
    "--way",
    type=click.Choice(["optimum", "asking"]),
    default="optimum",
    show_default=True,
    help="The best assignment with its proof, or learners asking in order.",
)
@click.option("--peers", default=2, show_default=True, help="Peers of a city at most.")
@click.option(
    "--candidates", default=0, show_default=True, help="Best helpers that are looked at; 0: all."
)
@click.pass_obj
def open_(console: Console, title: str, lang: str, way: str, peers: int, candidates: int) -> None:
    """Freeze the checkpoints of all members' logs, as this node holds them now.

    Example: intercity network round open --title "Spring round of 2027"
    """
    done = call(
        console,
        "round.open",
        title={lang: title},
        way=way,
        peers=peers,
        candidates=candidates,
    )
    console.answer(
        "intercity/round/1", done, f"{plain(title)} is open, as of {done['day']}\n{done['round']}"
    )
    console.next(f"intercity network round compute {done['id']}")


@round_.command("compute")
@click.argument("identity", metavar="ROUND")
@click.pass_obj
def compute(console: Console, identity: str) -> None:
    """Compute ROUND (its ULID), and prove it. Twice gives the same.

    Example: intercity network round compute 01J…
    """
    done = call(console, "round.compute", identity=identity)
    console.answer("intercity/round/1", done, "\n".join(done["said"]))
    console.next(f"intercity network round publish {identity}")


@round_.command("publish")
@click.argument("identity", metavar="ROUND")
@click.pass_obj
def publish(console: Console, identity: str) -> None:
    """Publish ROUND (its ULID): a signed record with the digest of the document.

    Example: intercity network round publish 01J…
    """
    done = call(console, "round.publish", identity=identity)
    console.answer("intercity/round/1", done, f"{done['round']}: published")


@round_.command("check")
@click.argument("iri", metavar="ROUND")
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False), help="The document, as a file."
)
@click.pass_obj
def check(console: Console, iri: str, file: str | None) -> None:
    """Make ROUND (its address) anew from our own copies of the logs, byte for byte.

    Where SciPy is not installed its proof is checked instead: nothing else could have come out.

    Example: intercity network round check https://network.example/pairing-round/01J…
    """
    done = call(console, "round.check", iri=iri, file=file)
    console.answer("intercity/round/1", done, "\n".join(done["said"]))


@round_.command("list")
@click.pass_obj
def list_rounds(console: Console) -> None:
    """Every round that is open here, or published by whom we follow.

    Example: intercity network round list
    """
    done = call(console, "round.list")
    console.rows(
        "intercity/rounds/1",
        done["rounds"],
        {
            "title": "Round",
            "day": "As of",
            "state": "State",
            "checked": "Checked",
            "round": "Address",
        },
        empty="No round yet. Next: intercity network round open --title TITLE",
    )


@round_.command("why")
@click.argument("iri", metavar="ROUND")
@click.option("--city", metavar="IRI", help="The city (default: ours).")
@click.pass_obj
def why(console: Console, iri: str, city: str | None) -> None:
    """What ROUND (its address) found for a city, and why; or why nothing.

    Example: intercity network round why https://network.example/pairing-round/01J…
    """
    done = call(console, "round.why", iri=iri, city=city)
    console.answer("intercity/round-reasons/1", done, "\n".join(done["said"]))
