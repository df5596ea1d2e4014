"""Commands about other nodes: peers, sync."""

from __future__ import annotations

import json
from typing import Any

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["peers", "sync"]


@click.group()
def peers() -> None:
    """Follow other nodes, and see how they are.

    Example: intercity peers follow https://rights.hansol.example
    """


@peers.command("follow")
@click.argument("url")
@click.pass_obj
def follow(console: Console, url: str) -> None:
    """Follow the node at URL: read its identity, pin its keys, copy its log.

    Example: intercity peers follow https://rights.hansol.example
    """
    done = call(console, "peers.follow", url=url)
    console.answer(
        "intercity/peer/1",
        done,
        f"{done['did']}\nfollowing {done['log']}\nrecord key {done['record_key']}",
    )
    console.next("intercity sync")


@peers.command("unfollow")
@click.argument("peer")
@click.option("--forget", is_flag=True, help="Delete our copy of its log as well.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def unfollow(console: Console, peer: str, forget: bool, yes: bool) -> None:
    """Stop following PEER (its DID or address).

    Example: intercity peers unfollow did:web:rights.hansol.example
    """
    if forget:
        console.confirm(f"Delete our copy of {plain(peer)}'s log?", yes=yes)
    done = call(console, "peers.unfollow", peer=peer, forget=forget)
    console.answer("intercity/peer/1", done, f"{done['did']}: no longer followed")


def _change(console: Console, peer: str, state: str) -> None:
    done = call(console, "peers.state", peer=peer, state=state)
    console.answer("intercity/peer/1", done, f"{done['did']}: {done['state']}")


@peers.command("pause")
@click.argument("peer")
@click.pass_obj
def pause(console: Console, peer: str) -> None:
    """Keep what we have of PEER, and ask it nothing until 'peers resume'.

    Example: intercity peers pause did:web:rights.hansol.example
    """
    _change(console, peer, "paused")


@peers.command("resume")
@click.argument("peer")
@click.pass_obj
def resume(console: Console, peer: str) -> None:
    """Follow a paused or blocked PEER again.

    Example: intercity peers resume did:web:rights.hansol.example
    """
    _change(console, peer, "following")


@peers.command("block")
@click.argument("peer")
@click.pass_obj
def block(console: Console, peer: str) -> None:
    """Refuse everything from PEER.

    Example: intercity peers block did:web:rights.hansol.example
    """
    _change(console, peer, "blocked")


@peers.command("grant")
@click.argument("peer")
@click.option("--end", is_flag=True, help="Take it back: members alone read from now on.")
@click.pass_obj
def grant(console: Console, peer: str, end: bool) -> None:
    """Let PEER read what we publish to members, though it is no member.

    It is access control, not confidentiality: PEER keeps what it has read, and may pass it on.

    Example: intercity peers grant did:web:rights.hansol.example
    """
    done = call(console, "peers.grant", peer=peer, granted=not end)
    text = "reads our members' log" if done["granted"] else "reads it as a member alone"
    console.answer("intercity/peer/1", done, f"{done['did']}: {text}")


def _listing(console: Console) -> None:
    done = call(console, "peers.list")
    console.rows(
        "intercity/peers/1",
        done["peers"],
        {
            "name": "Peer",
            "state": "State",
            "size": "Log",
            "behind": "Behind",
            "contacted": "Last contact",
            "verified": "Verified",
            "keys": "Keys",
            "error": "Last error",
            "advice": "Advice",
        },
        empty="No peer yet. Next: intercity peers follow URL",
    )


@peers.command("list")
@click.pass_obj
def list_peers(console: Console) -> None:
    """Every node that we follow, and how it is.

    Example: intercity peers list
    """
    _listing(console)


@peers.command("status")
@click.pass_obj
def status(console: Console) -> None:
    """The same as 'peers list'.

    Example: intercity peers status
    """
    _listing(console)


@peers.command("test")
@click.argument("url")
@click.pass_obj
def test(console: Console, url: str) -> int:
    """Ask the node at URL everything that following it would ask, and keep nothing.

    Example: intercity peers test https://rights.hansol.example
    """
    return steps(console, call(console, "peers.test", url=url))


@peers.command("evidence")
@click.argument("peer")
@click.pass_obj
def evidence(console: Console, peer: str) -> None:
    """Print the evidence that PEER's log has shown two histories, as a file to keep and pass on.

    'intercity verify FILE' checks it, on any node and offline. Exit code 1 where there is none.

    Example: intercity peers evidence did:web:rights.hansol.example > evidence.json
    """
    found = call(console, "peers.evidence", peer=peer)["evidence"]
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def steps(console: Console, done: dict[str, Any]) -> int:
    """Print the steps of a check; exit code 1 where one failed."""
    failed = [step for step in done["steps"] if not step["ok"]]
    if console.as_json:
        console.answer("intercity/steps/1", {"ok": not failed, **done}, "")
        return 1 if failed else 0
    for step in done["steps"]:
        click.echo(f"{'ok    ' if step['ok'] else 'FAILED'}  {plain(step['name'])}")
        if step.get("detail"):
            click.echo(f"        {plain(step['detail'])}")
    return 1 if failed else 0


@click.command()
@click.option("--peer", multiple=True, help="Only this peer (DID or address); repeatable.")
@click.pass_obj
def sync(console: Console, peer: tuple[str, ...]) -> int:
    """Ask every peer what is new, verify it and take it in.

    Exit code 3 where a peer was out of reach, 4 where one was not to be believed.

    Example: intercity sync
    """
    done = call(console, "sync", peers=list(peer))
    console.rows(
        "intercity/sync/1",
        done["peers"],
        {
            "peer": "Peer",
            "new": "New",
            "changed": "Changed",
            "withdrawn": "Withdrawn",
            "quarantined": "Quarantined",
            "error": "Error",
        },
        empty="No peer to ask. Next: intercity peers follow URL",
    )
    for row in done["peers"]:
        for reason in row.get("reasons", ()):
            console.say(f"{row['peer']}: {plain(reason)}")
    codes = {int(row["exit_code"]) for row in done["peers"]}
    return max(codes, default=0)
