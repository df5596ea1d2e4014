"""What an operation of the API is, and how a request becomes a call of it and an answer.

Reading parameters, links of paging, conditional requests and CORS are the same for every operation;
a handler only says what it answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson
from aiohttp import web

from node.core.tokens import Scope
from node.service.accounts import note_deed
from node.service.home import Home
from node.store.ports import Position
from node.web.addresses import Addresses
from node.web.answers import Document, Link, send
from node.web.api.bearer import Holder, holder
from node.web.api.paging import cursor_of
from node.web.api.parameters import Parameter, Values, read_all
from node.web.api.sent import read_body
from node.web.context import addresses_of, home_of
from node.web.state import stated
from peers.encoding import JsonObject

__all__ = ["ROOT", "Call", "Handler", "Operation", "Reply", "preflight", "serve"]

ROOT: Final = "/api/v1"
"""Below it everything of this version stands; a later one will stand beside it."""

_CACHE: Final = "public, max-age=5, must-revalidate"
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read.

    Attributes:
        asked: A value for each parameter of the operation.
        sent: The body, of the operation's schema; empty where it has none.
        by: Who asks, where the operation has a scope.
    """

    request: web.Request
    asked: Values
    sent: JsonObject = field(default_factory=dict)
    by: Holder | None = None

    @property
    def home(self) -> Home:
        """The node that answers."""
        return home_of(self.request)

    @property
    def addresses(self) -> Addresses:
        """Its addresses."""
        return addresses_of(self.request)

    @property
    def holder(self) -> Holder:
        """Who asks, on the staff's part."""
        assert self.by is not None, "the operation has a scope"
        return self.by

    async def note(self) -> None:
        """Write into the audit log that a token is about to be used for a change."""
        await note_deed(self.home, self.holder.person.id, "by-token", self.holder.token.id)

    def text(self, name: str) -> str:
        """A parameter that is given once; empty where it is not."""
        return str(self.asked[name])

    def number(self, name: str) -> int:
        """A parameter that is a whole number."""
        value = self.asked[name]
        assert isinstance(value, int)
        return value

    def many(self, name: str) -> tuple[str, ...]:
        """A parameter that may be given several times."""
        value = self.asked[name]
        return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an operation answers.

    Attributes:
        content: The JSON object.
        place: Where the list goes on, any JSON value; ``None`` where it is whole.
        position: The state of the catalog that it was made from, which the headers name.
        links: Further ones.
    """

    content: Mapping[str, Any]
    place: Any = None
    position: Position | None = None
    links: Sequence[Link] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row of the table.

    Attributes:
        name: ``operationId``; path: below ``ROOT``, with ``{names}`` of parameters.
        title, about: For whoever reads the reference.
        answer: The schema of what it answers, by its name in ``node.web.api.schemas``.
        family: The heading that it stands under.
        missing: Whether what is asked for may not be there (404).
        status: Of its answer.
        scope: What a token must have; ``None`` where everyone may read.
        body: The schema of what is sent; empty where nothing is.
    """

    name: str
    path: str
    family: str
    title: str
    about: str
    answer: str
    handler: Handler
    method: str = "GET"
    parameters: tuple[Parameter, ...] = ()
    missing: bool = False
    status: int = 200
    scope: Scope | None = None
    body: str = ""


def serve(operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The operation as a handler of requests."""

    async def served(request: web.Request) -> web.StreamResponse:
        # Who may not ask learns nothing of what they asked.
        by = await holder(request, operation.scope) if operation.scope else None
        asked = read_all(operation.parameters, request.match_info, request.query)
        sent = await read_body(request, operation.body) if operation.body else {}
        call = Call(request=request, asked=asked, sent=sent, by=by)
        reply = await operation.handler(call)
        return await _sent(call, reply, operation.status)

    return served


async def preflight(_request: web.Request) -> web.Response:
    """What scripts of other sites may ask (CORS): everything that is read."""
    return web.Response(status=204, headers=_CORS)


async def _sent(call: Call, reply: Reply, status: int) -> web.Response:
    content, links = dict(reply.content), list(reply.links)
    if reply.place is not None:
        content["next"] = _next(call, reply.place)
        links.append(Link(content["next"], "next"))
    links.append(
        Link(call.addresses.whole("/api/openapi.json"), "service-desc", {"type": _OPENAPI})
    )
    headers = dict(reply.headers)
    if reply.position is not None:
        headers |= await stated(call.home, reply.position)
    return await send(
        call.request,
        Document(
            body=orjson.dumps(content),
            media_type="application/json",
            status=status,
            cache=_CACHE if call.by is None else "no-store",
            open=call.by is None,
            links=links,
            headers=headers,
        ),
    )


_OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.1"


def _next(call: Call, place: Any) -> str:
    """The address of what comes after a place: the same question with a cursor."""
    path = call.request.path.removeprefix(call.addresses.prefix)
    query: dict[str, str | int | tuple[str, ...]] = {
        name: tuple(call.request.query.getall(name))
        for name in call.request.query
        if name != "cursor"
    }
    return call.addresses.whole(path, **query, cursor=cursor_of(call.asked, place))
