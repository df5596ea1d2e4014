"""Commands that read the catalog: search, query, export, report."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["dump", "export", "query", "report", "search"]


@click.command()
@click.argument("words", nargs=-1)
@click.option("--action", multiple=True, metavar="CODE", help="Such as S3; repeatable.")
@click.option("--country", multiple=True, metavar="CC", help="Such as KR; repeatable.")
@click.option("--type", "kind", multiple=True, help="Such as Practice; repeatable.")
@click.option("--lang", default="en", show_default=True, help="Your language.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100))
@click.option("--members", is_flag=True, help="Search what is for members, and that alone.")
@click.pass_obj
def search(
    console: Console,
    words: tuple[str, ...],
    action: tuple[str, ...],
    country: tuple[str, ...],
    kind: tuple[str, ...],
    lang: str,
    limit: int,
    members: bool,
) -> int:
    """Search every public record that we hold, ours and our peers', in every language.

    With --members, what members publish for members alone; nothing of it is found without.
    Exit code 1 where nothing was found.

    Example: intercity search "defensor del pueblo" --country KR
    """
    done = call(
        console,
        "search",
        words=" ".join(words),
        actions=list(action),
        countries=list(country),
        kinds=list(kind),
        language=lang,
        limit=limit,
        members=members,
    )
    if members:
        console.say("For members only: it may be passed on to nobody else.")
    console.rows(
        "intercity/search/1",
        done["hits"],
        {
            "title": "Title",
            "kind": "Type",
            "city": "City",
            "place": "Log position",
            "checked": "Checked",
            "why": "Found by",
            "iri": "Address",
        },
        empty="Nothing found. Fewer words, or another spelling, may help.",
        more={"total": done["total"], "suggestion": done.get("suggestion")},
    )
    if done.get("suggestion"):
        console.say(f"Did you mean: {plain(done['suggestion'])}?")
    if done["total"] > len(done["hits"]):
        console.say(f"{done['total']} found, {len(done['hits'])} shown; --limit shows more.")
    return 0 if done["hits"] else 1


@click.command()
@click.argument("file")
@click.option(
    "--format",
    "accept",
    type=click.Choice(["json", "xml", "csv", "tsv", "turtle", "ntriples"]),
    default="json",
    show_default=True,
)
@click.pass_obj
def query(console: Console, file: str, accept: str) -> None:
    """Ask the SPARQL query in FILE (or - for standard input) of the public catalog.

    The answer is whole, or an error that says why not.

    Example: echo 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o }' | intercity query - --format csv
    """
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except OSError as exc:
        raise click.ClickException(f"{file} cannot be read: {exc.strerror or exc}") from exc
    done = call(console, "query", query=text, format=accept)
    click.echo(done["body"], nl=not done["body"].endswith("\n"))


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonld", "nquads", "csv", "xlsx"]),
    default="jsonld",
    show_default=True,
)
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--own", is_flag=True, help="Only our own records.")
@click.option("--at", default="", metavar="DAY", help="As they stood at the end of that day.")
@click.pass_obj
def export(console: Console, form: str, out: Path, own: bool, at: str) -> None:
    """Write the public records into a file, and print how many and its SHA-256.

    --at gives the bytes of that day's dump again, whatever came later; only texts that were
    erased since are in neither.

    Example: intercity export --format nquads -o records.nq
    Example: intercity export --format jsonld --at 2026-05-17 -o may.jsonl
    """
    if at and own:
        raise click.UsageError("--at is of everything that is held; leave out --own")
    done = call(console, "export", format=form, own=own, path=str(out.absolute()), at=at)
    console.answer(
        "intercity/export/1",
        done,
        f"{done['path']}\t{done['count']} records\tsha256 {done['sha256']}",
    )


@click.command()
@click.argument("year", type=click.IntRange(2000, 2099))
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "docx", "xlsx", "jsonld"]),
    default="docx",
    show_default=True,
)
@click.option("--vlr", is_flag=True, help="The chapter for a Voluntary Local Review instead.")
@click.option("--lang", default="", help="Language of what is not the city's own words.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.pass_obj
def report(console: Console, year: int, form: str, vlr: bool, lang: str, out: Path) -> None:
    """Write the city's report of YEAR into a file, published or not, and print its SHA-256.

    xlsx and jsonld have every record that it rests on; jsonld as they were signed.

    Example: intercity report 2026 --lang es -o informe-2026.docx
    """
    done = call(
        console,
        "report",
        year=year,
        form=form,
        path=str(out.absolute()),
        language=lang,
        vlr=vlr,
    )
    console.answer(
        "intercity/report/1",
        done,
        f"{done['path']}\t{done['count']} records\tsha256 {done['sha256']}",
    )


@click.command()
@click.option("--day", default="", metavar="DAY", help="One that is over; yesterday without.")
@click.pass_obj
def dump(console: Console, day: str) -> None:
    """Make the dump of a day now, and print its files; the node makes one each day by itself.

    Example: intercity dump --day 2026-05-17
    """
    done = call(console, "dump", day=day)
    columns = {"name": "File", "size": "Bytes", "sha256": "SHA-256"}
    console.rows("intercity/dump/1", done["files"], columns, empty="No files.", more=done)
    console.say(f"{done['records']} records by the end of {done['day']}.")
