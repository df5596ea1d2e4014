"""Documents for people: headings, words, lists and tables, written once for every form.

``write_docx`` makes a word processor's file of them; pages and PDF are made of the same blocks by
``node.web``.
"""

from node.core.papers.blocks import Block, Heading, Items, Phrase, Rows, Words
from node.core.papers.docx import write_docx

__all__ = ["Block", "Heading", "Items", "Phrase", "Rows", "Words", "write_docx"]
