"""The same for programs: where what a page lists is had as JSON."""

from __future__ import annotations

from aiohttp import web

from node.core.negotiate import media_type
from node.web.answers import HTML, Link
from node.web.api.operation import ROOT
from node.web.context import addresses_of

__all__ = ["JSON", "twin"]

JSON = "application/json"


def twin(request: web.Request, path: str, **query: str | int | tuple[str, ...]) -> Link:
    """The link of a page to the operation of the API that answers the same.

    Args:
        path: Of the operation, below the API's root.

    Raises:
        web.HTTPSeeOther: The client would rather have JSON than a page.
    """
    link = Link(addresses_of(request).whole(ROOT + path, **query), "alternate", {"type": JSON})
    if media_type(request.headers.get("Accept", ""), [HTML, JSON]) == JSON:
        raise web.HTTPSeeOther(link.target, headers={"Vary": "Accept", "Link": str(link)})
    return link
