"""What is Oxigraph's own: its files, its lock, its copies for queries, and what a crash leaves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from node.store.oxigraph import OxigraphStore, open_oxigraph
from node.store.oxigraph.dataset import Dataset, _read
from node.store.ports import Budget, Busy, Drop, GraphPut, Position
from node.store.workers.pool import open_workers

BUDGET = Budget(seconds=20)
TITLE = "http://purl.org/dc/terms/title"


def record(number: int, title: str = "") -> GraphPut:
    iri = f"https://lyon.example/practice/{number:04}"
    return GraphPut(graph=iri, triples=f'<{iri}> <{TITLE}> "{title or number}" .\n')


def checked(number: int) -> GraphPut:
    put = record(number)
    return GraphPut(graph=f"{put.graph}#provenance", triples=put.triples, union=False)


def at(sequence: int) -> Position:
    return Position("a-ledger", sequence)


async def count(store: OxigraphStore, pattern: str = "?s ?p ?o") -> int:
    rows = await store.select(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", BUDGET, accept="text/csv")
    return int(rows.body.split()[1])


async def test_two_cannot_have_one_folder_open(tmp_path: Path) -> None:
    async with open_oxigraph(tmp_path):
        with pytest.raises(Busy, match=r"another process"):
            async with open_oxigraph(tmp_path):
                pass
    async with open_oxigraph(tmp_path) as store:
        assert await store.position() == Position("")


async def test_no_query_sees_the_mark(tmp_path: Path) -> None:
    async with open_oxigraph(tmp_path) as store:
        await store.apply([record(1), checked(1)], at(1))
        assert await count(store) == 1
        assert await count(store, "GRAPH ?g { ?s ?p ?o }") == 2
        assert await count(store, "GRAPH ?g { }") == 2
        mark = "urn:intercity:mark"
        assert await count(store, f"GRAPH <{mark}> {{ ?s ?p ?o }}") == 0
        rows = await store.select("ASK { ?s ?p ?o }", BUDGET, default_graphs=[mark])
        assert b"false" in rows.body
        assert await store.describe(mark) is None
        assert mark.encode() not in await store.dump()
        with pytest.raises(ValueError, match=r"the store's own"):
            await store.apply([Drop(mark)], at(2))


async def test_a_crash_after_loading_and_before_the_mark_is_harmless(tmp_path: Path) -> None:
    steps = [step for number in range(100) for step in (record(number), checked(number))]
    dataset = Dataset(tmp_path / "crashed")
    dataset.apply([record(200)], at(1))
    loaded = Dataset(tmp_path / "loaded-elsewhere")
    loaded.apply([record(200), *steps], at(200))
    dataset._load({step.graph: _read(step) for step in steps})
    dataset.close()
    again = Dataset(tmp_path / "crashed")
    assert again.position == at(1)
    again.apply(steps, at(200))
    assert again.dump() == loaded.dump()
    assert (again.position, again._outside) == (loaded.position, loaded._outside)
    again.close()
    loaded.close()


_ENDLESS = """
import sys
from pathlib import Path
from node.store.oxigraph.dataset import Dataset
from tests.node.store.test_oxigraph import at, checked, record
dataset = Dataset(Path(sys.argv[1]))
for sequence in range(dataset.position.sequence + 1, 10**6):
    steps = [record(sequence % 50, f"said at {sequence}"), checked(sequence % 50)]
    if sequence % 10 == 0:
        steps = [record(number, f"said at {sequence}") for number in range(50, 120)]
    dataset.apply(steps, at(sequence))
    print(sequence, flush=True)
