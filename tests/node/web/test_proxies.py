"""Proxies are known by the address that they come from, and by nothing that they say."""

from __future__ import annotations

import pytest

from node.web.proxies import is_trusted


@pytest.mark.parametrize(
    ("peer", "proxies", "trusted"),
    [
        ("192.0.2.1", (), True),
        ("10.1.2.3", ("10.0.0.0/8",), True),
        ("::ffff:10.1.2.3", ("10.0.0.0/8",), True),
        ("192.0.2.1", ("10.0.0.0/8", "2001:db8::/32"), False),
        ("2001:db8::7", ("10.0.0.0/8", "2001:db8::/32"), True),
        ("evil.example", ("10.0.0.0/8",), False),
        ("", ("10.0.0.0/8",), False),
    ],
)
def test_a_proxy_is_known_by_its_address(
    peer: str, proxies: tuple[str, ...], trusted: bool
) -> None:
    assert is_trusted(peer, proxies) is trusted
