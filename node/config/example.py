"""``config.example.toml``: every setting, made from the same types that read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from node.config.model import Config, fields, is_size, shown

__all__ = ["example_text"]


def example_text() -> str:
    """``config.example.toml``: every setting with its meaning, what it takes, and its default."""
    lines = [
        "# The settings of an Intercity node; 'intercity config check' reads them.",
        "# '# key = …' shows a default: remove the '#' to change it.",
        "# Any of them may stand in the environment instead, as INTERCITY_<SECTION>__<KEY>.",
    ]
    for section, outer in Config.model_fields.items():
        model = outer.annotation
        assert isinstance(model, type)
        lines += ["", f"# {model.__doc__}", f"[{section}]"]
        for key, field in fields():
            if key.startswith(f"{section}."):
                lines += ["", *_example_of(key.partition(".")[2], field)]
    return "\n".join(lines) + "\n"


def _example_of(name: str, field: FieldInfo) -> Iterator[str]:
    yield from (f"# {line}" for line in str(field.description).splitlines())
    yield f"# {_kind_of(field)}"
    for example in field.examples or ():
        if not field.is_required():
            yield f"# {name} = {_toml(example, field)}"
    value = field.examples[0] if field.is_required() and field.examples else field.default
    yield ("" if field.is_required() else "# ") + f"{name} = {_toml(value, field)}"


def _kind_of(field: FieldInfo) -> str:
    match field.default:
        case _ if get_origin(field.annotation) is Literal:
            kind = "One of " + ", ".join(f'"{option}"' for option in get_args(field.annotation))
        case bool():
            kind = "true or false"
        case timedelta():
            kind = "A duration in words: s, min, h, days"
        case int() if is_size(field):
            kind = "A size in words: kB, MB, GB"
        case int():
            kind = "A number"
        case tuple():
            kind = "A list of addresses"
        case _:
            kind = "Text"
    given = "Required" if field.is_required() else f"Default: {_toml(field.default, field)}"
    return f"{kind}. {given}."


def _toml(value: Any, field: FieldInfo) -> str:
    if isinstance(value, (str, timedelta, Path)) or is_size(field):
        return json.dumps(shown(value, field))
    return shown(value, field)