"""


async def test_killed_at_any_moment_it_holds_what_its_mark_says(tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "graph"
    for lines in (1, 4, 9, 2, 13, 6):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _ENDLESS, str(folder), stdout=subprocess.PIPE, cwd=root
        )
        assert process.stdout is not None
        acknowledged = 0
        for _ in range(lines):
            acknowledged = int(await asyncio.wait_for(process.stdout.readline(), 20))
        process.kill()
        await process.communicate()
        dataset = Dataset(folder)
        # What a killed process wrote is with the system, so nothing acknowledged is lost either.
        assert dataset.position.sequence >= acknowledged
        expected = Dataset(tmp_path / f"expected-{acknowledged}")
        for sequence in range(1, dataset.position.sequence + 1):
            steps = [record(sequence % 50, f"said at {sequence}"), checked(sequence % 50)]
            if sequence % 10 == 0:
                steps = [record(number, f"said at {sequence}") for number in range(50, 120)]
            expected.apply(steps, at(sequence))
        assert dataset.dump() == expected.dump()
        assert dataset._outside == expected._outside
        dataset.close()
        expected.close()


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-*"])
async def test_a_folder_that_cannot_be_read_is_begun_anew(tmp_path: Path, name: str) -> None:
    async with open_oxigraph(tmp_path) as store:
        await store.apply([record(1)], at(1))
    for path in (tmp_path / "graph").glob(name):
        path.write_bytes(b"a flipped bit")
    async with open_oxigraph(tmp_path) as store:
        assert (await store.position(), await store.dump()) == (Position(""), b"")
        await store.apply([record(1)], at(1))
        assert await count(store) == 1


async def test_data_in_another_layout_are_dropped(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path)
    dataset.apply([record(1)], at(1))
    dataset._store.update("DELETE WHERE { GRAPH <urn:intercity:mark> { ?s ?p 1 } }")
    dataset.close()
    async with open_oxigraph(tmp_path) as store:
        assert (await store.position(), await store.dump()) == (Position(""), b"")


async def test_compaction_leaves_no_text_of_what_was_dropped(tmp_path: Path) -> None:
    secret = "a sentence that somebody wants to be forgotten"  # noqa: S105 - one in the other sense
    async with open_oxigraph(tmp_path) as store:
        await store.apply([record(1, secret), record(2, "what stays")], at(1))
        assert await count(store) == 2
        await store.apply([Drop(record(1).graph)], at(2))
        await store.compact()
        assert not _files_with(tmp_path, secret)
        assert _files_with(tmp_path, "what stays")
        assert await count(store) == 1
        await store.apply([record(3)], at(3))
    async with open_oxigraph(tmp_path) as store:
        assert (await store.position(), await count(store)) == (at(3), 2)
        await store.reset()
        assert not _files_with(tmp_path, "what stays")


def _files_with(folder: Path, text: str) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()
    ]


async def test_copies_for_queries_go_when_nobody_reads_them(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    async with open_oxigraph(tmp_path) as store:
        assert not copies.exists()
        for sequence in range(1, 6):
            await store.apply([record(sequence)], at(sequence))
            asked = [count(store) for _ in range(4)]
            assert await asyncio.gather(*asked) == [sequence] * 4
            assert len([*copies.iterdir()]) == 1
    assert [*copies.iterdir()] == []
    (copies / "left-by-a-crash").mkdir()
    async with open_oxigraph(tmp_path) as store:
        assert not copies.exists()


async def test_stores_that_share_workers_answer_each_from_its_own(tmp_path: Path) -> None:
    async with (
        open_workers(slots=1) as workers,
        open_oxigraph(tmp_path / "lyon", workers=workers) as lyon,
        open_oxigraph(tmp_path / "utrecht", workers=workers) as utrecht,
    ):
        await lyon.apply([record(1)], at(1))
        await utrecht.apply([record(1), record(2)], at(2))
        for _ in range(3):
            assert [*await asyncio.gather(count(lyon), count(utrecht))] == [1, 2]


async def test_queries_are_answered_while_much_is_written(tmp_path: Path) -> None:
    async with open_oxigraph(tmp_path) as store:
        await store.apply([record(0)], at(1))

        async def write() -> None:
            for batch in range(1, 6):
                first = batch * 200
                steps = [record(number) for number in range(first, first + 200)]
                await store.apply(steps, at(batch + 1))

        async with asyncio.TaskGroup() as group:
            writing = group.create_task(write())
            while not writing.done():
                assert (await count(store) - 1) % 200 == 0
        assert await count(store) == 1001
