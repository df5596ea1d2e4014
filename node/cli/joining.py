"""Commands about applications for membership: a city applies, a network checks and decides."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["COMMANDS"]


@click.command("apply")
@click.argument("url")
@click.option("--office", required=True, help="Name of the office that answers.")
@click.option("--email", required=True, help="Its address, best at the city's own domain.")
@click.option(
    "--evidence", required=True, metavar="IRI", help="The city's declaration: its record or page."
)
@click.option("--mandate", metavar="IRI", default="", help="Where the mandate letter is.")
@click.option(
    "--mandate-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The mandate letter: its SHA-256 is sent, and you send the letter itself by mail.",
)
@click.option("--statement", default="", help="Why the city would join.")
@click.option(
    "--accept", metavar="VERSION", default="", help="Version of the data policy that you accept."
)
@click.option("--lang", default="en", show_default=True, help="Language of office and statement.")
@click.pass_obj
def apply(
    console: Console,
    url: str,
    office: str,
    email: str,
    evidence: str,
    mandate: str,
    mandate_file: Path | None,
    statement: str,
    accept: str,
    lang: str,
) -> None:
    """Ask the network whose node is at URL for membership (role = "city"); it is followed, too.

    Example: intercity network apply https://network.example --office "Human Rights Office" --email rights@hansol.example --evidence https://rights.hansol.example/commitment/01J… --mandate-file letter.pdf --accept 1
    """  # noqa: E501 - an example is one line
    import hashlib

    digest = hashlib.sha256(mandate_file.read_bytes()).hexdigest() if mandate_file else ""
    done = call(
        console,
        "network.apply",
        url=url,
        office=office,
        email=email,
        evidence=evidence,
        mandate=mandate,
        mandate_sha256=digest,
        statement=statement,
        accept=accept,
        language=lang,
    )
    said = "waits to be delivered" if done["waiting"] else "is delivered"
    console.answer("intercity/application/1", done, f"{done['id']}: the application {said}")
    console.next("intercity network applications")


@click.command("applications")
@click.pass_obj
def applications(console: Console) -> None:
    """Ours to networks, or those of cities to our network, and where each stands.

    Example: intercity network applications
    """
    done = call(console, "network.applications")
    console.rows(
        "intercity/applications/1",
        done["applications"],
        {
            "id": "Application",
            "name": "City",
            "peer": "With",
            "state": "State",
            "until": "Until",
            "reason": "Reason",
        },
        empty="No application yet. A city asks with: intercity network apply URL",
    )


@click.command("application")
@click.argument("identity", metavar="APPLICATION")
@click.pass_obj
def application(console: Console, identity: str) -> None:
    """What APPLICATION (its ULID) says, and where it stands.

    Example: intercity network application 01J…
    """
    done = call(console, "network.application", identity=identity)
    form = done["form"]
    lines = [
        f"{plain(done['name'])} ({done['peer']}): {done['state']} {plain(done['reason'])}".rstrip(),
        *(f"{key}: {plain(form[key])}" for key in sorted(form) if key not in {"step", "name"}),
    ]
    if done["policy"]:
        lines.append(f"the network asks for version {plain(done['policy'])} of its data policy")
    console.answer("intercity/application/1", done, "\n".join(lines))


@click.command("accept")
@click.argument("identity", metavar="APPLICATION")
@click.pass_obj
def accept(console: Console, identity: str) -> None:
    """Accept the data policy that the network of APPLICATION (its ULID) has named.

    Example: intercity network accept 01J…
    """
    done = call(console, "network.accept", identity=identity)
    console.answer(
        "intercity/application/1", done, f"{done['id']}: {plain(done['policy'])} accepted"
    )


@click.command("withdraw")
@click.argument("identity", metavar="APPLICATION")
@click.pass_obj
def withdraw(console: Console, identity: str) -> None:
    """Take APPLICATION (its ULID) back, while it is not decided.

    Example: intercity network withdraw 01J…
    """
    done = call(console, "network.withdraw", identity=identity)
    console.answer("intercity/application/1", done, f"{done['id']}: {done['state']}")


@click.command("check")
@click.argument("identity", metavar="APPLICATION")
@click.option(
    "--tick",
    "items",
    multiple=True,
    type=click.Choice(["evidence", "mandate", "contact"]),
    help="What you have checked; several times for several.",
)
@click.option("--note", default="", help="How it was checked.")
@click.pass_obj
def check(console: Console, identity: str, items: tuple[str, ...], note: str) -> None:
    """Begin to check APPLICATION (its ULID), and tick what was checked.

    Example: intercity network check 01J… --tick evidence --tick mandate
    """
    done = call(console, "network.check", identity=identity, items=list(items), note=note)
    console.rows(
        "intercity/checklist/1",
        [{**one, "done": "yes" if one["done"] else "no"} for one in done["checklist"]],
        {"item": "Item", "done": "Done", "by": "By", "at": "At", "note": "Note"},
        empty="",
    )


@click.command("approve")
@click.argument("identity", metavar="APPLICATION")
@click.option("--until", metavar="DATE", help="Last day of the term (default: by the settings).")
@click.pass_obj
def approve(console: Console, identity: str, until: str | None) -> None:
    """Approve APPLICATION (its ULID) as the operator; another person approves at the desk.

    Example: intercity network approve 01J… --until 2029-12-31
    """
    done = call(console, "network.approve", identity=identity, until=until)
    if done["iri"]:
        said = f"{plain(done['name'])} ({done['peer']}) is a member\n{done['iri']}"
    else:
        said = "approved once; another person approves at /desk/applications"
    if not done["iri"] and done["alone"]:
        said += (
            "\nNobody else here may: open an account for a second person with "
            "'intercity user add NAME --contact E-MAIL --role publisher --link'"
        )
    console.answer("intercity/application/1", done, said)


@click.command("refuse")
@click.argument("identity", metavar="APPLICATION")
@click.option("--reason", required=True, help="Goes to the applicant.")
@click.pass_obj
def refuse(console: Console, identity: str, reason: str) -> None:
    """Refuse APPLICATION (its ULID), with a reason that the applicant reads.

    Example: intercity network refuse 01J… --reason "The letter names another city."
    """
    done = call(console, "network.refuse", identity=identity, reason=reason)
    console.answer("intercity/application/1", done, f"{done['id']}: refused")


@click.command("conflicts")
@click.pass_obj
def conflicts(console: Console) -> None:
    """Nodes that claim to be one city, and what was decided.

    Example: intercity network conflicts
    """
    done = call(console, "network.conflicts")
    console.rows(
        "intercity/conflicts/1",
        done["conflicts"],
        {
            "id": "Conflict",
            "city": "City",
            "nodes": "Nodes",
            "grounds": "Grounds",
            "decided": "Both may stand, because",
        },
        empty="No two nodes claim one city.",
    )


@click.command("stand")
@click.argument("identity", metavar="CONFLICT")
@click.option("--reason", required=True, help="Why both may stand.")
@click.pass_obj
def stand(console: Console, identity: str, reason: str) -> None:
    """Say that both nodes of CONFLICT may stand: two cities of one name, say.

    Example: intercity network stand 0123456789abcdef0123456789abcdef --reason "Two towns."
    """
    done = call(console, "network.stand", identity=identity, reason=reason)
    console.answer("intercity/conflict/1", done, f"{done['id']}: both may stand")


COMMANDS: Final = (
    apply,
    applications,
    application,
    accept,
    withdraw,
    check,
    approve,
    refuse,
    conflicts,
    stand,
)
"""What ``intercity network`` has of these."""
