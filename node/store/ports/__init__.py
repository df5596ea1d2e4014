"""What the node asks of its stores.

Truth lives in the *ledger*: never lose it. Private work in progress lives on the *desk*. Text and
graph live in the *catalog*, two projections of the ledger that may be dropped and rebuilt; each
keeps its own position inside its own data. No store knows another, and no transaction spans two.

StoreError
├── Conflict     someone else extended the log first
├── Busy         another process holds the store
├── Outdated     the store's schema is of another version than this program
├── Full         no room on the disk: nothing was written, and reading goes on
└── Broken       a write failed so that nobody knows what is on the disk: the process must end
"""

from node.store.ports.desk import HIDDEN, Contact, Desk, Message, Staged, Trail
from node.store.ports.errors import Broken, Busy, Conflict, Full, Outdated, StoreError
from node.store.ports.graph import Budget, GraphPut, GraphStore, Rows
from node.store.ports.keyring import KeyRing
from node.store.ports.ledger import (
    FORGOTTEN,
    Audience,
    Change,
    Held,
    Ledger,
    Position,
    audience_of,
)
from node.store.ports.text import (
    Drop,
    FacetCount,
    Hit,
    Page,
    SearchWish,
    TextIndex,
    TextPut,
)

__all__ = [
    "FORGOTTEN",
    "HIDDEN",
    "Audience",
    "Broken",
    "Budget",
    "Busy",
    "Change",
    "Conflict",
    "Contact",
    "Desk",
    "Drop",
    "FacetCount",
    "Full",
    "GraphPut",
    "GraphStore",
    "Held",
    "Hit",
    "KeyRing",
    "Ledger",
    "Message",
    "Outdated",
    "Page",
    "Position",
    "Rows",
    "SearchWish",
    "Staged",
    "StoreError",
    "TextIndex",
    "TextPut",
    "Trail",
    "audience_of",
]
