"""Text in several languages: which one to show, and in which direction it runs.

Tags are BCP 47. Choosing follows RFC 4647, section 3.4 (lookup: a range loses its last subtags
until something matches), and goes on where that ends: another region of the same language, then
the macrolanguage or the language that its readers most likely read as well (after CLDR's language
matching). Whoever shows the text shows its tag, because it need not be what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

__all__ = ["LANGUAGES", "LangMap", "best", "direction"]

LangMap: TypeAlias = Mapping[str, str]
"""The same words by language tag: ``{"es": "…", "pt-BR": "…"}``."""

LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "ar": "العربية",
    "zh": "中文",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
    "de": "Deutsch",
    "pt": "Português",
    "ko": "한국어",
}
"""The languages that every concept of the vocabulary has a label in, by their own names."""

_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    # Members of a macrolanguage, and older codes (ISO 639-3, IANA registry).
    "arb": ("ar",),
    "ary": ("ar",),
    "arz": ("ar",),
    "apc": ("ar",),
    "cmn": ("zh",),
    "yue": ("zh",),
    "nan": ("zh",),
    "hak": ("zh",),
    "nb": ("no", "nn", "da"),
    "nn": ("no", "nb"),
    "no": ("nb", "nn"),
    "fil": ("tl",),
    "tl": ("fil",),
    "iw": ("he",),
    "in": ("id",),
    "ms": ("id",),
    "mo": ("ro",),
    "swh": ("sw",),
    "prs": ("fa",),
    "sh": ("hr", "sr", "bs"),
    # Read by most readers of the language (CLDR, languageMatching).
    "ast": ("es",),
    "ay": ("es",),
    "be": ("ru",),
    "br": ("fr",),
    "ca": ("es",),
    "co": ("fr",),
    "eu": ("es",),
    "gl": ("es", "pt"),
    "gn": ("es",),
    "gsw": ("de",),
    "ht": ("fr",),
    "kab": ("ar", "fr"),
    "kk": ("ru",),
    "ky": ("ru",),
    "lb": ("de", "fr"),
    "ln": ("fr",),
    "mg": ("fr",),
    "nah": ("es",),
    "oc": ("fr",),
    "qu": ("es",),
    "rm": ("de",),
    "tg": ("ru",),
    "tt": ("ru",),
    "ug": ("zh",),
    "wo": ("fr",),
    "zgh": ("ar", "fr"),
}

_RTL: Final = frozenset(
    {
        "ar",
        "arb",
        "ary",
        "arz",
        "apc",
        "arc",
        "ckb",
        "dv",
        "fa",
        "he",
        "iw",
        "khw",
        "ks",
        "lrc",
        "mzn",
        "nqo",
        "pnb",
        "prs",
        "ps",
        "sd",
        "sdh",
        "syr",
        "ug",
        "ur",
        "yi",
    }
)
_RTL_SCRIPTS: Final = frozenset(
    {"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"}
)


def best(texts: LangMap, wanted: Sequence[str]) -> tuple[str, str] | None:
    """The text to show and its tag; None only where there is no text at all.

    Args:
        texts: Not changed; tags are compared without regard to case.
        wanted: Tags, dearest first: what the reader asked for, then the record's main language.
            English comes after them, then whatever there is, in the order of ``texts``.

    >>> best({"pt-BR": "cidade", "es": "ciudad"}, ["pt-PT"])
    ('pt-BR', 'cidade')
    >>> best({"fr": "ville", "en": "city"}, ["wo"])
    ('fr', 'ville')
    >>> best({"ko": "도시"}, ["sw"])
    ('ko', '도시')
    """
    held = {tag.lower(): tag for tag in texts}
    for tag in (*wanted, "en"):
        for candidate in _candidates(tag.lower()):
            found = held.get(candidate) or _same_language(held, candidate)
            if found is not None:
                return found, texts[found]
    return next(iter(texts.items()), None)


def direction(tag: str) -> str:
    """``rtl`` or ``ltr``, from the tag's script, else from its language.

    >>> direction("ar-MA"), direction("ku-Arab"), direction("az")
    ('rtl', 'rtl', 'ltr')
    """
    language, *rest = tag.lower().partition("-x-")[0].split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in _RTL_SCRIPTS else "ltr"
    return "rtl" if language in _RTL else "ltr"


def _candidates(tag: str) -> Iterator[str]:
    """The tag, shorter and shorter, then its language's neighbours."""
    parts = tag.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if parts and len(parts[-1]) == 1:  # RFC 4647, section 3.4: a lone singleton goes with it.
            parts.pop()
    yield from _NEXT.get(tag.partition("-")[0], ())


def _same_language(held: Mapping[str, str], language: str) -> str | None:
    """A longer tag of the same language, where the candidate is a bare language."""
    if "-" in language:
        return None
    return next((own for low, own in held.items() if low.startswith(f"{language}-")), None)
