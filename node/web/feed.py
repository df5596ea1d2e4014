"""``/feed.atom``: the newest entries of our public log (RFC 4287), withdrawals included.

Older ones are on further pages (RFC 5005, section 3), down to the first entry. A page is named by
the log's position before which its entries stand, so it stays what it is while the log grows.
"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from node.service.records import document_of
from node.store.ports import Audience, Held
from node.web.answers import Document, send
from node.web.context import addresses_of, home_of
from node.web.pages import own_profile, shell_of
from node.web.record_page import known_of
from node.web.shell import Shell
from node.web.views import named_in, title_of
from node.web.wording import Writer
from peers.log import EntryKind
from vocab.records import parse

__all__ = ["atom"]

_MOST: Final = 50
_BEHIND_ALL: Final = 10**12 - 1
_NEVER: Final = "1970-01-01T00:00:00Z"
"""A feed says when it changed, also before its first entry."""
_RECORDS: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})


async def atom(request: web.Request) -> web.Response:
    """Fifty entries, newest first; each names its record, its version and its log position."""
    home = home_of(request)
    log = home.logs[Audience.PUBLIC]
    size = (await home.ledger.head(log)).size
    before = min(_before(request), size)
    start = max(0, before - _MOST)
    held = [
        one
        for one in reversed(await home.ledger.entries(log, start, before))
        if one.entry.kind in _RECORDS and one.verdict.admitted
    ]
    shell = await shell_of(request)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom"{_lang(shell.language)}>',
        *await _about(request, shell, start, before if "before" in request.query else None),
        f"<updated>{held[0].entry.published if held else _NEVER}</updated>",
        *[await _entry(request, shell, one) for one in held],
        "</feed>",
    ]
    return await send(
        request,
        Document(
            body="\n".join([*lines, ""]).encode(),
            media_type="application/atom+xml",
            cache="public, max-age=60, must-revalidate",
            vary=["Accept-Language"],
        ),
    )


async def _about(request: web.Request, shell: Shell, start: int, before: int | None) -> list[str]:
    """What the feed is, whose, and where its other pages are.

    Args:
        start: Position of the page's oldest entry; before: of the entry after its newest one, or
            ``None`` on the first page.
    """
    here = addresses_of(request)
    profile = await own_profile(home_of(request))
    language, name = shell.pick(profile.name) if profile else ("", here.host)

    def at(before: int | None) -> str:
        page: dict[str, int] = {} if before is None else {"before": before}
        return here.whole("/feed.atom", **page, lang=shell.chosen)

    links = {"self": at(before), "first": at(None), "alternate": here.whole("/", lang=shell.chosen)}
    if start > 0:
        links["next"] = at(start)
    if before is not None:
        links["previous"] = at(before + _MOST)
    return [
        f"<title{_lang(language)}>{_text(name)}</title>",
        # One feed, whatever the page and the language.
        f"<id>{_text(here.whole('/feed.atom'))}</id>",
        *(f"<link rel={quoteattr(rel)} href={quoteattr(to)}/>" for rel, to in links.items()),
        f"<author><name>{_text(name)}</name><uri>{_text(here.whole('/'))}</uri></author>",
    ]


def _before(request: web.Request) -> int:
    """The position before which entries are asked for; without one, behind the newest."""
    text = request.query.get("before", str(_BEHIND_ALL))
    if not re.fullmatch(r"[1-9][0-9]{0,11}", text):
        raise web.HTTPBadRequest(text=f"before: expected a position from 1, found {text[:20]!r}")
    return int(text)


async def _entry(request: web.Request, shell: Shell, held: Held) -> str:
    iri, number = held.entry.object, held.entry.version
    title, language = await _title(request, shell, held)
    withdrawn = held.entry.kind is EntryKind.DELETE
    state = (
        shell.words.say("withdrawn") if withdrawn else shell.words.say("version %(n)s", n=number)
    )
    return "".join(
        [
            "<entry>",
            f"<title{_lang(language)}>{_text(title)}</title>",
            f"<id>{_text(held.entry.id)}</id>",
            f"<link rel={quoteattr('alternate')} href={quoteattr(f'{iri}/v/{number}')}/>",
            f"<published>{held.entry.published}</published>",
            f"<updated>{held.entry.published}</updated>",
            f"<summary>{_text(str(state.striptags()))}</summary>",
            "</entry>",
        ]
    )


async def _title(request: web.Request, shell: Shell, held: Held) -> tuple[str, str]:
    """The record's title and its language; of a withdrawal the address: its text is gone."""
    if held.body is None or held.entry.kind is EntryKind.DELETE:
        return held.entry.object, ""
    record = parse(document_of(held))
    puts = await known_of(home_of(request), named_in(record))
    known = {iri: put.title for iri, put in puts.items()}
    texts = getattr(record, "title", {}) or getattr(record, "name", {})
    language, text = shell.pick(texts)
    return (text, language) if text else (title_of(record, Writer(shell, known))[1], "en")


def _lang(tag: str) -> str:
    return f" xml:lang={quoteattr(tag)}" if tag else ""


def _text(text: str) -> str:
    """Escaped, and without the control characters that XML 1.0 has no place for."""
    kept = (char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))
    return escape("".join(kept))
