"""What somebody typed, understood: the words, phrases and runs to look for.

Whatever is typed is a query; nothing of it is a syntax that can fail. Quotes make a phrase. All
words must be met, but for the little ones that every text has; the last may be the beginning of a
longer one, because people stop typing when they see what they want.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from node.core.words import (
    LANGUAGES,
    Token,
    fold,
    forms,
    indexed,
    is_run,
    pairs,
    stems,
    tokens,
    words,
)

__all__ = ["Asked", "Finder", "Phrase", "Run", "Word", "understand"]

_MOST = 24
"""Words, phrases and runs that are looked for; what is typed beyond them is passed over."""

_LONGEST = 1000
"""Characters that are read."""

_TAGS = tuple({name: tag for tag, name in LANGUAGES.items()}.values())
"""One for each stemmer."""

_QUOTED = re.compile('["“”„«「『]([^"“”„«»「」『』]*)["“”»」』]')

_LITTLE_WORDS = """
    a an and are as at by for from in is of on or the to with
    al con de del el en la las lo los o para por que se sus un una y
    au aux avec ce ces d dans des du et l le les leur ou par pour qui sur une
    ao aos as com da das do dos e em na nas no nos os ou para pela pelo um uma
    am auf aus bei dem den der die das ein eine einer fur im ist mit oder und von zu zum zur
    в во и из к на о об от по с со для или
    في من علي عن الي مع او و
    di il i gli della delle dei e per che
    de het een en van voor met
"""
_LITTLE: Final = frozenset(_LITTLE_WORDS.split())
"""Articles, prepositions and the like: of English, Spanish, French, Portuguese, German, Russian,
Arabic, Italian and Dutch, folded."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in a script with spaces.

    Attributes:
        form: See ``node.core.words``.
        stems: In every language that has stems; empty where it stood alone in quotes.
        begun: It may be the beginning of a longer word.
        needed: Whether a record without it is no answer.
    """

    typed: str
    form: str
    stems: frozenset[str]
    begun: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of a script without spaces.

    Attributes:
        pairs: Every two neighbours; one character alone where that is all.
        least: How many of them a text must have: who leaves a space out, or adds an ending, is
            understood all the same.
    """

    typed: str
    pairs: tuple[str, ...]
    least: int
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Phrase:
    """Forms that must follow each other."""

    typed: str
    forms: tuple[str, ...]
    needed: bool = True


Asked: TypeAlias = tuple[Word | Run | Phrase, ...]


def understand(typed: str) -> Asked:
    """What to look for; empty where nothing that was typed is a word.

    >>> [type(one).__name__ for one in understand('"right to the city" 인권 offic')]
    ['Phrase', 'Run', 'Word']
    """
    text = typed[:_LONGEST]
    found: list[Word | Run | Phrase] = []
    at = 0
    for quoted in _QUOTED.finditer(text):
        found += _plain(text[at : quoted.start()])
        found += _quoted(quoted[1])
        at = quoted.end()
    last = list(_plain(text[at:]))
    if last and not text[-1:].isspace():
        last[-1] = _begun(last[-1])
    asked = [*found, *last][:_MOST]
    if all(isinstance(one, Word) and one.form in _LITTLE for one in asked):
        return tuple(asked)
    return tuple(_as_needed(one) for one in asked)


