"""A sheet that was imported as drafts can be published by importing it again."""

from __future__ import annotations

import base64

from node.service.records import own_records
from node.service.sheet_calls import import_call
from tests.homes import home_of

SHEET = "type,title [es],action\nPractice,Asambleas,T6\nPractice,Defensoría,S3\n"


async def test_drafts_of_an_earlier_import_are_published() -> None:
    home = await home_of()
    data = base64.b64encode(SHEET.encode()).decode()
    drafted = await import_call(home, data=data, filename="a.csv", kind="Practice")
    assert (drafted["new"], drafted["receipts"]) == (2, [])
    done = await import_call(home, data=data, filename="a.csv", kind="Practice", publish=True)
    assert (done["new"], done["unchanged"], len(done["receipts"])) == (0, 2, 2)
    again = await import_call(home, data=data, filename="a.csv", kind="Practice", publish=True)
    assert again["receipts"] == []
    assert len(await own_records(home, kind="Practice")) == 2
