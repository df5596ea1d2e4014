"""The settings: where a value comes from, and what is said of a wrong one."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from node.config import Config, duration, example_text, in_words, load, size
from node.config.model import fields
from node.errors import SettingsError

LEAST = '[node]\nbase_url = "https://rights.city.example"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def mistakes(path: Path, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(path, environ or {})
    return [mistake.replace(f"{path}", "config.toml") for mistake in caught.value.mistakes]


def test_an_address_is_all_that_a_node_needs(tmp_path: Path) -> None:
    config = load(written(tmp_path, LEAST), {})
    assert config.node.base_url == "https://rights.city.example"
    assert config.node.data_dir == tmp_path / "data"
    assert config.sync.every == timedelta(minutes=15)


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST + '[sync]\nevery = "1 h"\nat_once = 3\n[log]\nlevel="debug"\n')
    environ = {"INTERCITY_SYNC__EVERY": "2 h", "INTERCITY_LOG__LEVEL": "error"}
    config = load(path, environ, {"log.level": "warning"})
    assert config.sync.every == timedelta(hours=2)
    assert config.log.level == "warning"
    origins = {one.key: (one.shown, one.origin) for one in config.origins()}
    assert origins["sync.every"] == ("2 h", "environment INTERCITY_SYNC__EVERY")
    assert origins["log.level"] == ("warning", "flag --log.level")
    assert origins["sync.at_once"] == ("3", f"{path}:5")
    assert origins["sync.push"] == ("true", "default")


def test_every_mistake_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        "colour = 1\n"
        "[node]\n"
        'base_url = "http://rights.city.example"\n'
        'rolle = "city"\n'
        "[sync]\n"
        'every = "5 parsecs"\n'
        'peers = ["https://user@city.example"]\n'
    )
    found = mistakes(written(tmp_path, text), {"INTERCITY_SERVER__LISTEN": "8400"})
    assert [one.split(": ")[0] for one in found] == [
        "environment INTERCITY_SERVER__LISTEN",
        "config.toml:1",
        "config.toml:3",
        "config.toml:4",
        "config.toml:6",
        "config.toml:7",
    ]
    assert "expected HOST:PORT such as '127.0.0.1:8400', found '8400'" in found[0]
    assert "expected https://rights.city.example: https, or http on this machine" in found[2]
    assert "did you mean node.role?" in found[3]
    assert "expected a duration such as '90 s' or '15 min', found '5 parsecs'" in found[4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "node.base_url is required"),
        ("[node]\n", "node.base_url is required"),
        ("[node\n", "not TOML: "),
        ("node = 3\n", "node should be a section: [node]"),
        (LEAST + "[query]\nmax_rows = 0\n", "query.max_rows: "),
        (LEAST + '[query]\nmax_answer = "many"\n', "expected a size such as"),
        ('[node]\nbase_url = "https://203.0.113.9"\n', "found the IP address"),
        ('[node]\nbase_url = "https://city.example/a/../b"\n', "expected a path of plain"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    [found] = mistakes(written(tmp_path, text))
    assert said in found


def test_a_missing_file_says_how_to_make_a_node(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="intercity init"):
        load(tmp_path / "config.toml", {})


def test_other_variables_are_left_alone(tmp_path: Path) -> None:
    load(written(tmp_path, LEAST), {"INTERCITY_HOME": "x", "PATH": "y"})


def test_settings_are_frozen(tmp_path: Path) -> None:
    config = load(written(tmp_path, LEAST), {})
    with pytest.raises(ValidationError):
        config.sync.every = timedelta(1)


def test_lists_in_the_environment_are_split_at_commas(tmp_path: Path) -> None:
    environ = {"INTERCITY_SYNC__PEERS": "https://a.example, https://b.example/rights/"}
    config = load(written(tmp_path, LEAST), environ)
    assert config.sync.peers == ("https://a.example", "https://b.example/rights")


def test_the_example_is_the_one_that_the_program_prints(root: Path) -> None:
    assert (root / "config.example.toml").read_text("utf-8") == example_text()


def test_the_example_names_every_setting_and_no_other(tmp_path: Path) -> None:
    """Both ways: with every default uncommented it loads, and holds exactly the schema's keys."""
    lines = example_text().splitlines()
    bare = [line.removeprefix("# ") if " = " in line else line for line in lines]
    seen: dict[str, str] = {}
    section = ""
    for line in bare:
        section = line if line.startswith("[") else section
        name, equals, value = line.partition(" = ")
        if equals and name.isidentifier():
            seen[f"{section.strip('[]')}.{name}"] = value
    assert list(seen) == [key for key, _ in fields()]
    text = "\n".join(
        f"{key.partition('.')[0]}.{key.partition('.')[2]} = {value}" for key, value in seen.items()
    )
    Config.model_validate(tomllib.loads(text))
    assert (
        load(written(tmp_path, example_text()), {}).sync == load(written(tmp_path, LEAST), {}).sync
    )


def test_every_setting_says_what_it_means() -> None:
    assert [key for key, field in fields() if not field.description] == []


@given(st.integers(1, 10_000_000))
def test_durations_and_sizes_are_read_as_they_are_written(number: int) -> None:
    assert duration(in_words(timedelta(seconds=number))) == timedelta(seconds=number)
    assert size(in_words(number)) == number


@pytest.mark.parametrize("key", [key for key, _ in fields()])
def test_every_setting_is_read_by_the_program(key: str, root: Path) -> None:
    """A setting that nothing reads would be a promise that nobody keeps."""
    name = key.partition(".")[2]
    used = re.compile(rf"\.{name}\b|getattr\(config\.node, key\)")
    places = [
        path
        for path in (root / "node").rglob("*.py")
        if "config" not in path.parts and used.search(path.read_text("utf-8"))
    ]
    assert places
