"""What a client would rather have."""

from hypothesis import given
from hypothesis import strategies as st

from node.core.negotiate import coding, languages, media_type, ranges

TYPES = ["text/html", "application/ld+json", "text/turtle", "application/n-triples"]
QUALITIES = st.integers(0, 1000).map(lambda n: n / 1000)
ASKED = st.dictionaries(st.sampled_from([*TYPES, "text/*", "application/*", "*/*"]), QUALITIES)


def header(asked: dict[str, float]) -> str:
    return ", ".join(f"{name};q={quality:.3f}" for name, quality in asked.items())


def quality_by_definition(offer: str, asked: dict[str, float]) -> float:
    """RFC 9110, section 12.5.1: the most specific reference has precedence."""
    main, _, _ = offer.partition("/")
    for name in (offer, f"{main}/*", "*/*"):
        if name in asked:
            return asked[name]
    return 0.0


@given(ASKED)
def test_the_chosen_type_has_the_highest_quality_and_ties_go_to_the_first(
    asked: dict[str, float],
) -> None:
    chosen = media_type(header(asked), TYPES)
    if not asked:
        assert chosen == TYPES[0]
        return
    best = max(quality_by_definition(offer, asked) for offer in TYPES)
    if best == 0:
        assert chosen is None
    else:
        first = next(it for it in TYPES if quality_by_definition(it, asked) == best)
        assert chosen == first


@given(ASKED)
def test_the_order_in_the_header_does_not_matter(asked: dict[str, float]) -> None:
    turned = dict(reversed(asked.items()))
    assert media_type(header(asked), TYPES) == media_type(header(turned), TYPES)


@given(st.text(max_size=300))
def test_no_header_is_an_error(text: str) -> None:
    media_type(text, TYPES)
    coding(text, ["zstd", "gzip"])
    languages(text)


@given(st.text(alphabet='"\\,;q= a/', max_size=300))
def test_nor_is_one_of_quotes_and_commas(text: str) -> None:
    media_type(text, TYPES)


def test_what_browsers_send_means_html() -> None:
    sent = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    assert media_type(sent, ["application/ld+json", "text/html"]) == "text/html"


def test_a_profile_is_read_and_left_aside() -> None:
    sent = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x";q=0.7'
    assert list(ranges(sent)) == [("application/ld+json", 0.7)]


def test_a_quality_beyond_one_is_passed_over() -> None:
    assert media_type("text/turtle;q=2, text/html;q=0.1", TYPES) == "text/html"


def test_a_header_of_open_quotes_is_read_in_one_pass() -> None:
    assert media_type('"\\' * 4000, TYPES) is None


def test_a_coding_is_used_only_where_it_is_asked_for() -> None:
    assert coding("", ["gzip"]) == "identity"
    assert coding("br", ["zstd", "gzip"]) == "identity"
    assert coding("gzip, deflate, br, zstd", ["zstd", "gzip"]) == "zstd"
    assert coding("*", ["zstd", "gzip"]) == "zstd"
    assert coding("zstd;q=0, *", ["zstd", "gzip"]) == "gzip"


def test_languages_come_dearest_first_and_once() -> None:
    assert languages("en;q=0.3, fr, ar-MA;q=0.9, fr;q=0.1") == ("fr", "ar-ma", "en")
    assert languages("*, tlh;q=0") == ()
