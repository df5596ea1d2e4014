"""What is hidden at a node, and for which reasons that may be (``node.service.hiding``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["REASONS", "Hidden"]

REASONS: Final = ("persons", "unlawful", "identity", "off-topic", "spam", "other")
"""Why a record is hidden: it is about persons; against the law where this node is; it pretends to
be another city's; it is about something else; it is an advertisement; for another reason.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A record that is not shown here.

    Attributes:
        iri: Its own address.
        reason: One of ``REASONS``; by: id of a person, or ``operator``; at: RFC 3339.
    """

    iri: str
    reason: str
    by: str
    at: str
