"""Mail: one letter at a time over SMTP, or, where no server is configured, into a folder for the administrator."""

import hashlib
import logging
import secrets
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from course.base.words import _

log = logging.getLogger(__name__)

TIMEOUT = 30  #: seconds, for each answer of the server

#: A letter that was never sent lies so long for whoever runs the site; the links in it are dead long before.
KEEP_UNSENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in. `url` is `smtp://[user:password@]host[:port]` (STARTTLS where offered) or `smtps://…`."""

    url: str
    sender: str


class Undeliverable(smtplib.SMTPException):
    """A letter that this server will never take: to try it again is of no use."""


class _Address(UnstructuredHeader, BaseHeader):
    """A header that is an address in angle brackets, on one line however long it is: folded, it would be encoded like
    words, and no mail program would find the address in it."""

    def fold(self, *, policy: Policy) -> str:
        if not self.isascii():
            return super().fold(policy=policy)
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Address)
POLICY = SMTP.clone(header_factory=_headers)


def send_mail(
    server: MailServer | Path,
    to: str,
    subject: str,
    body: str,
    *,
    html: str | None = None,
    message_id: str | None = None,
    made_at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send one letter: BODY as plain text, and the same as HTML where there is that. Raise Undeliverable where the
    server will not take it, OSError or another smtplib.SMTPException where it did not; ValueError for a line break in
    what stands at its head.

    With a MESSAGE_ID and the moment it was MADE_AT, a letter that is sent again is the same to the byte.
    Where SERVER is a folder, because none is configured, the letter lies there, so that whoever runs the site can pass
    its link on. It is in no log: its link opens an account.
    """
    if isinstance(server, Path):
        _lay_down(server, f"To: {to}\nSubject: {subject}\n\n{body}")
        return
    letter = EmailMessage(policy=POLICY)
    letter["From"], letter["To"], letter["Subject"] = server.sender, _in_ascii(to), subject
    letter["Date"] = format_datetime(made_at) if made_at else formatdate(localtime=False)
    letter["Message-ID"] = message_id or make_msgid(domain=server.sender.rpartition("@")[2])
    for name, value in (headers or {}).items():
        letter[name] = value
    letter.set_content(body)
    if html is not None:
        letter.add_alternative(html, subtype="html")
        letter.set_boundary(f"=_{hashlib.sha256(letter['Message-ID'].encode()).hexdigest()[:32]}")
    try:
        _hand_in(server, letter)
    except smtplib.SMTPNotSupportedError as error:
        raise Undeliverable(_("the server takes no address with such letters")) from error
    except smtplib.SMTPRecipientsRefused as error:
        _give_up_where_final(error, *next(iter(error.recipients.values())))
        raise
    except smtplib.SMTPDataError as error:
        _give_up_where_final(error, error.smtp_code, error.smtp_error)
        raise


def _in_ascii(email: str) -> str:
    """Return EMAIL with its domain as servers look it up; what stands before the @ they must take as it is."""
    local, _at, domain = email.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise Undeliverable(_("there is no such domain")) from error


def _give_up_where_final(error: Exception, code: int, said: Any) -> None:
    """Raise Undeliverable where the CODE of the server's answer says that it stays the same (RFC 5321, 4.2.1)."""
    if 500 <= code < 600:
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise Undeliverable(f"{code} {words}") from error


def _lay_down(folder: Path, letter: str) -> None:
    """Put LETTER into a new file of FOLDER that only we may read, and throw old ones away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(6)}.txt"
    path.touch(mode=0o600)
    path.write_text(letter, encoding="utf-8")
    since = path.stat().st_mtime - KEEP_UNSENT.total_seconds()
    for old in folder.glob("*.txt"):
        if old.stat().st_mtime < since:
            old.unlink(missing_ok=True)
    log.warning("No mail server is configured; a letter lies in %s", path)


def _hand_in(server: MailServer, letter: EmailMessage) -> None:
    with connected(server) as client:
        client.send_message(letter)


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Give a conversation with SERVER, encrypted where it offers that, signed in where the settings say as whom; raise
    OSError or smtplib.SMTPException where it does not come about."""
    parts = urlsplit(server.url)
    secure = parts.scheme == "smtps"
    context = ssl.create_default_context()
    if secure:
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            parts.hostname or "", parts.port or 465, timeout=TIMEOUT, context=context
        )
    else:
        client = smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=TIMEOUT)
    with client:
        client.ehlo()
        if not secure and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        yield client
