"""``/feed.atom``: the newest entries of our public log (RFC 4287), withdrawals included."""

from __future__ import annotations

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
_RECORDS: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})


async def atom(request: web.Request) -> web.Response:
    """Fifty entries, newest first; each names its record, its version and its log position."""
    home, here = home_of(request), addresses_of(request)
    log = home.logs[Audience.PUBLIC]
    size = (await home.ledger.head(log)).size
    held = [
        one
        for one in reversed(await home.ledger.entries(log, max(0, size - _MOST), size))
        if one.entry.kind in _RECORDS and one.verdict.admitted
    ]
    shell = await shell_of(request)
    profile = await own_profile(home)
    entries = [await _entry(request, shell, one) for one in held]
    updated = held[0].entry.published if held else "1970-01-01T00:00:00Z"
    name = shell.plain(profile.name) if profile else here.host
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(name)}</title>",
        f"<id>{_text(here.whole('/feed.atom'))}</id>",
        f"<link rel={quoteattr('self')} href={quoteattr(here.whole('/feed.atom'))}/>",
        f"<link rel={quoteattr('alternate')} href={quoteattr(here.whole('/'))}/>",
        f"<updated>{updated}</updated>",
        f"<author><name>{_text(name)}</name><uri>{_text(here.whole('/'))}</uri></author>",
        *entries,
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
