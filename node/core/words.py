"""From text to what is searched: words as people write them, and the forms that they are found by.

One analysis for every text index, for records and queries alike. A word is found by its *form*:
without case, width, accents of Latin and Greek, Arabic vowel marks and spelling variants. It is
found by its *stem* as well, in its own language; a query's word, whose language nobody knows, asks
for its stem in every language. Chinese, Japanese, Korean, Thai and others are written without
spaces, or with endings that stick to words: there every two neighbouring characters make a form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

import Stemmer

__all__ = [
    "ANALYSIS",
    "LANGUAGES",
    "Token",
    "fold",
    "forms",
    "indexed",
    "is_run",
    "pairs",
    "stems",
    "tokens",
    "words",
]

LANGUAGES: Final[Mapping[str, str]] = {
    "ar": "arabic",
    "bs": "serbian",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ms": "indonesian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Languages with a stemmer (snowballstem.org), by the first part of their tag."""

ANALYSIS: Final = f"2-{Stemmer.version()}"
"""Changes with the rules below: what was indexed under other rules is indexed again."""

_LONGEST = 64
"""Characters of a word that are looked at."""

# Scripts without spaces between words: Thai, Lao, Myanmar, Khmer; then kana, Hangul, Han and kin.
_RUN = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3005\u3006\u3031-\u3035\u303b"
    "\u3041-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U000323af"
)
_IS_RUN = re.compile(f"[{_RUN}]")
_REMEMBERED = 50_000
"""Words of a language whose forms and stems are remembered."""

_LATIN_LETTER = re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_SCRIPTS = {
    "arabic": re.compile("[\u0620-\u08ff]"),
    "armenian": re.compile("[\u0531-\u0587]"),
    "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "hindi": re.compile("[\u0900-\u097f]"),
    "nepali": re.compile("[\u0900-\u097f]"),
    "russian": re.compile("[\u0400-\u04ff]"),
    "serbian": re.compile("[a-zA-Z\u00c0-\u024f\u0400-\u04ff]"),
    "tamil": re.compile("[\u0b80-\u0bff]"),
    "yiddish": re.compile("[\u0591-\u05ff\ufb1d-\ufb4f]"),
}
"""First letters of the words that a stemmer is for, where they are not Latin."""
_JOINERS = "\u200c\u200d"

_LATIN = "ı:i ł:l ø:o đ:d ħ:h ŧ:t æ:ae œ:oe þ:th ð:d ŋ:n"
_ARABIC = "ٱ:ا ى:ي ی:ي ې:ي ة:ه ە:ه ؤ:و ئ:ي ک:ك ہ:ه ھ:ه"
"""Arabic as it is typed: seats of hamza, final forms, and the letters of Persian and Urdu."""

_LETTERS: Final = str.maketrans(
    dict(pair.split(":") for pair in f"{_LATIN} {_ARABIC}".split()) | dict.fromkeys(f"{_JOINERS}ـ")
)


class Token(NamedTuple):
    """A form with its place in the text: a word, a pair of characters, or a run's last one."""

    form: str
    start: int
    stop: int


def tokens(text: str) -> Iterator[Token]:
    """The forms of a text, in order, with their places.

    >>> [token.form for token in tokens("L'égalité à 인권도시")]
    ['l', 'egalite', 'a', '인권', '권도', '도시', '시']
    """
    for found in words(text):
        if is_run(found[0]):
            yield from pairs(found[0], found.start())
        else:
            yield Token(fold(found[0]), found.start(), found.end())


def words(text: str) -> Iterator[re.Match[str]]:
    """The words and runs of a text, in order."""
    return _words().finditer(text)


def forms(text: str) -> list[str]:
    """The forms of a text, in order: what phrases are matched by."""
    return [token.form for token in tokens(text)]


def indexed(text: str, language: str) -> tuple[str, str]:
    """What a text is indexed by: its forms and its stems, each in order and set apart by spaces.

    >>> indexed("Ciudades de 인권", "es")
    ('ciudades de 인권 권', 'spanish/ciudad spanish/de')
    """
    known = _known(language)
    found = [known[word] for word in _words().findall(text)]
    return " ".join([form for form, _ in found]), " ".join([stem for _, stem in found if stem])


