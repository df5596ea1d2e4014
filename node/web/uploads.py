"""Forms with a file: read part by part, within bounds, and only where the form is ours."""

from __future__ import annotations

from typing import Final

from aiohttp import BodyPartReader, web

from node.web.staff import check_form

__all__ = ["read_form"]

_FIELD: Final = 1024
"""Bytes of a field that is no file."""


async def read_form(request: web.Request, largest: int) -> tuple[dict[str, str], bytes]:
    """The form's fields, and the file; the token comes first, and nothing is read without it.

    Args:
        largest: Bytes of the file.

    Returns:
        The fields by name, the file's name as ``filename``; and the file.

    Raises:
        web.HTTPRequestEntityTooLarge: The file is larger than is taken.
    """
    fields: dict[str, str] = {}
    data, checked = b"", False
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise web.HTTPBadRequest(text="Expected the fields of the form, found other parts.")
        whole = await _part(part, largest if part.name == "file" else _FIELD)
        if not checked:
            check_form(request, whole.decode(errors="replace") if part.name == "token" else None)
            checked = True
        if part.name == "file":
            data, fields["filename"] = whole, (part.filename or "")[-200:]
        else:
            fields[part.name] = whole.decode(errors="replace")
    return fields, data


async def _part(part: BodyPartReader, most: int) -> bytes:
    whole = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        whole += chunk
        if len(whole) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(whole))
    return bytes(whole)
