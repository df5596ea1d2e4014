"""Who learned what from whom, as public records tell it: adapted practices, concluded exchanges.

Nothing is inferred but who published a practice that is not held here: that follows from its
address. A city that builds on a practice of its own has learned from nobody else, so that is left
out, and so is what names no practice of a city.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from node.core.ulid import is_ulid
from node.service.discover import Found, found
from node.service.home import Home
from vocab.records import Exchange, Practice
from vocab.terms import IC

__all__ = ["ADAPTED", "EXCHANGED", "Lesson", "lessons"]

ADAPTED: Final = "adapted"
EXCHANGED: Final = "exchanged"
_CONCLUDED: Final = frozenset(
    f"{IC}exchange-state/{name}" for name in ("adopted", "not-adopted", "closed")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One thing that a city learned from another.

    Attributes:
        learner, teacher: IRIs of the cities.
        how: ``ADAPTED`` or ``EXCHANGED``.
        told: The record that says so; of an exchange that both cities tell, the learner's.
        both: Whether a record of each city is held here: the exchange as both tell it, or the
            practice that was adapted beside the one that adapts it.
        actions: IRIs; origin: the practice that was adapted or shown first, or empty.
        outcome: IRI of what came of an exchange, or empty.
        day: As precise as the record says it, or empty.
    """

    learner: str
    teacher: str
    how: str
    told: Found
    both: bool
    actions: tuple[str, ...]
    origin: str = ""
    outcome: str = ""
    day: str = ""


async def lessons(home: Home) -> list[Lesson]:
    """Everything that was learned, newest first, from public records alone."""
    practices = await found(home, kinds=("Practice",))
    exchanges = await found(home, kinds=("Exchange",))
    owners = {one.put.iri: one.put.agent for one in practices}
    told = [*_adapted(practices, owners), *_exchanged(exchanges)]
    return sorted(told, key=lambda one: (one.day, one.told.put.iri), reverse=True)


def _adapted(practices: Iterable[Found], owners: Mapping[str, str]) -> Iterator[Lesson]:
    for one in practices:
        if not isinstance(one.record, Practice) or not one.record.adapted_from:
            continue
        origin = one.record.adapted_from
        teacher = owners.get(origin) or _city_of(origin)
        if teacher and teacher != one.put.agent:
            yield Lesson(
                learner=one.put.agent,
                teacher=teacher,
                how=ADAPTED,
                told=one,
                both=origin in owners,
                actions=one.record.action,
                origin=origin,
                day=one.record.started or one.record.ended or "",
            )


def _exchanged(exchanges: Iterable[Found]) -> Iterator[Lesson]:
    by_name: dict[tuple[str, str, str], dict[str, tuple[Found, Exchange]]] = {}
    for one in exchanges:
        said = one.record
        if not isinstance(said, Exchange) or not (said.outcome or said.state in _CONCLUDED):
            continue
        # Shapes see to it that the publisher is one of the two.
        name = (one.put.iri.rpartition("/")[2], said.learner, said.helper)
        by_name.setdefault(name, {})[one.put.agent] = (one, said)
    for (_, learner, helper), sides in by_name.items():
        told, said = sides.get(learner) or sides[helper]
        yield Lesson(
            learner=learner,
            teacher=helper,
            how=EXCHANGED,
            told=told,
            both=len(sides) == 2,
            actions=(said.action,),
            origin=next(iter(said.used_practice), ""),
            outcome=said.outcome or "",
            day=said.ended or said.started or "",
        )


def _city_of(iri: str) -> str:
    """The city whose practice an IRI names, or nothing: ``{base}/practice/{ulid}``."""
    base, _, name = iri.rpartition("/")
    base, _, kind = base.rpartition("/")
    return f"{base}/#city" if kind == "practice" and is_ulid(name) and base else ""
