"""Letters, to a real SMTP server on this machine."""

import logging
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from course.base.mail import MailServer, send_mail


class Sink:
    """Keeps the letters it is handed."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        letter = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[MailServer, Sink]]:
    sink = Sink()
    with socket.socket() as free:  # the controller greets itself at the port it was told, so it cannot be told 0
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer(f"smtp://127.0.0.1:{port}", "kruzhok@example.org"), sink
    controller.stop()


def test_a_letter_arrives_with_its_words(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    send_mail(server, "anna@example.org", "Your new password – кружок", "Open this link:\nhttp://localhost/reset/x")
    (letter,) = kept.letters
    assert letter["To"] == "anna@example.org"
    assert letter["Subject"] == "Your new password – кружок"
    assert letter.get_content().splitlines() == ["Open this link:", "http://localhost/reset/x"]


def test_a_line_break_cannot_smuggle_a_header_in(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    with pytest.raises(ValueError, match="line"):
        send_mail(server, "anna@example.org", "Hello\nBcc: all@example.org", "words")
    assert kept.letters == []


def test_a_server_that_is_not_there_is_an_error_and_not_silence() -> None:
    with pytest.raises(ConnectionRefusedError):
        send_mail(MailServer("smtp://127.0.0.1:9", "kruzhok@example.org"), "anna@example.org", "Hello", "words")


def test_without_a_server_the_letter_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        send_mail(None, "anna@example.org", "Your new password", "http://localhost/reset/x")
    assert "http://localhost/reset/x" in caplog.text
