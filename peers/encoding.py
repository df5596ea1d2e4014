"""Bytes and text: strict JSON, canonical JSON (RFC 8785), base58btc and multibase.

What was signed is bytes. So JSON from outside is read by one strict parser that refuses whatever
two parsers could understand differently: a duplicate key, NaN, a lone surrogate, an integer that a
double cannot hold. A record on the wire *is* its canonical form; anything else is refused.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn, TypeAlias

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

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {char: value for value, char in enumerate(_ALPHABET)}
_SHA256_MULTIHASH = b"\x12\x20"


_LIMITS = Limits()


def parse_json(data: bytes, *, limits: Limits = _LIMITS) -> JsonValue:
    """Read JSON strictly.

    Args:
        data: UTF-8 without a byte order mark.
        limits: ``record`` (bytes), ``depth`` and ``keys`` are taken from here.

    Raises:
        ValueError: Says what was expected and what was found.
    """
    if len(data) > limits.record:
        raise ValueError(f"JSON of {len(data):,} bytes; at most {limits.record:,} are read")
    _check_depth(data, limits.depth)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ValueError(f"JSON must be UTF-8; byte {exc.start} is not") from exc
    counter = _Keys(limits.keys)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=counter.object_of,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_double,
        )
    except json.JSONDecodeError as exc:
        raise ValueError(f"not JSON: {exc.msg} at character {exc.pos}") from exc
    if "\\u" in text or "\\U" in text:
        _refuse_surrogates(value)
    return value


def parse_canonical(data: bytes, *, limits: Limits = _LIMITS) -> JsonObject:
    """Read a JSON object that must be in its canonical form, byte for byte (RFC 8785).

    The fast path parses, writes again with sorted keys and compares; where it cannot be sure, the
    strict parser and the reference encoder decide.

    Raises:
        ValueError: Not an object, not strict JSON, over a limit, or not canonical.
    """
    if len(data) > limits.record:
        raise ValueError(f"JSON of {len(data):,} bytes; at most {limits.record:,} are read")
    _check_depth(data, limits.depth)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not (
        isinstance(value, dict)
        and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == data
        and _plain(value, limits.keys)
    ):
        value = parse_json(data, limits=limits)
        if not isinstance(value, dict):
            raise ValueError(f"expected a JSON object, found {_kind(value)}")
        if jcs(value) != data:
            raise ValueError("JSON is not in canonical form (RFC 8785): keys sorted, no spaces")
    return value


def jcs(value: JsonValue) -> bytes:
    """Write JSON in canonical form (RFC 8785).

    Raises:
        ValueError: A number that JSON cannot carry, a lone surrogate, or no JSON at all.
    """
    try:
        if _plain(value, None):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value)
    except (orjson.JSONEncodeError, rfc8785.CanonicalizationError, UnicodeEncodeError) as exc:
        raise ValueError(f"cannot be written as canonical JSON: {exc}") from exc


def _plain(value: object, keys: int | None) -> bool:
    """Whether orjson's sorted form of a value is its canonical form.

    That holds without floats, with ASCII keys and with integers that a double holds: the two
    differ in how floats are written, and in the order of astral keys (UTF-8 against UTF-16).
    """
    pending: list[object] = [value]
    seen = 0
    while pending:
        one = pending.pop()
        kind = type(one)
        if kind is str or one is None or kind is bool:
            continue
        if kind is dict:
            assert isinstance(one, dict)
            seen += len(one)
            if keys is not None and seen > keys:
                return False
            for key in one:
                if type(key) is not str or not key.isascii():
                    return False
            pending.extend(one.values())
        elif kind is list:
            assert isinstance(one, list)
            pending.extend(one)
        elif kind is int:
            assert isinstance(one, int)
            if not -MAX_INTEGER <= one <= MAX_INTEGER:
                return False
        else:
            return False
    return True


def _check_depth(data: bytes, most: int) -> None:
    """Refuse nesting before any parser recurses into it; brackets within strings do not count."""
    if data.count(b"[") + data.count(b"{") <= most:
        return
    depth = at = 0
    while at < len(data):
        char = data[at]
        if char == 0x22:
            at = _end_of_string(data, at)
        elif char in b"[{":
            depth += 1
            if depth > most:
                raise ValueError(f"JSON is nested deeper than {most} levels at byte {at}")
        elif char in b"]}":
            depth -= 1
        at += 1


def _end_of_string(data: bytes, start: int) -> int:
    """The place of the closing quote, or the end of the data."""
    at = start + 1
    while True:
        at = data.find(b'"', at)
        if at < 0:
            return len(data)
        slashes = at - len(data[start:at].rstrip(b"\\")) - start
        if slashes % 2 == 0:
            return at
        at += 1


class _Keys:
    """Counts members over a whole document, and refuses duplicates."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen = 0

    def object_of(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        self.seen += len(pairs)
        if self.seen > self.most:
            raise ValueError(f"JSON has more than {self.most:,} keys")
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            double = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the key {double!r} stands twice in one object")
        return made


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int:
    number = int(text) if len(text) < 20 else MAX_INTEGER + 1
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise ValueError(f"the integer {text[:40]} is beyond ±(2^53 − 1)")
    return number


def _double(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError(f"the number {text[:40]} is beyond a double")
    return number


def _refuse_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as exc:
        raise ValueError("a string has half of a surrogate pair; no text encodes that") from exc


def _kind(value: JsonValue) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    return names.get(type(value), "null" if value is None else "a number")


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
