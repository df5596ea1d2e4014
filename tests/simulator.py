"""Towns that live in memory, honest or not, for tests of everything that follows a log.

A ``Town`` answers the same wishes as a real node. What it publishes, forges or withholds shows in
one line of a test::

    aurora = Town("aurora.example/log/public")
    aurora.publish({"title": "a charter"})
    aurora.tamper(0)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from peers.checkpoint import NoteSigner, NoteVerifier
from peers.encoding import JsonObject, jcs
from peers.errors import TooLarge
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import Batch, Body, Entry, EntryKind, LogId, extend
from peers.merkle import Frontier, leaf_hash, root_of
from peers.sync import Fetch
from peers.tiles import WIDTH, pack, pack_records

__all__ = ["Town", "key_of"]

_PART = re.compile(
    r"(?P<kind>tile/entries|tile/(?P<level>[0-9]+)|records)/(?P<place>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[0-9]+))?(?:\?from=(?P<skip>[0-9]+))?"
)


def key_of(name: str) -> SecretKey:
    """The key that follows from a name, so that runs are alike."""
    return SecretKey.from_seed(hashlib.sha256(name.encode()).digest())


class Town:
    """A simulated city's log, with the records beside it.

    Attributes:
        entries, bodies: What it has published; ``leaves`` are the bytes that it shows of entries.
        note: The checkpoint that it shows.
        asked: The paths that were asked for, in order.
        forged: What it answers at a path instead of the truth; ``None``: that there is nothing.
        keeps_partials: Whether it still answers for partial bundles that have become full ones.
        cut: Lines after which a page of records is cut, or 0: only where the page is too large.
    """

    def __init__(self, log: str = "aurora.example/log/public") -> None:
        self.log = LogId(log)
        self.signer = NoteSigner(log, key_of(log))
        self.entries: list[Entry] = []
        self.bodies: list[Body | None] = []
        self.leaves: list[bytes] = []
        self.asked: list[str] = []
        self.forged: dict[str, bytes | None] = {}
        self.keeps_partials = True
        self.cut = 0
        self.note = b""
        self.sign()

    @property
    def verifier(self) -> NoteVerifier:
        """What its DID document would name."""
        return self.signer.verifier

    @property
    def host(self) -> str:
        """Host, and port if any."""
        return self.log.partition("/")[0]

    def publish(self, *documents: JsonObject, at: str = "2026-01-01T00:00:00Z") -> None:
        """Append a record for each document, and sign the new head."""
        for document in documents:
            self.publish_bytes(jcs(document), at=at)
        self.sign()

    def publish_bytes(self, record: bytes, *, at: str = "2026-01-01T00:00:00Z") -> None:
        """Append any bytes as a record; nothing is signed yet."""
        index = len(self.leaves)
        body = Body(hashlib.sha256(f"{self.log} {index}".encode()).digest()[:16], record)
        entry = Entry(
            id=f"https://{self.log}/e/{index}",
            kind=EntryKind.CREATE,
            object=f"https://{self.host}/practice/{index}",
            published=at,
            version=1,
            prev=None,
            digest=body.digest,
        )
        self.entries.append(entry)
        self.bodies.append(body)
        self.leaves.append(entry.leaf)

    def publish_many(self, count: int) -> None:
        """Append ``count`` small records."""
        start = len(self.leaves)
        self.publish(*({"n": start + number} for number in range(count)))

    def erase(self, index: int) -> None:
        """Erase a record, as a town may."""
        self.bodies[index] = None

    def sign(self) -> Batch:
        """Sign the leaves as they are."""
        batch = extend(Frontier(), self.leaves, self.signer)
        self.note = batch.note
        return batch

    def rewrite(self, leaves: Sequence[bytes]) -> None:
        """Sign another history."""
        self.leaves = list(leaves)
        self.sign()

    def shrink(self, size: int) -> None:
        """Sign a history that ends earlier."""
        self.rewrite(self.leaves[:size])

    def fork(self, index: int) -> None:
        """Sign a history of the same size in which one entry is another."""
        self.rewrite([*self.leaves[:index], b"another past", *self.leaves[index + 1 :]])

    def impersonate(self, other: Town) -> None:
        """Show a checkpoint in one's own name, signed with another's key."""
        forger = NoteSigner(self.log, other.signer.signer)
        self.note = extend(Frontier(), self.leaves, forger).note

    def tamper(self, index: int) -> None:
        """Change an entry behind a signed head."""
        self.leaves[index] += b"!"

    def tamper_body(self, index: int) -> None:
        """Change a record that an entry commits to."""
        body = self.bodies[index]
        assert body is not None
        self.bodies[index] = Body(body.salt, jcs({"forged": index}))

    def withhold(self, path: str) -> None:
        """Pretend that there is nothing at a path."""
        self.forged[path] = None

    async def fetch(self, wish: Fetch) -> bytes | None:
        """Answer a wish, and remember that it was asked; too much is cut off as on a network."""
        self.asked.append(wish.path)
        forged = wish.path in self.forged
        answer = self.forged[wish.path] if forged else self.answer(wish.path)
        if answer is not None and len(answer) > wish.limit:
            raise TooLarge(self.log, f"expected at most {wish.limit:,} bytes, found more")
        return answer

    def answer(self, path: str) -> bytes | None:
        """What an honest server has at a path."""
        if path == "checkpoint":
            return self.note
        part = _PART.fullmatch(path)
        if part is None:
            return None
        index = int(part["place"].replace("x", "").replace("/", ""))
        width = int(part["width"] or WIDTH)
        level = int(part["level"] or 0)
        hashes = self._hashes(level)
        full = index * WIDTH + WIDTH <= len(hashes)
        if index * WIDTH + width > len(hashes) or (
            full and width < WIDTH and not self.keeps_partials
        ):
            return None
        held = slice(index * WIDTH, index * WIDTH + width)
        match part["kind"]:
            case "tile/entries":
                return pack(self.leaves[held])
            case "records":
                return self._page(self.bodies[held][int(part["skip"] or 0) :])
            case _:
                return b"".join(hashes[held])

    def _hashes(self, level: int) -> list[bytes]:
        """The hashes of a level of tiles: each above the first is the root of a full tile below."""
        hashes = [leaf_hash(leaf) for leaf in self.leaves]
        for _ in range(level):
            full = range(0, len(hashes) - WIDTH + 1, WIDTH)
            hashes = [root_of(hashes[at : at + WIDTH]) for at in full]
        return hashes

    def _page(self, bodies: Sequence[Body | None]) -> bytes:
        page = b""
        for body in bodies[: self.cut or None]:
            line = pack_records([body])
            if page and len(page) + len(line) > Limits().page:
                break
            page += line
        return page
