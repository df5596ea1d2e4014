"""The interface's words: one function for translation, and dates, numbers and names by CLDR.

Every sentence of a page goes through ``Words.say`` (``_`` in templates), written in English there;
a catalogue of another language may stand behind it. What records say is another matter: its
language is chosen by ``vocab.languages.best`` from what the reader asked for, and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from gettext import NullTranslations
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup, escape

__all__ = ["ENGLISH", "Words", "mark"]

_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def mark(message: str) -> str:
    """Names a sentence for the catalogues where it is written; it is said elsewhere."""
    return message


@dataclass(frozen=True, slots=True)
class Words:
    """How one interface language speaks.

    Attributes:
        language: Its tag.
        catalogue: Translations of our English sentences.
    """

    language: str
    catalogue: NullTranslations

    def say(self, message: str, /, **parts: object) -> Markup:
        """A sentence, with ``%(name)s`` replaced; what replaces it is escaped unless it is Markup.

        >>> ENGLISH.say("Run by %(who)s", who="<b>")
        Markup('Run by &lt;b&gt;')
        """
        return _filled(self.catalogue.gettext(message), parts)

    def count(self, one: str, many: str, n: int, /, **parts: object) -> Markup:
        """A sentence that counts; ``%(n)s`` is the number in the language's own form.

        >>> ENGLISH.count("%(n)s city", "%(n)s cities", 1200)
        Markup('1,200 cities')
        """
        return _filled(self.catalogue.ngettext(one, many, n), {"n": self.number(n), **parts})

    def number(self, value: float) -> str:
        return format_decimal(value, locale=_locale(self.language))

    def day(self, text: str) -> str:
        """A partial date, or the day of a time, as people write it; other text as it is.

        >>> ENGLISH.day("2021"), ENGLISH.day("2021-12"), ENGLISH.day("2021-12-10T08:00:00Z")
        ('2021', 'December 2021', '10 December 2021')
        """
        found = _PARTIAL.match(text)
        if found is None:
            return text
        year, month, day = found.groups()
        try:
            when = date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            return text
        locale = _locale(self.language)
        if day is not None:
            return format_date(when, "long", locale=locale)
        return format_skeleton("y" if month is None else "yMMMM", when, locale=locale)

    def month_day(self, text: str) -> str:
        """A day of every year.

        >>> ENGLISH.month_day("12-10")
        '10 December'
        """
        try:
            when = date.fromisoformat(f"2000-{text}")
        except ValueError:
            return text
        return format_skeleton("MMMMd", when, locale=_locale(self.language))

    def moment(self, text: str) -> str:
        """A time in UTC (``2021-12-10T08:00:00Z``) to the minute; other text as it is.

        >>> ENGLISH.moment("2021-12-10T08:05:59Z")
        '10 December 2021, 08:05 UTC'
        """
        try:
            when = datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            return text
        clock = format_time(when, "HH:mm", locale=_locale(self.language))
        return f"{self.day(when.date().isoformat())}, {clock} UTC"

    def period(self, start: str | None, end: str | None) -> str:
        """From when to when, in words; empty where neither is known."""
        if start and end:
            return str(self.say("%(start)s to %(end)s", start=self.day(start), end=self.day(end)))
        if start:
            return str(self.say("since %(start)s", start=self.day(start)))
        return str(self.say("until %(end)s", end=self.day(end))) if end else ""

    def list(self, items: Iterable[object]) -> Markup:
        """Several things in one sentence: "a, b and c"; each is escaped unless it is Markup."""
        parts = [escape(item) for item in items]
        marks = [f"\ufdd0{number}\ufdd1" for number in range(len(parts))]
        text = str(escape(format_list(marks, locale=_locale(self.language))))
        for mark, part in zip(marks, parts, strict=True):
            text = text.replace(mark, part)
        return Markup(text)  # noqa: S704 - joined from escaped parts

    def tongue(self, tag: str) -> str:
        """The name of a language.

        >>> ENGLISH.tongue("ko"), ENGLISH.tongue("pt-BR"), ENGLISH.tongue("xx-private")
        ('Korean', 'Portuguese (Brazil)', 'xx-private')
        """
        try:
            named = Locale.parse(tag, sep="-").get_display_name(_locale(self.language))
        except (ValueError, UnknownLocaleError):
            base = tag.partition("-")[0].lower()
            named = _locale(self.language).languages.get(base)
        return named or tag

    def tongues(self, tags: Iterable[str]) -> Markup:
        """Names of languages in one sentence."""
        return self.list(self.tongue(tag) for tag in tags)

    def place(self, code: str) -> str:
        """The name of a country (ISO 3166-1) or a part of the world (UN M49)."""
        return str(_locale(self.language).territories.get(code, code))

    def size(self, octets: int) -> str:
        """Bytes in words: ``210 kB``."""
        for unit, divisor in (("MB", 1_000_000), ("kB", 1_000)):
            if octets >= divisor:
                return f"{self.number(round(octets / divisor, 1))} {unit}"
        return f"{self.number(octets)} B"


@cache
def _locale(language: str) -> Locale:
    # British English for "10 December 2021": the network's pages are for the whole world.
    return Locale.parse("en_GB" if language == "en" else language, sep="_")


def _filled(message: str, parts: Mapping[str, object]) -> Markup:
    return escape(message) % parts if parts else escape(message)


ENGLISH: Final = Words("en", NullTranslations())
"""The language that every sentence is written in."""
