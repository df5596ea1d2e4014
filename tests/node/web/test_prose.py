"""Long texts of records as HTML."""

import re

from hypothesis import given
from hypothesis import strategies as st

from node.web.prose import prose

TAGS = {"p", "ul", "ol", "li", "em", "strong", "a", "br"}
MARKS = st.text(alphabet="<>&\"'[]()*_`#!-+. \n:/ahrefscriptjv1", max_size=200)


@given(MARKS)
def test_nothing_but_a_few_tags_comes_out(text: str) -> None:
    for tag, rest in re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>", prose(text)):
        assert tag in TAGS
        assert tag == "a" or not rest.strip() or rest.strip().startswith("start=")


@given(MARKS)
def test_every_link_leads_to_the_web(text: str) -> None:
    for address in re.findall(r'href="([^"]*)"', prose(f"[x]({text}) {text}")):
        assert address.startswith(("http://", "https://"))


def test_lists_and_paragraphs_stay() -> None:
    html = prose("First.\n\n1. One\n2. Two\n\n- a\n- b")
    assert html.count("<li>") == 4
    assert html.count("<p>") >= 1


def test_markup_in_a_text_is_shown_as_text() -> None:
    assert "&lt;b&gt;" in prose("<b>not bold</b>")


def test_no_image_is_loaded() -> None:
    assert "<img" not in prose("![x](https://a.example/x.png)")
