"""Commands about the node itself: init, config, doctor, rebuild, version."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.console import Console, plain
from node.cli.session import call, settings

__all__ = ["config", "doctor", "init", "rebuild", "version"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", required=True, help="The city's (or network's) name, in its own words.")
@click.option("--country", help="Two letters, such as KR; a city needs it.")
@click.option("--base-url", required=True, help="Where everybody will reach the node.")
@click.option("--lang", default="en", show_default=True, help="Language of the name.")
@click.option(
    "--role",
    type=click.Choice(["city", "network", "observer"]),
    default="city",
    show_default=True,
)
@click.pass_obj
def init(
    console: Console,
    folder: Path,
    name: str,
    country: str | None,
    base_url: str,
    lang: str,
    role: str,
) -> None:
    """Make a new node in FOLDER, which must be empty or absent.

    Writes config.toml, makes three keys, starts the log, and prints the recovery key once: write
    it down on paper, it is kept nowhere.

    Example: intercity init my-city --name "Villa Aurora" --country CO --lang es
    --base-url https://rights.villa-aurora.example
    """
    from node.app import make_node

    made = make_node(folder, name={lang: name}, country=country, base_url=base_url, role=role)
    console.answer(
        "intercity/init/1",
        {"folder": str(folder), "did": made.did, "recovery_key": made.recovery_key},
        f"{made.did}\n\nRecovery key, printed once and kept nowhere; write it down:\n"
        f"\n    {made.recovery_key}\n",
    )
    console.next(f"intercity --home {folder} serve")


@click.group()
def config() -> None:
    """Check or show the settings.

    Example: intercity config show --show-origin
    """


@config.command("check")
@click.pass_obj
def check(console: Console) -> None:
    """Read the settings and name every mistake in them. Exit code 2 if there is one.

    Example: intercity config check
    """
    settings(console)
    console.answer("intercity/config-check/1", {"ok": True}, "The settings are well formed.")


@config.command("show")
@click.option("--show-origin", is_flag=True, help="Say where each value comes from.")
@click.pass_obj
def show(console: Console, show_origin: bool) -> None:
    """Show the settings in force; secrets stay hidden.

    Example: intercity config show --show-origin
    """
    rows = [
        {"key": one.key, "value": one.shown, "origin": one.origin}
        for one in settings(console).origins()
    ]
    columns = {"key": "Setting", "value": "Value"}
    if show_origin:
        columns["origin"] = "From"
    console.rows("intercity/config/1", rows, columns, empty="No settings.")


@config.command("example")
def example() -> None:
    """Print config.example.toml: every setting with its meaning and its default.

    Example: intercity config example > config.toml
    """
    from node.config import example_text

    click.echo(example_text(), nl=False)


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Only this check; repeatable.")
@click.pass_obj
def doctor(console: Console, only: tuple[str, ...]) -> int:
    """Say what is wrong with the node, and how to mend it. Exit code 1 if anything is.

    Example: intercity doctor
    """
    done = call(console, "doctor", only=list(only))
    wrong = [row for row in done["checks"] if row["result"] == "wrong"]
    if console.as_json:
        console.answer("intercity/doctor/1", {"ok": not wrong, **done}, "")
        return 1 if wrong else 0
    for row in done["checks"]:
        click.echo(f"{row['result']:8}{plain(row['name'])}: {plain(row['found'])}")
        if row["mend"] and row["result"] != "ok":
            click.echo(f"        {plain(row['mend'])}")
    return 1 if wrong else 0


@click.command()
@click.pass_obj
def rebuild(console: Console) -> None:
    """Drop text index and graph store and make them again from the ledger. Loses nothing.

    Example: intercity rebuild
    """
    done = call(console, "rebuild")
    console.answer(
        "intercity/rebuild/1",
        done,
        f"{done['records']} records indexed, graph sha256 {done['graph_sha256']}",
    )


@click.command()
@click.pass_obj
def version(console: Console) -> None:
    """Print the program's version and those of what it speaks.

    Example: intercity version
    """
    found = _versions()
    text = "\n".join(f"{name} {what}" for name, what in found.items())
    console.answer("intercity/version/1", found, text)


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version as installed

    from node import __version__
    from vocab.jsonld import context_digest
    from vocab.terms import CONTEXT_URL, FRAMEWORK_VERSION

    return {
        "intercity": __version__,
        "framework": FRAMEWORK_VERSION,
        "context": f"sha256:{context_digest(CONTEXT_URL)}",
        "python": platform.python_version(),
        **{name: installed(name) for name in ("aiohttp", "apsw", "tantivy", "pyoxigraph")},
    }
