"""A city applies to a network for membership: what it says, and what it says anew or takes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from node.core.joining import OPEN
from node.core.ulid import ulid
from node.errors import Refused
from node.service.applications import Application, application, applications, send
from node.service.belonging import belongings
from node.service.contacts import follow
from node.service.home import Home
from node.service.records import document_of, own_records
from peers.encoding import JsonObject
from vocab.languages import LangMap

__all__ = ["Form", "accept_policy", "amend", "apply", "withdraw_application"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a city applies with.

    Attributes:
        office: Name of the office that answers; email: its address.
        evidence: Address of the declaration, or of the record that names it.
        mandate_url, mandate_sha256: The letter that gives the mandate: where it is, its digest.
        statement: Why the city would join, or empty.
        policy: Version of the network's data policy that is accepted, or empty.
    """

    office: LangMap
    email: str
    evidence: str
    mandate_url: str = ""
    mandate_sha256: str = ""
    statement: LangMap = field(default_factory=dict)
    policy: str = ""


async def apply(home: Home, url: str, form: Form) -> Application:
    """Ask a network for membership; it is followed from then on, so that its word can be checked.

    Raises:
        Refused: We are not a city, have not said who we are, are a member there, have an
            application there that waits for a decision, or the form is not well made.
        PeerError: The network's node does not answer as it must.
    """
    if home.config.node.role != "city":
        raise Refused(f'expected a city, found role = "{home.config.node.role}"')
    name = await _own_name(home)
    contact = await follow(home, url)
    for view in await applications(home):
        if view.peer == contact.did and view.stand.state in OPEN:
            raise Refused(
                f"{contact.did}: the application {view.id} waits for its decision; "
                "'network withdraw' takes it back"
            )
    for one in await belongings(home):
        if one.network == contact.did and one.state in {"member", "suspended"}:
            raise Refused(f"{contact.did}: this city is a member there already ({one.state})")
    identity = ulid(int(home.now().timestamp() * 1000), home.entropy)
    await send(home, identity, contact.did, "apply", _content(form, name))
    return await application(home, identity)


async def amend(home: Home, identity: str, form: Form) -> Application:
    """Say it anew: what a person of the network has checked of the words before is checked again.

    Raises:
        NotFound: There is no such application.
        Refused: It is not ours or was decided, or the form is not well made.
    """
    view = await _open_one(home, identity)
    await send(home, identity, view.peer, "amend", _content(form, await _own_name(home)))
    return await application(home, identity)


async def accept_policy(home: Home, identity: str) -> Application:
    """Accept the version of the data policy that the network has named; the rest stays as said.

    Raises:
        NotFound: There is no such application.
        Refused: It is not ours or was decided, or the network has named none yet.
    """
    view = await _open_one(home, identity)
    if not view.stand.policy:
        raise Refused(f"{identity}: expected a network that has named its data policy, found none")
    form = {name: value for name, value in view.stand.form.items() if name != "step"}
    await send(home, identity, view.peer, "amend", {**form, "dataPolicy": view.stand.policy})
    return await application(home, identity)


async def withdraw_application(home: Home, identity: str) -> Application:
    """Take an application back that was not decided.

    Raises:
        NotFound: There is no such application.
        Refused: It is not ours, or was decided.
    """
    view = await _open_one(home, identity)
    await send(home, identity, view.peer, "withdraw", {})
    return await application(home, identity)


async def _open_one(home: Home, identity: str) -> Application:
    view = await application(home, identity)
    if not view.ours or view.stand.state not in OPEN:
        raise Refused(
            f"{identity}: expected an application of ours that waits for a decision, "
            f"found {view.stand.state}"
        )
    return view


async def _own_name(home: Home) -> LangMap:
    held = await own_records(home, kind="City")
    if not held:
        raise Refused("expected a city that has said who it is, found no profile: publish it first")
    name: LangMap = document_of(held[0])["name"]
    return name


def _content(form: Form, name: LangMap) -> JsonObject:
    """A form as it stands in a message; what is empty is left out."""
    mandate = {"url": form.mandate_url, "sha256": form.mandate_sha256}
    said: dict[str, Any] = {
        "name": dict(name),
        "office": dict(form.office),
        "email": form.email,
        "evidence": form.evidence,
        "mandate": {key: value for key, value in mandate.items() if value},
        "statement": dict(form.statement),
        "dataPolicy": form.policy,
    }
    return {key: value for key, value in said.items() if value or key == "mandate"}
