"""Files that officers are sent, and lines on the control socket: read, or refused in words."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.control import call_line, listening
from node.core.sheets.csv_file import read_csv
from node.core.sheets.wording import Unreadable
from node.core.sheets.xlsx_reading import read_xlsx
from tests.homes import home_of
from tests.hostile.watch import watching

BUDGET = 2.0
"""Seconds of CPU for a file: imports have a budget of their own."""


def archive(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return packed.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&a;" * 10) for n in range(9))
    + b"]><x>&b8;</x>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
DIAL = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>'
BOOKS = {
    "nothing": b"",
    "noise": b"\x00\xff" * 20_000,
    "a head alone": b"PK\x03\x04",
    "an end alone": b"PK\x05\x06" + bytes(18),
    "an old workbook": b"\xd0\xcf\x11\xe0" + bytes(10_000),
    "an empty archive": archive(),
    "no workbook in it": archive(x=b"x"),
    "a bomb": archive(**{"xl/workbook.xml": bytes(300_000_000)}),
    "2,000 parts": archive(**{f"xl/worksheets/sheet{n}.xml": b"<x/>" for n in range(2_000)}),
    "entities": archive(**{"xl/workbook.xml": ENTITIES}),
    "an entity outside": archive(**{"xl/workbook.xml": OUTSIDE}),
    "a DTD elsewhere": archive(**{"xl/workbook.xml": DIAL}),
    "a path upwards": archive(**{"../../x": b"x", "xl/workbook.xml": b"<workbook/>"}),
    "deep XML": archive(**{"xl/workbook.xml": b"<x>" * 200_000}),
}
TEXTS = {
    "nothing": b"",
    "NUL": b"\x00" * 50_000,
    "a quotation without end": b'a,b\n"' + b"x" * 200_000,
    "quotations": b'"' * 200_000,
    "commas": b"," * 200_000,
    "semicolons and tabs": b";\t" * 100_000,
    "lines": b"\n" * 400_000,
    "returns": b"\r" * 400_000,
    "UTF-16 with half a pair": b"\xff\xfe" + b"\x00\xd8" * 10_000,
    "an odd UTF-16": b"\xff\xfea",
    "noise": bytes(range(256)) * 500,
    "formulas": b'a,b\n=HYPERLINK("http://127.0.0.1:1/"),+cmd|x\n' * 3_000,
    "a separator of its own": b"sep=\xe2\x80\xae\r\na\xe2\x80\xaeb\r\n",
    "40 MB": b"a,b\n" * 10_000_000,
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_hostile_workbook_is_refused_in_words(name: str) -> None:
    with watching(cpu=BUDGET), pytest.raises(Unreadable):
        read_xlsx(BOOKS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_table_is_read_or_refused_in_words(name: str) -> None:
    with watching(cpu=BUDGET):
        try:
            grid = read_csv(TEXTS[name])
        except Unreadable:
            return
    assert grid is not None


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    with watching():
        for read in (read_csv, read_xlsx):
            try:
                read(data)
            except Unreadable:
                continue


def test_an_honest_table_is_read() -> None:
    grid = read_csv("Título;Acción\nUna defensoría;Quejas\n".encode())
    assert [row.cells for row in grid.rows][-1] == ("Una defensoría", "Quejas")


LINES = [
    b"",
    b"\x00",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b'{"operation":"identity"}',
    b'{"operation":"nothing","arguments":{}}',
    b'{"operation":["identity"],"arguments":{}}',
    b'{"operation":"__class__","arguments":{}}',
    b'{"operation":"identity","arguments":[]}',
    b'{"operation":"identity","arguments":[1,2]}',
    b"[" * 100_000,
    b"\xff" * 100_000,
]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
async def test_a_line_that_is_no_command_ends_nothing(line: bytes, tmp_path: Path) -> None:
    home, path = await home_of(), tmp_path / "control.sock"
    async with listening(home, path):
        reader, writer = await asyncio.open_unix_connection(path)
        with watching():
            writer.write(line)
            writer.write_eof()
            async with asyncio.timeout(5):
                said = orjson.loads(await reader.read())
        writer.close()
        await writer.wait_closed()
        assert said["error"]
        assert (await call_line(path, "identity", {}))["did"] == "did:web:aurora.example"
