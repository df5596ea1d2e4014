"""How much we take from a peer at once."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what a peer may cost us. Sizes are bytes unless said otherwise.

    Attributes:
        note: A checkpoint; leaves room for the signatures of a dozen witnesses.
        bundle: An entry bundle: 256 entries of at most 65,535 bytes and their lengths.
        page: A page of records, after decompression.
        record: One signed record.
        did: A DID document.
        message: A message in the inbox.
        entries: Entries taken in one pull (a number).
        leaves: All entries of one pull together.
        bodies: All records of one pull together: they are held in memory until they are committed.
        depth: How deep JSON may nest, the document itself being 1.
        keys: Members of all objects of one document together (a number).
        iris: Addresses that one record may name (a number).
        seconds: A whole request, from the dial to the last byte.
    """

    note: int = 64 * 1024
    bundle: int = 256 * (2 + 65_535)
    page: int = 8 * 1024 * 1024
    record: int = 256 * 1024
    did: int = 64 * 1024
    message: int = 64 * 1024
    entries: int = 100_000
    leaves: int = 64 * 1024 * 1024
    bodies: int = 128 * 1024 * 1024
    depth: int = 16
    keys: int = 5_000
    iris: int = 1_000
    seconds: float = 30.0
