"""The commands about spreadsheets, as an officer runs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from node.cli import program, sheets
from node.cli.console import Console
from node.core.sheets.xlsx_reading import read_xlsx
from node.errors import Invalid
from node.service.home import Home
from node.service.sheet_calls import import_call
from tests.homes import home_of

Run = Callable[..., Result]

SHEET = "título,acción,inicio,prensa\nUna defensoría,S3,2017,Ana\nOtra,S99,5/3/2021,\n"


@pytest.fixture
def home() -> Home:
    return asyncio.run(home_of())


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands reach a node in memory, by the operation that a real one has."""

    def call(_console: Console, name: str, **arguments: Any) -> dict[str, Any]:
        assert name == "import"
        json.dumps(arguments)
        return asyncio.run(import_call(home, **arguments))

    monkeypatch.setattr(sheets, "call", call)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, list(arguments), standalone_mode=False)

    return run


def test_errors_are_told_by_row_and_column(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "practicas.csv"
    file.write_text(SHEET, "utf-8")
    done = run("import", str(file), "--lang", "es", "--dry-run")
    assert done.return_value == 1
    assert "row 3, B acción: " in done.stdout
    assert "row 3, C inicio: " in done.stdout
    assert "1 would be new, 0 would be changed, 0 unchanged, 1 wrong" in done.stdout
    assert "“prensa” is not known" in done.stderr


def test_the_file_comes_back_with_its_errors(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "practicas.csv", tmp_path / "errors.xlsx"
    file.write_text(SHEET, "utf-8")
    assert run("import", str(file), "--lang", "es", "--out", str(out)).return_value == 1
    (grid,) = read_xlsx(out.read_bytes())
    assert grid.rows[0].cells[:2] == ("Errores", "título")
    assert grid.rows[2].cells[0].startswith("C acción: ")


def test_one_json_value_says_it_all(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "practicas.csv"
    file.write_text(SHEET, "utf-8")
    done = run("--json", "import", str(file), "--lang", "es", "--publish")
    answer = json.loads(done.stdout)
    assert answer["schema"] == "intercity/import/1"
    assert (answer["new"], answer["wrong"], len(answer["receipts"])) == (1, 1, 1)
    assert json.loads(run("--json", "import", str(file), "--lang", "es").stdout)["unchanged"] == 1


def test_a_column_can_be_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "obras.csv"
    file.write_text("Obra;Punto del marco\nUna defensoría;S3\n", "utf-8")
    told = ("--map", "Obra=title", "--map", "Punto del marco=action")
    assert run("import", str(file), "--type", "Practice", "--lang", "es", *told).return_value == 0
    refused = run("import", str(file), "--map", "Obra")
    assert "HEADING=FIELD" in str(refused.exception)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_template_is_written_without_a_node(ending: str, run: Run, tmp_path: Path) -> None:
    out = tmp_path / f"practicas.{ending}"
    done = run("template", "Practice", "--lang", "es", "--text-lang", "es", "-o", str(out))
    assert done.exception is None
    assert out.stat().st_size > 100
    assert run("import", str(out), "--lang", "es").return_value == 0


def test_a_template_for_nothing_names_the_types(run: Run, tmp_path: Path) -> None:
    done = run("template", "Invoice", "-o", str(tmp_path / "x.xlsx"))
    assert "Practice" in str(done.exception)


def test_what_comes_over_the_wire_is_checked(home: Home) -> None:
    with pytest.raises(Invalid, match="base64"):
        asyncio.run(import_call(home, data="not base64!"))
