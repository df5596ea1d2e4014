"""Who asks, on the staff's part of the API: a token in ``Authorization`` (RFC 6750), nothing else.

A session's cookie counts nothing here: a page of another site can send it along, and cannot send a
token that it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from node.core.accounts import Person
from node.core.tokens import Scope, Token, may
from node.errors import Refused
from node.service.tokens import PREFIX, holder_of
from node.web.context import home_of

__all__ = ["Holder", "holder"]

_BEARER: Final = re.compile(rf"[Bb]earer ({PREFIX}[A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose program asks, and with which token."""

    person: Person
    token: Token


async def holder(request: web.Request, scope: Scope) -> Holder:
    """Whoever asks with a token that lets its program do this.

    Raises:
        web.HTTPUnauthorized: There is no token, or none that stands.
        Refused: It stands, and does not reach so far.
    """
    found = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    held = await holder_of(home_of(request), found[1]) if found else None
    if held is None:
        said = "expired, revoked or unknown" if found else "none"
        raise web.HTTPUnauthorized(
            text=f"Expected a token of this node in the header Authorization, as Bearer "
            f"{PREFIX}…; found {said}. Somebody with an account makes one on the desk.",
            headers={"WWW-Authenticate": f'Bearer realm="desk", scope="{scope}"'},
        )
    token, person = held
    if not may(token, person, scope):
        raise Refused(
            f"expected a token with the scope {scope}, of somebody who may do it; found "
            f"{', '.join(token.scopes)}, of somebody who is {', '.join(person.duties)}"
        )
    return Holder(person, token)
