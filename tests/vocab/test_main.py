"""Records on the command line, without a node."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.vocab.examples import EXAMPLES, good
from vocab.__main__ import main
from vocab.jsonld import to_quads
from vocab.jsonld.turtle import to_turtle


def test_good_records_are_called_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(EXAMPLES / "need-fr.jsonld")]) == 0
    assert capsys.readouterr().out.endswith("need-fr.jsonld: a good Need\n")


def test_findings_are_told_in_words_and_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(EXAMPLES / "need-fr.jsonld"), str(EXAMPLES / "bad" / "date-in-words.jsonld")]
    assert main(["check", *files]) == 1
    told = capsys.readouterr().out
    assert "a good Need" in told
    assert "/byWhen" in told
    assert "Enter the year as four digits" in told


def test_findings_can_be_had_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", str(EXAMPLES / "bad" / "date-in-words.jsonld")]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    (finding,) = json.loads(line)["findings"]
    assert finding["code"] == "partial-date"
    assert finding["severity"] == "violation"


def test_a_record_can_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = io.BytesIO((EXAMPLES / "need-ar.jsonld").read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    assert main(["check", "-"]) == 0
    assert "a good Need" in capsys.readouterr().out


def test_what_is_no_json_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text("{'id': 1}")
    assert main(["check", str(tmp_path / "a.json")]) == 2
    assert "expected JSON" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.jsonld"]) == 2
    assert "nowhere.jsonld" in capsys.readouterr().err


def test_explain_names_concepts_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "--language", "fr", str(EXAMPLES / "strategy-fr.jsonld")]) == 0
    told = capsys.readouterr().out
    assert "Actions: T2 " in told
    assert "State: En cours" in told
    assert "May be read by: public." in told


def test_explain_says_what_stays_inside(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(EXAMPLES / "practice-internal-de.jsonld")]) == 0
    assert "May be read by: internal. It tells how" in capsys.readouterr().out


def test_explain_knows_no_other_types(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = good()["need-fr"] | {"type": "Wish"}
    (tmp_path / "wish.jsonld").write_text(json.dumps(document))
    assert main(["explain", str(tmp_path / "wish.jsonld")]) == 2
    assert "Wish is no type of record" in capsys.readouterr().err


@pytest.mark.parametrize("name", good())
def test_turtle_and_back_says_the_same(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", "--to", "ttl", str(EXAMPLES / f"{name}.jsonld")]) == 0
    (tmp_path / "record.ttl").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["convert", str(tmp_path / "record.ttl")]) == 0
    restored = json.loads(capsys.readouterr().out)
    assert _in_order(restored) == _in_order(good()[name])


def _in_order(value: object) -> object:
    """Lists without their order, which RDF does not keep."""
    if isinstance(value, dict):
        return {key: _in_order(held) for key, held in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(item) for item in value), key=str)
    return value


@pytest.mark.parametrize("name", good())
def test_turtle_has_the_triples_of_the_record(name: str) -> None:
    document = good()[name] | {"note": {"en": "dct:title \u2028 \"a\"^^xsd:date \\ '''"}}
    turtle = to_turtle(document)
    said = {str(triple) for triple in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
    lines = ox.parse(to_quads(document), format=ox.RdfFormat.N_TRIPLES)
    assert said == {str(triple) for triple in lines}
    assert turtle.count(document["id"] + ">") >= 1


def test_foreign_json_ld_is_brought_into_our_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = {
        "@context": {"ic": "https://w3id.org/intercity/ns#"},
        "@id": "https://a.example/need/01K0000000000000000000000Z",
        "@type": "ic:Need",
        "ic:problem": {"@value": "Uma pergunta", "@language": "pt-BR"},
    }
    (tmp_path / "need.jsonld").write_text(json.dumps(foreign))
    assert main(["check", str(tmp_path / "need.jsonld")]) == 1
    assert "Try: python -m vocab convert" in capsys.readouterr().out
    assert main(["convert", str(tmp_path / "need.jsonld")]) == 0
    assert json.loads(capsys.readouterr().out)["problem"] == {"pt-BR": "Uma pergunta"}


def test_turtle_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "record.ttl").write_text("this is not Turtle")
    assert main(["convert", str(tmp_path / "record.ttl")]) == 2
    assert "cannot be read as Turtle" in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vocab", "check", str(EXAMPLES / "need-fr.jsonld")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
