"""A year is written into a file by the command line, in the language that is asked for."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import docx
import orjson
import pytest

from node.app.reporting import ABOVE
from node.control import run
from node.errors import NodeError
from node.service.home import Home
from node.service.publish import publish
from tests.homes import Clock, home_of, practice, profile


@pytest.fixture
async def home() -> Home:
    clock = Clock(datetime(2026, 6, 1, tzinfo=UTC))
    made = await home_of("https://villa-aurora.example", clock=clock)
    await publish(made, profile(workingLanguages=["es"]))
    await publish(made, practice(sdgTargets=["http://metadata.un.org/sdg/16.7"]))
    return made


async def test_the_file_is_what_the_hash_says_and_speaks_the_language(
    home: Home, tmp_path: Path
) -> None:
    for language, heading in (("", "Informe anual 2026"), ("fr", "Rapport annuel 2026")):
        path = tmp_path / f"report{language}.docx"
        asked = {"year": 2026, "form": "docx", "path": str(path), "language": language}
        done = await run(home, "report", asked, ABOVE)
        data = path.read_bytes()
        assert done["sha256"] == hashlib.sha256(data).hexdigest()
        assert docx.Document(io.BytesIO(data)).paragraphs[0].text == heading


async def test_the_chapter_rests_on_what_names_a_target(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "vlr.jsonld"
    asked = {"year": 2026, "form": "jsonld", "path": str(path), "vlr": True}
    assert (await run(home, "report", asked, ABOVE))["count"] == 1
    [record] = orjson.loads(path.read_bytes())
    assert record["type"] == "Practice"
    html = tmp_path / "vlr.html"
    await run(home, "report", {**asked, "form": "html", "path": str(html)}, ABOVE)
    assert "Meta 16.7" in html.read_text("utf-8")


async def test_what_cannot_be_written_is_said(home: Home, tmp_path: Path) -> None:
    asked = {"year": 2026, "form": "odt", "path": str(tmp_path / "x")}
    with pytest.raises(NodeError, match="expected a form, one of html, pdf"):
        await run(home, "report", asked, ABOVE)
    asked = {"year": 2026, "form": "docx", "path": str(tmp_path / "absent" / "x.docx")}
    with pytest.raises(NodeError, match="cannot be written"):
        await run(home, "report", asked, ABOVE)
