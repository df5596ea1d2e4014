"""Published mentors among all places: where the context of a score would have put them.

The only question here is whether staff chose cities that are alike in size, language and income:
the part of a score that is not about actions. What was learned nobody has measured.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from benchmarks.cities import gazetteer, languages
from benchmarks.measure import Row, quantile
from node.core.countries import country
from node.core.profile import Profile
from node.core.score import fit

__all__ = ["Published", "Ranked", "among_mentors", "among_places", "published", "ranked", "run"]


@dataclass(frozen=True, slots=True)
class Published:
    """A pair that a page names: GeoNames numbers are empty where there is no such place."""

    programme: str
    mentor: str
    learner: str
    mentor_place: Profile | None
    learner_place: Profile | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Where a mentor stands among candidates, in order of context.

    Attributes:
        above: Candidates that fit better; level: candidates that fit as well.
        candidates: How many there are besides the mentor.
    """

    pair: Published
    above: int
    level: int
    candidates: int

    @property
    def share(self) -> float:
        """Per cent of the candidates that stand before the mentor; those that tie count half."""
        return 100 * (self.above + self.level / 2) / self.candidates


def published() -> list[Published]:
    """Every pair of ``data/mentoring_pairs.csv``."""
    text = files("benchmarks").joinpath("data", "mentoring_pairs.csv").read_text("utf-8")
    return [
        Published(
            programme=row["programme"],
            mentor=row["mentor"],
            learner=row["learner"],
            mentor_place=_place(row, "mentor"),
            learner_place=_place(row, "learner"),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def ranked(pair: Published, candidates: Sequence[Profile]) -> Ranked | None:
    """Where the mentor stands among candidates; ``None`` where a city of the pair is no place."""
    learner, mentor = pair.learner_place, pair.mentor_place
    if learner is None or mentor is None:
        return None
    own = fit(learner, mentor)
    others = [one for one in candidates if one.agent not in {learner.agent, mentor.agent}]
    fits = [fit(learner, one) for one in others]
    return Ranked(
        pair=pair,
        above=sum(one > own for one in fits),
        level=sum(one == own for one in fits),
        candidates=len(others),
    )


def among_places() -> list[Ranked]:
    """Every mentor that is a place, among all places of the gazetteer."""
    every = [
        _profile(str(one["geonameid"]), one["population"], one["countrycode"])
        for one in gazetteer()
    ]
    return _every(every)


def among_mentors() -> list[Ranked]:
    """Every mentor that is a place, among the other mentors."""
    mentors = {one.mentor_place.agent: one.mentor_place for one in published() if one.mentor_place}
    return _every(list(mentors.values()))


def run(_: int) -> Iterator[Row]:
    """Each pair's mentor among the places of the gazetteer, and among the published mentors."""
    for title, found in (("places", among_places()), ("published mentors", among_mentors())):
        for one in found:
            yield Row(
                what=f"{one.pair.mentor} for {one.pair.learner}: {title} before it",
                ours=one.share,
                unit="%",
                note=f"{one.above:,} fit better and {one.level:,} as well, of {one.candidates:,}",
            )
        yield Row(
            what=f"half of the mentors have as many {title} before them, or fewer",
            ours=quantile([one.share for one in found], 0.5),
            unit="%",
            beside="by chance",
            theirs=50.0,
            note=f"{len(found)} pairs; {len(published()) - len(found)} name no place",
        )


def _every(candidates: Sequence[Profile]) -> list[Ranked]:
    return [one for pair in published() if (one := ranked(pair, candidates))]


def _place(row: dict[str, str], side: str) -> Profile | None:
    number = row[f"{side}_geonames"]
    if not number:
        return None
    return _profile(number, int(row[f"{side}_population"]), row[f"{side}_country"])


def _profile(number: str, population: int, code: str) -> Profile:
    """A place as its context alone: its country's first three languages stand for its own."""
    return Profile(
        agent=f"https://sws.geonames.org/{number}/",
        did="",
        name={},
        country=country(code),
        population=population,
        level="",
        languages=frozenset(languages(code)),
    )
