"""The command line: ``intercity [--home DIR] [--json] COMMAND``.

Data goes to stdout, talk to stderr. Exit codes: 0 done; 1 ran and found problems; 2 usage or
settings; 3 a peer or the network is out of reach; 4 refused for safety; 5 store busy or needs
migration; 130 interrupted. Commands are imported when they run, so that ``--help`` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

from node import __version__
from node.cli.console import Console, Talk

__all__ = ["COMMANDS", "main", "program"]

COMMANDS = {
    "demo": ("node.cli.demo", "Start a whole network of invented cities on this machine."),
    "init": ("node.cli.setup", "Make a new node: settings, keys, stores."),
    "serve": ("node.cli.serve", "Run the node."),
    "doctor": ("node.cli.setup", "Say what is wrong with the node, and how to mend it."),
    "config": ("node.cli.setup", "Check or show the settings."),
    "identity": ("node.cli.identity", "Show who this node is."),
    "validate": ("node.cli.records", "Check a record before it is published."),
    "publish": ("node.cli.records", "Sign a record and put it into the log."),
    "drafts": ("node.cli.drafts", "List the drafts, or forget one."),
    "import": ("node.cli.sheets", "Take the records of a spreadsheet as drafts."),
    "template": ("node.cli.sheets", "Write an empty spreadsheet to fill in."),
    "withdraw": ("node.cli.records", "Take a record back, with a reason."),
    "erase": ("node.cli.records", "Take a record back and erase its text everywhere."),
    "erasures": ("node.cli.records", "Who has erased what we asked for."),
    "records": ("node.cli.records", "List our own records."),
    "show": ("node.cli.records", "Show one record, ours or a peer's."),
    "peers": ("node.cli.peers", "Follow other nodes, and see how they are."),
    "sync": ("node.cli.peers", "Bring our copies of the peers' logs up to date."),
    "user": ("node.cli.user", "Let people work at the desk: accounts and sign-in links."),
    "token": ("node.cli.token", "Let programs write over the API: scopes, days, revocation."),
    "audit": ("node.cli.user", "Who did what with accounts."),
    "network": (
        "node.cli.network",
        "Apply to a network; as one, admit members, suspend or revoke them.",
    ),
    "homes": ("node.cli.homes", "Host homes for cities that cannot run a server."),
    "search": ("node.cli.find", "Search every record that we hold."),
    "query": ("node.cli.find", "Ask a SPARQL query."),
    "pair": ("node.cli.pair", "Find cities to learn from or to teach, and agree with them."),
    "verify": ("node.cli.verify", "Check a record, a log or evidence, step by step."),
    "export": ("node.cli.find", "Write the public records into a file."),
    "gather": ("node.cli.gather", "Fetch and verify a whole network, without a node."),
    "dump": ("node.cli.find", "Make a dump of everything public that is held."),
    "report": ("node.cli.find", "Write the city's yearly report into a file."),
    "backup": ("node.cli.safekeeping", "Copy the node into one file, and look it over."),
    "restore": ("node.cli.safekeeping", "Make a node from its backup."),
    "rebuild": ("node.cli.setup", "Make text index and graph store again from the ledger."),
    "version": ("node.cli.setup", "Print the version."),
}
"""Command → the module that has it, and its line in ``--help``."""


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        found = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(unknown_command(args[0]))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def unknown_command(name: str) -> str:
    """What to say of a command that is not there: the nearest one that is."""
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else " 'intercity --help' lists all."
    return f"There is no command '{name}'.{hint}"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="INTERCITY_HOME",
    default=Path(),
    help="The node's folder, with its config.toml (default: this folder).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but the answer.")
@click.option("-v", "--verbose", is_flag=True, help="Say more, with the trace of an error.")
@click.option("--no-color", is_flag=True, help="No colours (NO_COLOR does the same).")
@click.option("--no-input", is_flag=True, help="Ask nothing: fail where an answer is needed.")
@click.version_option(__version__, prog_name="intercity", message="%(prog)s %(version)s")
@click.pass_context
def program(
    ctx: click.Context,
    home: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    no_color: bool,
    no_input: bool,
) -> None:
    """Intercity: cities publish, check and learn from each other.

    \b
    Try it:        intercity demo
    Run a node:    intercity init my-city --name "Villa Aurora" --country CO \\
                     --base-url https://rights.villa-aurora.example
                   intercity --home my-city serve
    """
    talk = Talk.QUIET if quiet else Talk.VERBOSE if verbose else Talk.NORMAL
    color = not (no_color or os.environ.get("NO_COLOR"))
    ctx.obj = Console(home, as_json=as_json, talk=talk, color=color, ask=not no_input)


def main(args: list[str] | None = None) -> None:
    """Run the command line, and leave with its exit code."""
    from node.cli.console import explain

    try:
        done: Any = program.main(args, prog_name="intercity", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except Exception as exc:  # noqa: BLE001 - the last line of the program says what went wrong
        verbose = "-v" in sys.argv[1:] or "--verbose" in sys.argv[1:]
        sys.exit(explain(exc, verbose=verbose))
    sys.exit(done if isinstance(done, int) else 0)
