"""Addresses that lead back inside, however they are spelt: nobody connects, and nobody waits."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peers.client import Fetcher
from peers.errors import PeerError
from peers.limits import Limits
from tests.hostile.watch import watching
from tests.peers.test_client import Names

QUICK = Limits(seconds=0.5)
INSIDE = """
127.0.0.1 127.255.255.254 10.1.2.3 172.31.255.255 192.168.0.1 169.254.169.254 100.64.0.1
0.0.0.0 255.255.255.255 192.0.0.1 198.19.255.255 224.0.0.251
"""
PRIVATE = st.sampled_from(INSIDE.split()).map(IPv4Address)


def spelt(address: IPv4Address) -> list[str]:
    """Ways in which resolvers and parsers have been heard to take an address."""
    number, (a, b, c, d) = int(address), address.packed
    mapped = f"{number >> 16:x}:{number & 0xFFFF:x}"
    return [
        str(address),
        f"{address}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{c * 256 + d}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"[::ffff:{address}]",
        f"[::ffff:{mapped}]",
        f"[::{mapped}]",
        f"[64:ff9b::{mapped}]",
        f"[64:ff9b:1::{mapped}]",
        f"[2002:{mapped}::1]",
        f"[2001:0:{mapped}::1]",
        f"[fe80::5efe:{mapped}]",
        f"user@{address}",
        f"public.example@{address}",
        f"{address}%2f.public.example",
        f"{address}#.public.example",
        f"{address}\\.public.example",
    ]


@settings(max_examples=150, deadline=None)
@given(
    address=PRIVATE,
    way=st.integers(0, 21),
    scheme=st.sampled_from(["https", "http", "HTTPS", "ftp", "file", "gopher", "unix", "ws", ""]),
    port=st.sampled_from(["", ":443", ":1", ":0", ":99999", ":x"]),
)
async def test_no_spelling_of_an_address_inside_is_dialled(
    address: IPv4Address, way: int, scheme: str, port: str
) -> None:
    async with Fetcher(QUICK, resolver=Names({})) as fetcher:
        with watching(), pytest.raises(PeerError):
            await fetcher.get(f"{scheme}://{spelt(address)[way]}{port}/x", 100)


@settings(max_examples=60, deadline=None)
@given(address=PRIVATE, again=PRIVATE)
async def test_no_name_of_an_address_inside_is_dialled(
    address: IPv4Address, again: IPv4Address
) -> None:
    names = Names({"lira.example": [[str(address), str(again)], [str(again)]]})
    async with Fetcher(QUICK, resolver=names) as fetcher:
        for _ in range(2):
            with watching(), pytest.raises(PeerError, match="not an address that this node dials"):
                await fetcher.get("https://lira.example/x", 100)
