"""A check told step by step: what was looked at, whether it held, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from peers.errors import PeerError

__all__ = ["Step", "Steps"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in plain words, whether it held, and what was found."""

    name: str
    ok: bool
    detail: str = ""


class _Stopped(Exception):
    """A step failed without which the next ones mean nothing."""


class Steps:
    """Steps in the making::

    steps = Steps()
    with steps.told():
        with steps.step("the key is the city's"):
            key = key_of(document)
    return steps.done
    """

    def __init__(self) -> None:
        self.done: list[Step] = []

    @contextmanager
    def told(self) -> Iterator[None]:
        """Run steps until one fails."""
        try:
            yield
        except _Stopped:
            return

    def note(self, name: str, detail: str = "") -> None:
        """A step that held."""
        self.done.append(Step(name, ok=True, detail=detail))

    def miss(self, name: str, detail: str) -> None:
        """A step that failed, though others can still be taken."""
        self.done.append(Step(name, ok=False, detail=detail))

    def stop(self, name: str, detail: str) -> None:
        """A step that failed, and with it all that would follow."""
        self.miss(name, detail)
        raise _Stopped

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """One step: what its block raises is its failure; what it appends is its detail."""
        detail: list[str] = []
        try:
            yield detail
        except PeerError as exc:
            self.stop(name, f"{exc.origin}: {exc.reason}")
        except ValueError as exc:
            self.stop(name, str(exc))
        self.note(name, "; ".join(detail))

    def expect(self, holds: object, name: str, found: str) -> None:
        """A step that is one condition; the rest is not taken where it does not hold."""
        if not holds:
            self.stop(name, found)
        self.note(name, found)
