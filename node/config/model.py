"""The settings as types, with what each means; one place for schema, defaults and documentation.

Only what the program reads stands here. No setting holds a secret: keys are files of their own
(``node.store.keyfiles``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, model_validator
from pydantic.fields import FieldInfo

from node.config.joining import NetworkSettings
from node.config.kinds import (
    BaseUrl,
    Duration,
    Listen,
    Networks,
    Policy,
    Section,
    Size,
    Urls,
)
from node.config.units import in_words, size

__all__ = [
    "BackupSettings",
    "Config",
    "DeskSettings",
    "ErasureSettings",
    "LogSettings",
    "MailSettings",
    "NetworkSettings",
    "NodeSettings",
    "OidcSettings",
    "Origin",
    "QuerySettings",
    "Role",
    "ServerSettings",
    "SyncSettings",
    "WitnessSettings",
    "fields",
    "is_size",
    "shown",
]

Role = Literal["city", "network", "observer"]


class NodeSettings(Section):
    """Who the node is."""

    base_url: BaseUrl = Field(
        description="Where everybody reaches the node; a path is allowed, a redirect is not.\n"
        "Warning: it is the node's identity. Once the node is made it cannot be changed.",
        examples=["https://rights.city.example"],
    )
    role: Role = Field(
        default="city",
        description="What the node speaks for: a city, a network that admits members, or an\n"
        "observer (a university, an institution) that publishes assessments.\n"
        "Warning: once the node is made it cannot be changed.",
    )
    data_dir: Path = Field(
        default=Path("data"),
        description="Folder of keys and stores; relative to this file.\n"
        "Warning: it holds the secret keys and the ledger. Back it up; lose nothing of it.",
    )


class ServerSettings(Section):
    """How it answers."""

    listen: Listen = Field(
        default="127.0.0.1:8400",
        description="Address and port. Put a proxy that speaks HTTPS in front of it.\n"
        "Warning: it speaks plain HTTP; keep it on 127.0.0.1 where the proxy is on this machine.",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Addresses and networks of the proxies in front of the node. Where any is\n"
        "named, whoever else comes is refused, except for /healthz and /readyz.\n"
        "What a proxy says of host, scheme or visitor is never believed: base_url holds.",
        examples=[["127.0.0.1", "10.0.0.0/8"]],
    )


class QuerySettings(Section):
    """What one SPARQL query may cost."""

    timeout: Duration = Field(
        default=timedelta(seconds=10), description="After that a query is stopped."
    )
    max_rows: int = Field(
        default=10_000,
        ge=1,
        le=1_000_000,
        description="Results of one query; a query with more is refused, never cut.",
    )
    max_answer: Size = Field(
        default=16_000_000, description="Size of one answer; a larger one is refused, never cut."
    )
    workers: int = Field(
        default=2,
        ge=1,
        le=32,
        description="Long queries answered at a time, each in a process of its own (up to 1 GB"
        " each).\nThree more processes answer what is quick (up to 256 MB each).",
    )


class SyncSettings(Section):
    """How it follows other nodes."""

    every: Duration = Field(
        default=timedelta(minutes=15),
        description="Each peer is asked once in this time, spread evenly.\n"
        "Warning: under a minute it is a burden for your peers.",
    )
    at_once: int = Field(default=8, ge=1, le=64, description="Peers asked at the same time.")
    peers: Urls = Field(
        default=(),
        description="Addresses of nodes to follow from the start; 'intercity peers' adds others.\n"
        "Warning: their keys are pinned at the first contact: check the addresses.",
        examples=[["https://rights.hansol.example"]],
    )
    members_of: Urls = Field(
        default=(),
        description="Addresses of networks whose members are all followed, as long as they are\n"
        "members: by the network's own signed list, which pins their keys.",
        examples=[["https://network.example"]],
    )
    push: bool = Field(
        default=True, description="Tell the nodes that we follow when we have published."
    )


class WitnessSettings(Section):
    """Who vouches for our log, and for those that it follows."""

    policy: Policy = Field(
        default="",
        description="A policy as text (c2sp.org/tlog-policy), a line each:\n"
        "'witness NAME VKEY URL', 'group NAME all|any|NUMBER NAME...', 'quorum NAME'.\n"
        "Those with a URL are asked to cosign our log. A log that we follow and for which the\n"
        "quorum does not vouch is followed all the same, and said to be so.\n"
        "Without a policy, the nodes that we follow are asked, and none is expected of others.",
    )
    mirrors: Urls = Field(
        default=(),
        description="Nodes to ask for a copy of a log where its own node is out of reach, before\n"
        "the nodes that we follow.",
        examples=[["https://mirror.hansol.example"]],
    )


class ErasureSettings(Section):
    """What is said to a city that had the text of a record erased."""

    backups_kept: Duration = Field(
        default=timedelta(days=30),
        description="How long you keep backups of this node: a receipt for an erasure names the\n"
        "day on which the last of them is gone.",
    )


class BackupSettings(Section):
    """Copies of the node, a file each; those older than erasure.backups_kept are deleted."""

    every: Duration = Field(
        default=timedelta(days=1),
        description='How often one is made; "0 s": never by itself.',
    )
    folder: str = Field(
        default="backups",
        description="Where they lie; relative to this file.\n"
        "Warning: a backup beside the node is lost with it. Copy it elsewhere, or name a folder\n"
        "of another machine here. Whoever has a backup has the secret keys.",
    )


class DeskSettings(Section):
    """How the city's staff work together."""

    two_people: bool = Field(
        default=False,
        description="Whether what is published must have been approved by somebody who has not\n"
        "written it. It binds the command line, too: 'intercity publish FILE' is refused then,\n"
        "and 'intercity import FILE' brings a draft that somebody approves on a page.\n"
        "A withdrawal never waits.",
    )


