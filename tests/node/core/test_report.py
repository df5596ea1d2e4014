"""A year is told by what stood at its end, and an item is confirmed by whoever looked at it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.report import (
    REMINDERS,
    Said,
    due,
    next_reaffirmation,
    vlr_chapter,
    yearly_report,
)
from vocab.framework import load
from vocab.jsonld import CONTEXT
from vocab.records import City, parse

BASE = "https://villa-aurora.example"
IC, SDG = "https://w3id.org/intercity/ns#", "http://metadata.un.org/sdg/"
ACTIONS = {action.code: action.iri for action in load().actions}


def said(name: str, published: str, version: int = 1, **fields: Any) -> Said:
    """A version of a record; without fields it was taken back."""
    kind = fields.get("type", "ActionStatus")
    document = {
        "@context": list(CONTEXT),
        "id": f"{BASE}/x/{name}",
        "version": version,
        "publisher": f"{BASE}/#city",
        "type": kind,
        **fields,
    }
    record = parse(document) if fields else None
    return Said(f"{BASE}/x/{name}", version, f"{published}T09:00:00Z", record)


def status(name: str, published: str, state: str, version: int = 1, **more: Any) -> Said:
    fields = {"action": ACTIONS["S3"], "state": f"{IC}state/{state}", **more}
    return said(name, published, version, **fields)


def line_of(year: int, *versions: Said) -> tuple[str, str, bool]:
    (line,) = (one for one in yearly_report(year, versions).lines if one.action.code == "S3")
    return line.before.rpartition("/")[2], line.state.rpartition("/")[2], line.confirmed


def test_an_action_of_which_nothing_was_said_is_not_reported() -> None:
    report = yearly_report(2025, [])
    assert len(report.lines) == 28
    assert {(line.state, line.changed, line.confirmed) for line in report.lines} == {
        ("", False, False)
    }
    assert report.unconfirmed == ()


def test_a_year_tells_what_stood_at_its_end_and_what_it_changed() -> None:
    first = status("a", "2024-03-01", "planned")
    second = status("a", "2025-06-01", "under-way", 2)
    third = status("a", "2026-01-01", "in-place", 3)
    assert line_of(2024, first, second, third) == ("", "planned", True)
    assert line_of(2025, first, second, third) == ("planned", "under-way", True)
    assert line_of(2026, third, first, second) == ("under-way", "in-place", True)


def test_what_nobody_looked_at_in_the_year_is_still_to_be_confirmed() -> None:
    old = status("a", "2023-03-01", "in-place")
    assert line_of(2025, old) == ("in-place", "in-place", False)
    looked = status("a", "2025-11-20", "in-place", 2, reviewed="2025-11-20")
    assert line_of(2025, old, looked) == ("in-place", "in-place", True)
    assert [one.action.code for one in yearly_report(2025, [old]).unconfirmed] == ["S3"]


def test_a_district_does_not_speak_for_the_city() -> None:
    part = status("b", "2025-02-01", "in-place", district={"es": "Norte"})
    assert line_of(2025, part) == ("", "", True)
    whole = status("z", "2025-02-01", "planned")
    assert line_of(2025, part, whole)[1] == "planned"


def test_what_was_taken_back_is_not_told() -> None:
    assert line_of(2025, status("a", "2025-01-02", "planned"), said("a", "2025-02-01", 2)) == (
        "",
        "",
        False,
    )


def test_the_report_of_the_year_and_of_the_year_before_are_found() -> None:
    def report(year: int, published: str) -> Said:
        return said(
            str(year),
            published,
            type="ProgressReport",
            title={"es": f"Informe {year}"},
            periodStart=str(year),
            periodEnd=str(year),
        )

    both = report(2024, "2025-01-10"), report(2025, "2026-01-12")
    found = yearly_report(2025, both)
    assert found.report is not None
    assert found.previous is not None
    assert (found.report.iri, found.previous.iri) == (f"{BASE}/x/2025", f"{BASE}/x/2024")


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_versions_makes_no_difference(seed: int) -> None:
    versions = [
        status("a", "2024-03-01", "planned"),
        status("a", "2025-06-01", "under-way", 2),
        said("p", "2025-05-05", type="Practice", title={"es": "x"}, action=[ACTIONS["S3"]]),
        said("q", "2025-04-05", type="Practice", title={"es": "y"}, action=[ACTIONS["S3"]]),
    ]
    turned = versions[seed % 4 :] + versions[: seed % 4]
    assert yearly_report(2025, turned) == yearly_report(2025, versions)


def test_the_chapter_names_targets_in_their_order_and_only_what_the_city_linked() -> None:
    def practice(name: str, *targets: str) -> Said:
        linked: Any = {"sdgTargets": [f"{SDG}{one}" for one in targets]} if targets else {}
        action = [ACTIONS["S3"]]
        return said(
            name, "2025-05-05", type="Practice", title={"es": name}, action=action, **linked
        )

    chapter = vlr_chapter(
        2025, [practice("a", "16.10", "16.7"), practice("b", "5.1"), practice("c")]
    )
    assert [(one.goal, one.target, [it.iri[-1] for it in one.records]) for one in chapter] == [
        (5, "5.1", ["b"]),
        (16, "16.7", ["a"]),
        (16, "16.10", ["a"]),
    ]


DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1))


def city(day: str | None) -> City:
    record = parse(
        {
            "@context": list(CONTEXT),
            "id": f"{BASE}/city",
            "type": "City",
            "version": 1,
            "publisher": f"{BASE}/#city",
            "name": {"es": "Villa Aurora"},
            "country": "AR",
            **({"reaffirmationDay": day} if day else {}),
        }
    )
    assert isinstance(record, City)
    return record


@given(DAYS, st.sampled_from([None, "12-10", "02-29", "01-01", "12-31"]))
def test_the_next_reaffirmation_is_within_a_year(today: date, day: str | None) -> None:
    found = next_reaffirmation(city(day), today)
    assert timedelta() <= found - today <= timedelta(days=366)
    if day != "02-29":
        assert f"{found:%m-%d}" == (day or "12-10")


@given(DAYS, st.integers(0, 400))
def test_a_reminder_is_due_from_its_day_on(on: date, left: int) -> None:
    found = due(on, on - timedelta(days=left))
    assert found == min((one for one in REMINDERS if one >= left), default=None)
