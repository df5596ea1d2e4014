"""Addresses that a node dials, and all the others."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.addresses import may_dial

SPECIAL_4 = [
    # IANA IPv4 Special-Purpose Address Registry, whatever it says of their being reachable
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    # and multicast
    "224.0.0.0/4",
]
SPECIAL_6 = [
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:db8::/32",
    "2001:10::/28",
    "2001:20::/28",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]


@pytest.mark.parametrize("text", SPECIAL_4)
def test_no_special_network_of_ipv4_is_dialled(text: str) -> None:
    network = IPv4Network(text)
    for number in (0, network.num_addresses // 2, network.num_addresses - 1):
        assert not may_dial(str(network[number]))


@pytest.mark.parametrize("text", SPECIAL_6)
def test_no_special_network_of_ipv6_is_dialled(text: str) -> None:
    network = IPv6Network(text)
    for number in (0, network.num_addresses // 2, network.num_addresses - 1):
        assert not may_dial(str(network[number]))


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::",
        "2001:4860:4860::8888",
        "2003::1",
        "2600::1",
        "2a00:1450::1",
        "3ffe:ffff::1",
    ],
)
def test_their_neighbours_are_dialled(text: str) -> None:
    assert may_dial(text)


ADDRESSES = st.builds(IPv4Address, st.integers(0, 2**32 - 1)) | st.builds(
    IPv6Address, st.integers(0, 2**128 - 1) | st.integers(0x2000 << 112, (0x4000 << 112) - 1)
)


@given(ADDRESSES)
def test_what_is_dialled_is_global_by_the_standard_library_as_well(
    address: IPv4Address | IPv6Address,
) -> None:
    """The reverse does not hold: that list lets wrapped and shared addresses pass."""
    if may_dial(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not isinstance(address, IPv6Address) or (address.teredo or address.sixtofour) is None


@given(st.builds(IPv4Address, st.integers(0, 2**32 - 1)))
def test_no_ipv4_address_is_dialled_in_the_wrapping_of_another(address: IPv4Address) -> None:
    number = int(address)
    for wrapped in (
        number,  # IPv4-compatible, deprecated
        0xFFFF << 32 | number,  # mapped
        0x64FF9B << 96 | number,  # NAT64
        0x2002 << 112 | number << 80,  # 6to4
        0x20010000 << 96 | number ^ 0xFFFFFFFF,  # Teredo
    ):
        assert not may_dial(str(IPv6Address(wrapped)))


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "127.0.0.2", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1"]
)
def test_this_machine_is_dialled_by_nodes_on_it_alone(text: str) -> None:
    assert may_dial(text, loopback=True)
    assert not may_dial(text)
    assert ip_address(text).is_loopback


@pytest.mark.parametrize("text", ["10.0.0.1", "169.254.169.254", "::", "::ffff:127.0.0.1"])
def test_a_node_on_this_machine_dials_no_other_private_address(text: str) -> None:
    assert not may_dial(text, loopback=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "city.example",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "010.8.8.8",
        "8.8.8.8.",
        " 8.8.8.8",
        "8.8.8.8\n",
        "8.8.8.8/32",
        "8.8.8",
        "[2600::1]",
        "2600::1%lo",
        "2600::1/128",
        "８.8.8.8",
        "٨.8.8.8",
    ],
)
def test_another_form_of_address_is_not_dialled(text: str) -> None:
    assert not may_dial(text)
    assert not may_dial(text, loopback=True)
