"""Letters to the staff: once a day at most, what waits for each that they were not told of yet.

What somebody was told of is kept after the letter was taken by the mail server. A crash between the
two sends it twice; nothing is left untold.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from node.core.accounts import Person
from node.errors import NodeError
from node.service.accounts import people
from node.service.home import Home
from peers.encoding import JsonObject, jcs, parse_json

__all__ = ["Letter", "send_digests", "untold"]

_TOLD: Final = "told-staff"
"""Family of the desk's pages: person → what they were told of, and when."""
_DAY: Final = timedelta(hours=20)
"""Between two letters: once a day, at about the same hour although jobs drift."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What waits for somebody.

    Attributes:
        keys: Of all that waits; one that is told of once is not told of again while it waits.
        text: Plain, in the language of its reader; empty where nothing waits.
    """

    to: str
    subject: str
    text: str
    keys: frozenset[str]


def untold(keys: Iterable[str], told: Iterable[str]) -> bool:
    """Whether anything waits that was not told of.

    >>> untold(["review 1"], ["review 1", "review 2"]), untold(["review 3"], ["review 1"])
    (False, True)
    """
    return bool({*keys} - {*told})


async def send_digests(
    home: Home,
    write: Callable[[Person], Awaitable[Letter]],
    post: Callable[[Letter], Awaitable[None]],
) -> int:
    """Write to everybody for whom something new waits; how many letters went.

    Args:
        post: Hands a letter to the mail server; raises ``NodeError`` where it is not taken.
    """
    kept, staff, sent = await home.desk.pages(_TOLD), await people(home), 0
    for gone in kept.keys() - {one.id for one in staff}:
        await home.desk.drop_page(_TOLD, gone)
    for person in staff:
        told, at = _read(kept.get(person.id))
        if "@" not in person.contact or (at and home.now() < at + _DAY):
            continue
        letter = await write(person)
        if not untold(letter.keys, told):
            continue
        try:
            await post(letter)
        except NodeError as exc:
            _log.warning("a letter was not taken", person=person.id, reason=str(exc))
            continue
        said: JsonObject = {"keys": [*sorted(letter.keys)], "at": home.stamp()}
        await home.desk.put_page(_TOLD, person.id, jcs(said))
        sent += 1
    return sent


def _read(data: bytes | None) -> tuple[list[str], datetime | None]:
    said = parse_json(data) if data else None
    match said:
        case {"keys": list() as keys, "at": str() as at}:
            return [str(one) for one in keys], datetime.fromisoformat(at)
        case _:
            return [], None