class Finder:
    """Meets texts with what was asked. It remembers words: use one for a page of records."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._words = [(n, one) for n, one in enumerate(asked) if isinstance(one, Word)]
        self._runs = [(n, one) for n, one in enumerate(asked) if isinstance(one, Run)]
        self._phrases = [(n, one) for n, one in enumerate(asked) if isinstance(one, Phrase)]
        self._known: dict[tuple[str, str], tuple[int, ...]] = {}

    def met(self, texts: Mapping[str, str]) -> frozenset[int]:
        """Which of what is asked, by its place, texts (language → text) meet."""
        found = (self.places(text, language) for language, text in texts.items())
        return frozenset(number for places in found for number, _, _ in places)

    def places(self, text: str, language: str) -> list[tuple[int, int, int]]:
        """Where a text meets what is asked: (which, start, stop), in no order."""
        return [
            *self._places_of_words(text, language),
            *self._places_of_runs(text),
            *self._places_of_phrases(text, language),
        ]

    def _places_of_words(self, text: str, language: str) -> Iterator[tuple[int, int, int]]:
        for found in words(text) if self._words else ():
            word = found[0]
            which = self._known.get((language, word))
            if which is None:
                which = tuple(n for n, one in self._words if _is_met(one, word, language))
                self._known[language, word] = which
            for number in which:
                yield number, found.start(), found.end()

    def _places_of_runs(self, text: str) -> Iterator[tuple[int, int, int]]:
        if not self._runs:
            return
        every = [
            token
            for found in words(text)
            if is_run(found[0])
            for token in pairs(found[0], found.start())
        ]
        for number, run in self._runs:
            same = [token for token in every if _of_run(token.form, run)]
            if len({token.form for token in same}) >= run.least:
                yield from ((number, token.start, token.stop) for token in same)

    def _places_of_phrases(self, text: str, language: str) -> Iterator[tuple[int, int, int]]:
        joined = f" {indexed(text, language)[0]} " if self._phrases else ""
        phrases = [(n, one) for n, one in self._phrases if f" {' '.join(one.forms)} " in joined]
        at = 0
        for line in text.split("\n") if phrases else ():  # No phrase runs over its end.
            found = list(tokens(line))
            for number, phrase in phrases:
                for first, last in _occurrences(phrase.forms, found):
                    yield number, at + first.start, at + last.stop
            at += len(line) + 1


def _occurrences(wanted: tuple[str, ...], found: list[Token]) -> Iterator[tuple[Token, Token]]:
    """The first and last token of each place where forms follow each other as they are wanted."""
    size = len(wanted)
    for at in range(len(found) - size + 1):
        if all(found[at + n].form == form for n, form in enumerate(wanted)):
            yield found[at], found[at + size - 1]


def _plain(text: str) -> Iterator[Word | Run | Phrase]:
    for typed, run in _pieces(text):
        if run:
            both = tuple(dict.fromkeys(one for one in run if len(one) == 2)) or run[:1]
            yield Run(typed, both, len(both) if len(both) < 3 else -(-len(both) * 3 // 5))
        else:
            every = frozenset(stem for tag in _TAGS for stem in stems(typed, tag))
            yield Word(typed, fold(typed), every)


def _quoted(text: str) -> Iterator[Word | Run | Phrase]:
    found = forms(text)
    if found and is_run(found[-1]) and len(found) > 1:
        found.pop()  # The run goes on in a text, perhaps.
    if len(found) > 1:
        yield Phrase(text, tuple(found))
    elif found and not is_run(found[0]):
        yield Word(text.strip(), found[0], frozenset())
    else:
        yield from _plain(text)


def _pieces(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words as typed; a run with its forms."""
    start, run = 0, list[str]()
    for token in tokens(text):
        typed = text[token.start : token.stop]
        if not is_run(typed):
            yield typed, ()
            continue
        if not run:
            start = token.start
        run.append(token.form)
        if len(token.form) == 1:  # Ends each run.
            yield text[start : token.stop], tuple(run)
            run = []


def _begun(one: Word | Run | Phrase) -> Word | Run | Phrase:
    if isinstance(one, Word) and len(one.form) >= 3:
        return Word(one.typed, one.form, one.stems, begun=True)
    return one


def _as_needed(one: Word | Run | Phrase) -> Word | Run | Phrase:
    if isinstance(one, Word) and one.form in _LITTLE:
        return Word(one.typed, one.form, one.stems, needed=False)
    return one


def _is_met(one: Word, word: str, language: str) -> bool:
    form = fold(word)
    if form == one.form or (one.begun and form.startswith(one.form)):
        return True
    return bool(one.stems) and not one.stems.isdisjoint(stems(word, language))


def _of_run(form: str, run: Run) -> bool:
    if len(run.pairs[0]) == 1:
        return form.startswith(run.pairs[0])
    return form in run.pairs
