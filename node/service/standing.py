"""Whether this node may sign: whether its own log is as far as others have seen it.

A node that was restored from a backup does not know what it published after that. Signing on from
there would be a second history, and every follower would freeze it. So before a process signs for
the first time it asks those who witness its log; where one shows that the log was further, the
missing entries are fetched back from mirrors first. Nobody is believed without our own signature.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import structlog

from node.errors import Refused
from node.service.asking import Asked, ask, shown_by, witnesses
from node.service.bringing import bring_back
from node.service.home import Home
from node.service.identities import own_signer
from node.service.regard import policy_of
from node.store.ports import Audience
from peers.checkpoint import cosigned_at, unverified
from peers.errors import PeerError
from peers.log import LogId

__all__ = ["check_may_sign", "confirm", "examine"]

_PATIENCE: Final = 8.0
"""Seconds for all witnesses together."""

_CONFIRMED: Final = timedelta(hours=1)
"""How long an operator's word holds, so that a backup does not carry it along."""

_FRESH: Final = timedelta(hours=2)
"""Twice the time in which a log that serves says that it is alive."""

_ROUNDS: Final = 3
"""Of asking and bringing back, should there be more after that."""

_PAGE: Final = "standing"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the witnesses said.

    Attributes:
        vouching: Names of those that hold no more than we do.
        silent: In words, those that could not be asked and may know more.
        size: The largest size that was shown; ``by`` whom.
    """

    vouching: tuple[str, ...]
    silent: tuple[str, ...]
    size: int = 0
    by: str = ""


async def check_may_sign(home: Home, log: LogId) -> None:
    """Ask before the first signature of this process; whoever calls holds ``home.writing``.

    Raises:
        Refused: It may not sign now, and why.
    """
    if not home.standing.open:
        before = await home.ledger.head(log)
        await examine(home)
        if await home.ledger.head(log) != before:
            raise Refused(
                f"{log}: this node was restored from a backup, and has just taken its own entries "
                "back from mirrors. Look at what is there now, and publish again"
            )
    if not home.standing.open:
        raise Refused(home.standing.reason)
    if log != home.logs[Audience.PUBLIC] and await home.desk.page(_PAGE, "restored"):
        raise Refused(
            f"{log}: this node was restored from a backup, and nobody can be asked for a copy of "
            "this log. Publishing here may contradict what its readers hold; 'identity "
            "confirm' says that you take that upon you"
        )


async def examine(home: Home) -> bool:
    """Find out whether we may sign; whoever calls holds ``home.writing``."""
    await _examine(home)
    return home.standing.open


async def _examine(home: Home) -> None:
    if home.standing.forked:
        return
    log = home.logs[Audience.PUBLIC]
    for _ in range(_ROUNDS):
        note = await home.ledger.note(log)
        asked = await witnesses(home)
        if note is None or not asked:
            home.standing.lift()
            return
        found = await _remembered(home, await _ask_all(home, asked, note))
        ours = (await home.ledger.head(log)).size
        if found.size <= ours:
            await _judge(home, found)
            return
        _log.error("our log is behind", ours=ours, shown=found.size, by=found.by)
        problem = await bring_back(home, found.size)
        if (await home.ledger.head(log)).size > ours:
            await home.desk.put_page(_PAGE, "restored", home.stamp().encode())
            continue
        home.standing.close(
            f"{log} has {ours} entries here, and {found.by} holds a checkpoint of {found.size} "
            f"entries that our own key signed: this node was restored from an old backup. Signing "
            f"now would be a second history. What is missing could not be fetched back: {problem}. "
            "It is tried again every minute; nothing is published before",
            behind=True,
        )
        return


async def _remembered(home: Home, found: _Found) -> _Found:
    """What was shown, now or before: who showed that we are behind may be away the next time."""
    page = await home.desk.page(_PAGE, "shown")
    before = msgspec.json.decode(page, type=tuple[int, str]) if page else (0, "")
    if found.size > before[0]:
        await home.desk.put_page(_PAGE, "shown", msgspec.json.encode((found.size, found.by)))
        return found
    return replace(found, size=before[0], by=before[1])


async def confirm(home: Home) -> None:
    """An operator says that our log is whole, though nobody can be asked.

    Raises:
        Refused: Somebody has shown that it is not: no word changes that.
    """
    async with home.writing:
        if not home.standing.open:
            await examine(home)
        if home.standing.behind or home.standing.forked:
            raise Refused(home.standing.reason)
        await home.desk.put_page(_PAGE, "confirmed", home.stamp().encode())
        await home.desk.drop_page(_PAGE, "restored")
        home.standing.lift()
    _log.warning("an operator confirmed that our log is whole")


async def _judge(home: Home, found: _Found) -> None:
    """Nobody showed more than we hold; is that enough?"""
    enough = bool(found.vouching) and not found.silent
    if await _was_just_alive(home):
        enough = len(found.vouching) >= max(1, len(found.silent))
    if policy_of(home).quorum:
        enough = policy_of(home).met(found.vouching)
    if enough or not (found.silent or policy_of(home).quorum) or await _is_confirmed(home):
        home.standing.lift()
        return
    named = "; ".join(found.silent) or "none of the policy's quorum vouches"
    home.standing.close(
        f"too few of those who witness our log could be asked ({named}): expected "
        f"{policy_of(home).quorum or 'an answer of each'}, found {len(found.vouching)}. If this "
        "node was restored from a backup, publishing now would contradict what was published "
        "before. It is tried again every minute; if you are sure that nothing is missing: "
        "intercity identity confirm"
    )


async def _was_just_alive(home: Home) -> bool:
    """Whether our log's last sign of life is so fresh that this is an ordinary restart.

    A backup is nearly always older than that. After a longer silence everybody who is known to
    witness our log has to answer, because the one who does not may hold what came after the backup.
    """
    note = await home.ledger.note(home.logs[Audience.PUBLIC])
    at = note and cosigned_at(note, own_signer(home).verifier)
    return bool(at) and home.now() - datetime.fromtimestamp(at or 0, UTC) <= _FRESH


async def _ask_all(home: Home, asked: Sequence[Asked], note: bytes) -> _Found:
    """Ask every witness at once, for a short time."""
    tasks = {one: asyncio.create_task(_ask_one(home, one, note)) for one in asked}
    await asyncio.wait(tasks.values(), timeout=_PATIENCE)
    vouching, silent, size, by = [], [], 0, ""
    for one, task in tasks.items():
        if not task.done():
            task.cancel()
            silent.append(f"{one.name}: no answer within {_PATIENCE:g} s")
            continue
        shown, reason = task.result()
        if shown is None and one.known and reason:
            silent.append(f"{one.name}: {reason}")
        elif shown is not None:
            vouching.append(one.name)
            size, by = max((size, by), (shown, one.name))
    return _Found(tuple(vouching), tuple(silent), size, by)


async def _ask_one(home: Home, one: Asked, note: bytes) -> tuple[int | None, str]:
    """The size that a witness shows; else why it shows none (nothing where it is no witness)."""
    ours = unverified(note, one.name)[0].size
    try:
        reply = await ask(home, one, note)
    except PeerError as exc:
        # A key that we have lost with the backup may be why it refuses; then it can show that.
        reason = exc.reason
    else:
        if not reply.follows:
            return None, ""
        if reply.lines:
            return ours, ""
        if reply.size <= ours:
            return None, "it does not vouch"
        reason = f"it says {reply.size} entries, and shows no checkpoint of ours of that size"
    shown = await shown_by(home, one)
    larger = unverified(shown, one.name)[0].size if shown else 0
    return (larger, "") if larger > ours else (None, reason)


async def _is_confirmed(home: Home) -> bool:
    page = await home.desk.page(_PAGE, "confirmed")
    if page is None:
        return False
    then = datetime.fromisoformat(page.decode()).astimezone(UTC)
    return timedelta(0) <= home.now() - then <= _CONFIRMED
