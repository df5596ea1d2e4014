"""Commands about spreadsheets: import, template."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import click

from node.cli.console import WHO_READS, Console, plain
from node.cli.session import call

__all__ = ["import_", "template"]

_MAX_FILE = 20 * 1024 * 1024
_SHOWN = 50
"""Findings that are printed; a file given with --out has them all."""


def _given(mapping: tuple[str, ...]) -> dict[str, str]:
    """``Heading=field`` as a mapping.

    Raises:
        click.BadParameter: One has no equals sign.
    """
    given: dict[str, str] = {}
    for one in mapping:
        heading, equals, field = one.rpartition("=")
        if not equals or not heading or not field:
            raise click.BadParameter(f"'{one}' should be HEADING=FIELD, such as 'Obra=title'.")
        given[heading] = field
    return given


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--type", "kind", default="", help="Type of all rows, such as Practice.")
@click.option("--lang", default="en", show_default=True, help="Your language.")
@click.option("--text-lang", default="", help="Language of text, where a heading names none.")
@click.option("--map", "mapping", multiple=True, metavar="HEADING=FIELD", help="Repeatable.")
@click.option("--dry-run", is_flag=True, help="Check everything, keep nothing.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sheets back with their errors (.xlsx or .csv).",
)
@click.option("--publish", is_flag=True, help="Publish the drafts at once, all or none.")
@click.option(
    "--audience", type=click.Choice(["public", "members"]), default="public", show_default=True
)
@click.pass_obj
def import_(
    console: Console,
    file: Path,
    kind: str,
    lang: str,
    text_lang: str,
    mapping: tuple[str, ...],
    dry_run: bool,
    out: Path | None,
    publish: bool,
    audience: str,
) -> int:
    """Read the records in FILE (.csv, .xlsx or .jsonld): every good row becomes a draft.

    Columns are guessed from their headings, in any language; errors are told by row and column.
    The same file twice changes nothing. Exit code 1 where a row is wrong.

    Example: intercity import practices.xlsx --lang es --dry-run --out errors.xlsx
    """
    if file.stat().st_size > _MAX_FILE:
        raise click.ClickException(f"{file} has over {_MAX_FILE >> 20} MB; split it.")
    back = "" if out is None else "csv" if out.suffix.lower() == ".csv" else "xlsx"
    done = call(
        console,
        "import",
        data=base64.b64encode(file.read_bytes()).decode(),
        filename=file.name,
        kind=kind,
        language=lang,
        tag=text_lang,
        given=_given(mapping),
        dry_run=dry_run,
        publish=publish,
        audience=audience,
        back=back,
    )
    returned = done.pop("file", None)
    if out is not None and returned is not None:
        out.write_bytes(base64.b64decode(returned))
        console.say(f"{out}: the sheets, with what is wrong in front of each row.")
    _answer(console, done, dry_run=dry_run)
    if not console.as_json and done["drafts"] and not dry_run and not publish:
        console.next("intercity drafts, then intercity publish --draft KEY")
    return 1 if done["wrong"] or done["refused"] else 0


def _answer(console: Console, done: dict[str, Any], *, dry_run: bool) -> None:
    """What became of the rows and columns."""
    if console.as_json:
        console.answer("intercity/import/1", done, "")
        return
    for sheet in done["sheets"]:
        for what, taken in (sheet["guessed"] | sheet["assumed"]).items():
            console.say(f"“{plain(what)}” is taken for “{plain(taken)}”.")
        for heading in sheet["unknown"]:
            console.say(f"The column “{plain(heading)}” is not known; it is kept as a note.")
    for found in done["findings"][:_SHOWN]:
        place = f"{found['sheet']} " if found["sheet"] else ""
        place += f"row {found['row']}" if found["row"] else ""
        place += f", {found['column']} {found['heading']}" if found["heading"] else ""
        click.echo(f"{plain(place)}: {plain(found['message'])}")
        if found["mend"]:
            click.echo(f"    {plain(found['mend'])}")
    if len(done["findings"]) > _SHOWN:
        console.say(f"… and {len(done['findings']) - _SHOWN} more; --out writes all of them.")
    would = "would be " if dry_run else ""
    click.echo(
        f"{done['new']} {would}new, {done['changed']} {would}changed, "
        f"{done['unchanged']} unchanged, {done['wrong']} wrong"
    )
    if done["refused"]:
        console.say("The file was refused whole: nothing of it was kept.")
    for receipt in done["receipts"]:
        place = f"position {receipt['index']}, {WHO_READS[receipt['audience']]}"
        click.echo(f"{receipt['iri']}\tversion {receipt['version']}\t{place}")


@click.command()
@click.argument("kind", metavar="TYPE")
@click.option("--lang", default="en", show_default=True, help="Your language.")
@click.option("--text-lang", multiple=True, help="A language of text; repeatable.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.pass_obj
def template(console: Console, kind: str, lang: str, text_lang: tuple[str, ...], out: Path) -> None:
    """Write an empty sheet (.xlsx or .csv) for records of one TYPE, to fill in and import.

    A workbook has lists to choose from and a sheet of help, in your language.

    Example: intercity template Practice --lang es -o practicas.xlsx
    """
    from node.service.sheet_files import template as empty

    form = "csv" if out.suffix.lower() == ".csv" else "xlsx"
    tags = tuple(dict.fromkeys(text_lang)) or (lang,)
    out.write_bytes(empty(kind, tags, lang, form))
    console.answer("intercity/template/1", {"path": str(out), "type": kind}, str(out))
    console.next(f"intercity import {out} --lang {lang} --dry-run")
