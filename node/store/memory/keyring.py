"""A key ring in memory, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from peers.keys import SecretKey, Signer

__all__ = ["MemoryKeyRing"]


class MemoryKeyRing:
    """Keys that are gone with the process.

    Attributes:
        held: Name → key.
    """

    def __init__(self, held: Mapping[str, Signer]) -> None:
        self.held = dict(held)

    async def secret(self, name: str) -> Signer | None:
        return self.held.get(name)

    async def make(self, name: str, seed: bytes) -> Signer:
        return self.held.setdefault(name, SecretKey.from_seed(seed))
