"""The command for researchers: a whole network, fetched and verified without a node."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.console import Console

__all__ = ["gather"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--network", metavar="URL", help="The directory whose members are fetched.")
@click.option("--check", is_flag=True, help="Fetch nothing: verify what is in FOLDER already.")
@click.pass_obj
def gather(console: Console, folder: Path, network: str | None, check: bool) -> int:
    """Fetch every log that the node at --network holds into FOLDER, and verify it offline.

    It needs no node and no account. FOLDER then has the answers as they came (raw/), records as
    signed (records.jsonl) and as RDF (records.nq), tables with a codebook (CSV, and Parquet where
    pyarrow is installed), and a report of what was and what was not verified. Exit code 1 where
    something could not be verified.

    Example: intercity gather cities --network https://directory.example
    Example: intercity gather cities --check
    """
    import asyncio

    from node.app import gathering

    if bool(network) is check:
        raise click.UsageError("give --network URL to fetch, or --check to verify what is there")
    work = gathering.gather(network, folder, console.say) if network else None
    report = asyncio.run(work or gathering.check(folder, console.say))
    console.answer(
        "intercity/gather/1",
        {
            "folder": str(folder),
            "holds": report.holds,
            "changed": list(report.changed),
            "cities": [{"log": one.log, "whole": one.whole} for one in report.cities],
        },
        report.text(),
    )
    return 0 if report.holds else 1
