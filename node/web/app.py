"""The web application of a node, made from its home."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.service.home import Home
from node.web.checking import TURNS
from node.web.context import HOME
from node.web.middleware import MIDDLEWARES, harden
from node.web.proxies import brought
from node.web.routes import ROUTES
from node.web.shelf import SHELF, Shelf
from node.web.stream import SPANS
from node.web.unreadable import quieten
from node.web.watchdog import DOG, Watchdog, watched

__all__ = ["make_app"]

_BODY: Final = 64 * 1024
"""Bytes of a request's body: a message, or a query."""
_CHECKS: Final = 2
"""Records that visitors have checked at once."""


def make_app(home: Home) -> web.Application:
    """The application: all of ``ROUTES``, with the headers and errors that stand around them."""
    app = web.Application(middlewares=(watched, *MIDDLEWARES, brought), client_max_size=_BODY)
    app[HOME] = home
    app[SHELF] = Shelf()
    app[SPANS] = {}
    app[DOG] = Watchdog()
    app[TURNS] = asyncio.Semaphore(_CHECKS)
    app.on_response_prepare.append(harden)
    quieten()
    prefix = urlsplit(home.config.node.base_url).path
    for start in dict.fromkeys(("", prefix)):
        for method, path, handler in ROUTES:
            if method == "GET":
                app.router.add_get(start + path, handler)
            else:
                app.router.add_route(method, start + path, handler)
    return app
