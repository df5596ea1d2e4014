"""An officer's first day: from a sign-in link to a published, found and verified practice.

Told over HTTP on loopback, by a browser without JavaScript. The promise of the product is counted:
at most six pages and ten fields that must be filled in.
"""

from __future__ import annotations

from pathlib import Path

import aiohttp

from node.config import DeskSettings
from node.service import accounts
from node.service.home import Home
from node.service.verify import verify_url
from tests.homes import FW
from tests.node.web.desks import Form, Page, page_of
from tests.scenarios.towns import check_everything, made, running

S3 = f"{FW}action/complaint-oversight-redress-mechanism"


class Browser:
    """Opens pages, fills in what it is told to, and counts both."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base, self.session = base, session
        self.pages: list[str] = []
        self.fields: list[str] = []

    async def open(self, path: str) -> Page:
        """A page, wherever it leads; one page is counted."""
        async with self.session.get(f"{self.base}{path}") as answer:
            return await self._seen(answer)

    async def press(self, page: Page, button: str, **filled: str) -> Page:
        """Fill in a form, and press a button; fields are written with ``__`` for dots."""
        form: Form = page.form(button)
        sent = aiohttp.FormData()
        told = {name.replace("__", "."): value for name, value in filled.items()}
        self.fields += told
        assert set(told) <= form.names, (set(told) - form.names, form.names)
        name, value, _ = next(one for one in form.buttons if button in one[1:])
        fields = {**form.fields, **{key: [one] for key, one in told.items()}}
        if name:
            fields[name] = [value]
        for key, values in fields.items():
            for one in values:
                sent.add_field(key, one)
        headers = {"Origin": self.base}
        async with self.session.post(
            f"{self.base}{form.action}", data=sent, headers=headers
        ) as answer:
            return await self._seen(answer)

    async def _seen(self, answer: aiohttp.ClientResponse) -> Page:
        assert answer.status == 200, (answer.url, answer.status, await answer.text())
        self.pages.append(answer.url.path)
        return page_of(answer.url.path_qs, answer.status, await answer.text())


def browser_session() -> aiohttp.ClientSession:
    """A browser that keeps cookies, of a host without a name, too, and reads pages."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True),
        headers={"Accept": "text/html", "Accept-Language": "es"},
        timeout=aiohttp.ClientTimeout(total=20),
    )


async def test_from_a_link_to_a_practice_that_is_published_found_and_verified(
    tmp_path: Path,
) -> None:
    config = await made(tmp_path, "Puerto Aurora")
    async with running(config) as [home], browser_session() as session:
        await accounts.invite(
            home, "operator", "Amaru", "amaru@aurora.example", ["author", "publisher"]
        )
        link = await accounts.sign_in_link(home, "operator", "amaru@aurora.example")
        browser = Browser(home.base_url, session)

        page = await browser.open(f"/sign-in?link={link}")
        page = await browser.press(page, "Iniciar sesión en este ordenador")
        begin = next(one for one in page.links if one.endswith("/practices/new"))
        page = await browser.open(begin)
        page = await browser.press(
            page,
            "publish",
            title__es="Una defensoría que va a los barrios",
            action=S3,
            summary__es="Dos veces por semana atiende quejas en cada barrio.",
        )
        page = await browser.press(page, "publish", audience="public")
        assert "Se sostiene: el registro es lo que firmó quien lo publica" in page.text
        iri = f"{home.base_url}/practice/{page.path.partition('?')[0].rpartition('/')[2]}"
        assert iri in page.text
        page = await browser.open("/practices?q=barrios")
        assert "Una defensoría que va a los barrios" in page.text

        assert len(browser.pages) <= 6, browser.pages
        assert len(browser.fields) <= 10, browser.fields
        steps = await verify_url(home, iri)
        assert steps
        assert all(step.ok for step in steps), steps
        await check_everything(home)


async def test_an_approver_returns_and_approves_in_her_own_language(tmp_path: Path) -> None:
    config = await made(tmp_path, "Puerto Aurora")
    two = config.model_copy(update={"desk": DeskSettings(two_people=True)})
    async with running(two) as [home], browser_session() as first, browser_session() as second:
        author = await signed_in(home, first, "Amaru", "author", "publisher")
        page = await author.open("/desk/practices/new?text=es")
        page = await author.press(
            page, "publish", title__es="Una defensoría que va a los barrios", action=S3
        )
        assert "Primero debe aprobarlo otra persona" in page.text
        page = await author.press(page, "submit")
        here = page.path.partition("?")[0]

        approver = await signed_in(home, second, "Salma", "reviewer")
        page = await approver.open(f"{here}?lang=ar")
        assert 'dir="rtl"' in page.html
        assert "ينتظر المراجعة." in page.text
        page = await approver.press(page, "return", reason="أين؟", **{"on.title.es": "أي أحياء؟"})
        assert "أين؟" in page.text

        name = here.rpartition("/")[2]
        page = await author.open(f"/desk/drafts/{name}/basics?text=es")
        assert "أي أحياء؟" in page.text
        page = await author.press(page, "save", title__es="Una defensoría que va a dos barrios")
        page = await author.press(await author.open(here), "submit")
        page = await approver.press(await approver.open(f"{here}?lang=ar"), "approve")
        page = await author.press(await author.open(f"/desk/publish/{name}"), "publish")
        assert "Se sostiene" in page.text

        page = await author.open(f"/practice/{name}")
        assert "Una defensoría que va a dos barrios" in page.text
        page = await author.open(f"/desk/withdraw/{name}")
        await author.press(page, "Retirarlo a la vista de todos", reason="mistake")
        async with first.get(f"{home.base_url}/practice/{name}") as answer:
            assert answer.status == 410
        await check_everything(home)


async def signed_in(home: Home, session: aiohttp.ClientSession, name: str, *duties: str) -> Browser:
    """Somebody new, at the desk."""
    contact = f"{name.lower()}@aurora.example"
    await accounts.invite(home, "operator", name, contact, duties)
    browser = Browser(home.base_url, session)
    link = await accounts.sign_in_link(home, "operator", contact)
    page = await browser.open(f"/sign-in?link={link}")
    await browser.press(page, "Iniciar sesión en este ordenador")
    return browser
