"""What can go wrong in this node, and whose fault it is.

NodeError
├── SettingsError      the settings are wrong: every mistake at once
├── Refused            what was asked is not allowed here, for safety
├── Changed            it is not as whoever asks has seen it
├── Invalid            a document that breaks the shapes: all findings
├── NotFound           nothing is held under this name
├── Gone               it was withdrawn; the withdrawal is the answer
├── HiddenHere         a peer's record that this node does not show; it stands elsewhere
├── QueryRefused       a query that is malformed, or asks for what is not offered
├── QueryTooCostly     a query that ran over its budget; nothing of it was answered
└── QueryBusy          no worker is free; come back later

Each says what was expected and what was found. ``exit_code`` is the command line's, ``status``
is HTTP's: one table for both shells.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "Changed",
    "Gone",
    "HiddenHere",
    "Invalid",
    "NodeError",
    "NotFound",
    "QueryBusy",
    "QueryRefused",
    "QueryTooCostly",
    "Refused",
    "SettingsError",
]


class NodeError(Exception):
    """Something that this node cannot do, in words that its reader can act on."""

    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 1
    slug: ClassVar[str] = "error"


class SettingsError(NodeError):
    """The settings are wrong. ``mistakes`` names each with its place."""

    status = 500
    exit_code = 2
    slug = "settings"

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class Refused(NodeError):
    """Refused for safety: an identity would change, a role does not fit, a signature is bad."""

    status = 403
    exit_code = 4
    slug = "refused"


class Changed(NodeError):
    """It is not as whoever asks has seen it; nothing was written."""

    status = 409
    exit_code = 4
    slug = "changed"


class Invalid(NodeError):
    """The document breaks the shapes. ``findings`` has all of them (``vocab.shapes.Finding``)."""

    status = 422
    slug = "invalid"

    def __init__(self, message: str, findings: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class NotFound(NodeError):
    """Nothing is held under this name."""

    status = 404
    slug = "not-found"


class Gone(NodeError):
    """It was withdrawn by its publisher, or erased.

    ``withdrawal`` is the signed withdrawal as its bytes were logged; empty where there is none.
    """

    status = 410
    slug = "gone"

    def __init__(self, message: str, withdrawal: bytes = b"") -> None:
        super().__init__(message)
        self.withdrawal = withdrawal


class HiddenHere(NodeError):
    """A peer's record that those who run this node have hidden. It stands at its own address."""

    status = 410
    exit_code = 3
    slug = "hidden"


class QueryRefused(NodeError):
    """The query is malformed, or asks for what is not offered here."""

    status = 400
    slug = "query-refused"


class QueryTooCostly(NodeError):
    """The query ran over its budget; nothing of it was answered."""

    status = 413
    slug = "query-too-costly"


class QueryBusy(NodeError):
    """Every worker is taken; ``retry_after`` says in how many seconds to come back."""

    status = 503
    exit_code = 5
    slug = "query-busy"

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after
