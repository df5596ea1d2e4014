"""The pages: every link leads somewhere, nothing is asked elsewhere, every state has words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from node.service.index import catch_up
from node.service.publish import publish_many
from node.web.catalogues import INTERFACE, words_in
from node.web.front import STATEMENTS
from tests.homes import home_of, need, practice, profile
from tests.node.web.conftest import Site, site_of
from tests.node.web.reading import Page, read
from vocab.languages import LANGUAGES

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = [
    "/",
    "/cities",
    "/practices",
    "/strategies",
    "/commitments",
    "/needs",
    "/offers",
    "/exchanges",
    "/assessments",
    "/memberships",
    "/pairing-rounds",
    "/action-statuses",
    "/progress-reports",
    "/actions",
    "/actions/T11",
    "/partners",
    "/learning",
    "/reports",
    "/search",
    "/search?q=budget",
    "/verify",
    "/peers",
    "/sparql",
    "/api",
    "/vocab",
    *(f"/{name}" for name in STATEMENTS),
]
NODES = ["directory", "hansol", "observatory"]


def check(page: Page, *, hostile: bool = False) -> None:
    """What holds for every page; where its records are hostile, whatever they say."""
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("html")[0]["lang"] == "en"
    assert not page.all("script")
    assert not page.all("style")
    assert not page.all("iframe")
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
    for address in page.loads:
        assert address.startswith("/"), f"{address} is asked of another host"
    labelled = {label.get("for") for label in page.all("label")}
    for field in [*page.all("select"), *page.all("textarea")]:
        assert field["id"] in labelled
    for field in page.all("input"):
        assert field["type"] in {"hidden", "checkbox"} or field["id"] in labelled
    left = re.search(r".{0,60}(%\(\w+\)s|\{\{|\{%|Undefined|(?<!-)\bNone\b).{0,60}", page.text)
    assert left is None or hostile, left


async def crawl(
    site: Site, start: list[str], *, prefix: str = "", most: int = 600, hostile: bool = False
) -> int:
    """Visit everything that pages lead to on this node; each answers, each fragment is there."""
    base = urlsplit(site.home.base_url)
    seen: dict[str, set[str]] = {}
    waiting = [(prefix + path, "start") for path in start]
    wanted: list[tuple[str, str, str]] = []
    while waiting and len(seen) < most:
        address, origin = waiting.pop(0)
        path, fragment = urldefrag(address)
        if fragment:
            wanted.append((path, unquote(fragment), origin))
        if path in seen:
            continue
        answer = await site.get(path, Accept="text/html,*/*;q=0.1")
        seen[path] = set()
        assert answer.status in {200, 301, 303, 410} or "/verify?" in path, (
            f"{origin} leads to {path}, which answers {answer.status}"
        )
        if answer.status in {301, 303}:
            waiting.append((answer.headers["Location"], path))
        if answer.content_type != "text/html":
            continue
        page = read(await answer.text())
        check(page, hostile=hostile)
        seen[path] = set(page.ids)
        for link in [*page.links, *page.loads]:
            target = urlsplit(link)
            ours = target.netloc in {"", base.netloc} and target.scheme in {"", base.scheme}
            if not ours or "lang=" in target.query:
                continue
            whole = (target.path or path) + (f"?{target.query}" if target.query else "")
            assert whole.startswith(prefix or "/"), f"{path} leads out of the prefix: {link}"
            waiting.append((whole + (f"#{target.fragment}" if target.fragment else ""), path))
    for path, fragment, origin in wanted:
        if seen.get(path):
            assert fragment in seen[path], f"{origin} leads to #{fragment}, not on {path}"
    return len(seen)


@pytest.mark.parametrize("node", NODES)
async def test_every_link_of_every_page_leads_somewhere(
    network: Mapping[str, Site], node: str
) -> None:
    assert await crawl(network[node], PAGES) > 150


@pytest.mark.parametrize("strips", [True, False])
async def test_links_stay_below_a_prefix_whatever_the_proxy_does(strips: bool) -> None:
    home = await home_of("http://localhost:8481/rights")
    await publish_many(home, [profile(), practice(), need()])
    await catch_up(home)
    async with site_of(home) as site:
        if strips:
            for path in ("/", "/cities", "/cities/localhost%3A8481"):
                page = read(await site.page(path))
                inner = [link for link in page.links if link.startswith("/")]
                assert inner
                assert all(link.startswith("/rights/") for link in inner)
        else:
            assert await crawl(site, PAGES, prefix="/rights", most=150) > 60
        async with await site.get("/.well-known/did.json") as did:
            assert did.status == 200


@pytest.mark.parametrize("path", PAGES)
async def test_an_empty_node_says_so_in_words(empty: Site, path: str) -> None:
    page = read(await empty.page(path))
    check(page)
    assert page.text.strip()


async def test_a_page_of_an_empty_node_says_what_to_do(empty: Site) -> None:
    assert "intercity publish" in await empty.page("/")
    assert "follows nobody yet" in await empty.page("/peers")
    assert "No city" in await empty.page("/cities")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_speaks_the_chosen_language(
    network: Mapping[str, Site], language: str
) -> None:
    """The framework's words in nine languages; ours around them in seven, else in English."""
    spoken = language if language in INTERFACE else "en"
    page = read(await network["directory"].page(f"/actions?lang={language}"))
    assert page.all("html")[0]["lang"] == spoken
    assert page.all("html")[0]["dir"] == ("rtl" if language == "ar" else "ltr")
    assert bool([one for one in page.all("bdi") if one.get("lang") == language]) == (
        language != spoken
    )
    title = words_in(spoken).say("The 28 actions")
    assert title in page.text
    for link in page.links:
        if link.startswith("/actions/") and language != "en":
            assert f"lang={language}" in link


