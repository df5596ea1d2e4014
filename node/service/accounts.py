"""Accounts: people of the desk, how they sign in, and the log of who did what.

However somebody proves who they are, ``begin_session`` is the one way to a session. What is about
to be done is written to the audit log first: a crash may leave an entry without its deed, never a
deed without its entry. No entry holds a name, a contact or a secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from node.core.accounts import (
    LINK_LIFE,
    TOUCH,
    Link,
    Person,
    Session,
    digest_of,
    duties_of,
    link_fault,
    lives,
    new_secret,
    only_late,
    removed,
    with_duties,
)
from node.core.ulid import ulid
from node.errors import NodeError, NotFound, Refused
from node.service.home import Home
from peers.encoding import jcs, parse_json

__all__ = [
    "OPERATOR",
    "PASSKEY",
    "SUBJECT",
    "Entry",
    "audit",
    "begin_session",
    "by_contact",
    "by_id",
    "change_duties",
    "end_other_sessions",
    "end_session",
    "invite",
    "late",
    "note_deed",
    "people",
    "remove",
    "sessions_of",
    "sign_in_link",
    "signed_in",
    "spend_link",
]

OPERATOR: Final = "operator"
"""Who acts on the command line, as the audit log names them."""

PASSKEY: Final = "passkey"
"""Family of the desk's pages: credential id → a passkey, see ``node.service.passkeys``."""

SUBJECT: Final = "oidc-subject"
"""Family of the desk's pages: hash of issuer and subject → whose account it is."""

