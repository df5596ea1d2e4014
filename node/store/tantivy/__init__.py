"""The text index on this machine, by tantivy. See ``node.store.ports.TextIndex``.

One thread writes, one searches over what was committed last; the event loop waits for neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from node.store.locks import locked
from node.store.ports import Drop, Page, Position, SearchWish, TextPut
from node.store.tantivy.index import Index

__all__ = ["TantivyIndex", "open_tantivy"]

T = TypeVar("T")


@asynccontextmanager
async def open_tantivy(folder: Path) -> AsyncIterator[TantivyIndex]:
    """Open the index in a folder, and close it after.

    It begins empty where there is none, or one that cannot be read, or was made by other rules:
    then its position is at the start, and whoever follows the ledger fills it again.

    Raises:
        Busy: Another process has it open.
    """
    loop = asyncio.get_running_loop()
    with (
        locked(folder),
        ThreadPoolExecutor(1, thread_name_prefix="text-writer") as writer,
        ThreadPoolExecutor(1, thread_name_prefix="text-reader") as reader,
    ):
        index = await loop.run_in_executor(writer, Index, folder)
        try:
            yield TantivyIndex(index, writer, reader)
        finally:
            await loop.run_in_executor(writer, index.close)


class TantivyIndex:
    """Search over the records of one audience. Use ``open_tantivy``."""

    def __init__(
        self, index: Index, writer: ThreadPoolExecutor, reader: ThreadPoolExecutor
    ) -> None:
        self._index = index
        self._writer = writer
        self._reader = reader

    async def position(self) -> Position:
        return self._index.position

    async def apply(self, steps: Sequence[TextPut | Drop], position: Position) -> None:
        await self._on(self._writer, lambda: self._index.apply(steps, position))

    async def search(self, wish: SearchWish) -> Page:
        return await self._on(self._reader, lambda: self._index.search(wish))

    async def get(self, iri: str) -> TextPut | None:
        return await self._on(self._reader, lambda: self._index.get(iri))

    async def suggest(self, words: str) -> str | None:
        return await self._on(self._reader, lambda: self._index.suggest(words))

    async def compact(self) -> None:
        await self._on(self._writer, self._index.compact)

    async def reset(self) -> None:
        await self._on(self._writer, self._index.reset)

    async def _on(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)
