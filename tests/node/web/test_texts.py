"""The interface's words."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from node.web.catalogues import words_in
from node.web.texts import ENGLISH


@given(st.text(max_size=50))
def test_what_is_put_into_a_sentence_is_escaped(text: str) -> None:
    said = ENGLISH.say("Run by %(who)s.", who=text)
    assert "<" not in said
    assert Markup(said).unescape() == f"Run by {text}."  # noqa: S704 - what is tested


def test_markup_stays_markup() -> None:
    assert ENGLISH.say("By %(who)s", who=Markup("<b>x</b>")) == Markup("By <b>x</b>")


@given(st.text(max_size=40))
def test_no_text_is_an_error_where_a_date_is_expected(text: str) -> None:
    assert isinstance(ENGLISH.day(text), str)
    assert isinstance(ENGLISH.moment(text), str)
    assert isinstance(ENGLISH.month_day(text), str)
    assert isinstance(ENGLISH.tongue(text), str)
    assert isinstance(ENGLISH.place(text), str)


def test_partial_dates_are_never_completed() -> None:
    assert ENGLISH.day("2021") == "2021"
    assert ENGLISH.day("2021-03") == "March 2021"
    assert ENGLISH.day("2021-02-31") == "2021-02-31"


def test_a_period_says_what_is_known() -> None:
    assert ENGLISH.period("2021", None) == "since 2021"
    assert ENGLISH.period(None, "2024-05") == "until May 2024"
    assert ENGLISH.period("2021", "2024") == "2021 to 2024"
    assert ENGLISH.period(None, None) == ""


@given(st.lists(st.text(max_size=10), max_size=5))
def test_a_list_in_a_sentence_is_escaped(items: list[str]) -> None:
    assert "<" not in ENGLISH.list(items)


def test_countries_and_parts_of_the_world_have_names() -> None:
    assert ENGLISH.place("KR") == "South Korea"
    assert ENGLISH.place("002") == "Africa"
    assert ENGLISH.place("ZZ-none") == "ZZ-none"


def test_dates_are_written_as_each_language_writes_them() -> None:
    assert words_in("ko").day("2021-12-10") == "2021년 12월 10일"
    assert words_in("ru").day("2021-12-10") == "10 декабря 2021\u202fг."
    assert words_in("zh").day("2021-12") == "2021年12月"
    assert words_in("es").month_day("12-10") == "10 de diciembre"
