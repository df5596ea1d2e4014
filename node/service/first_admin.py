"""The first admin of a node: while there is none, a link that whoever runs the node is shown.

There is no default account and no password. The newest link alone is good, once, for as long as
any other; it is void as soon as there is an admin, however that came about.
"""

from __future__ import annotations

import hmac

from node.core.accounts import LINK_LIFE, Duty, digest_of, new_secret
from node.errors import NodeError, Refused
from node.service.accounts import begin_session, invite, people
from node.service.home import Home
from peers.encoding import jcs, parse_json

__all__ = ["first_link", "is_first", "open_first"]

_FAMILY, _KEY = "first-admin", "link"

_BY = "first-link"
"""Who opened the account, as the audit log names it."""


async def first_link(home: Home) -> str:
    """The secret of a new link to become the first admin; empty where there is an admin."""
    if await _has_admin(home):
        return ""
    secret = new_secret(home.entropy)
    expires = int(home.now().timestamp()) + LINK_LIFE
    page = jcs({"digest": digest_of(secret), "expires": expires})
    await home.desk.put_page(_FAMILY, _KEY, page)
    return secret


async def is_first(home: Home, secret: str) -> bool:
    """Whether this is the link that makes the first admin, and it is still good."""
    return await _kept(home, secret) is not None


async def open_first(home: Home, secret: str, name: str, contact: str) -> str:
    """Use the link: an account that may do everything; returns the secret of its session.

    Raises:
        NodeError: The name or the contact is empty; the link stays good.
        Refused: The link is not known, was used, has expired, or there is an admin already.
    """
    kept = await _kept(home, secret)
    if kept is None or not await home.desk.swap_page(_FAMILY, _KEY, kept, b"{}"):
        raise Refused(
            "expected the newest link that this node printed when it was started, while it has no "
            "admin; found one that is not, was used or has expired. Start the node again for a new "
            "link, or ask an admin for one"
        )
    try:
        person = await invite(home, _BY, name, contact, [Duty.ADMIN])
    except NodeError:
        await home.desk.put_page(_FAMILY, _KEY, kept)
        raise
    return await begin_session(home, person)


async def _kept(home: Home, secret: str) -> bytes | None:
    """The page of the link, where this is it."""
    data = await home.desk.page(_FAMILY, _KEY)
    match parse_json(data) if data else None:
        case {"digest": str() as digest, "expires": int() as expires}:
            known = hmac.compare_digest(digest, digest_of(secret))
            good = known and home.now().timestamp() < expires and not await _has_admin(home)
            return data if good else None
        case _:
            return None


async def _has_admin(home: Home) -> bool:
    return any(Duty.ADMIN in person.duties for person in await people(home))
