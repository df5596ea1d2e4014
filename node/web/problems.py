"""Every kind of problem that an answer can name (RFC 9457); ``/data`` explains them."""

from __future__ import annotations

from typing import Final

from node.web.texts import mark
from vocab.shapes import Finding

__all__ = ["PROBLEMS", "told"]

PROBLEMS: Final = {
    "bad-request": mark("The request is malformed"),
    "bad-parameter": mark("A parameter is not as it must be"),
    "unauthenticated": mark("A token is needed"),
    "not-found": mark("There is nothing here"),
    "method-not-allowed": mark("This address does not take that method"),
    "not-acceptable": mark("There is no such format here"),
    "too-large": mark("That is too much at once"),
    "unsupported-media-type": mark("This media type is not read here"),
    "too-many": mark("Come back a little later"),
    "hidden": mark("It is hidden at this node"),
    "gone": mark("It was withdrawn by its publisher"),
    "changed": mark("It has changed since you looked at it"),
    "refused": mark("Refused for safety"),
    "untrusted": mark("The signature does not hold"),
    "invalid": mark("The document breaks the shapes"),
    "query-refused": mark("The query cannot be answered"),
    "query-too-costly": mark("The query runs over its budget"),
    "query-busy": mark("Every query worker is taken"),
    "settings": mark("The settings are wrong"),
    "error": mark("It cannot be done"),
    "unavailable": mark("The node cannot do this now"),
    "full": mark("There is no room left"),
    "failed": mark("Something went wrong here"),
}
"""Every kind of problem by its slug: ``type`` is ``{base}/data#problem-{slug}``."""


def told(finding: Finding) -> dict[str, str]:
    """One thing that is wrong with a document, as answers tell it."""
    return {
        "path": finding.path,
        "code": finding.code,
        "message": finding.message,
        "mend": finding.mend,
        "severity": str(finding.severity),
    }
