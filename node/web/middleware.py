"""What stands around every handler: a request id, security headers, and errors in words.

A mistake of a client or a peer is answered with 4xx and problem details (RFC 9457), or with a page
for whoever asked for HTML. What goes wrong on our side is 500 or 503; its cause goes to our log
under the request's id, and nothing of it into the answer.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from node.core.negotiate import media_type
from node.errors import NodeError
from node.store.ports import Broken, Full, StoreError
from node.web.answers import HTML, PROBLEM, problem
from node.web.context import REQUEST_ID, addresses_of, home_of
from node.web.pages import error_page
from node.web.problems import PROBLEMS, told
from peers.errors import PeerError, TooLarge, Untrusted
from vocab.shapes import Finding

__all__ = ["FRAMED", "HEADERS", "MIDDLEWARES", "WITH_SCRIPT", "Trouble", "harden"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger(__name__)

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer that says nothing else: nothing is loaded but our own style, fonts and pictures,
and no script runs.
"""

WITH_SCRIPT: Final = {
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self'"
}
"""On the two pages that ask a browser for a passkey: our own files may run there, nothing else."""

FRAMED: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors *"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""On the one page that other sites may show in a frame."""

_BY_STATUS: Final = {
    400: "bad-request",
    401: "unauthenticated",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many",
}


_FINDINGS: Final = 100
"""Findings that one answer tells."""

_NOT_OURS: Final[tuple[tuple[type[Exception], int, str, str], ...]] = (
    (TooLarge, 413, "too-large", ""),
    (Untrusted, 403, "untrusted", ""),
    (PeerError, 400, "bad-request", ""),
    (Full, 507, "full", "The node's disk is full; reading goes on."),
    (StoreError, 503, "unavailable", "The node's store cannot be read now; try again."),
)
"""A peer's mistakes and the stores': class, status, slug, and words where ours say too much."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A refusal or a failure, ready to be said."""

    status: int
    slug: str
    detail: str
    retry_after: int = 0
    findings: tuple[Finding, ...] = ()


@web.middleware
async def _identified(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, for our log and for whoever reports a problem."""
    request_id = home_of(request).entropy(8).hex()
    request[REQUEST_ID] = request_id
    with structlog.contextvars.bound_contextvars(request=request_id):
        return await handler(request)


@web.middleware
async def _said(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what is raised into an answer."""
    try:
        return await handler(request)
    except web.HTTPException as exc:
        if exc.status < 400:
            raise
        response = await _answer(request, _of_http(exc))
        for name in ("Allow", "WWW-Authenticate"):
            if name in exc.headers:
                response.headers[name] = exc.headers[name]
        return response
    except (NodeError, PeerError, StoreError) as exc:
        if isinstance(exc, Broken):
            home_of(request).broken.set()
        return await _answer(request, _of_ours(exc))
    except Exception:  # noqa: BLE001 - the last one who can say anything to the client
        _log.exception("request failed", method=request.method, path=request.path[:200])
        return await _answer(request, Trouble(500, "failed", ""))


MIDDLEWARES: Final = (_identified, _said)


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on whatever is about to be sent (``on_response_prepare``)."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"] == FRAMED["Content-Security-Policy"]:
        del response.headers["X-Frame-Options"]  # It knows no list of those who may.
    if REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[REQUEST_ID]
    response.headers.pop("Server", None)


def _of_http(exc: web.HTTPException) -> Trouble:
    slug = _BY_STATUS.get(exc.status, "bad-request" if exc.status < 500 else "failed")
    # What aiohttp says by default is the status in words, which the title says better.
    detail = exc.text or ""
    detail = "" if detail.startswith(f"{exc.status}: ") else detail
    return Trouble(exc.status, slug, detail, int(exc.headers.get("Retry-After", "0")))


def _of_ours(exc: NodeError | PeerError | StoreError) -> Trouble:
    if isinstance(exc, NodeError):
        found = [one for one in getattr(exc, "findings", ()) if isinstance(one, Finding)]
        after = getattr(exc, "retry_after", 0)
        return Trouble(exc.status, exc.slug, str(exc), after, tuple(found[:_FINDINGS]))
    _, status, slug, detail = next(row for row in _NOT_OURS if isinstance(exc, row[0]))
    if isinstance(exc, StoreError):
        _log.error("store failed", error=str(exc))
    return Trouble(status, slug, detail or str(exc), 5 if status == 503 else 0)


async def _answer(request: web.Request, trouble: Trouble) -> web.Response:
    offered = media_type(request.headers.get("Accept", ""), [PROBLEM, HTML, "application/json"])
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if trouble.retry_after:
        headers["Retry-After"] = str(trouble.retry_after)
    title = PROBLEMS[trouble.slug]
    if offered == HTML:
        page = await error_page(request, trouble.status, trouble.slug, title, trouble.detail)
        headers["Content-Type"] = "text/html; charset=utf-8"
        return web.Response(status=trouble.status, body=page, headers=headers)
    said = problem(
        addresses_of(request).base,
        trouble.status,
        trouble.slug,
        title,
        trouble.detail or HTTPStatus(trouble.status).description,
    )
    headers |= {"Content-Type": PROBLEM, "Access-Control-Allow-Origin": "*"}
    if trouble.findings:
        said["findings"] = [told(one) for one in trouble.findings]
    body = json.dumps({**said, "request": request.get(REQUEST_ID, "")}, ensure_ascii=False).encode()
    return web.Response(status=trouble.status, body=body, headers=headers)
