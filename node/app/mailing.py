"""Handing letters to the city's mail server."""

from __future__ import annotations

import asyncio
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import partial
from pathlib import Path
from typing import Final

import aiosmtplib

from node.config.model import MailSettings
from node.errors import NodeError
from node.service.digests import Letter, send_digests
from node.service.home import Home
from node.web.mailing import letter_for

__all__ = ["digests", "post"]

_TIMEOUT: Final = 30.0
"""Seconds that the server has for each step."""


async def digests(home: Home) -> int:
    """Write to the staff, where a mail server is named; how many letters went."""
    settings = home.config.mail
    if not settings.host:
        return 0
    return await send_digests(home, partial(letter_for, home), partial(post, home, settings))


async def post(home: Home, settings: MailSettings, letter: Letter) -> None:
    """Hand one letter over.

    Raises:
        NodeError: It was not taken, and why.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        message = _message(home, settings, letter)
        password = await asyncio.to_thread(_password, settings)
        await aiosmtplib.send(
            message,
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=password or None,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            timeout=_TIMEOUT,
        )
    except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
        raise NodeError(f"{where}: expected the mail server to take a letter: {exc}") from exc


def _message(home: Home, settings: MailSettings, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address(addr_spec=settings.sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(home.now())
    message["Message-ID"] = make_msgid(domain=settings.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it.
    message.set_content(letter.text)
    return message


def _password(settings: MailSettings) -> str:
    if not settings.password_file:
        return ""
    return Path(settings.password_file).read_text("utf-8").partition("\n")[0].strip()
