"""What a killed process leaves in the folder of the text index."""

from __future__ import annotations

import json
from pathlib import Path

from node.store.ports import Drop, Position, SearchWish, TextPut
from node.store.tantivy import open_tantivy
from peers.log import LogId


def put(number: int) -> TextPut:
    return TextPut(
        iri=f"https://city.example/practice/{number}",
        kind="Practice",
        agent="https://city.example/#city",
        title={"es": f"Número {number}"},
        texts={},
        concepts={},
        facets={"kind": ("Practice",)},
        log=LogId("city.example/log/public"),
        index=number,
        version=1,
        published="2026-01-01T00:00:00Z",
        recorded="2026-01-01T00:00:00Z",
        sort="",
        stored=b"{}",
    )


async def test_a_half_written_commit_does_not_take_the_next_ones_names(tmp_path: Path) -> None:
    folder = tmp_path / "text"
    async with open_tantivy(folder) as index:
        await index.apply([put(number) for number in range(5)], Position("ledger", 5))
    _leave_deletions(folder)
    async with open_tantivy(folder) as index:
        for number in range(5):
            await index.apply([Drop(put(number).iri)], Position("ledger", 6 + number))
        assert (await index.search(SearchWish())).total == 0


def _leave_deletions(folder: Path) -> None:
    """As a kill does between writing the files of a commit and naming them in ``meta.json``."""
    meta = json.loads((folder / "meta.json").read_text())
    managed = json.loads((folder / ".managed.json").read_text())
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        for stamp in range(meta["opstamp"], meta["opstamp"] + 40):
            path = folder / f"{name}.{stamp}.del"
            path.write_bytes(b"half")
            managed.append(path.name)
    (folder / ".managed.json").write_text(json.dumps(managed))
