"""What a text index says of a record that it found: the same words for every backend."""

from __future__ import annotations

from node.core.words import matched_groups, snippet
from node.store.ports import Hit, TextPut

__all__ = ["describe_hit", "sort_key"]


def describe_hit(put: TextPut, asked: list[tuple[str, ...]], language: str) -> Hit:
    """Say where a record met what was asked, and show it, in the reader's language if it can be."""
    if not asked:
        return Hit(put=put)
    in_title = matched_groups(put.title, asked)
    texts = {
        tag: f"{put.title.get(tag, '')} {put.texts.get(tag, '')}"
        for tag in {*put.title, *put.texts}
    }
    in_text = matched_groups(texts, asked)
    parts, tag = _snippet(put, asked, language)
    if all(in_title):
        return Hit(put=put, snippet=parts, snippet_language=tag, why="title")
    if all(in_text):
        return Hit(put=put, snippet=parts, snippet_language=tag, why="text")
    missing = [group for group, met in zip(asked, in_text, strict=True) if not met]
    matched = _concept_words(put, missing)
    return Hit(put=put, snippet=parts, snippet_language=tag, why="concept", matched=matched)


def sort_key(put: TextPut) -> tuple[str, str]:
    """(newest, date): the log's time and place; the record's own date, none sorting last."""
    place = f"{put.index:012}"
    return f"{put.published} {place}", f"{put.sort or '0'} {put.published} {place}"


def _snippet(
    put: TextPut, asked: list[tuple[str, ...]], language: str
) -> tuple[tuple[str, ...], str]:
    tags = sorted(put.texts, key=lambda tag: (tag != language, tag))
    for tag in tags:
        parts = snippet(put.texts[tag], tag, asked)
        if parts:
            return parts, tag
    return (), ""


def _concept_words(put: TextPut, missing: list[tuple[str, ...]]) -> str:
    """The label through which the vocabulary led here, such as ``defensor del pueblo``."""
    for tag, text in put.concepts.items():
        for label in text.split("\n"):
            if any(matched_groups({tag: label}, missing)):
                return label
    return ""
