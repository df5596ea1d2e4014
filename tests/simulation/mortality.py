"""Processes that die: a fuse is lit, and the n-th write from then on is the last thing they do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["Fragile", "Fuse", "Killed"]

WRITES = frozenset(
    {
        "apply",
        "commit",
        "drop_page",
        "erase",
        "first_use",
        "judge",
        "put_contact",
        "put_message",
        "put_page",
        "put_pages",
        "stage",
        "swap_page",
        "unstage",
        "update_message",
    }
)


class Killed(BaseException):
    """A process ended in the middle of something; nothing of ours may catch it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was killed")
        self.name = name


class Fuse:
    """Ends one node's process at a write to come: before it is done, or right after."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = 0

    def light(self, writes: int) -> None:
        """Let it burn for so many half-writes."""
        self.left = writes

    def burn(self) -> None:
        """A half-write has come."""
        if self.left:
            self.left -= 1
            if not self.left:
                raise Killed(self.name)


class Fragile:
    """A store whose writes burn a fuse; what it has taken, it keeps."""

    def __init__(self, store: Any, fuse: Fuse) -> None:
        self.store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.store, name)
        return self._risky(call) if name in WRITES else call

    def _risky(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def risky(*args: Any, **named: Any) -> Any:
            self._fuse.burn()
            answer = await call(*args, **named)
            self._fuse.burn()
            return answer

        return risky
