"""What a handler is given: the node's home, its addresses, and how to render a page.

``HOME`` is the application's one key; everything else is made from it for each request.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.core.negotiate import languages
from node.service.home import Home
from node.web.addresses import Addresses
from vocab.languages import LANGUAGES

__all__ = ["HOME", "REQUEST_ID", "addresses_of", "chosen_language", "home_of", "wanted_languages"]

HOME: Final = web.AppKey("home", Home)
REQUEST_ID: Final = web.RequestKey("request_id", str)
"""The id of a request, for our log and for whoever reports a problem."""


def home_of(request: web.Request) -> Home:
    """The node that answers."""
    return request.config_dict[HOME]


def addresses_of(request: web.Request) -> Addresses:
    """Its addresses."""
    return Addresses(home_of(request).config.node.base_url)


def chosen_language(request: web.Request) -> str:
    """The language that the reader chose with ``?lang=``, one of ours; empty where none."""
    asked = request.query.get("lang", "")
    return asked if asked in LANGUAGES else ""


def wanted_languages(request: web.Request) -> tuple[str, ...]:
    """Languages for what records say: the chosen one, then the browser's, dearest first."""
    asked = languages(request.headers.get("Accept-Language", ""))
    chosen = chosen_language(request)
    return (chosen, *asked) if chosen else asked
