"""Nodes that we do not follow and that write to us: what it may cost to learn who they are.

Whoever sends a request names the node that is to be asked for its keys: without bounds, anybody
could make us dial whom they like, as often as they like. So a node is asked once a minute at most,
whether it answered or not, only so many are asked in a minute, and only so many at once. Peers are
not affected: their keys are pinned. What is kept here is forgotten soon, and bounded.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from peers.did import Did, DidDocument
from peers.errors import PeerError, Unreachable

__all__ = ["Strangers"]

_KEPT: Final = timedelta(minutes=5)
"""How long a document is used."""
_AGAIN: Final = timedelta(minutes=1)
"""How long a node is not asked again: it did not answer, or has no such key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What came of asking a node.

    Attributes:
        at: When it was asked.
        document: What it answered; ``None`` where that was nothing, or nothing yet.
        reason: Why there is none.
    """

    at: datetime
    document: DidDocument | None = None
    reason: str = "it is being asked just now"


@dataclass(slots=True, kw_only=True)
class Strangers:
    """The documents of nodes that wrote to us, and who did not answer.

    Attributes:
        most: Nodes that are remembered.
        a_minute: Nodes that are asked in one minute, all together.
        at_once: Nodes that are asked at the same time.
    """

    most: int = 1_000
    a_minute: int = 60
    at_once: int = 8
    _asked: OrderedDict[Did, _Asked] = field(default_factory=OrderedDict)
    _dials: deque[datetime] = field(default_factory=deque)
    _busy: int = 0

    async def document(
        self,
        did: Did,
        keyid: str,
        now: datetime,
        ask: Callable[[Did], Awaitable[DidDocument]],
    ) -> DidDocument:
        """The document of a node, as it was a little while ago or is now.

        Args:
            keyid: The key that is looked for: a document without it is asked for again.
            ask: Dials.

        Raises:
            Unreachable: It does not answer, did not, or too many are being asked.
            PeerError: What it answers is not its document.
        """
        held = self._asked.get(did)
        if held is not None and held.document is not None:
            wait = _KEPT if keyid in held.document.http_keys else _AGAIN
            if now - held.at < wait:
                return held.document
        elif held is not None and now - held.at < _AGAIN:
            raise Unreachable(did.text, f"not asked again so soon: {held.reason}")
        self._take_turn(did, now)
        # Before the dial: however many messages come meanwhile, it is dialled once.
        self._remember(did, _Asked(at=now))
        self._busy += 1
        try:
            document = await ask(did)
        except PeerError as exc:
            self._remember(did, _Asked(at=now, reason=exc.reason[:300]))
            raise
        finally:
            self._busy -= 1
        self._remember(did, replace(_Asked(at=now), document=document))
        return document

    def _take_turn(self, did: Did, now: datetime) -> None:
        while self._dials and now - self._dials[0] >= timedelta(minutes=1):
            self._dials.popleft()
        if len(self._dials) >= self.a_minute or self._busy >= self.at_once:
            raise Unreachable(did.text, "too many nodes that we do not follow are writing to us")
        self._dials.append(now)

    def _remember(self, did: Did, asked: _Asked) -> None:
        self._asked[did] = asked
        self._asked.move_to_end(did)
        while len(self._asked) > self.most:
            self._asked.popitem(last=False)
