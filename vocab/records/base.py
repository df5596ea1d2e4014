"""What all records share, and the parts that are nested in them.

A record is one JSON-LD document that its publisher signs. Its keys are those of the pinned
context, in camel case; every reference to a concept or to another thing is a full IRI; text that
people read is a language map. There are no blank nodes: a nested part carries the record's IRI
and a fragment, such as ``…/practice/01J…#evidence-1``.

Kinds of text that several fields share:

- *partial date*: ``2021``, ``2021-03`` or ``2021-03-05``, never completed by us;
- *day*: ``2021-03-05``; *time*: ``2021-03-05T10:00:00Z``;
- *decimal*: a number written as text, ``"4.5"``, so that no reader rounds it;
- *tag*: a language tag of BCP 47, ``es`` or ``pt-BR``.
"""

from __future__ import annotations

from msgspec import Struct, field

from vocab.languages import LangMap

__all__ = [
    "Base",
    "Concepts",
    "Evidence",
    "Measure",
    "NamedPartner",
    "Part",
    "Record",
    "Translation",
]


class Base(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag=True,
):
    """An object with a name of its own: ``id`` is its IRI and ``type`` the name of its class."""

    id: str


class Part(Base, frozen=True, kw_only=True):
    """An object inside a record; its ``id`` is the record's IRI with a fragment."""


class Evidence(Part, frozen=True, kw_only=True):
    """A document that shows what a record says, with a hash that anyone can check.

    Attributes:
        content_url: Where it can be had.
        sha256: 64 hexadecimal digits of the file's bytes, where the publisher has taken them.
        encoding_format: Its media type, such as ``application/pdf``.
        content_size: Bytes.
        in_language: The tag of the language that it is written in.
        license: IRI of its licence.
        caption: What it is and what it shows.
        page: Where in it to look, such as ``12-15``.
    """

    content_url: str
    sha256: str | None = None
    encoding_format: str | None = None
    content_size: int | None = None
    in_language: str | None = None
    license: str | None = None
    caption: LangMap = field(default_factory=dict)
    page: str | None = None


class NamedPartner(Part, frozen=True, kw_only=True):
    """An organisation that took part, by name; persons are never named.

    Attributes:
        name: Of the organisation.
        kind: Concept of the framework's partners.
        homepage: Its own page.
    """

    name: LangMap
    kind: str | None = None
    homepage: str | None = None


class Measure(Part, frozen=True, kw_only=True):
    """One measure of a strategy.

    Attributes:
        title: What is to be done.
        description: In more words.
        lead: The office that answers for it.
        due: Partial date.
        state: Concept of the action states.
        action: Actions of the framework that it serves.
        responds_to: Addresses of the UN recommendations that it answers.
    """

    title: LangMap
    description: LangMap = field(default_factory=dict)
    lead: LangMap = field(default_factory=dict)
    due: str | None = None
    state: str | None = None
    action: tuple[str, ...] = ()
    responds_to: tuple[str, ...] = ()


class Translation(Part, frozen=True, kw_only=True):
    """Says of one language of the record that it was translated, from what and by what.

    Attributes:
        in_language: Tag of the translation.
        from_language: Tag of what was translated.
        of_version: The version of the record whose words were translated.
        translator: ``person`` or ``machine``.
    """

    in_language: str
    from_language: str
    of_version: int
    translator: str


class Record(Base, frozen=True, kw_only=True):
    """What every record carries.

    Attributes:
        version: From 1; counts on over withdrawals, and stands in the log as well.
        publisher: The agent whose origin and key this record is bound to:
            ``{base}/#city`` or ``{base}/#organization``.
        issued: Day of the first publication.
        modified: Day of this version.
        references: The framework's resources that it refers to.
        translations: Which of its languages are translations.
    """

    version: int
    publisher: str
    issued: str | None = None
    modified: str | None = None
    references: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()


class Concepts(Record, frozen=True, kw_only=True):
    """A record that says which of the framework's concepts it is about.

    Attributes:
        element: Elements of the action.
        audience: Who is trained or addressed.
        rights_holders: Groups whose rights it serves.
        service_area, policy_area: Fields of the city's work.
        principle: Principles and rights.
        challenge: What it answers.
        instrument: Kinds of instrument that it changed or used.
        partner: Kinds of partner.
        mechanism: International mechanisms.
    """

    element: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    rights_holders: tuple[str, ...] = ()
    service_area: tuple[str, ...] = ()
    policy_area: tuple[str, ...] = ()
    principle: tuple[str, ...] = ()
    challenge: tuple[str, ...] = ()
    instrument: tuple[str, ...] = ()
    partner: tuple[str, ...] = ()
    mechanism: tuple[str, ...] = ()
