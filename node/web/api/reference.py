"""``/api``: the reference, made from the same table; ``/api/openapi.json``: the document.

The page needs no script: what other tools draw from the document by scripts of others stands here
as a page like every other. Descriptions are in English, as in the document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from aiohttp import web
from markupsafe import Markup, escape

from node.core.negotiate import media_type
from node.web.answers import HTML, Document, Link, send
from node.web.api.openapi import document
from node.web.api.operation import ROOT
from node.web.api.schemas import SCHEMAS
from node.web.api.table import OPERATIONS
from node.web.context import addresses_of, home_of
from node.web.pages import render, shell_of

__all__ = ["OPENAPI", "index", "openapi"]

OPENAPI: Final = "application/vnd.oai.openapi+json"
_NAMES: Final = (OPENAPI, "application/json")
_CODE: Final = re.compile(r"`([^`]*)`")


async def index(request: web.Request) -> web.Response:
    """``/api``: the reference; the document for whoever asks for it."""
    if media_type(request.headers.get("Accept", ""), [HTML, *_NAMES]) in _NAMES:
        return await openapi(request)
    home = home_of(request)
    return await render(
        request,
        "api.html",
        await shell_of(request),
        section="data",
        links=[Link(addresses_of(request).whole("/api/openapi.json"), "service-desc")],
        families=_families(),
        root=home.base_url + ROOT,
        schemas={name: _fields(schema) for name, schema in SCHEMAS.items()},
        abouts={name: schema["description"] for name, schema in SCHEMAS.items()},
        coded=_coded,
    )


async def openapi(request: web.Request) -> web.Response:
    """``/api/openapi.json``."""
    addresses = addresses_of(request)
    return await send(
        request,
        Document(
            body=orjson.dumps(document(addresses.base, OPERATIONS), option=orjson.OPT_INDENT_2),
            media_type=OPENAPI,
            cache="public, max-age=60, must-revalidate",
            vary=["Accept"],
            links=[Link(addresses.whole("/api"), "service-doc", {"type": HTML})],
        ),
    )


def _families() -> Mapping[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for one in OPERATIONS:
        grouped.setdefault(one.family, []).append(one)
    return grouped


def _fields(schema: Mapping[str, Any]) -> list[tuple[str, Markup, bool, str]]:
    """Name, type, whether it is always there, and what it is, of each field."""
    always = schema.get("required", ())
    return [
        (name, _kind(field), name in always, str(field.get("description", "")))
        for name, field in schema["properties"].items()
    ]


def _kind(schema: Mapping[str, Any]) -> Markup:
    """A type in a few words; another schema is a link to it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#{}">{}</a>').format(name, name)
    if schema.get("type") == "array":
        return _kind(schema["items"]) + Markup("[]")
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return Markup("{{…: {}}}").format(_kind(values))
    kind = schema.get("type", "")
    return Markup("{}").format(" | ".join(kind) if isinstance(kind, list) else kind)


def _coded(text: str) -> Markup:
    """A description with its code marks."""
    return Markup(_CODE.sub(lambda found: f"<code>{found[1]}</code>", str(escape(text))))  # noqa: S704 - escaped
