"""The key ring: the secret keys of this node."""

from __future__ import annotations

from typing import Protocol

from peers.keys import Signer

__all__ = ["KeyRing"]


class KeyRing(Protocol):
    """Secret keys by name: purpose and number, such as ``record-2``. None is ever written over."""

    async def secret(self, name: str) -> Signer | None:
        """The key of this name; ``None`` where it is not there.

        Raises:
            Refused: It is there, and must not be used: others can read it, or it is no key.
        """
        ...

    async def make(self, name: str, seed: bytes) -> Signer:
        """Keep a new key durably, made from 32 random bytes.

        Where one of this name is there it is given back: a change of keys that was begun before
        a crash goes on with the key that it began with.
        """
        ...
