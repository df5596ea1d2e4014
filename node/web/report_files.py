"""A yearly report, or its chapter for a Voluntary Local Review, in every form that it is given out
in: all of them made of one model, in the reader's language.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from node.core.papers import Block, write_docx
from node.core.report import Said, Target, YearlyReport, vlr_chapter, yearly_report
from node.core.sheets.pages import pages_of
from node.core.sheets.xlsx_writing import write_xlsx
from node.errors import Refused
from node.service.home import Home
from node.service.yearly import said_by_us
from node.web.paper import can_print, write_html, write_pdf
from node.web.report_text import chapter_text, report_text
from node.web.shell import Shell
from peers.encoding import parse_json

__all__ = ["FORMS", "Gathered", "gathered", "written_as"]

FORMS: Final[Mapping[str, str]] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonld": "application/ld+json",
}
"""What a report is had in, and the media type of each. The sheet is an annex: every record."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A year, ready to be written."""

    report: YearlyReport
    chapter: tuple[Target, ...]

    def text(self, shell: Shell, *, vlr: bool) -> tuple[Block, ...]:
        """The report, or the chapter, in the reader's language."""
        if vlr:
            return chapter_text(self.report, self.chapter, shell)
        return report_text(self.report, shell)

    def records(self, *, vlr: bool) -> tuple[Said, ...]:
        """What it rests on, each record once."""
        report = self.report
        if vlr:
            some = [one for target in self.chapter for one in target.records]
        else:
            stated = [one for line in report.lines for one in line.now]
            others = [one for kind in report.records.values() for one in kind]
            own = [one for one in (report.report, report.reaffirmation) if one is not None]
            some = [*own, *stated, *others]
        return tuple({one.iri: one for one in some if one.signed}.values())


async def gathered(home: Home, year: int) -> Gathered:
    """A year of ours, from the public log."""
    said = await said_by_us(home)
    return await asyncio.to_thread(
        lambda: Gathered(yearly_report(year, said), vlr_chapter(year, said))
    )


async def written_as(form: str, found: Gathered, shell: Shell, *, vlr: bool) -> bytes:
    """The file.

    Args:
        form: One of ``FORMS``.

    Raises:
        Refused: This node cannot write it.
    """
    blocks = found.text(shell, vlr=vlr)
    records = found.records(vlr=vlr)
    match form:
        case "docx":
            made = datetime.fromisoformat(shell.now)
            return await asyncio.to_thread(write_docx, blocks, language=shell.language, made=made)
        case "pdf":
            if not await asyncio.to_thread(can_print):
                raise Refused(
                    "PDF: expected WeasyPrint on this node, found none; install intercity[pdf], or "
                    "print the page from a browser"
                )
            return await asyncio.to_thread(write_pdf, blocks, shell)
        case "xlsx":
            return await asyncio.to_thread(_annex, records, shell.language)
        case "jsonld":
            return b"[" + b",\n".join(one.signed for one in records) + b"]\n"
        case _:
            return write_html(blocks, shell)


def _annex(records: tuple[Said, ...], language: str) -> bytes:
    documents = [parse_json(one.signed) for one in records]
    return write_xlsx(
        pages_of([one for one in documents if isinstance(one, dict)], language), language
    )
