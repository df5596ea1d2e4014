"""Staff is written to once a day at most, of what is new; a real server takes the letters."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from node.app.mailing import digests
from node.config.model import MailSettings
from node.service import accounts
from node.service.home import Home
from node.service.publish import publish
from node.service.reviews import save_draft, submit
from tests.homes import Clock, home_of, practice, profile

BASE = "https://villa-aurora.example"
DRAFT = f"{BASE}/practice/01ARZ3NDEKTSV4RRFFQ69G5FAV"


@dataclass
class Server:
    """Takes letters, or says why not."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    port: int = 0

    async def handle_DATA(  # noqa: N802 - the server's own name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"


def _password_holds(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    del server, session, envelope, mechanism
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"node", b"secret"), handled=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    taker = Server(port=port)
    running = Controller(
        taker,
        hostname="127.0.0.1",
        port=port,
        authenticator=_password_holds,
        auth_require_tls=False,
    )
    running.start()
    try:
        yield taker
    finally:
        running.stop()


@pytest_asyncio.fixture
async def home(server: Server, tmp_path: Path) -> AsyncIterator[Home]:
    """A city that works in Spanish, with an author and a reviewer, long before its day."""
    secret = tmp_path / "password"
    secret.write_text("secret\n", "utf-8")
    mail = MailSettings(
        host="127.0.0.1",
        port=server.port,
        security="none",
        user="node",
        password_file=str(secret),
        sender="derechos@aurora.example",
    )
    made = await home_of(BASE, clock=Clock(datetime(2026, 3, 1, 9, tzinfo=UTC)))
    made = replace(made, config=made.config.model_copy(update={"mail": mail}))
    await publish(made, profile(workingLanguages=["es"]))
    await accounts.invite(made, "operator", "Benita", "benita@aurora.example", ["reviewer"])
    yield made


def clock_of(home: Home) -> Clock:
    assert isinstance(home.now, Clock)
    return home.now


async def write(home: Home, title: str) -> None:
    """A draft, handed over to be reviewed."""
    key = f"{DRAFT[:-1]}{title[-1]}"
    await save_draft(home, "amaru", key, practice(title), None)
    await submit(home, "amaru", key)


async def test_a_letter_tells_once_of_what_waits_and_leads_there(
    home: Home, server: Server
) -> None:
    assert await digests(home) == 0
    await write(home, "Una oficina A")
    assert await digests(home) == 1
    [letter] = server.letters
    assert letter["To"] == "benita@aurora.example"
    assert letter["From"] == "derechos@aurora.example"
    text = letter.get_content()
    assert "Espera su revisión: Una oficina A" in text
    assert f"{BASE}/desk/review/01ARZ3NDEKTSV4RRFFQ69G5FAA" in text
    clock_of(home).time += timedelta(days=2)
    assert await digests(home) == 0, "nothing is new"


async def test_what_is_new_within_the_day_waits_for_the_next_letter(
    home: Home, server: Server
) -> None:
    await write(home, "Una oficina A")
    assert await digests(home) == 1
    await write(home, "Otra oficina B")
    assert await digests(home) == 0
    clock_of(home).time += timedelta(hours=20)
    assert await digests(home) == 1
    text = server.letters[1].get_content()
    assert "Una oficina A" in text
    assert "Otra oficina B" in text


async def test_a_letter_that_is_not_taken_is_written_again(home: Home, server: Server) -> None:
    await write(home, "Una oficina A")
    server.refuses = "451 come back later"
    assert await digests(home) == 0
    server.refuses = ""
    assert await digests(home) == 1


async def test_the_wrong_password_is_told_and_nothing_is_lost(home: Home, server: Server) -> None:
    await write(home, "Una oficina A")
    mail = home.config.mail
    wrong = home.config.model_copy(update={"mail": mail.model_copy(update={"user": "somebody"})})
    assert await digests(replace(home, config=wrong)) == 0
    assert await digests(home) == 1


async def test_who_was_removed_is_forgotten_and_not_written_to(home: Home, server: Server) -> None:
    await write(home, "Una oficina A")
    await digests(home)
    await accounts.remove(home, "operator", "benita@aurora.example")
    clock_of(home).time += timedelta(days=2)
    assert await digests(home) == 0
    assert await home.desk.pages("told-staff") == {}


async def test_a_title_cannot_write_headers_or_lines_of_its_own(home: Home, server: Server) -> None:
    await write(home, "Oficina\r\nBcc: everybody@evil.example\r\n\r\nhttps://evil.example A")
    assert await digests(home) == 1
    [letter] = server.letters
    assert letter["Bcc"] is None
    lines = letter.get_content().splitlines()
    assert not any(line.startswith(("Bcc", "https://evil")) for line in lines)
