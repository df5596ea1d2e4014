"""A year of the movement: each figure with its denominator, and nothing counted twice."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from node.core.movement import Movement, as_json, movement, write_csv, years
from node.core.tables import Known
from tests.homes import FW
from vocab.records import CONTEXT, AnyRecord, parse
from vocab.terms import IC

NETWORK = "https://network.example/#organization"
F1, F2 = f"{FW}action/public-commitment", f"{FW}action/baseline-analysis"
TODAY = date(2026, 11, 23)
COUNTRIES = {"a": "AR", "b": "BR", "c": "KR"}


def base(city: str) -> str:
    return f"https://{city}.example"


def known(
    city: str, kind: str, path: str, day: str, version: int = 1, *, newest: bool = True, **more: Any
) -> Known:
    organization = kind == "Membership"
    home = "https://network.example" if organization else base(city)
    document = {
        "@context": list(CONTEXT),
        "id": f"{home}/{path}",
        "type": kind,
        "version": version,
        "publisher": NETWORK if organization else f"{home}/#city",
        **more,
    }
    record: AnyRecord = parse(document)
    return Known(document["id"], version, f"{day}T12:00:00Z", home, version, record, newest)


def profile(city: str, day: str) -> Known:
    return known(city, "City", "city", day, name={"en": city}, country=COUNTRIES[city])


def member(city: str, day: str, **more: Any) -> Known:
    return known(
        city,
        "Membership",
        f"membership/{city}",
        day,
        member=f"{base(city)}/#city",
        memberDid=f"did:web:{city}.example",
        memberName={"en": city},
        **{"organization": NETWORK, "validFrom": day, **more},
    )


def status(city: str, day: str, state: str, action: str = F1, **more: Any) -> Known:
    return known(
        city,
        "ActionStatus",
        f"action-status/{action[-3:]}{more.get('district', '') and 'd'}",
        day,
        action=action,
        state=f"{IC}state/{state}",
        **more,
    )


def exchange(teller: str, day: str, outcome: str) -> Known:
    outcome_of: dict[str, Any] = {"outcome": f"{IC}exchange-state/{outcome}"} if outcome else {}
    return known(
        teller,
        "Exchange",
        "exchange/01J9Z5K3D0000000000000000A",
        day,
        learner=f"{base('a')}/#city",
        helper=f"{base('c')}/#city",
        publisherRole=f"{IC}exchange-role/{'learner' if teller == 'a' else 'helper'}",
        action=F1,
        state=f"{IC}exchange-state/closed",
        **outcome_of,
    )


STORY = [
    profile("a", "2025-02-01"),
    profile("b", "2026-03-01"),
    profile("c", "2025-05-01"),
    status("a", "2025-02-02", "planned", newest=False),
    status("a", "2026-02-02", "in-place", version=2),
    status("b", "2026-03-02", "under-way"),
    status("b", "2026-03-02", "in-place", F2, district={"en": "North"}),
    known(
        "a", "Practice", "practice/1", "2025-06-01", title={"en": "x"}, action=[F1], newest=False
    ),
    known("a", "Practice", "practice/1", "2026-06-01", 2, title={"en": "x"}, action=[F1]),
    known("b", "Practice", "practice/1", "2026-07-01", title={"en": "y"}, action=[F2]),
    exchange("a", "2026-08-01", "adopted"),
    exchange("c", "2026-08-03", "adopted"),
]


def of(year: int, *, network: str = "", story: list[Known] = STORY) -> Movement:
    return movement(story, year, TODAY, network)


def test_a_year_is_counted_as_it_stood_on_its_last_day() -> None:
    before, now = of(2025), of(2026)
    assert (before.day, now.day) == ("2025-12-31", "2026-11-23")
    assert (before.whole.cities, before.whole.new, before.whole.reporting) == (2, 2, 1)
    assert (now.whole.cities, now.whole.new, now.whole.reporting) == (3, 1, 2)
    assert before.whole.actions["F1"].states == {"planned": 1}
    assert now.whole.actions["F1"].states == {"in-place": 1, "under-way": 1}


def test_what_is_said_of_a_district_is_not_said_of_the_city() -> None:
    assert of(2026).whole.actions["F2"].reported == 0


def test_a_practice_counts_in_the_year_of_its_first_version() -> None:
    assert (of(2025).whole.practices, of(2026).whole.practices) == (1, 1)


def test_an_exchange_of_which_both_tell_counts_once_by_its_learner() -> None:
    told = of(2026)
    assert (told.whole.exchanges, told.whole.adopted) == (1, 1)
    assert {part.region: part.exchanges for part in told.parts} == {"019": 1, "142": 0}
    assert of(2026, story=[*STORY[:-2], exchange("a", "2026-08-01", "")]).whole.adopted == 0


def test_parts_of_the_world_add_up_to_the_whole() -> None:
    told = of(2026)
    for name in ("cities", "new", "reporting", "practices", "exchanges", "adopted"):
        assert sum(getattr(part, name) for part in told.parts) == getattr(told.whole, name)
    assert len(told.whole.actions) == 28


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        ({}, 1),
        ({"validUntil": "2026-12-31"}, 1),
        ({"validUntil": "2026-11-22"}, 0),
        ({"validFrom": "2027-01-01"}, 0),
        ({"suspended": True}, 0),
        ({"organization": "https://other.example/#organization"}, 0),
    ],
)
def test_a_network_counts_its_members_in_force(more: dict[str, Any], counted: int) -> None:
    story = [*STORY, member("b", "2026-03-01", **more)]
    assert of(2026, network=NETWORK, story=story).whole.cities == counted


def test_a_former_member_counts_in_the_years_of_its_membership() -> None:
    story = [
        *STORY,
        member("a", "2025-03-01", newest=False),
        member("a", "2026-04-01", version=2, validFrom="2025-03-01", suspended=True),
    ]
    assert of(2025, network=NETWORK, story=story).whole.cities == 1
    assert of(2026, network=NETWORK, story=story).whole.cities == 0


def test_the_files_say_the_same() -> None:
    told = of(2026)
    rows = list(csv.DictReader(io.StringIO(write_csv(told).decode())))
    assert len(rows) == 28 * (1 + len(told.parts))
    world = next(row for row in rows if (row["region_m49"], row["action"]) == ("001", "F1"))
    assert (world["cities"], world["reported"], world["in-place"]) == ("3", "2", "1")
    document: Any = as_json(told)
    assert document["regions"][0]["actions"]["F1"] == {
        "reported": 2,
        "states": {"in-place": 1, "under-way": 1},
    }


def test_years_go_back_to_the_first_record() -> None:
    assert years(STORY, TODAY) == [2026, 2025]
    assert years([], TODAY) == [2026]
    assert of(2024).whole.cities == 0
