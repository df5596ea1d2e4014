"""Bring the interface's catalogues in line with the sentences of the pages.

``make_catalogues.py`` collects every sentence of ``node/web`` and gives each ``locale/*.po`` those
that it lacks, untranslated, and takes out those that nobody says any more. ``--check`` changes
nothing and names what is missing. ``--new TAG`` begins a catalogue.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from node.web.catalogues import LOCALE, catalogue_in

PAGES: Final = Path(__file__).parents[1] / "node" / "web"
_METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2")]
_NOISE: Final = tuple(
    f'"{name}:'.encode()
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
_KEYWORDS: Final = {"_": None, "say": None, "mark": None, "count": (1, 2), "n_": (1, 2)}


def collected() -> Catalog:
    """Every sentence that a page can say, with the files that say it."""
    found = Catalog(charset="utf-8")
    for name, _, message, comments, _ in extract_from_dir(
        PAGES,
        _METHODS,
        keywords=_KEYWORDS,
        comment_tags=("For translators:",),
        strip_comment_tags=True,
    ):
        found.add(message, locations=[(name, 0)], auto_comments=comments)
    return found


def _updated(tag: str, template: Catalog) -> bytes:
    path = LOCALE / f"{tag}.po"
    catalogue = catalogue_in(tag) if path.exists() else Catalog(locale=tag.replace("-", "_"))
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    for message in catalogue:
        message.locations = sorted({(name, 0) for name, _ in message.locations})
    assert catalogue.locale is not None
    catalogue.header_comment = (
        f"# The interface in {catalogue.locale.english_name}.\n"
        "# Translated with the code; no native speaker has reviewed it yet."
    )
    written = io.BytesIO()
    write_po(written, catalogue, width=100, include_lineno=False, sort_output=True)
    lines = written.getvalue().splitlines(keepends=True)
    # Of the header only what a reader needs: the rest changes with every run.
    return b"".join(line for line in lines if not line.startswith(_NOISE))


def _tags(new: str | None) -> Iterator[str]:
    yield from sorted(path.stem for path in LOCALE.glob("*.po"))
    if new:
        yield new


def main(argv: list[str] | None = None) -> int:
    """Write or compare; the exit code says whether anything differs or is untranslated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--new", metavar="TAG")
    asked = parser.parse_args(argv)
    template, wrong = collected(), 0
    for tag in _tags(asked.new):
        path, made = LOCALE / f"{tag}.po", _updated(tag, template)
        if asked.check and path.read_bytes() != made:
            sys.stderr.write(f"{path.name}: not in line with the pages; run {sys.argv[0]}\n")
            wrong += 1
        if not asked.check:
            path.write_bytes(made)
        missing = [one.id for one in catalogue_in(tag) if one.id and not all(_strings(one.string))]
        if missing:
            sys.stderr.write(f"{path.name}: {len(missing)} untranslated, such as {missing[0]!r}\n")
            wrong += 1
    return int(bool(wrong))


def _strings(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


if __name__ == "__main__":
    sys.exit(main())
