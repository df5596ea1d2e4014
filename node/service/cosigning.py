"""Keeping our own checkpoint fresh and vouched for: cosigned by ourselves, and by our witnesses.

Done after each growth and once an hour. What others sign is added to the note that we serve; a
witness that does not answer is asked again next time, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import msgspec
import structlog

from node.service.append import time_to_sign
from node.service.asking import Asked, Reply, ask, witnesses
from node.service.home import Home
from node.service.many import each
from node.service.standing import examine
from node.store.ports import Audience, Conflict
from peers.checkpoint import NoteSigner, cosigned_at, unverified
from peers.errors import PeerError
from peers.log import Batch, LogId
from peers.witness import timed, with_lines

__all__ = ["collect_cosignatures", "renew"]

EVERY: Final = timedelta(hours=1)
"""How often a log shows that it is alive."""

_AT_ONCE: Final = 8
_PAGE: Final = ("collected", "public")

_log = structlog.get_logger(__name__)


class _Collected(msgspec.Struct, frozen=True):
    """When we asked last, in seconds since 1970, and for which size."""

    size: int = 0
    at: int = 0


async def collect_cosignatures(home: Home) -> int:
    """Ask our witnesses to vouch for our log, where it has grown or an hour has passed.

    Returns:
        How many vouch now; 0 where it was not yet time.
    """
    if not home.standing.open:
        return 0
    size = (await home.ledger.head(home.logs[Audience.PUBLIC])).size
    page = await home.desk.page(*_PAGE)
    last = msgspec.json.decode(page, type=_Collected) if page else _Collected()
    now = int(home.now().timestamp())
    if last.size == size and 0 <= now - last.at < EVERY.total_seconds():
        return 0
    await home.desk.put_page(*_PAGE, msgspec.json.encode(_Collected(size, now)))
    for log in home.logs.values():
        await renew(home, log)
    return await _collect(home)


async def renew(home: Home, log: LogId) -> None:
    """Say that one of our logs is alive, where it has not said so for an hour."""
    async with home.writing:
        note = await home.ledger.note(log)
        if note is None or not home.standing.open:
            return
        signer = NoteSigner(log, home.keys.log)
        at = await time_to_sign(home, log)
        if at - (cosigned_at(note, signer.verifier) or 0) >= EVERY.total_seconds():
            await _replace(home, log, timed(note, signer, at))


async def _collect(home: Home) -> int:
    log = home.logs[Audience.PUBLIC]
    note = await home.ledger.note(log)
    if note is None:
        return 0
    asked = await witnesses(home)
    replies = await each([partial(_ask, home, one, note) for one in asked], at_once=_AT_ONCE)
    lines = [one.lines for one in replies if one is not None and one.lines]
    await _add(home, log, note, lines)
    size = unverified(note, log)[0].size
    if any(one is not None and one.follows and one.size > size for one in replies):
        async with home.writing:
            if (await home.ledger.head(log)).size == size:
                # Somebody holds more than we have signed since we were found to be whole.
                await examine(home)
    return len(lines)


async def _ask(home: Home, one: Asked, note: bytes) -> Reply | None:
    try:
        return await ask(home, one, note)
    except PeerError as exc:
        _log.info("a witness did not cosign", witness=one.name, reason=exc.reason)
        return None


async def _add(home: Home, log: LogId, asked: bytes, lines: Sequence[bytes]) -> None:
    """Add signature lines to the note that we serve, if it still is of the same tree."""
    async with home.writing:
        note = await home.ledger.note(log)
        if not lines or note is None or unverified(note, log)[0] != unverified(asked, log)[0]:
            return
        for line in lines:
            note = with_lines(note, line)
        await _replace(home, log, note)


async def _replace(home: Home, log: LogId, note: bytes) -> None:
    """Put a note with other signature lines in place of the one that is held."""
    head = await home.ledger.head(log)
    try:
        await home.ledger.commit(Batch(log, head, (), head, note), [], [], recorded=home.stamp())
    except Conflict:
        _log.info("our log grew meanwhile", log=log)
