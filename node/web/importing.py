"""``/desk/import``: a spreadsheet is looked through first, and taken when its officer says so.

The file stays on the desk between the two, under a key of its own, for a day at most. What is shown
first and what is done then is the same code (``node.service.sheets``): a dry run, and a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from node.core.sheets import SHEETS, CellFinding
from node.core.sheets.table import column_letters
from node.core.ulid import is_ulid, ulid
from node.errors import Invalid, NodeError
from node.service.home import Home
from node.service.sheet_files import template as template_file
from node.service.sheet_files import written_back
from node.service.sheets import Imported, ImportWish, import_sheet
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.staff import PERSON, check_form, form_token
from node.web.uploads import read_form
from peers.encoding import JsonObject, jcs, parse_json
from vocab.languages import LANGUAGES

__all__ = ["page", "returned", "take", "template", "upload"]

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a file: fifty thousand rows are far fewer."""
_FILE, _ABOUT = "upload", "upload-about"
"""Families of the desk's pages: key → the file; key → what it is called, and whose it is."""
_DAY: Final = 24 * 3600 * 1000
_TOLD: Final = 200
"""Findings that the page lists; the file that comes back has all of them."""
_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that waits on the desk."""

    key: str
    data: bytes
    wish: ImportWish


async def page(request: web.Request) -> web.Response:
    """``/desk/import``."""
    return await _page(request)


async def template(request: web.Request) -> web.Response:
    """``/desk/import/template``: an empty sheet in the officer's language, with lists to choose."""
    shell = await shell_of(request)
    kind, form = request.query.get("kind", "Practice"), request.query.get("form", "xlsx")
    tag = request.query.get("text", shell.language)
    if form not in _TYPES or tag not in LANGUAGES:
        raise Invalid(f"expected a form and a language that we offer, found {form!r} and {tag!r}")
    file = template_file(kind, [tag], shell.language, form)
    return _download(file, f"{kind}.{form}", form)


async def upload(request: web.Request) -> web.Response:
    """``POST /desk/import``: keep the file, and show what would become of it."""
    shell = await shell_of(request)
    fields, data = await read_form(request, LARGEST)
    if not data:
        return await _page(request, problem=shell.words.say("Choose a file."), status=422)
    home = home_of(request)
    wish = ImportWish(
        name=fields.get("filename", ""),
        kind=fields.get("kind", "") if fields.get("kind") in SHEETS else "",
        language=shell.language,
        tag=fields.get("text", "") if fields.get("text") in LANGUAGES else "",
    )
    kept = await _keep(home, request[PERSON].id, data, wish)
    return await _look(request, kept, dry_run=True)


async def take(request: web.Request) -> web.Response:
    """``POST /desk/import/{key}``: take the good rows as drafts."""
    check_form(request, (await request.post()).get("token"))
    kept = await _held(request)
    answer = await _look(request, kept, dry_run=False)
    await _forget(home_of(request), kept.key)
    return answer


async def returned(request: web.Request) -> web.Response:
    """``/desk/import/{key}/errors``: the file with what is wrong in front of each row."""
    kept = await _held(request)
    done = await import_sheet(home_of(request), kept.data, _dry(kept.wish))
    form = "csv" if kept.wish.name.lower().endswith((".csv", ".txt", ".tsv")) else "xlsx"
    file = written_back(done.tables, done.outcomes, form, kept.wish.language)
    return _download(file, f"errors.{form}", form)


async def _look(request: web.Request, kept: _Kept, *, dry_run: bool) -> web.Response:
    wish = _dry(kept.wish) if dry_run else kept.wish
    try:
        done = await import_sheet(home_of(request), kept.data, wish)
    except NodeError as exc:
        await _forget(home_of(request), kept.key)
        return await _page(request, problem=str(exc), status=exc.status)
    return await _page(request, kept=kept, done=done, dry_run=dry_run)


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    kept: _Kept | None = None,
    done: Imported | None = None,
    dry_run: bool = True,
    status: int = 200,
) -> web.Response:
    findings = _findings(done) if done else []
    return await render(
        request,
        "import.html",
        await shell_of(request),
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        problem=problem,
        kept=kept,
        done=done,
        dry_run=dry_run,
        counts=_counts(done) if done else {},
        findings=findings[:_TOLD],
        more=max(0, len(findings) - _TOLD),
        kinds=SHEETS,
        languages=LANGUAGES,
        largest=LARGEST,
    )


def _counts(done: Imported) -> dict[str, int]:
    return {
        "new": done.count("new"),
        "changed": done.count("changed"),
        "unchanged": done.count("unchanged"),
        "wrong": done.count("wrong"),
    }


def _findings(done: Imported) -> list[dict[str, Any]]:
    told = [*done.findings, *((row.sheet, one) for row in done.rows for one in row.findings)]
    return [_finding(sheet, one) for sheet, one in told]


def _finding(sheet: str, found: CellFinding) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "row": found.row,
        "column": "" if found.column is None else column_letters(found.column),
        "heading": found.heading,
        "message": found.finding.message,
        "mend": found.finding.mend,
        "refuses": found.refuses,
    }


async def _keep(home: Home, whose: str, data: bytes, wish: ImportWish) -> _Kept:
    """Put a file on the desk; those of yesterday go."""
    now = int(home.now().timestamp() * 1000)
    oldest = ulid(now - _DAY, bytes)
    over = [key for key in await home.desk.pages(_ABOUT) if key < oldest]
    key = ulid(now, home.entropy)
    about: JsonObject = {"name": wish.name, "kind": wish.kind, "tag": wish.tag, "whose": whose}
    gone: dict[tuple[str, str], bytes | None] = {
        (family, one): None for one in over for family in (_FILE, _ABOUT)
    }
    await home.desk.put_pages({**gone, (_FILE, key): data, (_ABOUT, key): jcs(about)})
    return _Kept(key, data, wish)


async def _held(request: web.Request) -> _Kept:
    """The file that an address names: its own officer's alone."""
    home, key = home_of(request), request.match_info["key"]
    about = await home.desk.page(_ABOUT, key) if is_ulid(key) else None
    data = await home.desk.page(_FILE, key) if about else None
    said: Any = parse_json(about) if about else {}
    if data is None or said["whose"] != request[PERSON].id:
        raise web.HTTPNotFound(text="Expected a file of yours, found none: send it again.")
    shell = await shell_of(request)
    wish = ImportWish(
        name=said["name"],
        kind=said["kind"],
        tag=said["tag"],
        language=shell.language,
        who=request[PERSON].id,
    )
    return _Kept(key, data, wish)


async def _forget(home: Home, key: str) -> None:
    await home.desk.put_pages({(_FILE, key): None, (_ABOUT, key): None})


def _dry(wish: ImportWish) -> ImportWish:
    return ImportWish(
        name=wish.name, kind=wish.kind, language=wish.language, tag=wish.tag, dry_run=True
    )


def _download(file: bytes, name: str, form: str) -> web.Response:
    return web.Response(
        body=file,
        content_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
