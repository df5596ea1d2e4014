"""What waits for whoever speaks for a network or for a city that belongs to one."""

from __future__ import annotations

from datetime import date

from node.core.accounts import Person
from node.core.joining import OPEN
from node.core.report import due
from node.service.admitting import checklist
from node.service.applications import applications
from node.service.belonging import belongings
from node.service.conflicts import clashes_held, conflicts
from node.service.directory import members
from node.service.home import Home
from node.service.memberships import days_left
from node.web.shell import Shell
from node.web.waiting import Next

__all__ = ["of_networks"]


async def of_networks(home: Home, shell: Shell, person: Person) -> list[Next]:
    """Applications that wait, terms that end, and what a network asks of us."""
    match home.config.node.role:
        case "network":
            return [
                *await _claimed(home, shell),
                *await _asking(home, shell, person),
                *await _ending(home, shell),
            ]
        case "city":
            return await _asked(home, shell)
        case _:
            return []


async def _claimed(home: Home, shell: Shell) -> list[Next]:
    return [
        Next(
            f"conflict {one.id} {' '.join(one.grounds)}",
            shell.words.say(
                "Two nodes claim to be one city: %(city)s", city=shell.t(one.sides[0].name)
            ),
            shell.href("/desk/conflicts"),
        )
        for one in await conflicts(home)
        if one.decision is None
    ]


async def _asking(home: Home, shell: Shell, person: Person) -> list[Next]:
    """Applications that wait; whoever has approved one is not asked again."""
    found, known = [], await clashes_held(home)
    for view in await applications(home):
        if view.stand.state not in OPEN or not view.stand.form:
            continue
        approved = (await checklist(home, view.id, known)).approvals
        if any(one.by == person.id for one in approved):
            continue
        city = shell.t(view.stand.name) or view.peer
        said = (
            shell.words.say("Waits for a second approval: %(city)s", city=city)
            if approved
            else shell.words.say("A city asks to become a member: %(city)s", city=city)
        )
        key = f"application {view.id} {view.stand.state} {view.stand.of} {len(approved)}"
        found.append(Next(key, said, shell.href(f"/desk/applications/{view.id}")))
    return found


async def _ending(home: Home, shell: Shell) -> list[Next]:
    found, today = [], home.now().date()
    for one in await members(home):
        left = days_left(one, today)
        if left is None or (step := due(date.fromisoformat(one.valid_until), today)) is None:
            continue
        said = shell.words.count(
            "The membership of %(city)s ends in %(n)s day",
            "The membership of %(city)s ends in %(n)s days",
            left,
            city=shell.t(one.name),
        )
        found.append(
            Next(f"ends {one.did} {one.valid_until} {step}", said, shell.href("/desk/members"))
        )
    return found


async def _asked(home: Home, shell: Shell) -> list[Next]:
    """A data policy that is not accepted yet, and terms of ours that end."""
    found, today = [], home.now().date()
    where = shell.href("/desk/networks")
    for one in await belongings(home):
        view, name = one.application, shell.t(one.name) or one.network
        if (
            view
            and one.state in OPEN
            and view.stand.policy != view.stand.form.get("dataPolicy", "")
        ):
            if view.stand.policy:
                said = shell.words.say(
                    "%(network)s asks you to accept its data policy", network=name
                )
                found.append(Next(f"policy {view.id} {view.stand.policy}", said, where))
        elif one.state == "member" and one.valid_until:
            last = date.fromisoformat(one.valid_until)
            if (step := due(last, today)) is not None:
                said = shell.words.count(
                    "The membership in %(network)s ends in %(n)s day",
                    "The membership in %(network)s ends in %(n)s days",
                    (last - today).days,
                    network=name,
                )
                found.append(Next(f"term {one.network} {one.valid_until} {step}", said, where))
    return found
