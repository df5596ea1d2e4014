"""What every desk must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from node.store.ports import Audience, Contact, Message, Staged
from peers.log import Body, LogId
from tests.contracts.conftest import OpenStore

LOG = LogId("lyon.example/log/public")
STAGED = Staged(
    log=LOG,
    iri="https://lyon.example/practice/1",
    version=1,
    kind="Create",
    body=Body(b"s" * 16, b"{}"),
)
CONTACT = Contact(
    did="did:web:utrecht.example",
    base_url="https://utrecht.example",
    log=LogId("utrecht.example/log/public"),
    document=b"{}",
    evidence=(b"one note", b"another"),
)
MESSAGE = Message(
    id="urn:1",
    peer="did:web:utrecht.example",
    direction="out",
    topic="exchange:1",
    body=b"{}",
    created="2026-01-01T00:00:00Z",
    due="2026-01-01T00:00:00Z",
)


async def test_what_is_staged_survives_closing_until_it_is_unstaged(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        await desk.stage([STAGED, replace(STAGED, version=2)])
    async with open_store() as (_, desk):
        assert await desk.staged() == [STAGED, replace(STAGED, version=2)]
        await desk.unstage([STAGED])
        await desk.unstage([STAGED])
        assert await desk.staged() == [replace(STAGED, version=2)]


async def test_a_contact_is_kept_as_it_was_put(open_store: OpenStore) -> None:
    public = CONTACT.with_trail(Audience.PUBLIC, size=7, etag='"7"')
    grown = public.with_trail(Audience.MEMBERS, refused="2026-01-01T00:00:00Z")
    async with open_store() as (_, desk):
        await desk.put_contact(CONTACT)
        await desk.put_contact(grown)
    async with open_store() as (_, desk):
        assert await desk.contact(CONTACT.did) == grown
        assert await desk.contacts() == [grown]
        await desk.drop_contact(CONTACT.did)
        assert await desk.contact(CONTACT.did) is None


async def test_a_message_is_taken_once_for_each_direction(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        assert await desk.put_message(MESSAGE)
        assert not await desk.put_message(replace(MESSAGE, body=b"another"))
        assert await desk.put_message(replace(MESSAGE, direction="in"))
        kept = await desk.messages("exchange:1")
        assert [one.body for one in kept] == [b"{}", b"{}"]


async def test_what_is_due_comes_oldest_first_until_it_is_done(open_store: OpenStore) -> None:
    later = replace(MESSAGE, id="urn:2", due="2026-01-02T00:00:00Z")
    async with open_store() as (_, desk):
        await desk.put_message(later)
        await desk.put_message(MESSAGE)
        await desk.put_message(replace(MESSAGE, id="urn:3", direction="in"))
        assert await desk.due("2026-01-01T12:00:00Z", 10) == [MESSAGE]
        assert await desk.due("2026-01-03T00:00:00Z", 10) == [MESSAGE, later]
        assert await desk.due("2026-01-03T00:00:00Z", 1) == [MESSAGE]
        await desk.update_message(replace(MESSAGE, done="2026-01-01T01:00:00Z", attempts=1))
        assert await desk.due("2026-01-03T00:00:00Z", 10) == [later]


async def test_pages_are_kept_by_family(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        await desk.put_page("exchange", "b", b"2")
        await desk.put_page("exchange", "a", b"1")
        await desk.put_page("setting", "a", b"3")
        await desk.put_page("exchange", "b", b"4")
        assert await desk.pages("exchange") == {"a": b"1", "b": b"4"}
        assert await desk.page("setting", "a") == b"3"
        await desk.drop_page("exchange", "a")
        assert await desk.page("exchange", "a") is None


async def test_several_pages_are_kept_together(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        await desk.put_page("draft", "old", b"0")
        await desk.put_pages({("draft", "a"): b"1", ("row", "a"): b"2", ("draft", "old"): None})
        assert (await desk.pages("draft"), await desk.pages("row")) == ({"a": b"1"}, {"a": b"2"})


async def test_a_page_is_swapped_only_for_what_is_there(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        assert not await desk.swap_page("witnessed", "a", b"0", b"1")
        assert await desk.page("witnessed", "a") is None
        assert await desk.swap_page("witnessed", "a", None, b"1")
        assert not await desk.swap_page("witnessed", "a", None, b"2")
    async with open_store() as (_, desk):
        assert await desk.swap_page("witnessed", "a", b"1", b"2")
        assert await desk.pages("witnessed") == {"a": b"2"}


async def test_of_swaps_at_once_one_is_made(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        offers = [b"%d" % number for number in range(8)]
        made = await asyncio.gather(
            *(desk.swap_page("witnessed", "a", None, one) for one in offers)
        )
        assert made.count(True) == 1
        assert await desk.page("witnessed", "a") == offers[made.index(True)]


async def test_a_nonce_is_new_once_even_after_closing(open_store: OpenStore) -> None:
    async with open_store() as (_, desk):
        assert await desk.first_use("n", "2026-01-01T00:05:00Z", "2026-01-01T00:00:00Z")
    async with open_store() as (_, desk):
        assert not await desk.first_use("n", "2026-01-01T00:06:00Z", "2026-01-01T00:01:00Z")
        assert await desk.first_use("m", "2026-01-01T00:06:00Z", "2026-01-01T00:01:00Z")
        assert await desk.first_use("n", "2026-01-01T00:20:00Z", "2026-01-01T00:10:00Z")
