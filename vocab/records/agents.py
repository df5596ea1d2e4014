"""Who speaks: the profile of a city, of a network or an observer, and a membership."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Record

__all__ = ["City", "Membership", "Organization"]


class City(Record, frozen=True, kw_only=True):
    """A city's profile, at ``{base}/city``; the city itself is ``{base}/#city``.

    Attributes:
        name: The city's name in the languages that it uses.
        alt_name: Other names that people search with.
        summary: Up to 600 characters a language.
        did: The city's decentralised identifier.
        homepage: The city's own site.
        place: IRI of GeoNames, ``https://sws.geonames.org/<number>/``.
        wikidata: IRI of Wikidata, ``http://www.wikidata.org/entity/Q<number>``.
        country: Two capital letters of ISO 3166-1.
        region: The region or province within the country.
        latitude, longitude: Decimals, in degrees of WGS 84.
        population: Residents counted or estimated in ``population_year`` (``2021``).
        working_languages: Tags of the languages that its offices can work in.
        government_level: Concept of the levels of government.
        competences: Service areas in which the city itself decides.
        reaffirmation_day: Month and day of the yearly reaffirmation, ``12-10``.
        contact_office: The office that answers; never a person.
        contact_email: That office's address.
        demonstration: True where the city is invented.
    """

    name: LangMap
    country: str
    alt_name: LangMap = field(default_factory=dict)
    summary: LangMap = field(default_factory=dict)
    did: str | None = None
    homepage: str | None = None
    place: str | None = None
    wikidata: str | None = None
    region: LangMap = field(default_factory=dict)
    latitude: str | None = None
    longitude: str | None = None
    population: int | None = None
    population_year: str | None = None
    working_languages: tuple[str, ...] = ()
    government_level: str | None = None
    competences: tuple[str, ...] = ()
    reaffirmation_day: str | None = None
    contact_office: LangMap = field(default_factory=dict)
    contact_email: str | None = None
    demonstration: bool | None = None


class Organization(Record, frozen=True, kw_only=True):
    """Profile of a network or an observer, at ``{base}/organization``.

    Attributes:
        role: Concept of the node's roles: network or observer.

    The other attributes are those of ``City``.
    """

    name: LangMap
    role: str
    alt_name: LangMap = field(default_factory=dict)
    summary: LangMap = field(default_factory=dict)
    did: str | None = None
    homepage: str | None = None
    wikidata: str | None = None
    country: str | None = None
    working_languages: tuple[str, ...] = ()
    contact_office: LangMap = field(default_factory=dict)
    contact_email: str | None = None
    demonstration: bool | None = None


class PairingRound(Record, frozen=True, kw_only=True):
    """A network's round: who learns from whom. The round itself is a document beside the record.

    Attributes:
        title: Up to 200 characters a language.
        content_url: Where the document is; sha256: 64 hexadecimal digits over its bytes;
            content_size: how many these are.
    """

    title: LangMap
    content_url: str
    sha256: str
    content_size: int


class Membership(Record, frozen=True, kw_only=True):
    """A network's word that a city belongs to it, for a term.

    Attributes:
        member: The city, ``{its base}/#city``.
        member_did: The identifier that the network has checked.
        member_genesis: Digest of the first entry of the member's log: it pins the member's keys.
        member_logs: Addresses of the logs that the membership covers.
        member_name: The city's name as the network knows it.
        country: Two capital letters of ISO 3166-1.
        place: The member's IRI at GeoNames: one place has one member.
        organization: The network, ``{base}/#organization``.
        valid_from, valid_until: Days of the term; without an end it is open.
        suspended: True while the membership rests.
    """

    member: str
    member_did: str
    member_name: LangMap
    organization: str
    valid_from: str
    member_genesis: str | None = None
    member_logs: tuple[str, ...] = ()
    country: str | None = None
    place: str | None = None
    valid_until: str | None = None
    suspended: bool | None = None
