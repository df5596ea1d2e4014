"""Bytes and text: strict JSON, canonical JSON (RFC 8785), base58btc and multibase.

What was signed is bytes. So JSON from outside is read by one strict parser that refuses whatever
two parsers could understand differently: a duplicate key, NaN, a lone surrogate, an integer that a
double cannot hold. A record on the wire *is* its canonical form; anything else is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias

import orjson
import rfc8785

from peers.limits import Limits

__all__ = [
    "MAX_INTEGER",
    "JsonObject",
    "JsonValue",
    "base58_decode",
    "base58_encode",
    "digest_of",
    "jcs",
    "multibase",
    "parse_canonical",
    "parse_json",
    "unmultibase",
]

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, Any]
"""A JSON object; ``Any`` because its members are read by those who know their names."""

MAX_INTEGER = 2**53 - 1
"""The largest integer that JSON carries safely (RFC 7493, section 2.2)."""

_LIMITS = Limits()
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SHA256_MULTIHASH = b"\x12\x20"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {char: value for value, char in enumerate(_ALPHABET)}


def parse_json(data: bytes, *, limits: Limits = _LIMITS) -> JsonValue:
    """Read JSON strictly (RFC 8259, within the bounds of RFC 7493).

    Refused beside what is no JSON: duplicate keys, NaN and infinities, numbers that a double
    cannot hold, integers beyond ±(2^53 - 1), halves of surrogate pairs, a byte order mark.

    Args:
        data: UTF-8.
        limits: ``record`` (bytes), ``depth`` and ``keys`` are taken from here.

    Raises:
        ValueError: Says what was expected and what was found, and where (RFC 6901).
    """
    _check_size(data, limits)
    _check_depth(data, limits)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ValueError(f"JSON must be UTF-8; byte {exc.start} is not") from exc
    reader = _Reader(limits.keys)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=reader.object_of,
            parse_constant=reader.constant,
            parse_int=reader.integer,
            parse_float=reader.double,
        )
    except json.JSONDecodeError as exc:
        raise ValueError(f"not JSON at character {exc.pos}: {exc.msg}") from exc
    if reader.flawed or "\\u" in text:
        for place, reason in _flaws(value, ""):
            raise ValueError(f"at {place!r}: {reason}" if place else f"at the top: {reason}")
    return value


def parse_canonical(data: bytes, *, limits: Limits = _LIMITS) -> JsonObject:
    """Read a JSON object that must be in its canonical form, byte for byte (RFC 8785).

    The fast path parses, writes again with sorted keys and compares; where it cannot be sure, the
    strict parser and the reference encoder decide, and say what is wrong.

    Raises:
        ValueError: Not an object, not strict JSON, over a limit, or not canonical.
    """
    _check_size(data, limits)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if (
        type(value) is dict
        and _is_plain(value, limits)
        and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == data
    ):
        return value
    value = parse_json(data, limits=limits)
    if type(value) is not dict:
        raise ValueError(f"expected a JSON object, found {_kind(value)}")
    canonical = jcs(value)
    if canonical != data:
        pairs = enumerate(zip(canonical, data, strict=False))
        at = next((n for n, (a, b) in pairs if a != b), min(len(canonical), len(data)))
        raise ValueError(
            "expected JSON in canonical form (RFC 8785: keys sorted, no spaces): at byte "
            f"{at} expected {canonical[at : at + 20]!r}, found {data[at : at + 20]!r}"
        )
    return value


def jcs(value: JsonValue) -> bytes:
    """Write JSON in canonical form (RFC 8785).

    Raises:
        ValueError: A number that JSON cannot carry, a lone surrogate, or no JSON at all.
    """
    try:
        if _is_plain(value, None):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value)
    except (orjson.JSONEncodeError, rfc8785.CanonicalizationError, UnicodeEncodeError) as exc:
        raise ValueError(f"cannot be written as canonical JSON: {exc}") from exc
    except RecursionError as exc:
        raise ValueError("cannot be written as canonical JSON: nested too deep") from exc


def _is_plain(value: object, limits: Limits | None) -> bool:
    """Whether orjson's sorted form of a value is its canonical form, and it is within limits.

    That holds without floats, with ASCII keys and with integers that a double holds: the two
    differ in how floats are written, and in the order of astral keys (UTF-8 against UTF-16).
    ``False`` is no verdict: it only sends the value the slow way.
    """
    keys = depth = 0
    level: list[Any] = [value]
    while level:
        below: list[Any] = []
        nested = False
        for one in level:
            kind = type(one)
            if kind is str or one is None or kind is bool:
                continue
            if kind is dict:
                nested = True
                keys += len(one)
                for key in one:
                    if type(key) is not str or not key.isascii():
                        return False
                below.extend(one.values())
            elif kind is list:
                nested = True
                below.extend(one)
            elif kind is not int or not -MAX_INTEGER <= one <= MAX_INTEGER:
                return False
        depth += nested
        if limits is not None and (depth > limits.depth or keys > limits.keys):
            return False
        level = below
    return True


def _check_size(data: bytes, limits: Limits) -> None:
    if len(data) > limits.record:
        raise ValueError(f"JSON of {len(data):,} bytes; at most {limits.record:,} are read")


def _check_depth(data: bytes, limits: Limits) -> None:
    """Refuse nesting before any parser recurses into it; brackets within strings do not count."""
    depth = 0
    for char in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if char in b"[{" else -1
        if depth > limits.depth:
            raise ValueError(f"JSON is nested deeper than {limits.depth} levels")


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in a document where something was refused, so that its place can be told."""

    reason: str


