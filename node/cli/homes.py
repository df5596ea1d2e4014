"""Commands of whoever hosts cities that cannot run a server: many homes on one machine."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.console import Console

__all__ = ["homes"]

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def homes() -> None:
    """Host homes for cities that cannot run a server; each has its own address, keys and people.

    Example: intercity homes add homes hansol --name Hansol --country KR --base-url https://rights.hansol.example
    """


@homes.command("add")
@click.argument("folder", type=_FOLDER)
@click.argument("name")
@click.option("--name", "title", required=True, help="The city's name, in its own words.")
@click.option("--lang", default="en", show_default=True, help="Language of the name.")
@click.option("--country", required=True, help="Two letters, such as KR.")
@click.option("--base-url", required=True, help="Where everybody will reach this home.")
@click.pass_obj
def add(
    console: Console,
    folder: Path,
    name: str,
    title: str,
    lang: str,
    country: str,
    base_url: str,
) -> None:
    """Make a home for a city in FOLDER, under NAME. 'homes serve' serves it as soon as it is there.

    The recovery key is printed once. It is the city's: give it to the city on paper, and keep no
    copy.

    Example: intercity homes add homes hansol --name 한솔시 --lang ko --country KR
    --base-url https://rights.hansol.example
    """
    from node.app import add_home

    made, home = add_home(folder, name, title={lang: title}, country=country, base_url=base_url)
    host = home.base_url.partition("://")[2]
    console.answer(
        "intercity/homes-add/1",
        {
            "folder": str(home.folder),
            "did": made.did,
            "listen": home.listen,
            "recovery_key": made.recovery_key,
        },
        f"{made.did}\n\nRecovery key, printed once and kept nowhere; it belongs to the city:\n"
        f"\n    {made.recovery_key}\n\nFor the proxy in front (Caddy):\n"
        f"\n    {host} {{\n        reverse_proxy {home.listen}\n    }}\n",
    )
    console.next(f"intercity homes serve {folder}")


@homes.command("list")
@click.argument("folder", type=_FOLDER)
@click.pass_obj
def list_homes(console: Console, folder: Path) -> None:
    """Every home in FOLDER: its address, where it answers here, and whether it has left.

    Example: intercity homes list homes
    """
    from node.app import homes_in

    rows = [
        {
            "name": home.name,
            "base_url": home.base_url,
            "listen": home.listen,
            "handed_over": home.handed_over,
        }
        for home in homes_in(folder)
    ]
    columns = {
        "name": "Home",
        "base_url": "Address",
        "listen": "Answers on",
        "handed_over": "Handed over",
    }
    console.rows("intercity/homes/1", rows, columns, empty="No home yet. Next: intercity homes add")


@homes.command("serve")
@click.argument("folder", type=_FOLDER)
@click.pass_obj
def serve(console: Console, folder: Path) -> None:
    """Serve every home in FOLDER in one process until it is stopped (Ctrl-C).

    Homes that are added or handed over meanwhile are taken up and let go within seconds. Any other
    command speaks to one of them: intercity --home FOLDER/NAME …

    Example: intercity homes serve homes
    """
    from node.app import serve_homes

    serve_homes(folder, say=console.say)


@homes.command("hand-over")
@click.argument("folder", type=_FOLDER)
@click.argument("name")
@click.option(
    "--to",
    "out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file: records, log, people, settings and the secret keys.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def give(console: Console, folder: Path, name: str, out: Path, yes: bool) -> None:
    """Give the home NAME in FOLDER to its city: it is served here no more.

    The city makes its node of the file with 'intercity restore', lets its host name point there,
    and changes its keys ('intercity identity rotate-key'), so that nobody else has them.

    Example: intercity homes hand-over homes hansol --to hansol.tar
    """
    from node.app import hand_over

    console.confirm(f"Stop serving {name} here, for good?", yes=yes)
    backup = hand_over(folder, name, out)
    console.answer(
        "intercity/homes-hand-over/1",
        {"path": str(out), "size": backup.size, "sha256": backup.sha256},
        f"{out}\t{backup.size} bytes\tsha256 {backup.sha256}\n{name} is served here no more.",
    )
    console.next(f"at the city: intercity restore {out.name} FOLDER")
