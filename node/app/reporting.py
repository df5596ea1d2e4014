"""The operations of commands that need the words of the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from node.control import Operations
from node.errors import NodeError
from node.service.export import write_whole
from node.service.home import Home
from node.web.mailing import shell_without_request
from node.web.report_files import FORMS, gathered, written_as
from peers.encoding import JsonObject

__all__ = ["ABOVE"]


async def write_report(
    home: Home, *, year: int, form: str, path: str, language: str = "", vlr: bool = False
) -> JsonObject:
    """A year of ours as a file: where it was written, how many records it rests on, the hash."""
    if form not in FORMS:
        raise NodeError(f"expected a form, one of {', '.join(FORMS)}; found {form!r}")
    found = await gathered(home, year)
    shell = await shell_without_request(home, language)
    data = await written_as(form, found, shell, vlr=vlr)
    return {
        "path": path,
        "count": len(found.records(vlr=vlr)),
        "sha256": await write_whole(Path(path), data),
    }


ABOVE: Final[Operations] = {"report": write_report}
"""Name → operation, as in ``node.control.OPERATIONS``."""
