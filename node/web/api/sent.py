"""Bodies that programs send: JSON of a bounded size, of the schema that the document names."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import jsonschema_rs
from aiohttp import web

from node.errors import NodeError
from node.web.api.schemas import SCHEMAS
from peers.encoding import JsonObject, parse_json

__all__ = ["BadBody", "read_body"]

_MOST: Final = 288 * 1024
"""Bytes: a record of the largest size, and what stands around it."""
_SHOWN: Final = 300


class BadBody(NodeError):
    """A body that is no JSON, or not of its schema."""

    status = 400
    slug = "bad-request"


async def read_body(request: web.Request, name: str) -> JsonObject:
    """The body of a request.

    Args:
        name: Its schema, in ``node.web.api.schemas``.

    Raises:
        web.HTTPUnsupportedMediaType, web.HTTPRequestEntityTooLarge, BadBody: It is not as it
            must be.
    """
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType(
            text="Expected application/json without Content-Encoding."
        )
    content = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > _MOST:
            raise web.HTTPRequestEntityTooLarge(
                max_size=_MOST, actual_size=len(content), text=f"Expected at most {_MOST} bytes."
            )
    try:
        said = parse_json(bytes(content))
    except ValueError as exc:
        raise BadBody(f"the body: expected JSON, {exc}") from None
    wrong = next(iter(_validator(name).iter_errors(said)), None)
    if wrong is not None:
        place = "".join(f"/{part}" for part in wrong.instance_path) or "the body"
        raise BadBody(f"{place}: {wrong.message[:_SHOWN]}")
    assert isinstance(said, dict), "every schema of a body is an object's"
    return said


@cache
def _validator(name: str) -> Any:
    return jsonschema_rs.validator_for(
        {**SCHEMAS[name], "components": {"schemas": SCHEMAS}}, validate_formats=True
    )
