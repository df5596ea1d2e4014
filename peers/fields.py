"""Structured fields of HTTP (RFC 9651): dictionaries, as far as signatures and digests need them.

Strict where the RFC lets the last one win: a key that stands twice, a parameter that stands twice,
base64 that is not in its one form. Not read at all: decimals, tokens, dates, display strings.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["Bare", "InnerList", "Item", "read_dictionary", "write_dictionary", "write_member"]

Bare: TypeAlias = bool | int | str | bytes
"""A value without parameters: boolean, integer, string of printable ASCII, or bytes."""

_LONGEST: Final = 8192
_LARGEST: Final = 10**15 - 1
_KEY: Final = re.compile(r"[a-z*][a-z0-9_.*-]*")
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_STRING: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BYTES: Final = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_BOOLEAN: Final = re.compile(r"\?[01]")
_SPACES: Final = re.compile(r" *")
_COMMA: Final = re.compile(r"[ \t]*,[ \t]*(?!\Z)")


@dataclass(frozen=True, slots=True)
class Item:
    """A value and its parameters."""

    value: Bare
    parameters: Mapping[str, Bare] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InnerList:
    """Items in brackets, and the parameters of the whole."""

    items: tuple[Item, ...]
    parameters: Mapping[str, Bare] = field(default_factory=dict)


def read_dictionary(text: str) -> dict[str, Item | InnerList]:
    """Read a field whose value is a dictionary (section 4.2.2), in its order.

    Raises:
        ValueError: Not a dictionary of what is read here, or a key twice; says where.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"a field of {len(text)} characters; at most {_LONGEST} are read")
    scanner = _Scanner(text.strip(" "))
    found: dict[str, Item | InnerList] = {}
    while scanner.left:
        key = scanner.expect(_KEY, "a key")
        if key in found:
            raise ValueError(f"the key {key!r} stands twice")
        found[key] = scanner.member() if scanner.took("=") else Item(True, scanner.parameters())
        if scanner.left:
            scanner.expect(_COMMA, "a comma, and another member")
    return found


def write_dictionary(members: Mapping[str, Item | InnerList]) -> str:
    """Write a dictionary (section 4.1.2); each member with its value, also where that is true.

    Raises:
        ValueError: A key, number or text that a field cannot carry.
    """
    return ", ".join(f"{_key(key)}={write_member(member)}" for key, member in members.items())


def write_member(member: Item | InnerList) -> str:
    """Write an item or an inner list with its parameters (sections 4.1.1.1 and 4.1.3).

    Raises:
        ValueError: A key, number or text that a field cannot carry.
    """
    match member:
        case InnerList(items, parameters):
            return f"({' '.join(map(write_member, items))}){_write_parameters(parameters)}"
        case Item(value, parameters):
            return _write_bare(value) + _write_parameters(parameters)


class _Scanner:
    """Reads from left to right, and never back: the time is that of the text's length."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._text)

    def took(self, text: str) -> bool:
        if not self._text.startswith(text, self._at):
            return False
        self._at += len(text)
        return True

    def expect(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(
                f"expected {what} at character {self._at}, "
                f"found {self._text[self._at : self._at + 20]!r}"
            )
        self._at = found.end()
        return found[0]

    def member(self) -> Item | InnerList:
        return self._inner_list() if self.took("(") else self._item()

    def _inner_list(self) -> InnerList:
        items: list[Item] = []
        self.expect(_SPACES, "spaces")
        while not self.took(")"):
            items.append(self._item())
            if not self._text.startswith((" ", ")"), self._at):
                raise ValueError(f"expected a space or ')' at character {self._at}")
            self.expect(_SPACES, "spaces")
        return InnerList(tuple(items), self.parameters())

    def _item(self) -> Item:
        return Item(self._bare(), self.parameters())

    def parameters(self) -> dict[str, Bare]:
        found: dict[str, Bare] = {}
        while self.took(";"):
            self.expect(_SPACES, "spaces")
            key = self.expect(_KEY, "a parameter's key")
            if key in found:
                raise ValueError(f"the parameter {key!r} stands twice")
            found[key] = self._bare() if self.took("=") else True
        return found

    def _bare(self) -> Bare:
        match self._text[self._at : self._at + 1]:
            case '"':
                text = self.expect(_STRING, "a string of printable ASCII")
                return re.sub(r"\\(.)", r"\1", text[1:-1])
            case ":":
                return _from_base64(self.expect(_BYTES, "base64 between colons")[1:-1])
            case "?":
                return self.expect(_BOOLEAN, "?0 or ?1") == "?1"
            case _:
                return int(self.expect(_INTEGER, "a string, an integer, bytes or a boolean"))


def _from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise ValueError(f"not base64: {text[:20]!r}") from exc
    if base64.b64encode(data).decode() != text:
        raise ValueError(f"base64 in another form than its one: {text[-20:]!r}")
    return data


def _write_parameters(parameters: Mapping[str, Bare]) -> str:
    return "".join(
        f";{_key(key)}" + ("" if value is True else f"={_write_bare(value)}")
        for key, value in parameters.items()
    )


def _write_bare(value: Bare) -> str:
    match value:
        case bool():
            return f"?{value:d}"
        case int() if abs(value) <= _LARGEST:
            return str(value)
        case bytes():
            return f":{base64.b64encode(value).decode()}:"
        case str() if value.isascii() and value.isprintable():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            raise ValueError(f"cannot stand in a field: {value!r:.100}")


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise ValueError(f"expected a key of lower-case letters, found {text[:60]!r}")
    return text
