"""A liar's town: its keys are its own and its log holds together, and it publishes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from node.core.admission import Verdict
from node.service.contacts import follow
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import sync_all
from node.store.ports import Audience, Held
from peers.checkpoint import NoteSigner
from peers.encoding import JsonObject, jcs
from peers.keys import SecretKey
from peers.log import Body, Entry, EntryKind, extend
from peers.proofs import sign
from tests.homes import Clock, Web, home_of, practice, profile
from vocab.records import CONTEXT

__all__ = ["NOW", "Liar", "Market", "draft_of", "market"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Draft = dict[str, Any]
ULID = "01ARYZ6S4100000000000000{:02X}"


@dataclass(frozen=True, slots=True)
class Liar:
    """A node that signs whatever it likes."""

    home: Home

    async def publish(
        self,
        draft: Draft,
        *,
        after: Callable[[Draft], Draft | None] = lambda _: None,
        key: SecretKey | None = None,
        method: str = "",
        **entry: Any,
    ) -> str:
        """Sign a draft, let ``after`` change what was signed, and log it; gives its address."""
        secured: Draft = sign(
            draft,
            key or self.home.keys.record,
            method=method or self.home.record_method,
            created=NOW,
        )
        changed = after(secured)
        return await self.log(jcs(secured if changed is None else changed), draft, **entry)

    async def log(self, record: bytes, draft: Draft, **entry: Any) -> str:
        """Log any bytes as the record of an entry that names the draft's address and version."""
        home = self.home
        log = home.logs[Audience.PUBLIC]
        base = await home.ledger.head(log)
        body = Body(home.entropy(16), record)
        named = {
            "id": f"{home.log_url(Audience.PUBLIC)}/e/{base.size}",
            "kind": EntryKind.CREATE,
            "object": str(draft.get("id")),
            "published": home.stamp(),
            "version": 1,
            "prev": None,
            "digest": body.digest,
            **entry,
        }
        made = Entry(**named)
        batch = extend(base, [made.leaf], NoteSigner(log, home.keys.log))
        verdict = [Verdict(admitted=True)]
        await home.ledger.commit(batch, [body], verdict, recorded=home.stamp())
        return made.object


@dataclass(slots=True)
class Market:
    """A node that follows a liar, and an honest town."""

    web: Web
    reader: Home
    liar: Liar
    honest: Home
    count: int = 0

    def draft(self, **members: Any) -> Draft:
        """A new practice of the liar's, well made."""
        self.count += 1
        return draft_of(self.liar.home.base_url, self.count, **members)

    async def look(self) -> None:
        """Let the reader sync with everybody, and bring its indexes up to date."""
        await sync_all(self.reader)
        await catch_up(self.reader)

    async def shown(self, iri: str) -> Held | None:
        """What the reader holds of an address and would show."""
        held = await self.reader.ledger.latest(iri)
        return held if held and held.verdict.admitted else None


def draft_of(base: str, number: int, **members: Any) -> Draft:
    """A practice of a town's, well made."""
    made: JsonObject = {
        "@context": list(CONTEXT),
        "id": f"{base}/practice/{ULID.format(number % 256)}",
        "publisher": f"{base}/#city",
        "version": 1,
        **practice(),
        **members,
    }
    return made


async def market() -> Market:
    """A reader who follows a liar and an honest town; all have published who they are."""
    web, clock = Web(), Clock()
    reader = await home_of("https://hansol.example", web=web, clock=clock)
    liar = await home_of("https://lira.example", web=web, clock=clock)
    honest = await home_of("https://aurora.example", web=web, clock=clock)
    for home in (liar, honest):
        await publish_many(home, [profile()])
        await follow(reader, home.base_url)
    found = Market(web, reader, Liar(liar), honest)
    await found.look()
    return found
