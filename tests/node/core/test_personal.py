"""Signs of personal data are asked about; dates, amounts and addresses of the web are not."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.personal import MOST, Sign, Trace, traces


def signs(text: str, field: str = "summary") -> list[tuple[str, str]]:
    """What is found in a text."""
    return [(str(one.sign), one.found) for one in traces({field: {"es": text}})]


@pytest.mark.parametrize(
    ("text", "sign", "found"),
    [
        ("Escriba a ana.quispe@correo.example hoy.", "email", "ana.quispe@correo.example"),
        ("Llame al +51 1 555 0143.", "phone", "+51 1 555 0143"),
        ("Call (202) 555-0143 now", "phone", "(202) 555-0143"),
        ("연락처 02-555-0143", "phone", "02-555-0143"),
        ("Téléphone 01 55 50 14 30", "phone", "01 55 50 14 30"),
        ("DNI 12345678Z", "number", "12345678Z"),
        ("SSN 078-05-1120", "number", "078-05-1120"),
        ("주민번호 850312-1234567", "number", "850312-1234567"),
        ("passport AB1234567", "number", "AB1234567"),
        ("CPF 123.456.789-09", "number", "123.456.789-09"),
        ("IBAN DE89 3704 0044 0532 0130 00", "number", "DE89 3704 0044 0532 0130 00"),
        ("身份证 11010519491231002X", "number", "11010519491231002X"),
        ("La queja de la Sra. Quispe", "person", "Sra. Quispe"),
        ("Complaint of Mr Doe", "person", "Mr Doe"),
        ("Plainte de M. Dupont", "person", "M. Dupont"),
        ("Жалоба: г-н Иванов", "person", "г-н Иванов"),
        ("شكوى السيد أحمد", "person", "السيد أحمد"),
        ("王先生的投诉", "person", "王先生"),
        ("지난해 김민수 씨가 진정했다", "person", "김민수 씨"),
    ],
)
def test_what_looks_like_a_person_is_told(text: str, sign: str, found: str) -> None:
    assert (sign, found) in signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "De 2019 a 2023, y otra vez en 2024-2025.",
        "El 2021-03-05 y el 5/3/2021.",
        "Costó 1 200 000 soles, o 12.500.000 pesos; 120000 al año.",
        "A/HRC/46/10, párrafo 45(c); ley 27972; resolución 57/12.",
        "Ver https://aurora.example/2021/12345678Z/x?tel=+5115550143, www.aurora.example/a@b.c",
        "La Oficina de Derechos Humanos atendió 1234 quejas en 12 distritos.",
        "Mrs is a title; Dr is another; don de gentes.",
    ],
)
def test_dates_amounts_and_links_are_not(text: str) -> None:
    assert signs(text) == []


def test_an_offices_address_is_what_its_field_is_for() -> None:
    assert traces({"contactEmail": "derechos@aurora.example"}) == []
    (one,) = traces({"contactEmail": "ana.quispe@aurora.example"})
    assert one == Trace(("contactEmail",), Sign.EMAIL, "ana.quispe@aurora.example")


def test_parts_are_looked_into_and_named_by_their_place() -> None:
    document = {"evidence": [{"id": "x", "caption": {"es": "Carta de la Sra. Quispe"}}]}
    (one,) = traces(document)
    assert one.place == ("evidence", 0, "caption", "es")


def test_the_examples_of_the_vocabulary_raise_no_question_about_persons() -> None:
    asked: dict[str, list[Trace]] = {}
    for file in files("vocab").joinpath("data", "examples").iterdir():
        if file.name.endswith(".jsonld"):
            said = json.loads(file.read_text("utf-8"))
            # first.last@ may be an office, too: whoever publishes is asked.
            said.pop("contactEmail", None)
            asked[file.name] = traces(said)
    assert len(asked) > 10
    assert {name: found for name, found in asked.items() if found} == {}


@given(st.emails())
def test_every_plain_address_is_found(email: str) -> None:
    local = email.partition("@")[0]
    if all(letter.isalnum() or letter in "._+-" for letter in local) and not local.endswith("."):
        assert "email" in [sign for sign, _ in signs(f"a {email} b")] or "://" in email


@given(st.recursive(st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_no_document_breaks_it_and_no_more_is_told_than_is_read(value: object) -> None:
    assert len(traces({"x": value})) <= MOST


def test_a_text_made_to_be_slow_is_not() -> None:
    for text in ("1 " * 4000, "a." * 4000 + "@", "+" + "1-" * 4000, "Sr. " * 2000, "A1" * 4000):
        assert len(traces({"summary": {"es": text[:8000]}})) <= MOST