class _Reader:
    """The hooks of the parser: count members over a whole document, and mark what is refused."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen = 0
        self.flawed = False

    def object_of(self, pairs: list[tuple[str, JsonValue]]) -> JsonObject | _Flaw:
        self.seen += len(pairs)
        if self.seen > self.most:
            raise ValueError(f"JSON has more than {self.most:,} keys")
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        counted = Counter(name for name, _ in pairs)
        double = next(name for name, times in counted.items() if times > 1)
        return self._flaw(f"the key {double[:60]!r} stands twice in one object")

    def constant(self, name: str) -> _Flaw:
        return self._flaw(f"{name} is not JSON")

    def integer(self, text: str) -> int | _Flaw:
        # More digits than 2^53 has are not even converted: that costs their number squared.
        if len(text) <= 17 and -MAX_INTEGER <= (number := int(text)) <= MAX_INTEGER:
            return number
        return self._flaw(f"the integer {text[:40]} is beyond ±(2^53 − 1)")

    def double(self, text: str) -> float | _Flaw:
        number = float(text)
        if isfinite(number):
            return number
        return self._flaw(f"the number {text[:40]} is beyond a double")

    def _flaw(self, reason: str) -> _Flaw:
        self.flawed = True
        return _Flaw(reason)


def _flaws(value: JsonValue | _Flaw, place: str) -> Iterator[tuple[str, str]]:
    """Every flaw and its place as a JSON pointer (RFC 6901), in the order of the document."""
    if isinstance(value, _Flaw):
        yield place, value.reason
    elif isinstance(value, str) and not _is_text(value):
        yield place, "the string has half of a surrogate pair; no text encodes that"
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _flaws(one, f"{place}/{number}")
    elif isinstance(value, dict):
        for name, one in value.items():
            if not _is_text(name):
                yield place, f"the key {name[:60]!r} has half of a surrogate pair"
            step = name[:60].replace("~", "~0").replace("/", "~1")
            yield from _flaws(one, f"{place}/{step}")


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: JsonValue) -> str:
    names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def base58_encode(data: bytes) -> str:
    """Write bytes in base58btc; each leading zero byte is a ``1``."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    return "1" * zeros + digits


def base58_decode(text: str) -> bytes:
    """Read base58btc.

    Raises:
        ValueError: A character outside the alphabet.
    """
    number = 0
    for char in text:
        if char not in _DIGITS:
            raise ValueError(f"{char!r} is not a character of base58btc")
        number = number * 58 + _DIGITS[char]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def multibase(data: bytes) -> str:
    """Write bytes as multibase, base58btc: ``z…``."""
    return "z" + base58_encode(data)


def unmultibase(text: str, *, most: int = 128) -> bytes:
    """Read multibase; only base58btc is spoken here.

    Args:
        most: Characters at most: reading base58 costs their number squared.

    Raises:
        ValueError: Another base, too long, or a character outside the alphabet.
    """
    if not text.startswith("z"):
        raise ValueError(f"expected multibase base58btc (z…), found {text[:12]!r}")
    if len(text) > most:
        raise ValueError(f"multibase of {len(text)} characters; at most {most} are read")
    return base58_decode(text[1:])


def digest_of(salt: bytes, body: bytes) -> str:
    """The digest that a log commits to: a SHA-256 multihash over salt and record, as multibase."""
    return multibase(_SHA256_MULTIHASH + hashlib.sha256(salt + body).digest())
