"""``/desk/files``: evidence that staff uploads; ``/files/{sha256}/{name}``: where it is fetched.

A file is never shown by this site, only handed over: as an attachment, of a type that is no page,
under a policy that lets nothing run. An internal one is there for staff alone; others are told
nothing of it.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from node.core.accounts import Duty
from node.core.media import LARGEST
from node.errors import NodeError
from node.service.accounts import signed_in
from node.service.drafts import drafts
from node.service.files import (
    ROOM,
    Kept,
    Reach,
    about_file,
    attach,
    content_of,
    files,
    keep,
    take_away,
)
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.staff import PERSON, check_form, form_token, secret_of
from node.web.uploads import read_form

__all__ = ["change", "fetch", "listing", "upload"]

_SHUT: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def fetch(request: web.Request) -> web.Response:
    """``/files/{sha256}/{name}``: the file, to be saved."""
    home, sha256 = home_of(request), request.match_info["sha256"]
    kept = await about_file(home, sha256)
    data = await content_of(home, sha256) if kept and await _may_fetch(request, kept) else None
    if kept is None or data is None:
        raise web.HTTPNotFound(
            text="Expected a file, found none: it was taken away, or is not for everybody."
        )
    hold = "public, max-age=86400" if kept.reach == "public" else "no-store"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name)}",
        "Content-Security-Policy": _SHUT,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": hold,
        "ETag": f'"{sha256}"',
    }
    return web.Response(body=data, content_type=kept.media_type, headers=headers)


async def _may_fetch(request: web.Request, kept: Kept) -> bool:
    if kept.reach == "public":
        return True
    secret = secret_of(request)
    return bool(secret) and await signed_in(home_of(request), secret) is not None


async def listing(request: web.Request) -> web.Response:
    """``/desk/files``."""
    return await _page(request)


async def upload(request: web.Request) -> web.Response:
    """``POST /desk/files``: keep a file."""
    fields, data = await read_form(request, LARGEST + 1)
    reach: Reach = "public" if fields.get("reach") == "public" else "internal"
    try:
        kept = await keep(
            home_of(request), request[PERSON].id, data, fields.get("filename", ""), reach
        )
    except NodeError as fault:
        return await _page(request, problem=str(fault), status=fault.status)
    return await _page(request, done=kept)


async def change(request: web.Request) -> web.Response:
    """``POST /desk/files/{sha256}``: name it in a draft, or take it away."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, sha256 = home_of(request), request.match_info["sha256"]
    shell = await shell_of(request)
    if form.get("do") == "away":
        await take_away(home, request[PERSON].id, sha256)
        return web.Response(status=303, headers={"Location": shell.href("/desk/files")})
    try:
        await attach(home, sha256, str(form.get("draft", "")))
    except NodeError as fault:
        return await _page(request, problem=str(fault), status=fault.status)
    return await _page(request, attached=await about_file(home, sha256))


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    done: Kept | None = None,
    attached: Kept | None = None,
    status: int = 200,
) -> web.Response:
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    held = await files(home)
    return await render(
        request,
        "files.html",
        shell,
        status=status,
        cache="no-store",
        person=person,
        token=form_token(request),
        files=held,
        used=sum(one.size for one in held),
        room=ROOM,
        largest=LARGEST,
        drafts=[_named(key, one) for key, one in (await drafts(home)).items()],
        problem=problem,
        done=done,
        attached=attached,
        may_write=bool({Duty.AUTHOR, Duty.PUBLISHER, Duty.ADMIN} & set(person.duties)),
    )


def _named(key: str, document: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    """A draft in a list: key, type, title by language."""
    title = document.get("title") or document.get("name") or {}
    return key, str(document.get("type", "")), title if isinstance(title, dict) else {}
