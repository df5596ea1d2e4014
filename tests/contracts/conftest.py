"""Every backend of every port, opened for one test; no test below names one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from node.store.memory import MemoryDesk, MemoryLedger
from node.store.ports import Desk, Ledger
from node.store.sqlite import open_sqlite

OpenStore: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[Ledger, Desk]]]


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
