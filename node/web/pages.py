"""Rendering pages: the templates, and the shell around each.

Autoescape is on for everything; only what ``node.web`` makes itself (drawings, cleaned prose) comes
as Markup. An undefined name in a template is an error, not an empty string.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from node.service.discover import put_of
from node.service.home import Home
from node.store.ports import StoreError
from node.web.addresses import place_key
from node.web.answers import HTML, REVALIDATE, Document, Link, send
from node.web.assets import file_name
from node.web.catalogues import words_for
from node.web.context import (
    REQUEST_ID,
    addresses_of,
    chosen_language,
    home_of,
    wanted_languages,
)
from node.web.facade import MARK, facade, key
from node.web.groups import groups, tone_of
from node.web.shell import SECTIONS, Shell
from node.web.views import actions_of, titled
from node.web.wording import iri_link, kind_name, kinds_name, media_name, outside
from peers.encoding import parse_json
from peers.log import EntryKind
from vocab.errors import NotARecord
from vocab.framework import load
from vocab.languages import direction
from vocab.records import City, Organization, parse

__all__ = ["VARY", "error_page", "own_profile", "page_bytes", "render", "shell_of"]

VARY: Final = ("Accept", "Accept-Language")
"""What the answer of every page depends on, besides its coding."""


async def own_profile(home: Home) -> City | Organization | None:
    """What the node says of itself; ``None`` where it has said nothing yet."""
    held = await home.ledger.latest(home.profile_iri)
    if held is None or held.body is None or held.entry.kind is EntryKind.DELETE:
        return None
    said = parse_json(held.body.record)
    assert isinstance(said, dict)
    try:
        record = parse(said)
    except NotARecord:
        return None
    return record if isinstance(record, City | Organization) else None


async def shell_of(request: web.Request, *, demonstration: bool = False) -> Shell:
    """The surroundings of the page that a request asks for.

    Args:
        demonstration: Whether the page shows invented cities, beyond the node's own.
    """
    home = home_of(request)
    profile = await own_profile(home)
    return _shell(request, profile, demonstration=demonstration)


async def render(
    request: web.Request,
    template: str,
    shell: Shell,
    *,
    status: int = 200,
    links: Sequence[Link] = (),
    cache: str = REVALIDATE,
    vary: Sequence[str] = VARY,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> web.Response:
    """A page.

    Args:
        template: File name in ``templates/``.
        values: What the template names, besides what every page is given (see ``_page``).
    """
    return await send(
        request,
        Document(
            body=page_bytes(template, shell, values),
            media_type=HTML,
            status=status,
            cache=cache,
            links=links,
            vary=vary,
            open=False,
            headers=headers or {},
        ),
    )


async def error_page(
    request: web.Request, status: int, slug: str, title: str, detail: str
) -> bytes:
    """The page for a refusal or a failure."""
    profile = None
    if status < 500:  # Where we have failed, the stores may be what failed: nothing is read.
        with suppress(StoreError, OSError):
            profile = await own_profile(home_of(request))
    shell = _shell(request, profile, demonstration=False)
    values = {
        "status": status,
        "slug": slug,
        "said": title,
        "detail": detail,
        "reference": request.get(REQUEST_ID, ""),
    }
    return page_bytes("error.html", shell, values)


def _shell(
    request: web.Request, profile: City | Organization | None, *, demonstration: bool
) -> Shell:
    home, addresses = home_of(request), addresses_of(request)
    path = request.path.removeprefix(addresses.prefix) or "/"
    wanted = wanted_languages(request)
    return Shell(
        addresses=addresses,
        words=words_for(wanted),
        wanted=wanted,
        chosen=chosen_language(request),
        path=path,
        query=tuple((name, value) for name, value in request.query.items() if name != "lang"),
        name=profile.name if profile else {},
        role=home.config.node.role,
        demonstration=demonstration or bool(profile and profile.demonstration),
        now=home.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def page_bytes(template: str, shell: Shell, values: Mapping[str, Any]) -> bytes:
    """A template filled in, outside of a request too."""
    words = shell.words
    return (
        _environment()
        .get_template(template)
        .render(
            {
                "section": "",
                **values,
                "s": shell,
                "_": words.say,
                "titled": partial(titled, shell),
                "n_": words.count,
                "href": shell.href,
                "iri_link": partial(iri_link, shell),
            }
        )
        .encode()
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("node.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        actions=lambda found: actions_of(found.record),
        direction=direction,
        place_key=place_key,
        last_part=lambda iri: iri.rpartition("/")[2],
        media_name=media_name,
        tuple_=tuple,
        unquote=unquote,
    )
    made.globals.update(
        MARK=MARK,
        SECTIONS=SECTIONS,
        facade=facade,
        groups=groups,
        tone=tone_of,
        framework=load(),
        key=key,
        kind_name=kind_name,
        kinds_name=kinds_name,
        outside=outside,
        static=file_name,
        summary_of=lambda put: getattr(put_of(put), "summary", {}),
    )
    return made