async def test_foreign_words_say_their_language(network: Mapping[str, Site]) -> None:
    """A Spanish-speaking city's words on an Arabic page, and the other way round."""
    page = read(await network["directory"].page("/cities/localhost%3A8401?lang=ko"))
    foreign = [one for one in page.all("bdi") if one.get("lang")]
    assert foreign
    for one in foreign:
        assert one["lang"] != "ko"
        assert one["dir"] == ("rtl" if one["lang"] == "ar" else "ltr")


async def test_a_language_can_come_from_the_browser(network: Mapping[str, Site]) -> None:
    async with await network["directory"].get(
        "/actions/S3", Accept="text/html", Accept_Language="ko, en;q=0.5"
    ) as answer:
        assert "Accept-Language" in answer.headers["Vary"]
        page = read(await answer.text())
    assert page.all("html")[0]["lang"] == "ko"


async def test_a_city_is_a_facade_with_its_words_beneath(network: Mapping[str, Site]) -> None:
    page = read(await network["directory"].page("/cities/localhost%3A8403"))
    drawn = [one for one in page.all("svg") if one.get("role") == "img"]
    assert "in place" in drawn[0]["aria-label"]
    assert {"F1", "S6", "T19"} <= set(page.ids)
    assert "is not a no" in page.text
    assert "Checked here" in page.text
    assert "%" not in re.sub(r"%3A|localhost%", "", page.text), "no percentage is shown"


async def test_states_can_be_shown_alone(network: Mapping[str, Site]) -> None:
    page = read(await network["directory"].page("/cities/localhost%3A8403?state=in-place"))
    assert "F1" in page.ids
    assert "T19" not in page.ids


async def test_invented_cities_are_announced_and_real_facts_are_not(
    network: Mapping[str, Site],
) -> None:
    assert "do not exist" in await network["directory"].page("/cities")
    home = await home_of("https://real.example")
    await publish_many(home, [profile("Real", "AR")])
    await catch_up(home)
    async with site_of(home) as site:
        for path in ("/", "/cities", "/cities/real.example", "/search"):
            assert "do not exist" not in await site.page(path)


async def test_search_says_what_matched_and_where_it_stands(network: Mapping[str, Site]) -> None:
    html = await network["directory"].page("/search?q=indicators")
    assert "<mark>" in html
    assert "Log entry" in html
    page = read(html)
    assert any("/cities/localhost%3A8403" in link for link in page.links)


