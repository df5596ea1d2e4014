"""The letter that tells somebody of the staff what waits for them, in the city's language."""

from __future__ import annotations

from typing import Final

from node.core.accounts import Person
from node.service.digests import Letter
from node.service.drafts import drafts
from node.service.home import Home
from node.service.reviews import reviews
from node.web.addresses import Addresses
from node.web.catalogues import words_for
from node.web.pages import own_profile
from node.web.shell import Shell
from node.web.upnext import up_next

__all__ = ["letter_for", "shell_without_request"]

_WIDTH: Final = 998
"""Octets of a line of mail at most (RFC 5322, section 2.1.1)."""


async def letter_for(home: Home, person: Person) -> Letter:
    """What waits for a person, each with the address of the page where it is done."""
    shell = await shell_without_request(home)
    say = shell.words.say
    kept = await drafts(home)
    newest = dict(sorted(kept.items(), key=lambda one: one[0].rpartition("/")[2], reverse=True))
    waiting = await up_next(home, shell, person, newest, await reviews(home))
    whose = shell.plain(shell.name) or shell.addresses.host
    lines = [
        say("Good day %(name)s,", name=person.name).unescape(),
        "",
        say("this waits for you at the desk of %(city)s:", city=whose).unescape(),
        "",
    ]
    origin = home.base_url.removesuffix(shell.addresses.prefix)
    for one in waiting:
        lines += [f"- {_plain(one.said.striptags())}", f"  {origin}{one.address}", ""]
    lines += [
        say("You get this letter once a day at most, and only when something new waits.").unescape()
    ]
    return Letter(
        to=person.contact,
        subject=_plain(say("What waits for you: %(city)s", city=whose).striptags()),
        text="\n".join(lines),
        keys=frozenset(one.key for one in waiting),
    )


async def shell_without_request(home: Home, language: str = "") -> Shell:
    """Where nobody asks for a page: the words of a language, else of the city's first one."""
    profile = await own_profile(home)
    wanted = (language,) if language else profile.working_languages if profile else ()
    words = words_for(wanted)
    return Shell(
        addresses=Addresses(home.config.node.base_url),
        words=words,
        wanted=tuple(dict.fromkeys((words.language, *wanted))),
        chosen=language,
        path="/",
        query=(),
        name=profile.name if profile else {},
        role=home.config.node.role,
        demonstration=bool(profile and profile.demonstration),
        now=home.stamp(),
    )


def _plain(text: str) -> str:
    """One line of a letter, without a character that could begin another."""
    return " ".join(text.split())[: _WIDTH // 4]
