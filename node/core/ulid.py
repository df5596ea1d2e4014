"""ULIDs: names for records that sort by the time they were made (github.com/ulid/spec)."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["is_ulid", "ulid"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""


def ulid(milliseconds: int, entropy: Callable[[int], bytes]) -> str:
    """A new ULID: 48 bits of time since 1970, 80 random bits, as 26 characters.

    >>> ulid(1469918176385, lambda n: bytes(n))
    '01ARYZ6S410000000000000000'

    Raises:
        ValueError: The time does not fit into 48 bits.
    """
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError(f"{milliseconds} ms cannot be written in 48 bits")
    number = milliseconds << 80 | int.from_bytes(entropy(10))
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def is_ulid(text: str) -> bool:
    """Whether text is a ULID in its canonical, upper-case form.

    >>> is_ulid("01ARYZ6S410000000000000000"), is_ulid("01aryz6s410000000000000000")
    (True, False)
    """
    return len(text) == 26 and text[0] <= "7" and all(char in _ALPHABET for char in text)
