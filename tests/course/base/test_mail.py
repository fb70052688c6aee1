"""Letters, to a real SMTP server on this machine."""

import logging
import os
import smtplib
import time
from pathlib import Path

import pytest

from course.base.mail import KEEP_UNSENT, MailServer, Undeliverable, send_mail
from tests.conftest import NOW
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


def test_without_a_server_the_letter_lies_in_a_folder_for_a_week_and_only_that_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "letters"
    with caplog.at_level(logging.WARNING):
        send_mail(folder, "anna@example.org", "Your new password", "http://localhost/reset/x")
    (letter,) = folder.iterdir()
    assert letter.read_text() == "To: anna@example.org\nSubject: Your new password\n\nhttp://localhost/reset/x"
    assert (letter.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert str(letter) in caplog.text
    assert "anna" not in caplog.text
    assert "/reset/" not in caplog.text

    os.utime(letter, (0, time.time() - KEEP_UNSENT.total_seconds() - 1))
    send_mail(folder, "boris@example.org", "Your new password", "http://localhost/reset/y")
    assert [lies.read_text()[:9] for lies in folder.iterdir()] == ["To: boris"]


UNSUBSCRIBE = (
    f"<https://a-site-with-a-long-name.{'department.' * 6}example.org/unsubscribe/MTIz.abcdefghijklmnopqrstuv>"
)


def test_a_letter_with_html_has_the_plain_words_first(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    send_mail(server, "anna@example.org", "Hello", "The words – plain.", html="<p>The words – bold.</p>")
    (letter,) = kept.letters
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in letter.iter_parts()] == [
        "The words – plain.",
        "<p>The words – bold.</p>",
    ]


def test_a_letter_that_is_sent_again_is_the_same_to_the_byte(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    for _time in range(2):
        told = {"html": "<p>Words</p>", "message_id": "<one@example.org>", "made_at": NOW}
        send_mail(server, "anna@example.org", "Hello", "Words", **told)  # type: ignore[arg-type]
    once, again = kept.raw
    assert once == again
    assert kept.letters[0]["Message-ID"] == "<one@example.org>"
    assert kept.letters[0]["Date"].datetime == NOW.replace(microsecond=0)


def test_an_address_at_the_head_of_a_letter_stays_whole_however_long_it_is(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    headers = {"List-Unsubscribe": UNSUBSCRIBE, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    send_mail(server, "anna@example.org", "Hello", "words", headers=headers)
    assert f"\r\nList-Unsubscribe: {UNSUBSCRIBE}\r\n".encode() in kept.raw[0]
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in kept.raw[0]


@pytest.mark.parametrize("told", [{"message_id": "<a@b>\nBcc: c@d"}, {"headers": {"List-Unsubscribe": "<a>\r\nX: y"}}])
def test_no_line_break_smuggles_anything_into_the_head(sink: tuple[MailServer, Sink], told: dict[str, object]) -> None:
    server, kept = sink
    with pytest.raises(ValueError, match="line"):
        send_mail(server, "anna@example.org", "Hello", "words", **told)  # type: ignore[arg-type]
    assert kept.letters == []


def test_an_address_that_the_server_refuses_for_good_is_undeliverable(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    kept.refused["gone@example.org"] = "550 5.1.1 no such user"
    with pytest.raises(Undeliverable, match=r"550 5\.1\.1 no such user"):
        send_mail(server, "gone@example.org", "Hello", "words")


def test_an_address_that_the_server_refuses_for_now_is_not_given_up(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    kept.refused["full@example.org"] = "450 4.2.0 come again"
    with pytest.raises(smtplib.SMTPException) as raised:
        send_mail(server, "full@example.org", "Hello", "words")
    assert not isinstance(raised.value, Undeliverable)


def test_a_domain_in_other_letters_is_looked_up_as_domains_are(sink: tuple[MailServer, Sink]) -> None:
    server, kept = sink
    send_mail(server, "anna@кружок.example", "Hello", "words")
    assert kept.letters[0]["To"] == "anna@xn--f1ahbpis.example"


@pytest.mark.parametrize("email", ["анна@example.org", f"anna@{'x' * 70}.example"])
def test_an_address_that_the_server_cannot_write_to_is_undeliverable(sink: tuple[MailServer, Sink], email: str) -> None:
    server, kept = sink
    with pytest.raises(Undeliverable):
        send_mail(server, email, "Hello", "words")
    assert kept.letters == []
