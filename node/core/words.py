"""From text to what is searched: words folded, stemmed by language, CJK as pairs of characters.

One analysis for every text index. A word is indexed as it stands (folded: case, width, accents,
Arabic spelling variants) and by its stem in its own language; a query's word, whose language nobody
knows, asks for all of its stems. Chinese, Japanese and Korean are written without spaces or with
endings that stick to words: there every two neighbouring characters make a term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import Stemmer

__all__ = ["Token", "alternatives", "fold", "matched_groups", "snippet", "terms", "tokens", "words"]

_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_CJK = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}])[^\W_]|[\u064b-\u0652\u0640\u0300-\u036f])+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None}
)
_MAX_WORD = 64


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a pair of CJK characters, with its place in the text."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """A word without what writers vary: case, width, accents, Arabic vowel marks and hamzas.

    >>> fold("Défenseur"), fold("ОМБУДСМЕН"), fold("إعلان")
    ('defenseur', 'омбудсмен', 'اعلان')
    """
    apart = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(char for char in apart if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", kept).translate(_ARABIC)[:_MAX_WORD]


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text, runs of CJK characters whole."""
    return _WORD.finditer(text)


def tokens(text: str) -> Iterator[Token]:
    """The folded words of a text with their places; CJK runs as overlapping pairs.

    >>> [token.term for token in tokens("인권도시 Hansol")]
    ['인권', '권도', '도시', 'hansol']
    """
    for found in words(text):
        run, start = found[0], found.start()
        if not _IS_CJK.match(run):
            yield Token(fold(run), start, found.end())
        elif len(run) == 1:
            yield Token(run, start, found.end())
        else:
            for at in range(len(run) - 1):
                yield Token(
                    unicodedata.normalize("NFKC", run[at : at + 2]), start + at, start + at + 2
                )


def terms(text: str, language: str) -> list[str]:
    """What a text in a language is indexed by: its words, and their stems as ``~stem``.

    >>> terms("Las ciudades", "es")
    ['las', '~las', 'ciudades', '~ciudad']
    """
    found: list[str] = []
    stem = _stemmer(language)
    for match in words(text):
        if _IS_CJK.match(match[0]):
            found += [token.term for token in tokens(match[0])]
        else:
            found.append(fold(match[0]))
            if stem is not None:
                found.append(_stem(stem, match[0]))
    return found


def alternatives(query: str) -> list[tuple[str, ...]]:
    """What a query asks for: for each word (all must be met) the terms of which any will do.

    >>> alternatives("ciudades")[0][:2]
    ('ciudades', '~ciudad')
    """
    asked: list[tuple[str, ...]] = []
    for match in words(query):
        if _IS_CJK.match(match[0]):
            asked += [(token.term,) for token in tokens(match[0])]
        else:
            stems = {_stem(language, match[0]) for language in _STEMMERS}
            asked.append((fold(match[0]), *sorted(stems)))
    return asked[:32]


def snippet(
    text: str, language: str, asked: list[tuple[str, ...]], width: int = 200
) -> tuple[str, ...]:
    """A part of a text around its first match: plain and matched parts in turn, plain first.

    Empty where nothing matches.
    """
    wanted = {term for group in asked for term in group}
    spans: list[tuple[int, int]] = []
    for token in tokens(text):
        if _meets(token.term, text[token.start : token.end], language, wanted):
            if spans and token.start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], token.end)
            else:
                spans.append((token.start, token.end))
    if not spans:
        return ()
    start = _word_start(text, max(0, spans[0][0] - width // 3))
    stop = _word_end(text, min(len(text), start + width))
    parts, at = ["…" if start else ""], start
    for first, last in spans:
        if last > stop:
            break
        parts[-1] += text[at:first]
        parts += [text[first:last], ""]
        at = last
    parts[-1] += text[at:stop] + ("…" if stop < len(text) else "")
    return tuple(parts)


def matched_groups(texts: Mapping[str, str], asked: list[tuple[str, ...]]) -> list[bool]:
    """For each word asked for, whether texts (language → text) meet it."""
    found: set[str] = set()
    for language, text in texts.items():
        found.update(terms(text, language))
    return [any(term in found for term in group) for group in asked]


def _meets(term: str, word: str, language: str, wanted: set[str]) -> bool:
    if term in wanted:
        return True
    stem = _stemmer(language)
    return stem is not None and not _IS_CJK.match(word) and _stem(stem, word) in wanted


def _stemmer(language: str) -> str | None:
    base = language.partition("-")[0].lower()
    return base if base in _STEMMERS else None


@lru_cache(maxsize=200_000)
def _stem(language: str, word: str) -> str:
    lowered = word.casefold()[:_MAX_WORD]
    return "~" + fold(_snowball(language).stemWord(lowered))


@cache
def _snowball(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_STEMMERS[language])


def _word_start(text: str, at: int) -> int:
    space = text.find(" ", at, at + 24)
    return at if at == 0 or space < 0 else space + 1


def _word_end(text: str, at: int) -> int:
    space = text.rfind(" ", max(0, at - 24), at)
    return at if at == len(text) or space < 0 else space
