"""Reading the settings: flag, else environment, else file, else default; all mistakes at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from node.config.model import Config, fields
from node.errors import SettingsError

__all__ = ["load"]

_PREFIX: Final = "INTERCITY_"
_Given: TypeAlias = tuple[str, Any, str]
"""Dotted key, value, and where it came from."""


def load(path: Path, environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Config:
    """Read the settings in force.

    Args:
        path: The TOML file; ``data_dir`` is relative to its folder.
        environ: Only ``INTERCITY_<SECTION>__<KEY>`` is read.
        flags: Dotted key → value, from the command line.

    Raises:
        SettingsError: All that is wrong, each with its place.
    """
    tables, lines = _read(path)
    values: dict[str, Any] = {"node": {}}
    origins: dict[str, str] = {}
    for key, value, origin in (
        *_from_file(tables, lines, path),
        *_from_environment(environ),
        *((key, value, f"flag --{key}") for key, value in (flags or {}).items()),
    ):
        section, _, name = key.partition(".")
        if name:
            values.setdefault(section, {})[name] = value
        else:
            values[section] = value
        origins[key] = origin
    try:
        config = Config.model_validate(values)
    except ValidationError as exc:
        wrong = [_in_plain_words(error["loc"], error, origins, path) for error in exc.errors()]
        raise SettingsError(sorted(wrong, key=_by_line)) from None
    return config.located(path.parent.absolute(), origins)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The file's tables, and the line on which each dotted key stands."""
    try:
        text = path.read_text("utf-8")
        tables = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(
            [f"{path} is not there; 'intercity init FOLDER' makes a node, --home FOLDER names one"]
        ) from None
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError([f"{path} cannot be read: {exc}"]) from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError([f"{path}: not TOML: {exc}"]) from exc
    lines: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w-]+)\s*\]", line):
            section = header[1]
            lines.setdefault(section, number)
        elif assigned := re.match(r"\s*([\w.-]+)\s*=", line):
            lines.setdefault(f"{section}.{assigned[1]}".lstrip("."), number)
    return tables, lines


def _from_file(tables: Mapping[str, Any], lines: Mapping[str, int], path: Path) -> Iterator[_Given]:
    def place(key: str) -> str:
        return f"{path}:{lines[key]}" if key in lines else str(path)

    for section, table in tables.items():
        yield section, {} if isinstance(table, dict) else table, place(section)
        for name, value in table.items() if isinstance(table, dict) else ():
            yield f"{section}.{name}", value, place(f"{section}.{name}")


def _from_environment(environ: Mapping[str, str]) -> Iterator[_Given]:
    for name, value in environ.items():
        section, separator, key = name.removeprefix(_PREFIX).partition("__")
        if name.startswith(_PREFIX) and separator:
            yield f"{section}.{key}".lower(), value, f"environment {name}"


def _in_plain_words(
    place: tuple[int | str, ...], error: Any, origins: Mapping[str, str], path: Path
) -> str:
    key = ".".join(str(part) for part in place[:2])
    where = origins.get(key) or origins.get(str(place[0])) or str(path)
    match error["type"]:
        case "missing":
            what = f"{key} is required"
        case "extra_forbidden":
            known = [name for name, _ in fields()] if "." in key else list(Config.model_fields)
            near = difflib.get_close_matches(key, known, n=1)
            what = f"there is no setting {key}" + (f"; did you mean {near[0]}?" if near else "")
        case "model_type" | "model_attributes_type":
            what = f"{key} should be a section: [{key}]"
        case _:
            what = f"{key}: {error['msg'].removeprefix('Value error, ')}"
    return f"{where}: {what}"


def _by_line(mistake: str) -> tuple[int, str]:
    line = re.match(r"[^:]*:(\d+): ", mistake)
    return (int(line[1]) if line else 0, mistake)
