"""Erasing: the text of a record is deleted wherever its publisher's log has reached.

The wish stands in the signed withdrawal (``erase``), so everybody learns of it from the log alone,
and a node that was restored from a backup erases again as it reads its logs. What is erased is the
text of every version before the withdrawal, and the salt: nobody can guess it from its digest. The
search indexes and the graph are written anew, because they keep deleted text in their files. Only
then a receipt goes to the publisher.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from node.core.drafts import asks_erasure
from node.errors import Refused
from node.service.append import Receipt
from node.service.dumps import remake
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import queue
from node.service.publish import withdraw
from node.store.ports import Audience, Held, Position
from peers.did import parse_did
from peers.log import EntryKind
from peers.notify import ErasureReceipt, erasure_receipt
from vocab.languages import LangMap

__all__ = ["Erased", "erase", "erase_withdrawn", "erased", "take_receipt"]

_MARK: Final = "erasure-mark"
"""Family of the desk's pages: audience → how far its changes were looked through."""
_RECEIPTS: Final = "erasure-receipts"
"""Entry of ours → DID of a follower → its receipt."""
_BATCH: Final = 500

_log = structlog.get_logger(__name__)


class _Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """A follower's receipt: when it came, and until when its backups may hold the text."""

    at: str
    backups_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A record of ours whose text we asked everybody to erase.

    Attributes:
        iri: The record's.
        entry: Address of the withdrawal's entry in our log.
        asked: Log time of the withdrawal.
        receipts: DID → when it said that it has erased.
        backups: DID → last day on which a backup of it may hold the text.
        waiting: DIDs of nodes that we follow and that have sent no receipt, with the time of our
            last contact; empty where there was none.
    """

    iri: str
    entry: str
    asked: str
    receipts: Mapping[str, str]
    backups: Mapping[str, str]
    waiting: Mapping[str, str]


async def erase(
    home: Home, iri: str, reason: str, *, note: LangMap | None = None, dry_run: bool = False
) -> Receipt:
    """Withdraw a record of ours and have its text erased, here now and at everyone who follows.

    What was withdrawn before can still be erased. There is no way back.

    Raises:
        NotFound, Invalid: As ``node.service.publish.withdraw``.
        Gone: Its erasure was asked for before.
    """
    receipt = await withdraw(home, iri, reason, note=note, erase=True, dry_run=dry_run)
    if not dry_run:
        await erase_withdrawn(home)
    return receipt


async def erase_withdrawn(home: Home) -> int:
    """Erase what withdrawals have asked for since last time, in our logs and in those we follow.

    Harmless when done twice or interrupted: the mark moves when everything is done.

    Returns:
        How many withdrawals were heeded.
    """
    heeded: list[Held] = []
    marks: dict[Audience, Position] = {}
    for audience in Audience:
        mark = await _mark(home, audience)
        while changes := await home.ledger.changes(audience, mark, _BATCH):
            heeded += [one.held for one in changes if _asks(one.held)]
            mark = Position(mark.ledger, changes[-1].sequence)
        marks[audience] = mark
    for held in heeded:
        await _erase_before(home, held)
    if heeded:
        await catch_up(home)
        for text in (home.text, home.members_text):
            await text.compact()
        await home.graph.compact()
        await remake(home)
        await _confirm(home, heeded)
        _log.info("erased", withdrawals=len(heeded))
    for audience, mark in marks.items():
        await home.desk.put_page(_MARK, audience, msgspec.json.encode(mark))
    return len(heeded)


async def take_receipt(home: Home, message: ErasureReceipt) -> None:
    """Note that a follower has erased a record of ours.

    Raises:
        Refused: It speaks of a withdrawal that never asked for erasure.
    """
    held = await home.ledger.latest(message.record)
    if held is None or held.entry.id != message.entry or not _asks(held):
        raise Refused(
            f"{message.record}: expected the withdrawal that asked for erasure, "
            f"found {message.entry}"
        )
    taken = await _receipts(home, message.entry)
    taken[message.actor.text] = _Taken(home.stamp(), message.backups_until)
    await home.desk.put_page(_RECEIPTS, message.entry, msgspec.json.encode(taken))


async def erased(home: Home, iri: str | None = None) -> list[Erased]:
    """The records that we asked to be erased, newest first, and who has done so.

    Args:
        iri: This record alone.
    """
    asked = [await home.ledger.latest(iri)] if iri else await _own_erasures(home)
    found = [one for one in asked if one is not None and _asks(one)]
    found.sort(key=lambda one: one.entry.published, reverse=True)
    return [await _erased(home, one) for one in found if one.log in home.logs.values()]


async def _erased(home: Home, held: Held) -> Erased:
    taken = await _receipts(home, held.entry.id)
    following = [one for one in await home.desk.contacts() if one.state == "following"]
    return Erased(
        iri=held.entry.object,
        entry=held.entry.id,
        asked=held.entry.published,
        receipts={did: one.at for did, one in taken.items()},
        backups={did: one.backups_until for did, one in taken.items() if one.backups_until},
        waiting={one.did: one.contacted for one in following if one.did not in taken},
    )


async def _own_erasures(home: Home) -> list[Held | None]:
    found: list[Held | None] = []
    for log in home.logs.values():
        size = (await home.ledger.head(log)).size
        for start in range(0, size, _BATCH):
            found += [
                await home.ledger.latest(held.entry.object)
                for held in await home.ledger.entries(log, start, start + _BATCH)
                if _asks(held)
            ]
    return found


def _asks(held: Held) -> bool:
    """Whether an entry is a withdrawal, admitted, that asks for the text to be erased."""
    withdrawn = held.entry.kind is EntryKind.DELETE and held.verdict.admitted
    return withdrawn and asks_erasure(held.body)


async def _erase_before(home: Home, withdrawal: Held) -> None:
    """Delete every version that came before, in the publisher's own log alone."""
    for held in await home.ledger.versions(withdrawal.entry.object):
        before = held.log == withdrawal.log and held.index < withdrawal.index
        if before and held.body is not None and held.entry.kind is not EntryKind.DELETE:
            await home.ledger.erase(held.entry.digest)


async def _confirm(home: Home, heeded: Iterable[Held]) -> None:
    """Owe each publisher its receipt. A message's id follows from the entry: one each, ever."""
    nodes = {one.base_url.partition("://")[2]: one.did for one in await home.desk.contacts()}
    kept = home.config.erasure.backups_kept
    until = (home.now() + kept).date().isoformat() if kept else ""
    for held in heeded:
        publisher = nodes.get(held.log.rpartition("/log/")[0])
        if publisher is None:
            continue  # Ourselves, or nobody whom we still follow.
        name = hashlib.sha256(held.entry.id.encode()).hexdigest()[:32]
        message = ErasureReceipt(
            id=f"{home.base_url}/erasure/{name}",
            actor=home.document.did,
            to=parse_did(publisher),
            published=home.stamp(),
            entry=held.entry.id,
            record=held.entry.object,
            backups_until=until,
        )
        data = erasure_receipt(message)
        await queue(home, message.to.text, data, id=message.id, topic=held.entry.object)


async def _mark(home: Home, audience: Audience) -> Position:
    page = await home.desk.page(_MARK, audience)
    uuid = await home.ledger.uuid()
    mark = msgspec.json.decode(page, type=Position) if page else Position(uuid)
    return mark if mark.ledger == uuid else Position(uuid)


async def _receipts(home: Home, entry: str) -> dict[str, _Taken]:
    page = await home.desk.page(_RECEIPTS, entry)
    return msgspec.json.decode(page, type=dict[str, _Taken]) if page else {}
