"""The graph store on the same machine: Oxigraph on disk, its queries answered by workers.

One thread writes, one reads; strangers' queries run in other processes, over a copy of the state of
now (``node.store.workers``). The copy is made when a query comes and the position has moved.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from node.store.oxigraph.dataset import Dataset
from node.store.ports import Budget, Drop, GraphPut, Position, Rows
from node.store.workers.frames import Ask, Question
from node.store.workers.pool import Workers, open_workers

__all__ = ["OxigraphStore", "open_oxigraph"]

T = TypeVar("T")


@asynccontextmanager
async def open_oxigraph(
    path: Path, *, slots: int = 2, queue: int = 32, workers: Workers | None = None
) -> AsyncIterator[OxigraphStore]:
    """Open the graphs in the folder ``path``, making it where there is none, and close them after.

    Args:
        slots, queue: See ``open_workers``.
        workers: A pool that several stores share; ``slots`` and ``queue`` are then its own.

    Raises:
        Busy: Another process has them open.
    """
    if workers is None:
        async with open_workers(slots, queue) as own, open_oxigraph(path, workers=own) as store:
            yield store
        return
    with (
        ThreadPoolExecutor(1, thread_name_prefix="graph-writer") as writer,
        ThreadPoolExecutor(1, thread_name_prefix="graph-reader") as reader,
    ):
        dataset = await asyncio.get_running_loop().run_in_executor(writer, Dataset, path)
        store = OxigraphStore(dataset, path, writer, reader, workers)
        try:
            yield store
        finally:
            await store.drop_copies()
            reader.submit(dataset.close)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A state for queries."""

    folder: Path
    position: Position


class OxigraphStore:
    """See ``node.store.ports.GraphStore``. Use ``open_oxigraph``."""

    def __init__(
        self,
        dataset: Dataset,
        path: Path,
        writer: ThreadPoolExecutor,
        reader: ThreadPoolExecutor,
        workers: Workers,
    ) -> None:
        self._dataset = dataset
        self._copies = path / "copies"
        self._writer = writer
        self._reader = reader
        self._workers = workers
        self._newest: _Copy | None = None
        self._asked: Counter[Path] = Counter()
        self._copying = asyncio.Lock()

    async def position(self) -> Position:
        return self._dataset.position

    async def apply(self, steps: Sequence[GraphPut | Drop], position: Position) -> None:
        await self._run(self._writer, lambda: self._dataset.apply(steps, position))

    async def describe(self, graph: str) -> str | None:
        return await self._run(self._reader, lambda: self._dataset.describe(graph))

    async def select(
        self,
        query: str,
        budget: Budget,
        *,
        accept: str = "application/sparql-results+json",
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Rows:
        question = Question(
            query=query,
            accept=accept,
            default_graphs=tuple(default_graphs),
            named_graphs=tuple(named_graphs),
            rows=budget.rows,
            size=budget.bytes,
        )
        copy = await self._copy_of_now()
        with self._asking(copy):
            answered = await self._workers.ask(
                Ask(
                    folder=str(copy.folder),
                    question=question,
                    seconds=budget.seconds,
                    memory=budget.memory,
                )
            )
        return Rows(media_type=answered.media_type, body=answered.body, position=copy.position)

    async def dump(self) -> bytes:
        return await self._run(self._reader, self._dataset.dump)

    async def isolation(self) -> str:
        return await self._workers.isolation()

    async def compact(self) -> None:
        def run() -> None:
            self._dataset.rewrite()
            # The swap runs where readers run, while the one writer waits: nobody is in between.
            self._reader.submit(self._dataset.swap).result()

        await self._run(self._writer, run)
        await self.drop_copies()

    async def reset(self) -> None:
        await self._run(self._writer, lambda: self._reader.submit(self._dataset.reset).result())
        await self.drop_copies()

    async def drop_copies(self) -> None:
        """Forget the copies that no query is reading; the others go with their last query."""
        async with self._copying:
            old, self._newest = self._newest, None
            self._remove_unread(old)

    async def _copy_of_now(self) -> _Copy:
        async with self._copying:
            old = self._newest
            if old is None or old.position != self._dataset.position:
                # A name that was never used: a shared worker knows a copy by it.
                folder = self._copies / secrets.token_hex(8)
                position = await self._run(
                    self._writer, lambda: self._dataset.copy_for_queries(folder)
                )
                self._newest = _Copy(folder, position)
                self._remove_unread(old)
            assert self._newest is not None
            return self._newest

    @contextmanager
    def _asking(self, copy: _Copy) -> Iterator[None]:
        self._asked[copy.folder] += 1
        try:
            yield
        finally:
            self._asked[copy.folder] -= 1
            if copy is not self._newest:
                self._remove_unread(copy)

    def _remove_unread(self, copy: _Copy | None) -> None:
        if copy is not None and not self._asked[copy.folder]:
            del self._asked[copy.folder]
            shutil.rmtree(copy.folder, ignore_errors=True)

    async def _run(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)