async def test_a_word_of_the_framework_finds_records_in_other_languages(
    network: Mapping[str, Site],
) -> None:
    html = await network["directory"].page("/search?q=ombudsperson")
    assert "localhost%3A8403" in html


async def test_what_is_misspelt_is_asked_about(network: Mapping[str, Site]) -> None:
    html = await network["directory"].page("/search?q=ombudspersn")
    assert "Nothing fits" in html or "record" in html


async def test_facets_narrow_and_can_be_taken_back(network: Mapping[str, Site]) -> None:
    page = read(await network["directory"].page("/practices?country=KR"))
    assert "remove this filter" in page.text
    assert "/practices" in page.links


@pytest.mark.parametrize("facet", ["element", "audience", "instrument", "references"])
async def test_every_facet_of_concepts_narrows_where_an_address_asks_for_it(
    network: Mapping[str, Site], facet: str
) -> None:
    everything = await network["directory"].page("/practices")
    html = await network["directory"].page(f"/practices?{facet}=https://nothing.example/at-all")
    assert "Nothing fits" not in everything
    assert "Nothing fits" in html
    assert "remove this filter" in read(html).text


async def test_suggestions_have_reasons_and_no_secrets(network: Mapping[str, Site]) -> None:
    html = await network["directory"].page("/partners?for=localhost:8402")
    assert "Cities that could help" in html
    assert "no\n judgement" in html or "no judgement" in html


@pytest.mark.parametrize("path", ["/nope", "/cities/nowhere.example", "/actions/F9", "/vocab/ns/x"])
async def test_a_missing_page_says_where_to_go(network: Mapping[str, Site], path: str) -> None:
    async with await network["directory"].get(path, Accept="text/html") as answer:
        assert answer.status == 404
        page = read(await answer.text())
    check(page)
    assert "/search" in page.links


async def test_a_program_gets_problem_details(network: Mapping[str, Site]) -> None:
    async with await network["directory"].get("/nope") as answer:
        assert answer.content_type == "application/problem+json"
        said = await answer.json(content_type=None)
    assert said["status"] == 404
    assert said["type"] == "http://localhost:8400/data#problem-not-found"
    assert "problem-not-found" in read(await network["directory"].page("/data")).ids


async def test_verifying_asks_nobody_that_the_operator_did_not_choose(
    network: Mapping[str, Site],
) -> None:
    for address in (
        "http://169.254.169.254/latest/meta-data",
        "https://stranger.example/practice/01HF7YAT00GXQAQKZJSNGR0PHB",
        "http://localhost:1/",
        "file:///etc/passwd",
        "did:web:localhost",
        "http://localhost:8403@evil.example/",
        "http://[::1]/",
        "\u202ehttps://x",
    ):
        async with await network["directory"].get("/verify", Accept="text/html") as form:
            assert form.status == 200
        answer = await network["directory"].client.get(
            "/verify", params={"u": address}, headers={"Accept": "text/html"}
        )
        assert answer.status == 403, address
        assert "asks only itself" in await answer.text()


async def test_verifying_shows_each_step(network: Mapping[str, Site]) -> None:
    page = await network["directory"].page("/verify?u=http://localhost:8403/city")
    assert "check-steps" in page


async def test_the_feed_lists_what_is_new(network: Mapping[str, Site]) -> None:
    async with await network["hansol"].get("/feed.atom") as answer:
        assert answer.content_type == "application/atom+xml"
        text = await answer.text()
    assert text.count("<entry>") > 10
    assert "/log/public/e/" in text


async def test_the_stylesheet_names_hashed_fonts_and_no_other_host(
    network: Mapping[str, Site],
) -> None:
    site = network["directory"]
    css_path = next(one for one in read(await site.page("/")).loads if one.endswith(".css"))
    async with await site.get(css_path) as answer:
        css = await answer.text()
        assert "immutable" in answer.headers["Cache-Control"]
    assert "//" not in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for name in re.findall(r"url\(([^)]*)\)", css):
        async with await site.get(f"/static/{name}") as font:
            assert font.status == 200
