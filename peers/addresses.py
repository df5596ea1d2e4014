"""Which network addresses a node may dial.

An explicit list, not ``ipaddress.is_global``: that passes addresses which lead back into one's own
network (6to4, NAT64, mapped forms). IPv6 is admitted inside 2000::/3 alone, and there not where an
IPv4 address is wrapped. From the IANA special-purpose address registries.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

__all__ = ["is_loopback", "may_dial"]

_DENIED_4 = tuple(
    IPv4Network(text)
    for text in (
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
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_ADMITTED_6 = IPv6Network("2000::/3")
_DENIED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def may_dial(address: str, *, loopback: bool = False) -> bool:
    """Whether an address, as a resolver gave it, may be dialled.

    Args:
        address: An IP address in its plain form; anything else is refused.
        loopback: Admit this machine, as nodes on this machine do.

    >>> may_dial("9.9.9.9"), may_dial("10.0.0.1"), may_dial("::ffff:9.9.9.9"), may_dial("0x7f.1")
    (True, False, False, False)
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        return False
    if is_loopback(found):
        return loopback
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _DENIED_4)
    return found in _ADMITTED_6 and not any(found in network for network in _DENIED_6)


def is_loopback(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is this machine's own, in its plain form."""
    return address in IPv4Network("127.0.0.0/8") or address == IPv6Address("::1")
