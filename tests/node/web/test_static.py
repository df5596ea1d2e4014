"""Stylesheet, fonts and templates as files."""

from __future__ import annotations

import re
from importlib.resources import files

from node.config import NodeSettings
from node.web.assets import assets


def test_statics_are_immutable_and_named_by_their_content() -> None:
    for name in assets():
        assert re.search(r"-[0-9a-f]{16}\.(css|js|svg|woff2|txt)$", name)


def test_the_stylesheet_has_no_left_and_no_right() -> None:
    css = files("node.web").joinpath("static", "app.css").read_text(encoding="utf-8")
    assert not re.search(r"\b(left|right)\b", css)


def test_templates_switch_autoescape_off_nowhere() -> None:
    for template in files("node.web").joinpath("templates").iterdir():
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text), template.name
        # Our own file, on the two pages that ask for a passkey; the policy lets it run there alone.
        text = re.sub(r'<script type="module" src="{{ [^"]*"/static/"[^<>]*}}"></script>', "", text)
        if template.name == "paper.html":  # A file to be kept; no browser is sent it as a page.
            text = text.replace("<style>{{ style }}</style>", "")
        assert not re.search(r"\son\w+=|<script|<style|javascript:", text), template.name


def test_a_prefix_is_part_of_the_identity() -> None:
    settings = NodeSettings(base_url="https://city.example/rights/", data_dir="x")  # type: ignore[arg-type]
    assert settings.base_url == "https://city.example/rights"
