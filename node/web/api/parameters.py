"""Parameters of the API: one description that reads what was asked and says what may be.

``Parameter.read`` and ``Parameter.schema`` come from the same fields, so the document cannot
promise what the reading refuses, or the other way round. Every value is bounded; what does not fit
is refused with what was expected and what was found, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from multidict import MultiMapping

from node.errors import NodeError

__all__ = ["BadParameter", "Parameter", "Value", "Values", "read_all"]

Value: TypeAlias = str | int | tuple[str, ...]
Values: TypeAlias = Mapping[str, Value]

_SHOWN: Final = 60
"""Characters of a refused value that its refusal repeats."""


class BadParameter(NodeError):
    """A parameter that is unknown, missing, or not of the form that it must have."""

    status = 400
    slug = "bad-parameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    Attributes:
        about: What it does, in a sentence; it may use ``code`` marks.
        where: ``query`` or ``path``; one in the path is required.
        many: Up to how many times it may be given; each value admits records of its own.
        choices: The values that there are; empty for any.
        pattern: What a whole value must match; words: the same for the reader of a refusal.
        longest: Characters.
        least, most: Bounds of a whole number; ``None`` where the value is a text.
        default: What holds where it is not given.
        example: A value that the reference shows.
    """

    name: str
    about: str
    where: str = "query"
    required: bool = False
    many: int = 1
    choices: tuple[str, ...] = ()
    pattern: str = ""
    words: str = ""
    longest: int = 400
    least: int | None = None
    most: int | None = None
    default: str | int = ""
    example: str = ""
    _compiled: re.Pattern[str] | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.pattern:
            object.__setattr__(self, "_compiled", re.compile(self.pattern))

    def read(self, given: Sequence[str]) -> Value:
        """The value of a parameter that was given so.

        Raises:
            BadParameter: It is missing, too often there, or not of its form.
        """
        if self.required and not given:
            raise BadParameter(f"{self.name}: expected {self.expected()}, found nothing")
        if len(given) > self.many:
            times = "once" if self.many == 1 else f"at most {self.many} times"
            raise BadParameter(f"{self.name}: expected it {times}, found it {len(given)} times")
        read = [self._one(text) for text in given]
        if self.many > 1:
            return tuple(dict.fromkeys(str(one) for one in read))
        return read[0] if read else self.default

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        said: dict[str, Any]
        if self.most is not None:
            said = {"type": "integer", "minimum": self.least or 0, "maximum": self.most}
        elif self.choices:
            said = {"type": "string", "enum": list(self.choices)}
        else:
            said = {"type": "string", "minLength": 1, "maxLength": self.longest}
            if self.pattern:
                said["pattern"] = f"^(?:{self.pattern})$"
        if self.many > 1:
            return {"type": "array", "items": said, "minItems": 1, "maxItems": self.many}
        return said | ({"default": self.default} if self.default != "" else {})

    def expected(self) -> str:
        """What a value must be, in words."""
        if self.most is not None:
            return f"a whole number from {self.least or 0} to {self.most}"
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        return self.words or f"a text of 1 to {self.longest} characters"

    def _one(self, text: str) -> str | int:
        if self.most is not None:
            if text.isascii() and text.isdigit() and len(text) <= len(str(self.most)):
                number = int(text)
                if (self.least or 0) <= number <= self.most:
                    return number
        elif self.choices:
            if text in self.choices:
                return text
        elif 0 < len(text) <= self.longest and (
            self._compiled is None or self._compiled.fullmatch(text)
        ):
            return text
        raise BadParameter(f"{self.name}: expected {self.expected()}, found {text[:_SHOWN]!r}")


def read_all(
    parameters: Sequence[Parameter], path: Mapping[str, str], query: MultiMapping[str]
) -> dict[str, Value]:
    """Every parameter of an operation, by name.

    Raises:
        BadParameter: One is not as it must be, or there is one that the operation does not know:
            a filter with a slip in its name must not answer as if it had not been there.
    """
    known = {one.name for one in parameters if one.where == "query"}
    unknown = sorted(set(query) - known)
    if unknown:
        expected = ", ".join(sorted(known)) or "none"
        raise BadParameter(f"expected parameters among {expected}; found {unknown[0][:_SHOWN]!r}")
    return {
        one.name: one.read([path[one.name]] if one.where == "path" else query.getall(one.name, []))
        for one in parameters
    }
