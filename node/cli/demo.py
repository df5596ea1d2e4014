"""The command that shows it all on one machine."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.console import Console

__all__ = ["demo"]


@click.command()
@click.option("--port", default=8400, show_default=True, type=click.IntRange(1024, 65000))
@click.option("--cities", default=5, show_default=True, type=click.IntRange(2, 5))
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the nodes' data in this folder (default: a temporary one).",
)
@click.option("--open", "browse", is_flag=True, help="Open the directory in a browser.")
@click.option("--check", is_flag=True, help="Make the whole trip, a line a step; leave nothing.")
@click.pass_obj
def demo(
    console: Console, port: int, cities: int, keep: Path | None, browse: bool, check: bool
) -> int:
    """Start a whole network on this machine: invented cities, a directory, an observatory.

    Nothing has to be configured; everything answers on localhost only. With --check no server is
    left running, and the exit code says whether every step was as it should be.

    Example: intercity demo --port 8400
    """
    from node.demo.run import run_check, run_demo

    if check:
        done = run_check(port, cities, keep, say=None if console.as_json else click.echo)
        failed = [step for step in done if not step.ok]
        rows = [{"step": step.name, "ok": step.ok, "detail": step.detail} for step in done]
        if console.as_json:
            console.answer("intercity/demo-check/1", {"ok": not failed, "steps": rows}, "")
        return 1 if failed else 0
    run_demo(port, cities, keep, browse=browse, say=click.echo, talk=console.say)
    return 0
