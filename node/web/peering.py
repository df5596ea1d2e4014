"""``/desk/peers``: whom this node follows, for its admins: who is well, and what is to be done.

A node is looked at before it is followed: its key is pinned then, and nobody can look for us
whether it is the city's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from aiohttp import web

from node.core.steps import Step
from node.errors import NodeError
from node.service.accounts import note_deed
from node.service.contacts import (
    contact_of,
    document_of_peer,
    follow,
    set_grant,
    set_state,
    unfollow,
)
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import tell_again
from node.service.readers import may_read
from node.service.replicate import sync_peer
from node.service.verify import probe
from node.web import shelf
from node.web.checking import CARES, TURNS, peer_view
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.staff import PERSON, check_form, form_token
from peers.errors import PeerError

__all__ = ["change", "listing", "look"]

_LENGTH: Final = 2048


async def listing(request: web.Request) -> web.Response:
    """``/desk/peers``."""
    return await _page(request, done=request.query.get("done", "")[:20])


async def look(request: web.Request) -> web.Response:
    """``POST /desk/peers``: what following an address would ask, and then following it."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, url = home_of(request), str(form.get("url", "")).strip()[:_LENGTH]
    url = url if "://" in url or not url else f"https://{url}"
    try:
        if form.get("do") == "follow":
            contact = await follow(home, url)
            await note_deed(home, request[PERSON].id, "follow", contact.did)
            return await _page(request, done="follow")
        async with request.config_dict[TURNS]:
            steps = await probe(home, url)
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), url=url, status=422)
    return await _page(request, url=url, steps=steps)


async def change(request: web.Request) -> web.Response:
    """``POST /desk/peers/change``: pause, take up, block, ask now, let read, or stop following."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, did, do = home_of(request), str(form.get("peer", ""))[:_LENGTH], str(form.get("do", ""))
    if do not in _CHANGES:
        return await _page(request, problem=f"expected one of {', '.join(_CHANGES)}", status=422)
    try:
        await _CHANGES[do](home, did)
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), status=422)
    await note_deed(home, request[PERSON].id, do, did)
    return await _page(request, done=do)


async def _ask_now(home: Home, did: str) -> None:
    report = await sync_peer(home, await contact_of(home, did))
    await catch_up(home)
    if report.error:
        raise NodeError(report.error)


async def _leave(home: Home, did: str) -> None:
    await unfollow(home, did)


async def _forget(home: Home, did: str) -> None:
    await unfollow(home, did, forget=True)
    await catch_up(home)


def _become(state: str) -> Callable[[Home, str], Awaitable[None]]:
    async def become(home: Home, did: str) -> None:
        await set_state(home, did, state)

    return become


def _grant(granted: bool) -> Callable[[Home, str], Awaitable[None]]:
    async def grant(home: Home, did: str) -> None:
        await tell_again(home, await set_grant(home, did, granted=granted))

    return grant


_CHANGES: Final[dict[str, Callable[[Home, str], Awaitable[None]]]] = {
    "sync": _ask_now,
    "pause": _become("paused"),
    "resume": _become("following"),
    "block": _become("blocked"),
    "grant": _grant(True),
    "ungrant": _grant(False),
    "unfollow": _leave,
    "forget": _forget,
}


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    done: str = "",
    url: str = "",
    steps: Sequence[Step] = (),
    status: int = 200,
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    names = await shelf.names(request)
    rows = []
    for one in await home.desk.contacts():
        keys = document_of_peer(one).record_keys
        rows.append(
            {
                "view": await peer_view(home, one, names),
                "keys": [key.multikey for key in keys.values()],
                "reads_ours": await may_read(home, one),
            }
        )
    return await render(
        request,
        "desk_peers.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        rows=rows,
        names=names,
        cares={care: shell.words.say(sentence) for care, sentence in CARES.items()},
        problem=problem,
        done=done,
        url=url,
        steps=steps,
        holds=bool(steps) and all(step.ok for step in steps),
    )
