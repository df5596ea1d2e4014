"""Link sets (RFC 9264): everything that a thing's headers link to, as one document.

Signposting's second level: a program that has found one address learns all formats, versions,
licence and author without parsing a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from aiohttp import web

from node.web.answers import Document, Link, send

__all__ = ["HAS_PROVENANCE", "LINKSET", "linked", "send_links"]

LINKSET: Final = "application/linkset+json"
HAS_PROVENANCE: Final = "http://www.w3.org/ns/prov#has_provenance"
"""PROV-AQ, section 3.1: where it is said how we know of a thing."""


def linked(links: Sequence[Link], address: str) -> list[Link]:
    """The links with the one to their set.

    Args:
        address: Of the thing, or of this node's page about it, without a suffix.
    """
    return [*links, Link(f"{address}.linkset", "linkset", {"type": LINKSET})]


async def send_links(
    request: web.Request, anchor: str, links: Sequence[Link], *, status: int = 200
) -> web.Response:
    """The set of links of a thing.

    Args:
        anchor: IRI of the thing.
    """
    return await send(
        request,
        Document(
            body=orjson.dumps(_set(anchor, links), option=orjson.OPT_INDENT_2),
            media_type=LINKSET,
            status=status,
            vary=["Accept"],
            links=[Link(anchor, "describes")],
        ),
    )


def _set(anchor: str, links: Sequence[Link]) -> dict[str, Any]:
    """RFC 9264, section 4.2: a context for the thing, and one for each of its formats."""
    about: dict[str, Any] = {"anchor": anchor}
    for link in links:
        about.setdefault(link.rel, []).append({"href": link.target, **_attributes(link)})
    formats = [link for link in links if link.rel == "alternate"]
    # Section 4.2.4.1: a context whose only relation leads back to the thing.
    backwards = [
        {"anchor": link.target, "describes": [{"href": anchor}]}
        for link in formats
        if link.target != anchor
    ]
    return {"linkset": [about, *backwards]}


def _attributes(link: Link) -> dict[str, Any]:
    """Section 4.2.4.2: ``hreflang`` is an array of texts, the others are texts."""
    return {
        name: value.split() if name == "hreflang" else value
        for name, value in link.attributes.items()
    }
