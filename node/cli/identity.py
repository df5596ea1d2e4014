"""Commands about who the node is: show, confirm, rotate-key."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import click

from node.cli.console import Console
from node.cli.session import call

__all__ = ["identity"]

_KINDS = ("record", "log", "http", "all", "recovery")


@click.group()
def identity() -> None:
    """Show who this node is, change its keys, confirm that its log is whole.

    Example: intercity identity show
    """


@identity.command("show")
@click.pass_obj
def show_identity(console: Console) -> None:
    """The node's DID, its keys and its log.

    Example: intercity identity show
    """
    done = call(console, "identity")
    lines = [f"{key}\t{value}" for key, value in done.items() if isinstance(value, str)]
    console.answer("intercity/identity/1", done, "\n".join(lines))


@identity.command("confirm")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def confirm_log(console: Console, yes: bool) -> None:
    """Say that this node's log is whole, where no witness can be asked: it may publish again.

    Do so only if you are sure that its data was not restored from an old backup. Publishing from
    an old state shows two histories, and every follower freezes the node for good. Exit code 4
    where somebody has shown that entries are missing here.

    Example: intercity identity confirm
    """
    console.confirm("Are you sure that nothing of this node's log is missing?", yes=yes)
    done = call(console, "identity.confirm")
    size = done["size"]
    console.answer("intercity/identity-confirm/1", done, f"{done['log']}: {size} entries confirmed")


@identity.command("rotate-key")
@click.argument("kind", type=click.Choice(_KINDS), default="all")
@click.option("--recovery", is_flag=True, help="By the recovery key, read from input.")
@click.option(
    "--recovery-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The same, read from a file.",
)
@click.option(
    "--stolen-since",
    metavar="TIME",
    default="",
    help="Keys were in wrong hands from then on (2026-05-01T12:00:00Z): take back what was said.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def rotate_key(
    console: Console,
    kind: str,
    recovery: bool,
    recovery_file: Path | None,
    stolen_since: str,
    yes: bool,
) -> None:
    """Put new keys in the place of old ones: one KIND of them, or all.

    The change goes into every log of the node, and followers take it over from there. Old records
    stay valid. Where a key is lost or stolen, the recovery key on paper authorises the change; it
    is good once, and a new one is printed before anything is changed. KIND "recovery" replaces
    the recovery key alone.

    Example: intercity identity rotate-key log
    Example: intercity identity rotate-key --recovery --stolen-since 2026-05-01T12:00:00Z
    """
    old = _recovery_key(console, recovery or kind == "recovery", recovery_file)
    if stolen_since and old is None:
        raise click.UsageError("--stolen-since needs the recovery key: add --recovery")
    purposes = {"all": ["record", "log", "http"], "recovery": []}.get(kind, [kind])
    console.confirm(f"Change {kind} of this node's keys, in every log of it?", yes=yes)
    done = call(
        console,
        "identity.rotate",
        purposes=purposes,
        recovery_key=old or "",
        next_recovery_hash=_new_recovery_key() if old else "",
        stolen_since=stolen_since,
    )
    lines = [f"new\t{method} {key}" for method, key in done["added"].items()]
    lines += [f"old\t{method}" for method in done["removed"]]
    lines += [f"log\t{log}, entry {index}" for log, index in done["places"].items()]
    if done["taken_back"]:
        lines.append(f"taken back\t{done['taken_back']} entries; publish again what was yours")
    console.answer("intercity/rotate-key/1", done, "\n".join(lines))
    console.next("keep a backup of the keys folder; then intercity doctor")


def _recovery_key(console: Console, asked: bool, path: Path | None) -> str | None:
    """The recovery key, never from an argument: those are read by whoever lists processes."""
    if path is not None:
        return path.read_text("utf-8").strip()
    if not asked:
        return None
    if console.ask:
        return str(click.prompt("Recovery key (z3u2…)", hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def _new_recovery_key() -> str:
    """Show a new recovery key, before anything is changed; gives back its hash.

    It is made here and goes nowhere else: were it shown after the change, a crash between the two
    would leave a node that nobody can recover.
    """
    from peers.keychange import recovery_hash
    from peers.keys import SecretKey

    key = SecretKey.from_seed(secrets.token_bytes(32))
    click.echo(
        "New recovery key, printed once and kept nowhere; write it down. The old one is void when "
        f"this command has said what it changed:\n\n    {key.multikey}\n",
        err=True,
    )
    return recovery_hash(key.public)
