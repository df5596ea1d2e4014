"""``/peers``: what became of a peer's keys, and what to do about a peer that is in trouble."""

from __future__ import annotations

from dataclasses import replace

from node.service.contacts import follow
from node.service.replicate import sync_all
from node.service.rotate import rotate
from peers.keychange import recovery_hash
from tests.homes import Web, home_of, recovery_of
from tests.node.web.conftest import site_of


async def test_a_change_of_keys_by_the_log_s_own_word_is_told() -> None:
    web = Web()
    aurora = await home_of("http://localhost:8401", web=web)
    reader = await home_of("http://localhost:8402", web=web)
    await follow(reader, aurora.base_url)
    await sync_all(reader)
    async with site_of(reader) as site:
        assert "as at first contact" in await site.page("/peers")
    all_keys = ("record", "log", "http")
    await rotate(aurora, all_keys)
    await sync_all(reader)
    async with site_of(reader) as site:
        page = await site.page("/peers")
        assert "record-2, log-2, http-2" in page
        assert "in wrong hands before:" not in page
    await rotate(
        aurora,
        all_keys,
        recovery=recovery_of(aurora.base_url),
        next_recovery_hash=recovery_hash(recovery_of("the next one").public),
        stolen_since=aurora.stamp(),
    )
    await sync_all(reader)
    async with site_of(reader) as site:
        page = await site.page("/peers")
        assert "record-3, log-3, http-3" in page
        assert "in wrong hands before:" in page


async def test_what_to_do_about_a_peer_is_said_in_the_reader_s_language() -> None:
    web = Web()
    aurora = await home_of("http://localhost:8401", web=web)
    reader = await home_of("http://localhost:8402", web=web)
    contact = await follow(reader, aurora.base_url)
    await reader.desk.put_contact(replace(contact, state="frozen"))
    async with site_of(reader) as site:
        assert "Ask the city what happened" in await site.page("/peers")
        assert "Demandez à la ville" in await site.page("/peers?lang=fr")
    await reader.desk.put_contact(replace(contact, failures=3, error="no answer"))
    async with site_of(reader) as site:
        assert "tried again at least every hour" in await site.page("/peers")
