"""Commands that keep a node safe: backup, restore."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.console import Console
from node.cli.session import call

__all__ = ["backup", "restore"]


@click.command()
@click.option(
    "--to",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file; without, one in the folder of the settings.",
)
@click.option(
    "--verify",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read a backup from end to end instead, and say whether it is whole.",
)
@click.pass_obj
def backup(console: Console, out: Path | None, verify: Path | None) -> None:
    """Copy store, keys and settings into one file while the node goes on, and look it over.

    It holds the secret keys: keep it as you keep them, and on another machine. The node makes one
    by itself as the settings say ([backup]).

    Example: intercity backup --to /mnt/elsewhere/aurora.tar
    """
    if verify is not None:
        from node.service.backups import check_backup

        said = check_backup(verify)
        text = f"{verify}\t{said.get('did')}\tmade {said.get('made')}\twhole"
        console.answer("intercity/backup-verify/1", {"path": str(verify), **said}, text)
        return
    done = call(console, "backup", path=str(out.absolute()) if out else "")
    text = f"{done['path']}\t{done['size']} bytes\tsha256 {done['sha256']}"
    console.answer("intercity/backup/1", done, text)
    console.next(f"copy it to another machine; intercity backup --verify {done['path']}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def restore(console: Console, file: Path, folder: Path) -> None:
    """Make a node from the backup FILE in FOLDER, which must be empty or absent.

    It is opened once, to see that it is whole. When it serves, it first asks its witnesses and
    mirrors for what it has said since the backup, and takes that back before it signs anything.

    Example: intercity restore aurora.tar aurora
    """
    from node.app import restore_node

    done = restore_node(file, folder)
    console.answer(
        "intercity/restore/1",
        {"did": done.did, "made": done.made, "entries": done.entries, "folder": str(folder)},
        f"{done.did}\tbackup of {done.made}\t{done.entries} entries\trestored and opened: ok",
    )
    console.next(f"intercity --home {folder} serve")