def is_run(word: str) -> bool:
    """Whether it is written in a script without spaces."""
    return word >= "\u0e00" and _IS_RUN.match(word) is not None


def pairs(run: str, start: int) -> Iterator[Token]:
    """The forms of a run that begins at ``start``: every two neighbours, and the last one alone.

    Alone, because single characters are looked for as well, by how forms begin.
    """
    normal = unicodedata.normalize("NFKC", run).casefold()
    same = len(normal) == len(run)  # Half-width kana may melt into fewer characters.
    for at in range(len(normal)):
        places = (start + at, start + at + 2) if same else (start, start + len(run))
        yield Token(normal[at : at + 2], places[0], min(places[1], start + len(run)))


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """A word without what its writers vary.

    >>> fold("Défenseur"), fold("ЕЩЁ"), fold("إعلان"), fold("Straße"), fold("мой"), fold("２０３０")
    ('defenseur', 'еще', 'اعلان', 'strasse', 'мой', '2030')
    """
    lowered = unicodedata.normalize("NFKC", word[:_LONGEST]).casefold()
    if lowered.isascii():
        return lowered
    kept, base = [], ""
    for char in unicodedata.normalize("NFD", lowered):
        if not unicodedata.combining(char):
            kept.append(_digit(char))
            base = char
        elif not _is_accent(char, base):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS)


@lru_cache(maxsize=100_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """A word's stems in a language, named by its stemmer; none where there is no such.

    Two of them where accents make a difference: many people type without.

    >>> stems("participações", "pt-BR"), stems("ciudades", "es"), stems("도시", "ko")
    (('portuguese/particip', 'portuguese/participaco'), ('spanish/ciudad',), ())
    """
    name = LANGUAGES.get(language.partition("-")[0].lower())
    if name is None or not _SCRIPTS.get(name, _LATIN_LETTER).match(word):
        return ()
    lowered = unicodedata.normalize("NFKC", word[:_LONGEST]).casefold()
    both = dict.fromkeys((lowered, fold(word)))
    return tuple(dict.fromkeys(f"{name}/{fold(_stemmer(name).stemWord(one))}" for one in both))


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _is_accent(mark: str, base: str) -> bool:
    """Whether a mark over this letter is left out by many who write it.

    Elsewhere, marks are vowels (in the scripts of India) or make another letter (й).
    """
    if "\u0400" <= base <= "\u052f":  # Cyrillic: stress, and ё.
        return mark in "\u0300\u0301" or (base == "е" and mark == "\u0308")
    return (
        base < "\u0250"
        or "\u0370" <= base <= "\u03ff"  # Greek
        or "\u0590" <= base <= "\u08ff"  # Hebrew, Arabic and its kin
        or "\u1e00" <= base <= "\u1fff"
    )


class _Known(dict[str, tuple[str, str]]):
    """Word → its forms and stems, for the words that were met last: a language has few."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> tuple[str, str]:
        if len(self) > _REMEMBERED:
            self.clear()
        if is_run(word):
            found = " ".join(token.form for token in pairs(word, 0)), ""
        else:
            found = fold(word), " ".join(stems(word, self._language))
        self[word] = found
        return found


@lru_cache(maxsize=64)
def _known(language: str) -> _Known:
    return _Known(language)


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


@cache
def _words() -> re.Pattern[str]:
    """Runs, or words: letters and digits with the marks on them (for Python, marks are no letters).

    Made when it is first needed, because finding the marks takes some milliseconds.
    """
    run = _IS_RUN
    marks = [
        code
        for code in range(0x300, 0xFFFF)
        if unicodedata.category(chr(code)).startswith("M") and not run.match(chr(code))
    ]
    mark = "".join(_ranges(marks)) + "\U0001e944-\U0001e94a" + _JOINERS
    return re.compile(rf"[{_RUN}]+|[^\W_{_RUN}]+(?:[{mark}]+[^\W_{_RUN}]*)*")


def _ranges(codes: list[int]) -> Iterator[str]:
    """The inside of a character class, for codes in order."""
    start = at = codes[0]
    for code in [*codes[1:], -1]:
        if code != at + 1:
            yield f"{chr(start)}-{chr(at)}"
            start = code
        at = code
