"""What a city measures: an indicator, and tables of its values by period, sex, age and group."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Concepts, Evidence, Part, Record

__all__ = ["Indicator", "Observation", "ObservationSet"]


class Indicator(Concepts, frozen=True, kw_only=True):
    """Something that a city measures, in what unit and how.

    Attributes:
        title: Its name.
        indicator_type: Concept: of structure, process or outcome.
        unit: Concept of the units.
        action: Actions of the framework that it tells about.
        summary: What it counts, and what it leaves out.
        method: How it is measured or computed.
        source: Address of where the figures come from.
        sdg_targets: ``http://metadata.un.org/sdg/16.7``.
    """

    title: LangMap
    indicator_type: str
    unit: str
    action: tuple[str, ...] = ()
    summary: LangMap = field(default_factory=dict)
    method: LangMap = field(default_factory=dict)
    source: str | None = None
    sdg_targets: tuple[str, ...] = ()


class Observation(Part, frozen=True, kw_only=True):
    """One cell of a table: a value, and what it is of. What is not broken down is a total.

    Attributes:
        period: Partial date.
        sex: Concept of the sexes, or the total.
        age: SDMX's code of an age band: ``Y15T24``, ``Y_LT15``, ``Y_GE65``, or ``_T`` for all.
        group: Group of rights holders, or the total.
        value: Decimal in the set's unit; none where it is suppressed or missing.
        status: Concept of the statuses: normal where nothing is said.
        suppressed: It is withheld because so few persons could be recognised.
    """

    period: str
    sex: str
    age: str
    group: str
    value: str | None = None
    status: str | None = None
    suppressed: bool | None = None


class ObservationSet(Record, frozen=True, kw_only=True):
    """A table of one indicator's values in one place.

    Attributes:
        title: Its name.
        indicator: IRI of the Indicator record, this city's or another's.
        structure: The published structure of such tables; always the same.
        unit: Concept of the units, as the indicator says it.
        area: ``{base}/#city``, or the IRI at GeoNames of a part of it.
        observations: The cells, up to 500.
        method: What was different in how these were found.
        source: Address of where the figures come from.
        note: What a reader should know.
        evidence: Documents that show them.
    """

    title: LangMap
    indicator: str
    structure: str
    unit: str
    area: str
    observations: tuple[Observation, ...]
    method: LangMap = field(default_factory=dict)
    source: str | None = None
    note: LangMap = field(default_factory=dict)
    license: str | None = None
    evidence: tuple[Evidence, ...] = ()
