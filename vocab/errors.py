"""What can go wrong with words.

VocabError
├── NotARecord        a document that is none of ours
├── NotJsonLd         JSON-LD that cannot be read with the pinned contexts alone
└── BadSource         the vocabulary's own files contradict themselves

``vocab.shapes.check`` raises none of these: it collects findings.
"""

from __future__ import annotations

__all__ = ["BadSource", "NotARecord", "NotJsonLd", "VocabError"]


class VocabError(ValueError):
    """The words at hand cannot be read as what they claim to be."""


class NotARecord(VocabError):
    """The document is no record: its context, its type, a key or a value does not fit."""


class NotJsonLd(VocabError):
    """The document cannot be expanded, or it asks for a context that is not pinned."""


class BadSource(VocabError):
    """A Turtle file or a table of labels is not as it should be. Whoever edits it must mend it."""
