"""What is tantivy's own: its files, its lock, and what a crash or a full disk leaves."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store.ports import Busy, Drop, Position, SearchWish, TextIndex, TextPut
from node.store.tantivy import open_tantivy
from tests.contracts.test_text_index import put


def at(sequence: int) -> Position:
    return Position("a-ledger", sequence)


async def total(index: TextIndex, words: str = "") -> int:
    return (await index.search(SearchWish(words=words))).total


async def test_two_cannot_have_one_folder_open(tmp_path: Path) -> None:
    async with open_tantivy(tmp_path / "text"):
        with pytest.raises(Busy, match=r"another process"):
            async with open_tantivy(tmp_path / "text"):
                pass


@pytest.mark.parametrize("name", ["meta.json", "format", ".managed.json"])
async def test_an_index_that_cannot_be_read_is_begun_anew(tmp_path: Path, name: str) -> None:
    async with open_tantivy(tmp_path / "text") as index:
        await index.apply([put("a")], at(1))
    (tmp_path / "text" / name).write_bytes(b"a flipped bit")
    async with open_tantivy(tmp_path / "text") as index:
        assert (await index.position(), await total(index)) == (Position(""), 0)
        await index.apply([put("a"), put("b")], at(2))
        assert await total(index) == 2


async def test_compaction_leaves_no_text_of_what_was_dropped(tmp_path: Path) -> None:
    # Nothing that compresses, so that it would be seen in the files.
    secret = hashlib.sha256(b"somebody's").hexdigest()
    async with open_tantivy(tmp_path / "text") as index:
        many = [put(f"n{number}") for number in range(1200)]
        await index.apply([*many, put("secret", texts={"en": secret})], at(1))
        assert _files_with(tmp_path, secret)
        await index.apply([Drop(put("secret").iri)], at(2))
        assert await total(index, secret) == 0
        await index.compact()
        assert not _files_with(tmp_path, secret)
        assert (await total(index), await index.position()) == (1200, at(2))
        assert await index.get(put("n7").iri) == put("n7")


async def test_a_reset_leaves_no_text_either(tmp_path: Path) -> None:
    secret = hashlib.sha256(b"somebody's").hexdigest()
    async with open_tantivy(tmp_path / "text") as index:
        await index.apply([put("secret", texts={"en": secret})], at(1))
        await index.reset()
        assert not _files_with(tmp_path, secret)


def _files_with(folder: Path, text: str) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()
    ]


async def test_a_failed_write_changes_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    async with open_tantivy(tmp_path / "text") as index:
        await index.apply([put("a")], at(1))
        large = [put(f"n{n}", texts={"en": _noise(n)}) for n in range(400)]
        with (
            _files_of_at_most(64 * 1024),
            pytest.raises(ValueError, match=r"too large|killed|rror"),
        ):
            await index.apply(large, at(2))
        assert (await total(index), await index.position()) == (1, at(1))
        await index.apply(large, at(2))
        assert (await total(index), await index.position()) == (401, at(2))


def _noise(number: int) -> str:
    return " ".join(hashlib.sha256(f"{number} {n}".encode()).hexdigest() for n in range(30))


@contextlib.contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """Let writes beyond a file's size fail, as they do on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def step(sequence: int) -> list[TextPut | Drop]:
    """What is applied at a position: some records anew, one dropped."""
    words = {"en": f"said{sequence}"}
    puts = [put(f"n{sequence * 7 % 90 + n}", title=words) for n in range(5)]
    return [*puts, Drop(put(f"n{sequence % 90}").iri)]


_ENDLESS = """
import asyncio, sys
from pathlib import Path
from node.store.tantivy import open_tantivy
from tests.node.store.test_tantivy import at, step
async def main():
    async with open_tantivy(Path(sys.argv[1])) as index:
        for sequence in range((await index.position()).sequence + 1, 10**6):
            await index.apply(step(sequence), at(sequence))
            print(sequence, flush=True)
asyncio.run(main())
"""


async def test_killed_at_any_moment_it_holds_what_its_position_says(
    tmp_path: Path, root: Path
) -> None:
    folder = tmp_path / "text"
    for lines in (1, 7, 3, 12, 5):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _ENDLESS, str(folder), stdout=subprocess.PIPE, cwd=root
        )
        assert process.stdout is not None
        acknowledged = 0
        for _ in range(lines):
            acknowledged = int(await asyncio.wait_for(process.stdout.readline(), 30))
        process.kill()
        await process.communicate()
        async with open_tantivy(folder) as index:
            position = await index.position()
            assert position.sequence >= acknowledged
            expected = {
                one.iri: one if isinstance(one, TextPut) else None
                for sequence in range(1, position.sequence + 1)
                for one in step(sequence)
            }
            assert await total(index) == sum(one is not None for one in expected.values())
            for iri, one in expected.items():
                assert await index.get(iri) == one


async def test_words_that_stand_together_come_first(tmp_path: Path) -> None:
    async with open_tantivy(tmp_path / "text") as index:
        apart = put("apart", title={"en": "rights of a city that is human, and human again"})
        together = put("together", title={"en": "a city of human rights for all who live here"})
        await index.apply([apart, together], at(1))
        page = await index.search(SearchWish(words="human rights"))
        assert [hit.put.iri.rpartition("/")[2] for hit in page.hits] == ["together", "apart"]
