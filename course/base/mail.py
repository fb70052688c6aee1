"""Mail: one letter at a time over SMTP, or, where no server is configured, into the log for the administrator."""

import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

log = logging.getLogger(__name__)

TIMEOUT = 30  #: seconds, for each answer of the server


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in. `url` is `smtp://[user:password@]host[:port]` (STARTTLS where offered) or `smtps://…`."""

    url: str
    sender: str


def send_mail(server: MailServer | None, to: str, subject: str, body: str) -> None:
    """Send one letter of plain text; raise OSError or smtplib.SMTPException where the server did not take it.

    Without a SERVER the letter goes to the log, so that whoever runs the site can pass its link on.
    """
    if server is None:
        log.warning("No mail server is configured. A letter for %s would say:\n%s\n\n%s", to, subject, body)
        return
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = server.sender, to, subject
    letter["Date"], letter["Message-ID"] = (
        formatdate(localtime=False),
        make_msgid(domain=server.sender.rpartition("@")[2]),
    )
    letter.set_content(body)
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
        client.send_message(letter)
