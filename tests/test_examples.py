"""The worked example of the documentation goes from a network, and from real facts, to plots."""

from __future__ import annotations

import runpy
import struct
from pathlib import Path

import pytest

from node.core.tables import TABLES, write
from node.service.dumps import known_versions
from tests.homes import Web
from tests.node.web.conftest import network_of

SCRIPT = Path(__file__).parents[1] / "docs" / "examples" / "network_to_plots.py"


def is_a_picture(path: Path) -> bool:
    """Whether it is a PNG of some size."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    return data.startswith(b"\x89PNG") and bool(width > 500 and height > 300)


async def test_a_network_becomes_a_table_and_two_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    homes = await network_of(Web())
    source = tmp_path / "cities-actions.csv"
    source.write_bytes(write(TABLES["cities-actions"], await known_versions(homes["directory"])))
    runpy.run_path(str(SCRIPT))["main"](str(source), str(tmp_path / "plots"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 cities"
    assert len(lines) == 2 + 28
    states = lines[1].split()
    assert {"in-place", "reported"} <= set(states)
    for line in lines[2:]:
        assert sum(map(int, line.split()[1:])) == 3, "every city is counted, whatever it says"
    assert all(is_a_picture(one) for one in (tmp_path / "plots").iterdir())


def test_real_facts_become_the_same(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shared / "data" / "human_rights_city_facts.csv"
    runpy.run_path(str(SCRIPT))["main"](str(source), str(tmp_path))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "22 cities"
    assert {one.name for one in tmp_path.iterdir()} == {"actions.png", "years.png"}
    assert all(is_a_picture(one) for one in tmp_path.iterdir())
