"""Which known word somebody meant who misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from node.core.words import fold, is_run, tokens

__all__ = ["corrected", "distance", "nearest", "slips"]


def slips(form: str) -> int:
    """How many slips of the finger a word of this length is forgiven.

    >>> slips("city"), slips("rights"), slips("do")
    (1, 2, 0)
    """
    return 0 if len(form) < 4 or is_run(form) else 1 if len(form) < 6 else 2


def nearest(form: str, known: Mapping[str, int]) -> str | None:
    """The known form that is fewest slips away, of these the most frequent; ``None`` without one.

    Args:
        known: Form → how often it occurs.

    >>> nearest("ombudperson", {"ombudsperson": 3, "person": 90})
    'ombudsperson'
    """
    most = slips(form)
    found = [
        (away, -count, other)
        for other, count in known.items()
        if abs(len(other) - len(form)) <= most and (away := distance(form, other, most)) <= most
    ]
    return min(found)[2] if found and most else None


def distance(one: str, other: str, most: int) -> int:
    """Letters to put in, leave out, change or swap with their neighbour (optimal string alignment).

    Stops counting beyond ``most``, and returns then any larger number.

    >>> distance("ciudda", "ciudad", 2), distance("city", "site", 1)
    (1, 2)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for there, same in enumerate(other, 1):
            cost = min(row[-1] + 1, before[there] + 1, before[there - 1] + (letter != same))
            if at > 1 < there and letter == other[there - 2] and one[at - 2] == same:
                cost = min(cost, earlier[there - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def corrected(words: str, better: Mapping[str, str]) -> str:
    """The words as typed, with those forms replaced that have a better one."""
    parts, at = [], 0
    for token in tokens(words):
        typed = words[token.start : token.stop]
        if token.form in better and fold(typed) == token.form:
            parts += [words[at : token.start], better[token.form]]
            at = token.stop
    return "".join([*parts, words[at:]])


def count(texts: Iterable[str]) -> dict[str, int]:
    """How often each form occurs; runs are left out, because nobody misspells half a word."""
    found: dict[str, int] = {}
    for text in texts:
        for token in tokens(text):
            if not is_run(token.form):
                found[token.form] = found.get(token.form, 0) + 1
    return found
