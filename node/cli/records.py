"""Commands about records: validate, publish, withdraw, erase, records, show."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from node.cli.console import WHO_READS, Console, plain
from node.cli.session import call

__all__ = ["erase", "erasures", "publish", "records", "show", "validate", "withdraw"]

_MAX_FILE = 8 * 1024 * 1024
"""Bytes of a file that is read: room for a few hundred records, not for a mistake."""


def read_documents(file: str) -> list[dict[str, Any]]:
    """The JSON-LD documents of a file, or of standard input for ``-``: one, a list, or lines.

    Raises:
        click.ClickException: The file cannot be read, is too large, or is not JSON.
    """
    try:
        data = sys.stdin.buffer.read(_MAX_FILE + 1) if file == "-" else Path(file).read_bytes()
    except OSError as exc:
        raise click.ClickException(f"{file} cannot be read: {exc.strerror or exc}") from exc
    if len(data) > _MAX_FILE:
        raise click.ClickException(f"{file} has over {_MAX_FILE // 1024 // 1024} MB; split it.")
    try:
        value = json.loads(data)
    except ValueError as first:
        lines = [line for line in data.splitlines() if line.strip()]
        try:
            value = [json.loads(line) for line in lines] if len(lines) > 1 else None
        except ValueError:
            value = None
        if value is None:
            raise click.ClickException(f"{file} is not JSON: {first}") from first
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(one, dict) for one in found):
        raise click.ClickException(
            f"{file} should hold a JSON-LD document (an object), a list of them, or one a line."
        )
    return found


@click.command()
@click.argument("file")
@click.option("--lang", default="en", help="Language of the findings.")
@click.pass_obj
def validate(console: Console, file: str, lang: str) -> int:
    """Check the record in FILE (or - for standard input) before it is published.

    Every finding is named at once, with its place and how to mend it. Exit code 1 if there is one.

    Example: intercity validate practice.jsonld
    """
    from vocab.shapes import check

    rows: list[dict[str, Any]] = []
    documents = read_documents(file)
    for number, document in enumerate(documents, 1):
        rows += [
            {
                "record": document.get("id", f"number {number}"),
                "path": finding.path,
                "severity": str(finding.severity),
                "message": finding.message,
                "mend": finding.mend,
            }
            for finding in check(document, lang)
        ]
    wrong = [row for row in rows if row["severity"] == "violation"]
    if console.as_json:
        console.answer("intercity/findings/1", {"valid": not wrong, "findings": rows}, "")
        return 1 if wrong else 0
    for row in rows:
        click.echo(f"{plain(row['path'] or '(whole record)')}: {plain(row['message'])}")
        if row["mend"]:
            click.echo(f"    {plain(row['mend'])}")
    records = "record" if len(documents) == 1 else "records"
    if wrong:
        console.say(f"{len(documents)} {records} read, {len(wrong)} findings to mend.")
        return 1
    console.say(f"{len(documents)} {records} read, nothing to mend.")
    console.next(f"intercity publish {file}")
    return 0


@click.command()
@click.argument("file", default="")
@click.option("--draft", multiple=True, metavar="KEY", help="A draft instead of FILE; repeatable.")
@click.option(
    "--audience", type=click.Choice(["public", "members"]), default="public", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Check everything, publish nothing.")
@click.option("--lang", default="en", help="Language of the findings.")
@click.pass_obj
def publish(
    console: Console, file: str, draft: tuple[str, ...], audience: str, dry_run: bool, lang: str
) -> int:
    """Sign the records in FILE (or - for standard input) and put them into the log.

    A record without an id gets one; a record whose id is already published becomes its next
    version. All records of the file are published together, or none. What is published to members
    is read by the nodes of your networks' members alone, as long as they are members; who reads it
    may pass it on. A record's audience does not change. A draft that is published is a draft no
    more; 'intercity drafts' lists the drafts.

    Example: intercity publish practice.jsonld
    """
    if bool(file) == bool(draft):
        found = "both" if file else "neither"
        raise click.UsageError(f"Expected FILE or --draft KEY, found {found}.")
    if draft and dry_run:
        raise click.UsageError("Expected --dry-run with FILE, found it with --draft.")
    if draft:
        done = call(console, "drafts.publish", keys=list(draft), audience=audience, language=lang)
    else:
        documents = read_documents(file)
        done = call(
            console,
            "publish",
            documents=documents,
            audience=audience,
            dry_run=dry_run,
            language=lang,
        )
    receipts = done["receipts"]
    if console.as_json:
        console.answer("intercity/receipts/1", {"dry_run": dry_run, "receipts": receipts}, "")
        return 0
    for receipt in receipts:
        place = "would be published" if dry_run else f"log position {receipt['index']}"
        place += f", {WHO_READS[receipt['audience']]}"
        click.echo(f"{receipt['iri']}\tversion {receipt['version']}\t{place}")
    if not dry_run and receipts:
        console.next(f"intercity show {receipts[0]['iri']}")
    return 0


@click.command()
@click.argument("iri")
@click.option("--reason", required=True, help="A reason of the vocabulary, such as 'outdated'.")
@click.option("--note", multiple=True, metavar="LANG=TEXT", help="In your words; repeatable.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, withdraw nothing.")
@click.pass_obj
def withdraw(
    console: Console, iri: str, reason: str, note: tuple[str, ...], yes: bool, dry_run: bool
) -> None:
    """Take back the record IRI. Its address answers 410 with the signed withdrawal from then on.

    Example: intercity withdraw https://city.example/practice/01J… --reason outdated
    """
    notes = dict(_split_note(one) for one in note)
    if not dry_run:
        console.confirm(f"Withdraw {plain(iri)}? Followers will drop it, too.", yes=yes)
    done = call(console, "withdraw", iri=iri, reason=reason, note=notes, dry_run=dry_run)
    text = "would be withdrawn" if dry_run else f"withdrawn at log position {done['index']}"
    console.answer("intercity/withdrawal/1", done, f"{iri}: {text}")


@click.command()
@click.argument("iri")
@click.option("--reason", required=True, help="A reason of the vocabulary, such as 'privacy'.")
@click.option("--note", multiple=True, metavar="LANG=TEXT", help="In your words; repeatable.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, erase nothing.")
@click.pass_obj
def erase(
    console: Console, iri: str, reason: str, note: tuple[str, ...], yes: bool, dry_run: bool
) -> None:
    """Withdraw the record IRI and erase the text of all its versions, here and at all followers.

    A record that was withdrawn before can still be erased. Each follower sends a receipt.

    Example: intercity erase https://city.example/practice/01J… --reason privacy
    """
    notes = dict(_split_note(one) for one in note)
    if not dry_run:
        question = f"Erase the text of {plain(iri)} for good, here and at every node that follows?"
        console.confirm(question, yes=yes)
    done = call(console, "erase", iri=iri, reason=reason, note=notes, dry_run=dry_run)
    text = "would be erased" if dry_run else f"erased; withdrawn at log position {done['index']}"
    console.answer("intercity/erasure/1", done, f"{iri}: {text}")
    if not dry_run:
        console.next("intercity erasures")


@click.command()
@click.pass_obj
def erasures(console: Console) -> None:
    """List what was to be erased everywhere, who has sent a receipt, and who has not yet.

    A receipt also names the last day on which a backup may hold the text.

    Example: intercity erasures
    """
    done = call(console, "erasures")
    rows = [
        {
            "iri": one["iri"],
            "asked": one["asked"],
            "erased": f"at {len(one['receipts'])} of {len(one['receipts']) + len(one['waiting'])}",
            "waiting": ", ".join(
                f"{did} (last contact: {at or 'never'})" for did, at in one["waiting"].items()
            ),
            "backups": max(one["backups"].values(), default=""),
        }
        for one in done["erasures"]
    ]
    if console.as_json:
        console.answer("intercity/erasures/1", done, "")
        return
    console.rows(
        "intercity/erasures/1",
        rows,
        {
            "erased": "Erased",
            "asked": "Asked",
            "backups": "Backups until",
            "waiting": "No receipt from",
            "iri": "Address",
        },
        empty="Nothing was ever to be erased.",
    )


def _split_note(text: str) -> tuple[str, str]:
    language, equals, words = text.partition("=")
    if not equals or not words:
        raise click.BadParameter(f"'{text}' should be LANGUAGE=TEXT, such as en='Out of date'.")
    return language, words


@click.command()
@click.option("--type", "kind", help="Only this type, such as Practice.")
@click.option("--withdrawn", is_flag=True, help="Withdrawn records as well.")
@click.pass_obj
def records(console: Console, kind: str | None, withdrawn: bool) -> None:
    """List our own records as they stand in the log.

    Example: intercity records --type Practice
    """
    done = call(console, "records", kind=kind, withdrawn=withdrawn)
    console.rows(
        "intercity/records/1",
        done["records"],
        {
            "kind": "Type",
            "title": "Title",
            "version": "Version",
            "audience": "Audience",
            "index": "Log",
            "published": "Published",
            "iri": "Address",
        },
        empty="No record yet. Next: intercity publish FILE",
    )


@click.command()
@click.argument("iri")
@click.option("--version", type=int, help="This version instead of the newest.")
@click.pass_obj
def show(console: Console, iri: str, version: int | None) -> None:
    """Show the record IRI, ours or a peer's, with where it stands and when it was checked.

    Example: intercity show https://city.example/practice/01J…
    """
    done = call(console, "show", iri=iri, version=version)
    text = json.dumps(done["record"], ensure_ascii=False, indent=2)
    console.say(
        f"{done['log']} position {done['index']}, {WHO_READS[done['audience']]}, "
        f"version {done['version']}, published {done['published']}, checked {done['recorded']}"
    )
    console.answer("intercity/record/1", done, text)
