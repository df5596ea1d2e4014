"""The desk in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from node.store.ports import Contact, Message, Staged
from peers.log import LogId

__all__ = ["MemoryDesk"]


class MemoryDesk:
    """See ``node.store.ports.Desk``."""

    def __init__(self) -> None:
        self._staged: dict[tuple[LogId, str, int], Staged] = {}
        self._contacts: dict[str, Contact] = {}
        self._messages: dict[tuple[str, str], Message] = {}
        self._pages: dict[tuple[str, str], bytes] = {}
        self._nonces: dict[str, str] = {}

    async def stage(self, staged: Sequence[Staged]) -> None:
        self._staged |= {(one.log, one.iri, one.version): one for one in staged}

    async def staged(self) -> list[Staged]:
        return [self._staged[key] for key in sorted(self._staged)]

    async def unstage(self, staged: Sequence[Staged]) -> None:
        for one in staged:
            self._staged.pop((one.log, one.iri, one.version), None)

    async def put_contact(self, contact: Contact) -> None:
        self._contacts[contact.did] = contact

    async def contact(self, did: str) -> Contact | None:
        return self._contacts.get(did)

    async def contacts(self) -> list[Contact]:
        return [self._contacts[did] for did in sorted(self._contacts)]

    async def drop_contact(self, did: str) -> None:
        self._contacts.pop(did, None)

    async def put_message(self, message: Message) -> bool:
        key = (message.id, message.direction)
        if key in self._messages:
            return False
        self._messages[key] = message
        return True

    async def update_message(self, message: Message) -> None:
        key = (message.id, message.direction)
        if key in self._messages:
            self._messages[key] = replace(
                self._messages[key],
                due=message.due,
                attempts=message.attempts,
                done=message.done,
                error=message.error,
            )

    async def due(self, now: str, limit: int) -> list[Message]:
        waiting = [
            message
            for message in self._messages.values()
            if message.direction == "out" and not message.done and message.due <= now
        ]
        return sorted(waiting, key=lambda message: (message.due, message.created))[:limit]

    async def messages(self, topic: str) -> list[Message]:
        found = [message for message in self._messages.values() if message.topic == topic]
        return sorted(found, key=lambda one: (one.created, one.id, one.direction))

    async def put_page(self, family: str, key: str, content: bytes) -> None:
        self._pages[family, key] = content

    async def put_pages(self, pages: Mapping[tuple[str, str], bytes | None]) -> None:
        for name, content in pages.items():
            if content is None:
                self._pages.pop(name, None)
            else:
                self._pages[name] = content

    async def swap_page(self, family: str, key: str, old: bytes | None, new: bytes) -> bool:
        if self._pages.get((family, key)) != old:
            return False
        self._pages[family, key] = new
        return True

    async def page(self, family: str, key: str) -> bytes | None:
        return self._pages.get((family, key))

    async def pages(self, family: str) -> dict[str, bytes]:
        return {key: self._pages[name, key] for name, key in sorted(self._pages) if name == family}

    async def drop_page(self, family: str, key: str) -> None:
        self._pages.pop((family, key), None)

    async def first_use(self, nonce: str, expires: str, now: str) -> bool:
        self._nonces = {one: until for one, until in self._nonces.items() if until >= now}
        if nonce in self._nonces:
            return False
        self._nonces[nonce] = expires
        return True
