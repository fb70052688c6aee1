"""Letters, to a real SMTP server on this machine."""

import logging

import pytest

from course.base.mail import MailServer, send_mail
from tests.sink import Sink, sink

__all__ = ["sink"]


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
