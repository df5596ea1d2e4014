"""Every backend of every port, opened for one test; no test below names one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from node.store.memory import MemoryDesk, MemoryGraphStore, MemoryLedger, MemoryTextIndex
from node.store.oxigraph import open_oxigraph
from node.store.ports import Desk, GraphStore, Ledger, TextIndex
from node.store.sqlite import open_sqlite
from node.store.tantivy import open_tantivy

OpenStore: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[Ledger, Desk]]]

OpenText: TypeAlias = Callable[[], AbstractAsyncContextManager[TextIndex]]

OpenGraph: TypeAlias = Callable[[], AbstractAsyncContextManager[GraphStore]]


@pytest.fixture(params=["memory", "sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Opens the same ledger and desk each time it is called."""
    held = MemoryLedger(), MemoryDesk()

    @asynccontextmanager
    async def memory() -> AsyncIterator[tuple[Ledger, Desk]]:
        yield held

    @asynccontextmanager
    async def sqlite() -> AsyncIterator[tuple[Ledger, Desk]]:
        async with open_sqlite(tmp_path / "node.db") as (ledger, desk):
            yield ledger, desk

    return {"memory": memory, "sqlite": sqlite}[request.param]


@pytest.fixture(params=["memory", "tantivy"])
def open_text(request: pytest.FixtureRequest, tmp_path: Path) -> OpenText:
    """Opens the same text index each time it is called."""
    held = MemoryTextIndex()

    @asynccontextmanager
    async def memory() -> AsyncIterator[TextIndex]:
        yield held

    @asynccontextmanager
    async def tantivy() -> AsyncIterator[TextIndex]:
        async with open_tantivy(tmp_path / "text") as index:
            yield index

    return {"memory": memory, "tantivy": tantivy}[request.param]


@pytest.fixture(params=["memory", "oxigraph"])
def open_graph(request: pytest.FixtureRequest, tmp_path: Path) -> OpenGraph:
    """Opens the same graph store each time it is called."""
    held = MemoryGraphStore()

    @asynccontextmanager
    async def memory() -> AsyncIterator[GraphStore]:
        yield held

    @asynccontextmanager
    async def oxigraph() -> AsyncIterator[GraphStore]:
        async with open_oxigraph(tmp_path / "graph") as store:
            yield store

    return {"memory": memory, "oxigraph": oxigraph}[request.param]
