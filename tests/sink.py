"""A real SMTP server on this machine, which keeps what it is handed."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from course.base.mail import MailServer


class Sink:
    """Keeps the letters it is handed; to an address of REFUSED it says what it was told to."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        #: The same as they came, in the same order.
        self.raw: list[bytes] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[MailServer, Sink]]:
    """Give a mail server and what it was handed."""
    sink = Sink()
    with socket.socket() as free:  # the controller greets itself at the port it was told, so it cannot be told 0
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Like most servers it takes addresses in ASCII only.
    controller = Controller(sink, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    controller.start()
    yield MailServer(f"smtp://127.0.0.1:{port}", "kruzhok@example.org"), sink
    controller.stop()
