"""Towns that live in memory, honest or not, for tests of everything that follows a log.

A ``Town`` answers the same wishes as a real node. What it publishes, forges or withholds shows in
one line of a test::

    town = Town("lyon.example/log/public")
    town.publish({"title": "a practice"})
    town.tamper(0)
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from peers.checkpoint import NoteSigner, NoteVerifier
from peers.encoding import JsonObject, jcs
from peers.keys import SecretKey
from peers.log import Body, Entry, EntryKind, LogId, extend
from peers.merkle import Frontier
from peers.sync import Fetch
from peers.tiles import WIDTH, bundle_path, pack, pack_records, records_path, spans

__all__ = ["Town", "key_of"]


def key_of(name: str) -> SecretKey:
    """The key that follows from a name, so that runs are alike."""
    return SecretKey.from_seed(hashlib.sha256(name.encode()).digest())


class Town:
    """A simulated city's log, with the records beside it.

    Attributes:
        entries, bodies: What it shows; ``leaves`` are the entries' bytes.
        asked: The paths that were asked for, in order.
        missing: Paths that it pretends not to have.
        cut: Lines after which a page of records is cut, or 0.
    """

    def __init__(self, log: str = "lyon.example/log/public") -> None:
        self.log = LogId(log)
        self.signer = NoteSigner(log, key_of(log))
        self.entries: list[Entry] = []
        self.bodies: list[Body | None] = []
        self.leaves: list[bytes] = []
        self.asked: list[str] = []
        self.missing: set[str] = set()
        self.cut = 0
        self.note = b""
        self.publish()

    @property
    def verifier(self) -> NoteVerifier:
        return self.signer.verifier

    def publish(self, *documents: JsonObject) -> None:
        """Append a record for each document, and sign the new head."""
        for document in documents:
            index = len(self.leaves)
            salt = hashlib.sha256(f"{self.log} {index}".encode()).digest()[:16]
            body = Body(salt, jcs(document))
            entry = Entry(
                id=f"https://{self.log}/e/{index}",
                kind=EntryKind.CREATE,
                object=f"https://{self.log.partition('/')[0]}/practice/{index}",
                published="2026-01-01T00:00:00Z",
                version=1,
                prev=None,
                digest=body.digest,
            )
            self.entries.append(entry)
            self.bodies.append(body)
            self.leaves.append(entry.leaf)
        self.sign()

    def publish_many(self, count: int) -> None:
        """Append ``count`` small records."""
        start = len(self.leaves)
        self.publish(*({"n": start + number} for number in range(count)))

    def sign(self) -> None:
        """Sign the leaves as they are."""
        self.note = extend(Frontier(), self.leaves, self.signer).note

    def rewrite(self, leaves: Sequence[bytes]) -> None:
        """Sign another history."""
        self.leaves = list(leaves)
        self.sign()

    def tamper(self, index: int) -> None:
        """Change an entry behind a signed head."""
        self.leaves[index] += b"!"

    def tamper_body(self, index: int) -> None:
        """Change a record that an entry commits to."""
        body = self.bodies[index]
        assert body is not None
        self.bodies[index] = Body(body.salt, jcs({"forged": index}))

    def erase(self, index: int) -> None:
        """Erase a record, as a town may."""
        self.bodies[index] = None

    async def fetch(self, wish: Fetch) -> bytes | None:
        """Answer a wish, and remember that it was asked."""
        self.asked.append(wish.path)
        return None if wish.path in self.missing else self._answer(wish.path)

    def _answer(self, path: str) -> bytes | None:
        if path == "checkpoint":
            return self.note
        name, _, skipped = path.partition("?from=")
        for index, width in spans(0, len(self.leaves)):
            # A full bundle is found by its full path only, as on any honest server.
            held = slice(index * WIDTH, index * WIDTH + width)
            if name == bundle_path(index, width):
                return pack(self.leaves[held])
            if name == records_path(index, width):
                lines = self.bodies[held][int(skipped or 0) :]
                return pack_records(lines[: self.cut] if self.cut else lines)
        return None
