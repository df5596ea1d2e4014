"""Records on the command line, without a node.

    python -m vocab check FILE…            what is wrong with them, and how to mend it
    python -m vocab explain FILE           what a record says, in words
    python -m vocab convert FILE --to FORM another form: json, ttl or nt

``-`` reads from standard input. Exit codes: 0 done, 1 findings, 2 a file that cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from vocab.errors import VocabError
from vocab.framework import load
from vocab.jsonld import CONTEXT, JsonObject, to_quads
from vocab.jsonld.turtle import to_turtle
from vocab.languages import best
from vocab.records import TYPES
from vocab.shapes import Finding, audience_limit, check
from vocab.shapes.schema import known_keys, list_keys

__all__ = ["main"]

_TURTLE: Final = frozenset({".ttl", ".nt"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.run(asked)
    except (VocabError, OSError, ValueError) as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    return code


def _check(asked: argparse.Namespace) -> int:
    """Findings of each file, in words or as JSON lines."""
    wrong = 0
    for file in asked.files:
        document = _read(file)
        findings = check(document, asked.language)
        wrong += bool(findings)
        if asked.json:
            line = {"file": file, "findings": [msgspec.to_builtins(one) for one in findings]}
            _say(msgspec.json.encode(line).decode())
        elif findings:
            _say(f"{file}: {len(findings)} to mend")
            _say("".join(_told(finding) for finding in findings).rstrip())
            if _is_foreign(document):
                _say(f"\nAnother form of JSON-LD? Try: python -m vocab convert {file}")
        else:
            _say(f"{file}: a good {document['type']}")
    return 1 if wrong else 0


def _explain(asked: argparse.Namespace) -> int:
    """What the record says, field by field, with concepts by their names."""
    document = _adopted(_read(asked.file))
    kind = str(document.get("type"))
    if kind not in TYPES:
        sys.stderr.write(f"{asked.file}: {kind} is no type of record; there are {_types()}\n")
        return 2
    _say(f"{kind}: {(TYPES[kind].__doc__ or '').splitlines()[0]}\n")
    for line in _fields(document, kind, asked.language, ""):
        _say(line)
    limit = audience_limit(document)
    _say(f"\nMay be read by: {limit.widest}. {limit.reason}".rstrip())
    findings = check(document, asked.language)
    if findings:
        _say(f"\n{len(findings)} to mend:")
        _say("".join(_told(finding) for finding in findings).rstrip())
    return 1 if findings else 0


def _convert(asked: argparse.Namespace) -> int:
    """The record in another form."""
    document = _adopted(_read(asked.file))
    match asked.to:
        case "ttl":
            _say(to_turtle(document).rstrip())
        case "nt":
            _say(to_quads(document).rstrip())
        case _:
            _say(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    return 0


def _read(file: str) -> JsonObject:
    """A document from a file of JSON or Turtle, or from standard input.

    Raises:
        ValueError: It is neither.
    """
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    if Path(file).suffix in _TURTLE:
        from vocab.jsonld.foreign import adopt, from_turtle  # noqa: PLC0415 - slow to load

        return adopt(from_turtle(data.decode()), list_keys())
    try:
        document: JsonObject = orjson.loads(data)
    except orjson.JSONDecodeError as mistake:
        raise ValueError(f"{file}: expected JSON: {mistake}") from None
    return document


def _adopted(document: JsonObject) -> JsonObject:
    """The document itself where it is in our form, else brought into it."""
    if not _is_foreign(document):
        return document
    from vocab.jsonld.foreign import adopt  # noqa: PLC0415 - slow to load

    return adopt(document, list_keys())


def _is_foreign(document: object) -> bool:
    """Whether it has another context than ours."""
    return not isinstance(document, dict) or document.get("@context") != list(CONTEXT)


def _told(finding: Finding) -> str:
    """One finding, on two lines."""
    return f"  {finding.path or '/'}\n    {finding.message}\n    {finding.mend}\n"


def _fields(document: Mapping[str, Any], kind: str, language: str, margin: str) -> Iterator[str]:
    """Each field by its name, with what it holds."""
    known = known_keys(kind)
    for key, held in document.items():
        if key in {"@context", "type", "proof"}:
            continue
        name = known.get(key, {}).get("title", key)
        if isinstance(held, dict):
            yield f"{margin}{name}:"
            yield from (f"{margin}  {tag}: {text}" for tag, text in held.items())
            continue
        items = held if isinstance(held, list) else [held]
        for number, item in enumerate(items, 1):
            if isinstance(item, dict):
                yield f"{margin}{name} {number}:"
                yield from _fields(item, str(item.get("type")), language, f"{margin}  ")
            else:
                yield f"{margin}{name}: {_named(item, language)}"


def _named(value: object, language: str) -> str:
    """A concept by its name, anything else as it is."""
    concept = load().concept(value) if isinstance(value, str) else None
    label = best(concept.label, [language]) if concept is not None else None
    if concept is None or label is None:
        return str(value)
    return f"{concept.notation} {label[1]}" if concept.notation else label[1]


def _types() -> str:
    return ", ".join(TYPES)


def _say(text: str) -> None:
    """A line on standard output."""
    sys.stdout.write(f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    """The three commands."""
    parser = argparse.ArgumentParser(prog="python -m vocab", description="Records, without a node.")
    commands = parser.add_subparsers(required=True, metavar="check | explain | convert")
    checked = commands.add_parser("check", help="what is wrong, and how to mend it")
    checked.add_argument("files", nargs="+", metavar="FILE")
    checked.add_argument("--json", action="store_true", help="findings as JSON, a line a file")
    checked.set_defaults(run=_check)
    explained = commands.add_parser("explain", help="what a record says, in words")
    explained.add_argument("file", metavar="FILE")
    explained.set_defaults(run=_explain)
    for command in (checked, explained):
        command.add_argument("--language", default="en", metavar="TAG")
    converted = commands.add_parser("convert", help="another form of a record")
    converted.add_argument("file", metavar="FILE")
    converted.add_argument("--to", choices=["json", "ttl", "nt"], default="json")
    converted.set_defaults(run=_convert)
    return parser


if __name__ == "__main__":
    sys.exit(main())
