"""Answers: whole documents with validator, digest, coding and links, and refusals in words.

One function sends every document, so that conditional requests (RFC 9110, section 13), content
codings, ``Content-Digest`` (RFC 9530) and ``Link`` (RFC 8288) are the same everywhere.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import zstandard
from aiohttp import web

from node.core.negotiate import coding

__all__ = ["HTML", "IMMUTABLE", "PROBLEM", "REVALIDATE", "Document", "Link", "problem", "send"]

HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
REVALIDATE: Final = "public, max-age=0, must-revalidate"
IMMUTABLE: Final = "public, max-age=31536000, immutable"

_CODINGS: Final = ("zstd", "gzip")
_WORTH: Final = 512
"""Bytes below which compressing costs more than it saves."""
_MUCH: Final = 64 * 1024
"""Bytes above which compressing leaves the event loop."""
_EXPOSED: Final = (
    "Content-Digest, ETag, Intercity-Checkpoints, Intercity-Position, Intercity-Snapshot, Link, "
    "Location, Memento-Datetime, Retry-After"
)
"""Headers that scripts of other sites may read, beyond those that they always may."""
_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
_WITH_CHARSET: Final = re.compile(r"text/.*|application/(n-triples|n-quads)")


@dataclass(frozen=True, slots=True)
class Link:
    """One ``Link`` of RFC 8288; ``attributes`` such as ``type`` and ``hreflang``."""

    target: str
    rel: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = "".join(f'; {name}="{value}"' for name, value in self.attributes.items())
        return f'<{self.target}>; rel="{self.rel}"{parts}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is sent.

    Attributes:
        body: All of it.
        media_type: Without charset.
        cache: ``Cache-Control``.
        links, vary: As they go into the headers; ``Accept-Encoding`` is added to ``vary``.
        open: Whether scripts of other sites may read it (it is public data).
        compress: False where the format is packed already.
        headers: Further ones.
    """

    body: bytes
    media_type: str
    status: int = 200
    cache: str = REVALIDATE
    links: Sequence[Link] = ()
    vary: Sequence[str] = ()
    open: bool = True
    compress: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


async def send(request: web.Request, document: Document) -> web.Response:
    """The answer to a request: the document, or 304 where the client holds it already."""
    used = "identity"
    if document.compress and len(document.body) >= _WORTH:
        used = coding(request.headers.get("Accept-Encoding", ""), _CODINGS)
    headers = _headers(document, used)
    if document.status == 200 and _holds(request.headers.get("If-None-Match", ""), headers["ETag"]):
        return web.Response(status=304, headers=headers)
    body = document.body
    if used != "identity":
        if len(body) > _MUCH:
            body = await asyncio.to_thread(_pack, body, used)
        else:
            body = _pack(body, used)
        headers["Content-Encoding"] = used
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers["Content-Digest"] = f"sha-256=:{digest}:"
    headers["Content-Type"] = _content_type(document.media_type)
    return web.Response(status=document.status, body=body, headers=headers)


def problem(base: str, status: int, slug: str, title: str, detail: str) -> dict[str, object]:
    """Problem details (RFC 9457). ``type`` leads to where the kind of problem is explained."""
    return {
        "type": f"{base}/data#problem-{slug}",
        "title": title,
        "status": status,
        "detail": detail,
    }


def _headers(document: Document, used: str) -> dict[str, str]:
    suffix = "" if used == "identity" else f"-{used}"
    # RFC 9110, section 8.8.3: a strong validator differs between codings.
    tag = hashlib.sha256(document.media_type.encode() + b"\0" + document.body).hexdigest()[:32]
    headers = {
        **document.headers,
        "ETag": f'"{tag}{suffix}"',
        "Cache-Control": document.cache,
    }
    vary = [*document.vary, *(["Accept-Encoding"] if document.compress else [])]
    if vary:
        headers["Vary"] = ", ".join(vary)
    if document.links:
        headers["Link"] = ", ".join(str(link) for link in document.links)
    if document.open:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = _EXPOSED
    return headers


def _holds(if_none_match: str, tag: str) -> bool:
    """RFC 9110, section 13.1.2: weak comparison, any of the tags, or ``*``."""
    if if_none_match.strip() == "*":
        return True
    return tag.strip('"') in _TAG.findall(if_none_match)


def _pack(body: bytes, used: str) -> bytes:
    if used == "zstd":
        return zstandard.ZstdCompressor(level=3).compress(body)
    return gzip.compress(body, compresslevel=6, mtime=0)


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if _WITH_CHARSET.fullmatch(media_type) else media_type
