"""A document as Office Open XML (ECMA-376), for whoever writes on in a word processor.

Headings, lists and the head of a table are marked as what they are, every run says its language,
and what is written from right to left stands so: a screen reader and a spelling checker need that.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_DIRECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from node.core.papers.blocks import Block, Heading, Items, Phrase, Rows, Words
from vocab.languages import direction

__all__ = ["write_docx"]

_STYLES: Final = {1: "Title", 2: "Heading 1", 3: "Heading 2"}
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0, section 2.2, cannot say."""


def write_docx(blocks: Iterable[Block], *, language: str, made: datetime) -> bytes:
    """The file.

    Args:
        blocks: The first heading becomes the document's title.
        language: BCP 47 tag of what is ours in it.
        made: When; the same blocks and the same time make the same bytes.
    """
    writer = _Writer(language, made)
    for block in blocks:
        writer.add(block)
    out = io.BytesIO()
    writer.document.save(out)
    return out.getvalue()


class _Writer:
    """A document in the making."""

    def __init__(self, language: str, made: datetime) -> None:
        self.document = Document()
        self.turned = direction(language) == "rtl"
        about = self.document.core_properties
        about.author, about.language, about.title = "Intercity", language, ""
        about.comments = ""
        about.created = about.modified = made.replace(tzinfo=None, microsecond=0)

    def add(self, block: Block) -> None:
        match block:
            case Heading(level, text):
                style = _STYLES.get(level, "Heading 3")
                if level == 1 and not self.document.core_properties.title:
                    self.document.core_properties.title = _clean(text.text)[:255]
                self._write(self.document.add_paragraph(style=style), text)
            case Words(text):
                self._write(self.document.add_paragraph(), text)
            case Items(items):
                for item in items:
                    self._write(self.document.add_paragraph(style="List Bullet"), item)
            case Rows():
                self._table(block)

    def _table(self, block: Rows) -> None:
        self._write(self.document.add_paragraph(style="Caption"), block.caption)
        table = self.document.add_table(rows=1, cols=len(block.head), style="Table Grid")
        if self.turned:
            table.table_direction = WD_TABLE_DIRECTION.RTL
        head = table.rows[0]
        repeated = OxmlElement("w:tblHeader")  # On every page, and read out with each cell.
        head._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - it offers no other way
        for cell, phrase in zip(head.cells, block.head, strict=True):
            self._write(cell.paragraphs[0], phrase, bold=True)
        for row in block.rows:
            for cell, phrase in zip(table.add_row().cells, row, strict=True):
                self._write(cell.paragraphs[0], phrase)

    def _write(self, paragraph: Any, phrase: Phrase, *, bold: bool = False) -> None:
        if self.turned:
            paragraph.paragraph_format.element.get_or_add_pPr().append(OxmlElement("w:bidi"))
        run = paragraph.add_run(_clean(phrase.text))
        run.bold = bold or None
        properties = run.element.get_or_add_rPr()
        if direction(phrase.lang) == "rtl":
            properties.append(OxmlElement("w:rtl"))
        if phrase.lang:
            spoken = OxmlElement("w:lang")
            spoken.set(qn("w:bidi" if direction(phrase.lang) == "rtl" else "w:val"), phrase.lang)
            properties.append(spoken)
        if phrase.href.startswith(("https://", "http://")):
            self._link(paragraph, run, phrase.href)

    def _link(self, paragraph: Any, run: Any, href: str) -> None:
        known = self.document.part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), known)
        run.underline = True
        link.append(run.element)
        paragraph.paragraph_format.element.append(link)


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
