"""The ports in memory: the reference for every backend, and what tests use.

They keep nothing, and are written for reading: where a backend and its twin differ, and the port
does not say who is right, the twin is.
"""

from node.store.memory.desk import MemoryDesk
from node.store.memory.graph import MemoryGraphStore
from node.store.memory.keyring import MemoryKeyRing
from node.store.memory.ledger import MemoryLedger
from node.store.memory.text import MemoryTextIndex

__all__ = ["MemoryDesk", "MemoryGraphStore", "MemoryKeyRing", "MemoryLedger", "MemoryTextIndex"]
