"""The witness over HTTP, as the protocol writes it."""

from __future__ import annotations

import pytest

from node.service.contacts import follow
from node.service.identities import own_signer
from node.service.publish import publish
from node.service.witness import hash_of
from node.store.ports import Audience
from peers.checkpoint import cosigned_at
from peers.witness import write_request
from tests.homes import Web, home_of, profile
from tests.node.web.conftest import site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/witness/add-checkpoint"


async def test_a_witness_answers_as_the_protocol_says() -> None:
    web = Web()
    aurora = await home_of("https://aurora.example", web=web)
    await publish(aurora, profile())
    hansol = await home_of("https://hansol.example", web=web)
    await follow(hansol, "https://aurora.example")
    log = aurora.logs[Audience.PUBLIC]
    note = await aurora.ledger.note(log)
    assert note is not None
    async with site_of(hansol) as site:
        async with await site.get(f"/witness/{hash_of(log)}/checkpoint") as answer:
            assert answer.status == 404
        body = write_request(note, old=0, proof=[])
        async with site.client.post(PATH, data=body) as answer:
            assert (answer.status, answer.content_type) == (200, "text/plain")
            assert answer.headers["Cache-Control"] == "no-store"
            lines = await answer.read()
        assert cosigned_at(note + lines, own_signer(hansol).verifier) is not None
        async with await site.get(f"/witness/{hash_of(log)}/checkpoint") as answer:
            assert await answer.read() == note + lines
        body = write_request(note, old=1, proof=[])
        async with site.client.post(PATH, data=body) as answer:
            assert (answer.status, answer.content_type) == (409, "text/x.tlog.size")
            assert await answer.text() == "2\n"
        async with site.client.post(PATH, data=b"x" * 70_000) as answer:
            assert answer.status == 413
        async with site.client.post(PATH, data=b"nothing") as answer:
            assert answer.status == 400
        async with site.client.get(PATH) as answer:
            assert answer.status == 405
