"""How the node itself is, for its admins: ``/desk/doctor``, ``/desk/settings``, ``/desk/keys`` and
``/desk/backups``.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from node.errors import NodeError
from node.service.accounts import note_deed
from node.service.backups import backups, make_backup
from node.service.doctor import doctor
from node.service.home import Home
from node.service.index import catch_up
from node.service.log_facts import facts_of
from node.service.outbox import announce
from node.service.rotate import rotate
from node.store.ports import Audience
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.staff import PERSON, check_form, form_token
from peers.checkpoint import NoteVerifier
from peers.errors import PeerError

__all__ = ["diagnosis", "keys", "make_one", "rotate_keys", "safe", "settings"]

_PURPOSES = ("record", "log", "http")


async def diagnosis(request: web.Request) -> web.Response:
    """``/desk/doctor``: what was looked at, what was found, how to mend it; the worst first."""
    checks = await doctor(home_of(request))
    order = {"wrong": 0, "warning": 1, "ok": 2}
    checks.sort(key=lambda one: order[one.result])
    return await _render(request, "doctor.html", checks=checks)


async def settings(request: web.Request) -> web.Response:
    """``/desk/settings``: every setting in force and where it comes from; no secret is among them,
    as secrets stand in files of their own.
    """
    return await _render(request, "settings.html", settings=home_of(request).config.origins())


async def keys(request: web.Request) -> web.Response:
    """``/desk/keys``."""
    return await _keys(request)


async def rotate_keys(request: web.Request) -> web.Response:
    """``POST /desk/keys``: new keys in the place of old ones, by the keys that are in force.

    What needs the recovery key is done on the command line: it is never typed into a page.
    """
    form = await request.post()
    check_form(request, form.get("token"))
    home, kind = home_of(request), str(form.get("kind", ""))
    purposes = {"all": _PURPOSES, **{one: (one,) for one in _PURPOSES}}.get(kind)
    if purposes is None:
        return await _keys(request, problem="expected a kind of key, found none", status=422)
    if form.get("sure") != "yes":
        return await _keys(request, asked=kind)
    try:
        await rotate(home, purposes)
    except (NodeError, PeerError) as fault:
        return await _keys(request, problem=str(fault), status=422)
    await note_deed(home, request[PERSON].id, "rotate", kind)
    await catch_up(home)
    await announce(home)
    return await _keys(request, done=True)


async def safe(request: web.Request) -> web.Response:
    """``/desk/backups``."""
    return await _backups(request)


async def make_one(request: web.Request) -> web.Response:
    """``POST /desk/backups``: make one now. It is not to be had from here: it holds the keys."""
    form = await request.post()
    check_form(request, form.get("token"))
    try:
        done = await make_backup(home_of(request))
    except NodeError as fault:
        return await _backups(request, problem=str(fault), status=fault.status)
    await note_deed(home_of(request), request[PERSON].id, "backup", done.path.name)
    return await _backups(request, done=True)


async def _backups(
    request: web.Request, *, problem: str = "", done: bool = False, status: int = 200
) -> web.Response:
    home = home_of(request)
    return await _render(
        request,
        "backups.html",
        status=status,
        rows=await backups(home),
        folder=home.config.backup.folder,
        problem=problem,
        done=done,
    )


async def _keys(
    request: web.Request,
    *,
    problem: str = "",
    asked: str = "",
    done: bool = False,
    status: int = 200,
) -> web.Response:
    home = home_of(request)
    return await _render(
        request,
        "keys.html",
        status=status,
        did=home.document.did.text,
        rows=_rows(home),
        log_facts=await facts_of(home, home.logs[Audience.PUBLIC]),
        problem=problem,
        asked=asked,
        done=done,
    )


def _rows(home: Home) -> list[tuple[str, str, str]]:
    """Kind, name and public key of each key in force."""
    log = NoteVerifier(home.document.public_log, home.keys.log.public)
    return [
        ("record", home.record_method, home.keys.record.public.multikey),
        ("log", log.text.partition("+")[0], log.text),
        ("http", home.http_method, home.keys.http.public.multikey),
    ]


async def _render(
    request: web.Request, template: str, *, status: int = 200, **values: Any
) -> web.Response:
    return await render(
        request,
        template,
        await shell_of(request),
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        **values,
    )
