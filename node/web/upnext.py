"""What next: the few things that wait for whoever is signed in, most pressing first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from node.core.accounts import Duty, Person
from node.core.drafts import called
from node.core.report import REMINDERS, due, next_reaffirmation
from node.core.review import Review, Stage
from node.service.exchanges import exchanges
from node.service.home import Home
from node.service.yearly import committed_since
from node.web.belonging import of_networks
from node.web.cards import standing_of
from node.web.messages import waits_for_us
from node.web.pages import own_profile
from node.web.shell import Shell
from node.web.staff import may
from node.web.waiting import Next
from peers.encoding import JsonObject
from vocab.framework import load
from vocab.records import City

__all__ = ["Next", "up_next"]

_STALE: Final = timedelta(days=365)
"""After that a status is worth another look: cities reaffirm each year."""
_MOST: Final = 20
"""Drafts that are named one by one."""


async def up_next(
    home: Home,
    shell: Shell,
    person: Person,
    drafts: Mapping[str, JsonObject],
    reviews: Mapping[str, Review],
) -> list[Next]:
    """What waits for somebody.

    Args:
        drafts: Every draft by its key, newest first; ``reviews``: what is known of each.
    """
    found = list(_of_drafts(shell, person, drafts, reviews))[:_MOST]
    if may(person, Duty.PUBLISHER):
        found = [*await of_networks(home, shell, person), *await _of_exchanges(home, shell), *found]
    if not may(person, Duty.AUTHOR, Duty.PUBLISHER):
        return found
    if await own_profile(home) is None:
        name = home.profile_iri.rpartition("/")[2]
        say = shell.words.say("Say who you are: nobody has said yet whose node this is.")
        found.append(Next("profile", say, shell.href(f"/desk/drafts/{name}/basics")))
    if home.config.node.role == "city":
        found = [*await _of_the_year(home, shell), *found, *await _of_actions(home, shell)]
    return found


def _of_drafts(
    shell: Shell, person: Person, drafts: Mapping[str, JsonObject], reviews: Mapping[str, Review]
) -> Iterator[Next]:
    words = shell.words
    for key, document in drafts.items():
        review, name = reviews.get(key, Review()), key.rpartition("/")[2]
        title = shell.t(called(document)) or words.say("without a title")
        mine = person.id in review.writers
        if review.problem and may(person, Duty.PUBLISHER):
            said = words.say("Was not published at its time: %(title)s", title=title)
            yield Next(f"failed {name} {review.at}", said, shell.href(f"/desk/publish/{name}"))
        if review.stage is Stage.RETURNED and mine:
            said = words.say("Returned to you: %(title)s", title=title)
            yield Next(f"returned {name} {review.at}", said, shell.href(f"/desk/review/{name}"))
        if review.stage is Stage.WAITING and not mine and may(person, Duty.REVIEWER):
            said = words.say("Waits for your review: %(title)s", title=title)
            yield Next(f"review {name} {review.at}", said, shell.href(f"/desk/review/{name}"))
        scheduled = review.publish_at
        if review.stage is Stage.APPROVED and not scheduled and may(person, Duty.PUBLISHER):
            said = words.say("Approved, and to be published: %(title)s", title=title)
            yield Next(f"publish {name} {review.at}", said, shell.href(f"/desk/publish/{name}"))


async def _of_exchanges(home: Home, shell: Shell) -> list[Next]:
    """Exchanges in which another city waits for a word of ours."""
    return [
        Next(
            f"exchange {view.id} {view.state} {view.heard}",
            shell.words.say(
                "An exchange waits for a word of ours: %(action)s", action=shell.word(view.action)
            ),
            shell.href(f"/desk/messages/{view.id}"),
        )
        for view in await exchanges(home)
        if waits_for_us(view)
    ]


async def _of_the_year(home: Home, shell: Shell) -> list[Next]:
    """The day of reaffirmation, once it comes near, until a commitment of these days is there."""
    profile, today = await own_profile(home), home.now().date()
    on = next_reaffirmation(profile if isinstance(profile, City) else None, today)
    left = (on - today).days
    since = (on - timedelta(days=max(REMINDERS))).isoformat()
    if due(on, today) is None or await committed_since(home, since):
        return []
    words, day = shell.words, shell.words.day(on.isoformat())
    if left:
        said = words.count(
            "The commitment is to be reaffirmed on %(day)s, in %(n)s day",
            "The commitment is to be reaffirmed on %(day)s, in %(n)s days",
            left,
            day=day,
        )
    else:
        said = words.say("The commitment is to be reaffirmed today, %(day)s", day=day)
    key = f"reaffirm {on.isoformat()} {due(on, today)}"
    return [Next(key, said, shell.href(f"/desk/reports/{on.year}"))]


async def _of_actions(home: Home, shell: Shell) -> list[Next]:
    """The priority actions that nothing is said of, and what was looked at long ago."""
    words, where, year = shell.words, shell.href("/desk/actions"), home.now().year
    standing = await standing_of(home)
    silent = [one for one in load().actions if one.tier == "priority" and one.code not in standing]
    before = (home.now() - _STALE).date().isoformat()
    stale = [
        one
        for statuses in standing.values()
        for one in statuses
        if one.published and _text(one.document.get("reviewed")) < before
    ]
    found: list[Next] = []
    if stale:
        said = words.count(
            "%(n)s action was last reviewed more than a year ago, or nobody says when",
            "%(n)s actions were last reviewed more than a year ago, or nobody says when",
            len(stale),
        )
        found.append(Next(f"stale {year}", said, where))
    if silent:
        said = words.count(
            "%(n)s of the priority actions is not reported yet",
            "%(n)s of the priority actions are not reported yet",
            len(silent),
        )
        found.append(Next(f"silent {year}", said, where))
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
