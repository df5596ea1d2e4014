"""What clients send that is no request is no error of ours."""

from __future__ import annotations

import asyncio
import logging

import pytest

from node.web.unreadable import quieten
from tests.homes import home_of
from tests.node.web.conftest import site_of


async def test_what_is_no_request_is_answered_and_raises_no_alarm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with site_of(await home_of("http://localhost:8400")) as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.0 400")
        writer.close()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_what_goes_wrong_on_our_side_is_told(caplog: pytest.LogCaptureFixture) -> None:
    quieten()
    logging.getLogger("aiohttp.server").error("ours", exc_info=RuntimeError("ours"))
    assert [one.message for one in caplog.records] == ["ours"]