class MailSettings(Section):
    """How it writes to its staff, once a day at most, of what waits for them; no host: never."""

    host: str = Field(
        default="",
        description="The server that takes outgoing mail.",
        examples=["mail.city.example"],
    )
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls (usually port 587), tls (usually 465), or none.\n"
        "Warning: none sends the password and all mail in the open.",
    )
    user: str = Field(default="", description="Name to sign in with; empty: it asks for none.")
    password_file: str = Field(
        default="",
        description="File whose first line is the password; relative to this file.\n"
        "Warning: nobody but the node's user should be able to read it.",
        examples=["secrets/mail-password"],
    )
    sender: str = Field(
        default="",
        description="Address that mail comes from. Required where a host is named.",
        examples=["rights@city.example"],
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.host and "@" not in self.sender:
            raise ValueError("expected an address in 'sender', as a host is named")
        return self


class OidcSettings(Section):
    """Signing in with accounts of your organization (OpenID Connect); no issuer: not offered."""

    issuer: str = Field(
        default="",
        description="Address of the organization's sign-in service, as it names itself.\n"
        "Register BASE_URL/sign-in/oidc/back there as the address to come back to.",
        examples=["https://login.city.example"],
    )
    client_id: str = Field(default="", description="What the service calls this node.")
    client_secret_file: str = Field(
        default="",
        description="File whose first line is the secret that the service gave; relative to this\n"
        "file. Empty: it gave none.",
        examples=["secrets/oidc"],
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.issuer and not self.client_id:
            raise ValueError("expected 'client_id', as an issuer is named")
        return self


class LogSettings(Section):
    """What it writes about itself, to stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is written."
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="auto: text on a terminal, JSON lines elsewhere."
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting in force: its key, the value as text, and where that came from."""

    key: str
    shown: str
    origin: str


class Config(Section):
    """Every setting; frozen. Made by ``load``, or directly where a program makes a node."""

    node: NodeSettings
    server: ServerSettings = Field(default_factory=ServerSettings)
    query: QuerySettings = Field(default_factory=QuerySettings)
    sync: SyncSettings = Field(default_factory=SyncSettings)
    witness: WitnessSettings = Field(default_factory=WitnessSettings)
    erasure: ErasureSettings = Field(default_factory=ErasureSettings)
    backup: BackupSettings = Field(default_factory=BackupSettings)
    desk: DeskSettings = Field(default_factory=DeskSettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    oidc: OidcSettings = Field(default_factory=OidcSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def origins(self) -> list[Origin]:
        """Each value in force and where it came from, in the order of the sections."""
        return [
            Origin(key, shown(self._value(key), field), self._origins.get(key, "default"))
            for key, field in fields()
        ]

    def located(self, folder: Path, origins: Mapping[str, str]) -> Config:
        """The same settings as read from a file in ``folder``."""
        self._origins.update(origins)
        node = self.node.model_copy(update={"data_dir": folder / self.node.data_dir})
        secret = self.mail.password_file
        mail = self.mail.model_copy(update={"password_file": secret and str(folder / secret)})
        secret = self.oidc.client_secret_file
        oidc = self.oidc.model_copy(update={"client_secret_file": secret and str(folder / secret)})
        backup = self.backup.model_copy(update={"folder": str(folder / self.backup.folder)})
        return self.model_copy(update={"node": node, "mail": mail, "oidc": oidc, "backup": backup})

    def _value(self, key: str) -> Any:
        section, _, name = key.partition(".")
        return getattr(getattr(self, section), name)


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its dotted key, in the order of the sections."""
    for section, outer in Config.model_fields.items():
        assert isinstance(outer.annotation, type)
        assert issubclass(outer.annotation, BaseModel)
        for name, inner in outer.annotation.model_fields.items():
            yield f"{section}.{name}", inner


def is_size(field: FieldInfo) -> bool:
    """Whether a setting is a number of bytes, to be written in words."""
    return any(getattr(one, "func", None) is size for one in field.metadata)


def shown(value: Any, field: FieldInfo) -> str:
    """A value as it is written in the file, without quotes around text."""
    if isinstance(value, timedelta) or is_size(field):
        return in_words(value)
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(list(value)) if isinstance(value, (tuple, list)) else str(value)
