"""The interface's languages: one PO file each, read when its first reader comes.

A catalogue is complete or not there at all (``tests/node/web/test_catalogues.py``), so a page never
speaks two languages at once but for what records say.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from node.web.texts import ENGLISH, Words
from vocab.languages import best

__all__ = ["INTERFACE", "LOCALE", "catalogue_in", "words_for", "words_in"]

LOCALE: Final = Path(__file__).with_name("locale")
"""Where the catalogues lie, ``{tag}.po``; ``scripts/make_catalogues.py`` keeps them in line."""

INTERFACE: Final = ("en", "ar", "zh", "fr", "ru", "es", "ko")
"""Languages that the pages speak, by tag."""


def words_for(wanted: Sequence[str]) -> Words:
    """The interface in the language that suits a reader best.

    Args:
        wanted: Tags, dearest first, as RFC 4647 looks them up.

    >>> words_for(("es-MX", "en")).language
    'es'
    >>> words_for(("tlh",)).language
    'en'
    """
    chosen = best({tag: tag for tag in INTERFACE}, wanted)
    return words_in(chosen[0] if chosen else "en")


@cache
def words_in(tag: str) -> Words:
    """The interface in one of its languages.

    Raises:
        FileNotFoundError: It does not speak that one.
    """
    if tag == "en":
        return ENGLISH
    compiled = io.BytesIO()
    write_mo(compiled, catalogue_in(tag))
    compiled.seek(0)
    return Words(tag, GNUTranslations(compiled))


def catalogue_in(tag: str) -> Catalog:
    """One language's sentences beside ours.

    Raises:
        FileNotFoundError: There is none for that one.
    """
    with (LOCALE / f"{tag}.po").open("rb") as file:
        return read_po(file, locale=tag)
