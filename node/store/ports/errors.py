"""What a store could not do. The tree stands in the package's docstring."""

from __future__ import annotations

from peers.log import LogId

__all__ = ["Broken", "Busy", "Conflict", "Full", "Outdated", "StoreError"]


class StoreError(Exception):
    """A store could not do what was asked."""


class Conflict(StoreError):
    """The log has moved on since its head was read: read it again, and try again."""

    def __init__(self, log: LogId) -> None:
        super().__init__(f"{log}: the log has moved on")
        self.log = log


class Busy(StoreError):
    """Another process holds this store; stop it, or talk to it."""


class Outdated(StoreError):
    """The store was written by another version of the program."""


class Full(StoreError):
    """The disk is full: nothing of this write was kept, and what was held can still be read."""


class Broken(StoreError):
    """The system could not say whether a write reached the disk.

    What memory believes is worth nothing from here on: end the process, and let the next one read
    what the disk really holds.
    """
