"""A table of observations, a row a cell, in the words of the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from node.web.shell import Shell
from vocab.records import Observation, ObservationSet
from vocab.terms import ObservationStatus

__all__ = ["Cell", "cells_of"]

_BAND: Final = re.compile(r"Y(_LT|_GE)?([0-9]+)(?:T([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One observation: what it is of, its value or why there is none, and how sure it is."""

    period: Markup
    sex: Markup
    age: Markup
    group: Markup
    value: Markup
    status: Markup | None


def cells_of(record: ObservationSet, shell: Shell) -> tuple[Cell, ...]:
    """The rows of the table, in the record's order."""
    return tuple(
        Cell(
            Markup("{}").format(shell.words.day(one.period)),
            shell.word(one.sex),
            _age(one.age, shell),
            shell.word(one.group),
            _value(one, shell),
            _status(one, shell),
        )
        for one in record.observations
    )


def _age(code: str, shell: Shell) -> Markup:
    """SDMX's code of an age band in words: ``Y15T24`` is 15–24."""
    say, band = shell.words.say, _BAND.fullmatch(code)
    if band is None:
        return say("Total")
    edge, first, last = band.groups()
    start = shell.words.number(int(first))
    match edge:
        case "_LT":
            return say("under %(n)s", n=start)
        case "_GE":
            return say("%(n)s and over", n=start)
        case _ if last is None:
            return Markup("{}").format(start)
        case _:
            return Markup("<bdi>{}–{}</bdi>").format(start, shell.words.number(int(last)))


def _value(one: Observation, shell: Shell) -> Markup:
    if one.suppressed:
        return shell.words.say("withheld")
    if one.value is None:
        return shell.words.say("not available")
    return Markup("{}").format(shell.words.number(float(one.value)))


def _status(one: Observation, shell: Shell) -> Markup | None:
    said = one.status
    shown = said is not None and said in {
        ObservationStatus.ESTIMATED,
        ObservationStatus.PROVISIONAL,
    }
    return shell.word(said) if said and shown else None
