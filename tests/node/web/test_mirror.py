"""A copy of a followed log answers byte for byte as the log itself does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from node.service.witness import hash_of
from node.store.ports import Audience
from peers.did import write_document
from tests.node.web.conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def read(site: Site, path: str) -> bytes:
    async with await site.get(path) as answer:
        assert answer.status == 200, path
        return await answer.read()


async def test_a_mirror_answers_byte_for_byte(network: Mapping[str, Site]) -> None:
    city, mirror = network["hansol"], network["directory"]
    log = city.home.logs[Audience.PUBLIC]
    size = (await mirror.home.ledger.head(log)).size
    note = await mirror.home.ledger.note(log)
    assert await read(mirror, f"/mirror/{hash_of(log)}/checkpoint") == note
    for path in (
        f"tile/entries/000.p/{size}",
        "tile/entries/000.p/2",
        f"tile/0/000.p/{size}",
        f"records/000.p/{size}",
        "records/000.p/3?from=1",
    ):
        ours = await read(city, f"/log/public/{path}")
        assert await read(mirror, f"/mirror/{hash_of(log)}/{path}") == ours


async def test_a_mirror_says_which_keys_it_pinned(network: Mapping[str, Site]) -> None:
    city, mirror = network["hansol"], network["directory"]
    log = city.home.logs[Audience.PUBLIC]
    pinned = await read(mirror, f"/mirror/{hash_of(log)}/did.json")
    assert pinned == write_document(city.home.document)


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint",
        "did.json",
        "tile/entries/000.p/1",
        "tile/0/000.p/1",
        "records/000.p/1",
    ],
)
async def test_a_log_for_members_is_mirrored_to_nobody(
    network: Mapping[str, Site], path: str
) -> None:
    site = network["hansol"]
    for log in (site.home.logs[Audience.MEMBERS], "nobody.example/log/public"):
        async with await site.get(f"/mirror/{hash_of(log)}/{path}") as answer:
            assert answer.status == 404
