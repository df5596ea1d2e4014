"""Problems in words, in a language, for people who fill in forms.

Each language has a catalogue in ``vocab/data/findings/``: what is wrong, how to mend it, and the
kinds of value. Fields are called as ``vocab.shapes.names`` says. What a catalogue leaves out is
said in English; a code without words of its own is said in those of ``value``.
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

from vocab.shapes.names import field_words, label_of, words
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
    said = _words(problem.code, language)
    values = {name: _shown(name, value, language) for name, value in problem.values.items()}
    values["field"] = _field(problem.place, kind, language)
    path = "".join(f"/{_escaped(str(step))}" for step in problem.place)
    return Finding(
        path=path,
        code=problem.code,
        message=_filled(said["message"], values),
        mend=_filled(said["mend"], values),
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
    file = files("vocab").joinpath("data", "findings", f"{_tag(language)}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _tag(language: str) -> str:
    """The catalogue for a reader of this tag: its own, its base's, or English."""
    known = catalogue_languages()
    base = language.partition("-")[0].lower()
    return next((tag for tag in (language, base) if tag in known), "en")


def _words(code: str, language: str) -> Mapping[str, str]:
    """Message and mend of a code: in the language, in English, or in general."""
    for tag, name in ((language, code), ("en", code), (language, "value"), ("en", "value")):
        said: Mapping[str, str] | None = _catalogue(tag).get("findings", {}).get(name)
        if said is not None:
            return said
    raise AssertionError("the English catalogue has words for “value”")


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its slots filled. Braces elsewhere, as in JSON, stay as they are."""
    return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), template).strip()


def _shown(name: str, value: object, language: str) -> str:
    """A value as it stands in a sentence: text found in the document is quoted, all is cut."""
    match name:
        case "expected" | "scheme":
            shown = _kind(str(value), language) or str(value)
        case "form":
            shown = _after_colon(_kind(str(value), language), language)
        case "near":
            shown = _after_colon(str(value), language)
        case "hint":
            # What a field is for is said in the shapes, in English alone.
            shown = str(value) if _tag(language) == "en" else ""
        case "kind":
            shown = label_of(words(str(value)), _tag(language)) or str(value)
        case "found" | "first" if isinstance(value, str):
            shown = _quoted(value, language)
        case "found" if value is None:
            shown = _general("nothing", language)
        case "found":
            shown = _cut(json.dumps(value, ensure_ascii=False))
        case _:
            shown = str(value)
    return shown


def _kind(name: str, language: str) -> str:
    """A kind of value in words, ``a day, such as 2021-03-05``; empty for what is none."""
    kinds: Mapping[str, str] = _catalogue(language).get("kinds", {})
    return kinds.get(name) or str(definitions().get(name, {}).get("title", ""))


def _after_colon(text: str, language: str) -> str:
    return f"{_general('colon', language)}{text}" if text else ""


def _quoted(text: str, language: str) -> str:
    return _general("quoted", language).replace("{text}", _cut(text))


def _general(name: str, language: str) -> str:
    return str(_catalogue(language)["general"][name])


def _cut(text: str) -> str:
    """Short, and without what cannot be seen."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(letter if letter.isprintable() else _UNSEEN for letter in short)


def _field(place: Place, kind: str, language: str) -> str:
    """A place in words: ``Evidence 1 › Caption (es)``."""
    names: list[str] = []
    for step in place:
        if isinstance(step, int):
            names[-1:] = [f"{names[-1] if names else ''} {step + 1}".strip()]
            continue
        keys = known_keys(kind) if kind in definitions() else {}
        about = keys.get(step)
        if about is None:
            names[-1:] = [f"{names[-1]} ({step})"] if names else [_quoted(step, language)]
            continue
        names.append(_name(kind, step, about, language))
        kind = str(about.get("items", {}).get("$ref", "")).rpartition("/")[2]
    return " › ".join(names)


def _name(kind: str, key: str, about: Mapping[str, Any], language: str) -> str:
    """What a field is called: English ones by the shapes, the others by the table of names."""
    title = str(about.get("title") or "")
    if _tag(language) == "en" or not title:
        return title or _quoted(key, language)
    return label_of(field_words(kind, key), _tag(language)) or title


def _escaped(step: str) -> str:
    """RFC 6901, section 3."""
    return step.replace("~", "~0").replace("/", "~1")