_PERSON: Final = "account"
_LINK: Final = "sign-in-link"
_SESSION: Final = "session"
_AUDIT: Final = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit log: who (a person's id or ``operator``) did what to what, and when."""

    who: str
    what: str
    on: str
    when: str


async def people(home: Home) -> list[Person]:
    """Everybody with an account, oldest first."""
    kept = await home.desk.pages(_PERSON)
    found = [_person(data) for _, data in sorted(kept.items())]
    return [person for person in found if not person.gone]


async def audit(home: Home) -> list[Entry]:
    """The audit log, oldest first."""
    kept = await home.desk.pages(_AUDIT)
    entries = [Entry(**_fields(data)) for data in kept.values()]
    return sorted(entries, key=lambda entry: entry.when)


async def invite(home: Home, by: str, name: str, contact: str, duties: Iterable[str]) -> Person:
    """Open an account. Nobody can sign in to it before a link is made for it.

    Raises:
        NodeError: Name or contact is empty, or a duty is unknown.
        Refused: Somebody has this contact already.
    """
    name, contact = name.strip(), contact.strip()
    if not name or not contact:
        raise NodeError("expected a name and an e-mail address or handle, found an empty one")
    if any(one.contact.casefold() == contact.casefold() for one in await people(home)):
        raise Refused(f"expected a contact that nobody has yet, found {contact}")
    key = ulid(_now(home) * 1000, home.entropy)
    try:
        person = Person(id=key, name=name, contact=contact, duties=duties_of(duties))
    except ValueError as fault:
        raise NodeError(str(fault)) from None
    await note_deed(home, by, "invite", key)
    await home.desk.put_page(_PERSON, key, _page(person))
    return person


async def change_duties(home: Home, by: str, contact: str, duties: Iterable[str]) -> Person:
    """Let somebody do other things; their sessions and links end.

    Raises:
        NodeError: A duty is unknown.
        NotFound: Nobody has this contact or id.
        Refused: Somebody else changed the account at the same moment.
    """
    person = await by_contact(home, contact)
    try:
        changed = with_duties(person, duties_of(duties))
    except ValueError as fault:
        raise NodeError(str(fault)) from None
    return await _change(home, by, "role", person, changed)


async def remove(home: Home, by: str, contact: str) -> None:
    """Close an account; its sessions and links end, its name and contact are forgotten.

    Raises:
        NotFound: Nobody has this contact or id.
        Refused: Somebody else changed the account at the same moment.
    """
    person = await by_contact(home, contact)
    await _change(home, by, "remove", person, removed(person))
    for family in (PASSKEY, SUBJECT):
        kept = await home.desk.pages(family)
        own = [key for key, data in kept.items() if _fields(data)["person"] == person.id]
        await home.desk.put_pages({(family, key): None for key in own})


async def sign_in_link(home: Home, by: str, contact: str) -> str:
    """The secret of a new one-use link for somebody: shown once, never kept.

    Raises:
        NotFound: Nobody has this contact or id.
    """
    person = await by_contact(home, contact)
    secret, now = new_secret(home.entropy), _now(home)
    link = Link(person=person.id, turn=person.turn, expires=now + LINK_LIFE)
    await note_deed(home, by, "link", person.id)
    kept = await home.desk.pages(_LINK)
    over = [key for key, data in kept.items() if _link(data).expires <= now - LINK_LIFE]
    await home.desk.put_pages(
        {**{(_LINK, key): None for key in over}, (_LINK, digest_of(secret)): _page(link)}
    )
    return secret


async def spend_link(home: Home, secret: str) -> str:
    """Use a link, once; returns the secret of the session that it opens.

    Raises:
        Refused: It is unknown, used, expired or withdrawn, in words.
    """
    key = digest_of(secret)
    data = await home.desk.page(_LINK, key)
    link = None if data is None else _link(data)
    person = None if link is None else await by_id(home, link.person)
    fault = link_fault(link, person, _now(home))
    if fault or link is None or person is None:
        raise Refused(f"expected a sign-in link that is still good: {fault}")
    if not await home.desk.swap_page(_LINK, key, data, _page(replace(link, used=True))):
        raise Refused("expected a sign-in link that is still good: this link was used already")
    return await begin_session(home, person)


async def begin_session(home: Home, person: Person) -> str:
    """Open a session for a person who has proved who they are; always under a new secret."""
    secret, now = new_secret(home.entropy), _now(home)
    session = Session(person=person.id, turn=person.turn, started=now, seen=now)
    await note_deed(home, person.id, "sign-in", person.id)
    await _sweep(home)
    await home.desk.put_page(_SESSION, digest_of(secret), _page(session))
    return secret


async def signed_in(home: Home, secret: str) -> Person | None:
    """Whose session this is, where it still stands; asked at every request."""
    key, now = digest_of(secret), _now(home)
    data = await home.desk.page(_SESSION, key)
    if data is None:
        return None
    session = Session(**_fields(data))
    person = await by_id(home, session.person)
    if not lives(session, person, now):
        if not only_late(session, person, now):
            await home.desk.drop_page(_SESSION, key)
        return None
    if now - session.seen >= TOUCH:
        seen = _page(replace(session, seen=now))
        if not await home.desk.swap_page(_SESSION, key, data, seen):
            return person if await home.desk.page(_SESSION, key) else None
    return person


async def late(home: Home, secret: str) -> Person | None:
    """Whose session this was, where it ended by its age alone: they may save a draft, no more."""
    data = await home.desk.page(_SESSION, digest_of(secret))
    if data is None:
        return None
    session = Session(**_fields(data))
    person = await by_id(home, session.person)
    return person if only_late(session, person, _now(home)) else None


async def end_session(home: Home, secret: str) -> None:
    """Sign out. A session that is not there is no error."""
    await home.desk.drop_page(_SESSION, digest_of(secret))


async def sessions_of(home: Home, person: Person) -> list[str]:
    """Somebody's sessions that still stand: the digests of their secrets."""
    now, kept = _now(home), await home.desk.pages(_SESSION)
    return [
        key
        for key, data in kept.items()
        if (session := Session(**_fields(data))).person == person.id and lives(session, person, now)
    ]


async def end_other_sessions(home: Home, person: Person, secret: str) -> None:
    """Sign somebody out everywhere but here."""
    others = [key for key in await sessions_of(home, person) if key != digest_of(secret)]
    await home.desk.put_pages({(_SESSION, key): None for key in others})


async def _sweep(home: Home) -> None:
    """Forget sessions that ended without a request."""
    now = _now(home)
    over: dict[tuple[str, str], bytes | None] = {}
    for key, data in (await home.desk.pages(_SESSION)).items():
        session = Session(**_fields(data))
        person = await by_id(home, session.person)
        if not lives(session, person, now) and not only_late(session, person, now):
            over[_SESSION, key] = None
    await home.desk.put_pages(over)


async def _change(home: Home, by: str, what: str, old: Person, new: Person) -> Person:
    await note_deed(home, by, what, old.id)
    if not await home.desk.swap_page(_PERSON, old.id, _page(old), _page(new)):
        raise Refused("expected the account as it was a moment ago, found it changed; try again")
    return new


async def by_contact(home: Home, contact: str) -> Person:
    """Whoever has this contact or id.

    Raises:
        NotFound: Nobody has.
    """
    wanted = contact.strip().casefold()
    for person in await people(home):
        if wanted in {person.contact.casefold(), person.id.casefold()}:
            return person
    raise NotFound(f"{contact}: expected somebody with an account, found nobody")


async def by_id(home: Home, key: str) -> Person | None:
    """An account by its id, closed ones too."""
    data = await home.desk.page(_PERSON, key)
    return None if data is None else _person(data)


async def note_deed(home: Home, who: str, what: str, on: str) -> None:
    """Write into the audit log what is about to be done.

    Args:
        who: Id of a person, or ``operator``.
        on: What it is done to: an id, a key, an address; never a text, a name or a secret.
    """
    entry = Entry(who=who, what=what, on=on, when=home.now().isoformat())
    await home.desk.put_page(_AUDIT, ulid(_now(home) * 1000, home.entropy), _page(entry))


def _now(home: Home) -> int:
    return int(home.now().timestamp())


def _page(kept: Person | Link | Session | Entry) -> bytes:
    fields = asdict(kept)
    if isinstance(kept, Person):
        fields["duties"] = [str(duty) for duty in kept.duties]
    return jcs(fields)


def _fields(data: bytes) -> dict[str, Any]:
    found: Any = parse_json(data)
    return dict(found)


def _link(data: bytes) -> Link:
    return Link(**_fields(data))


def _person(data: bytes) -> Person:
    fields = _fields(data)
    names = fields.pop("duties")
    return Person(duties=duties_of(names) if names else (), **fields)
