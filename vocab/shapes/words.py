"""Problems in words, in a language, for people who fill in forms.

Each language has a catalogue in ``vocab/data/findings/``. What a catalogue leaves out is said in
English; a code without words of its own is said in those of ``value``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from vocab.shapes.problem import Place, Problem
from vocab.shapes.schema import definitions, known_keys

__all__ = ["Finding", "Severity", "catalogue_languages", "in_words"]

_LONGEST: Final = 80
_UNSEEN: Final = "\N{REPLACEMENT CHARACTER}"
_SLOT: Final = re.compile(r"\{([a-z]+)\}")


class Severity(StrEnum):
    """A violation refuses the document; advice does not."""

    VIOLATION = "violation"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in words that its reader can act on.

    It quotes what was found: show it to whoever wrote the document, and keep it out of logs.

    Attributes:
        path: Where, as a JSON pointer: ``/evidence/0/caption/es``; empty for the whole document.
        code: What, for programs: ``partial-date``, ``unknown-key``.
        message: What was expected and what was found.
        mend: What to do about it.
        severity: Whether the document is refused.
    """

    path: str
    code: str
    message: str
    mend: str
    severity: Severity = Severity.VIOLATION


def in_words(
    problem: Problem, kind: str, language: str, severity: Severity = Severity.VIOLATION
) -> Finding:
    """A problem of a document of this type, in the language where its catalogue has it."""
    words = _words(problem.code, language)
    values = {name: _shown(name, value, language) for name, value in problem.values.items()}
    values["field"] = _field(problem.place, kind, language)
    if "near" in values:
        values["near"] = f": {values['near']}" if problem.values["near"] else ""
    path = "".join(f"/{_escaped(str(step))}" for step in problem.place)
    return Finding(
        path=path,
        code=problem.code,
        message=_filled(words["message"], values),
        mend=_filled(words["mend"], values),
        severity=severity,
    )


@cache
def catalogue_languages() -> tuple[str, ...]:
    """The languages that have a catalogue, in the order of their tags."""
    folder = files("vocab").joinpath("data", "findings")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir()))


@cache
def _catalogue(language: str) -> Mapping[str, Any]:
    """One language's words; English ones for a language without a catalogue."""
    known = catalogue_languages()
    tag = next((tag for tag in (language, language.partition("-")[0]) if tag in known), "en")
    file = files("vocab").joinpath("data", "findings", f"{tag}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _words(code: str, language: str) -> Mapping[str, str]:
    """Message and mend of a code: in the language, in English, or in general."""
    for tag, name in ((language, code), ("en", code), (language, "value"), ("en", "value")):
        words: Mapping[str, str] | None = _catalogue(tag).get("findings", {}).get(name)
        if words is not None:
            return words
    raise AssertionError("the English catalogue has words for “value”")


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its slots filled. Braces elsewhere, as in JSON, stay as they are."""
    return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), template).strip()


def _shown(name: str, value: object, language: str) -> str:
    """A value as it stands in a sentence: text found in the document is quoted, all is cut."""
    if name == "expected":
        kinds: Mapping[str, str] = _catalogue(language).get("kinds", {})
        return kinds.get(str(value), str(value))
    if name not in {"found", "first"}:
        return str(value)
    if value is None:
        general = _catalogue(language).get("general") or _catalogue("en")["general"]
        return str(general["nothing"])
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    seen = "".join(letter if letter.isprintable() else _UNSEEN for letter in cut)
    return f"“{seen}”" if isinstance(value, str) else seen


def _field(place: Place, kind: str, language: str) -> str:
    """A place in words: ``Evidence 1 › Caption (es)``."""
    fields: Mapping[str, str] = _catalogue(language).get("fields", {})
    names: list[str] = []
    for step in place:
        if isinstance(step, int):
            names[-1:] = [f"{names[-1] if names else ''} {step + 1}".strip()]
            continue
        keys = known_keys(kind) if kind in definitions() else {}
        about = keys.get(step)
        if about is None:
            names[-1:] = [f"{names[-1]} ({step})"] if names else [f"“{step}”"]
            continue
        names.append(fields.get(step) or about.get("title") or f"“{step}”")
        kind = str(about.get("items", {}).get("$ref", "")).rpartition("/")[2]
    return " › ".join(names)


def _escaped(step: str) -> str:
    """RFC 6901, section 3."""
    return step.replace("~", "~0").replace("/", "~1")
