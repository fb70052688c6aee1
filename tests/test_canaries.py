"""Whatever somebody typed, wherever it is shown: it stays words.

Every column of text that a person, an author, an import or a roster fills gets a canary of its own, straight into the
database, behind every check of every form (columns of HTML get what Markdown makes of it); then every page, file,
feed and letter is read as those who see most, with a parser. A new column is filled without being named here."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Column, Enum, String, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.csv_files import MARK
from course.base.db import Base, Database
from course.base.mail import MailServer, send_mail
from course.base.markdown import to_html
from course.base.web import Application
from course.users.models import User
from kruzhok.config import Config
from kruzhok.digest.writing import Writer
from tests.conftest import NOW, make_app
from tests.sink import Sink, sink
from tests.test_access import LOOKING, browser_of, filled, make_world

__all__ = ["sink"]

#: Columns that nobody types: names made by us, hashes, addresses and zones that were looked at on the way in, what has
#: to be found by its words.
MADE = frozenset(
    (
        *("ident", "slug", "hash", "sha256", "token_hash", "password_hash", "code_hash", "key", "key_mark", "salt"),
        *("kind", "ref", "mailed_in", "message_id", "media_type", "path", "passage", "passage_ident", "place_ident"),
        *(
            "now_ident",
            "once",
            "field",
            "zone",
            "language",
            "first",
            "last",
            "address",
            "email",
            "svg",
            "outcome",
            "error",
        ),
        *("exact", "prefix", "suffix", "plain", "licence"),
    )
)
#: Names of files, which are taken in one line.
FILES = frozenset({"text_import.name", "roster.name"})
#: Columns made by us whose names are typed in another table.
MADE_IN = frozenset({"draft.place", "mention.place", "search_entry.words", "passage.html", "enrolment.path"})


def canary(number: int) -> str:
    """Return words that become something else wherever they are taken for more than words; they tell their NUMBER."""
    return (
        f'=HYPERLINK("https://evil.example/{number}","x") c{number}c\r\nATTENDEE:mailto:c{number}@evil.example\r\n\r\n'
        f"'\"></textarea></title></script></style><img src=x class=canary onerror=alert({number})>"
        f"<svg/onload=alert({number})><ScRiPt class=canary>alert({number})</ScRiPt><style>*{{}}</style>"
        f'<a href="java&#x09;script:alert({number})" class=canary>c</a><math><mi class=canary xlink:href="data:x,1">'
        f"[a](javascript:alert({number})) ![b](data:image/svg+xml;base64,PHN2Zz4=) [c]( \tJaVaScRiPt:alert({number}))"
        f" <javascript:alert({number})> [d]: vbscript:x {{{{913*7}}}} {{% raw %}} ${{913*7}} &lt;img class=canary&gt;"
        f" \u202e\u2066canary\u2069 --> ]]> */ `"
    )


def columns() -> Iterator[Column[str]]:
    """Give every column of text that somebody fills."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_text = isinstance(column.type, String) and not isinstance(column.type, Enum) and not column.foreign_keys
            if is_text and column.name not in MADE and str(column) not in MADE_IN:
                yield column


class Sieve(HTMLParser):
    """Finds what a canary made of a page."""

    ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "ping"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"iframe", "object", "embed", "base", "math", "mi", "style"}:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            bare = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or name == "style" or "canary" in name or (value or "") == "canary":
                self.found.append(f"<{tag} {name}>")
            if name in self.ADDRESSES and bare.startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(f"<{tag} {name}={bare[:40]}>")
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.found.append("<script>")


def faults_of(kind: str, text: str) -> list[str]:
    """Return what of a canary came alive in an answer of that media type."""
    faults = ["a template was filled in"] if "6391" in text else []
    if kind.startswith(("text/html", "image/svg")):
        sieve = Sieve()
        sieve.feed(text)
        sieve.close()
        faults += sieve.found
    elif kind.startswith("text/calendar"):
        lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")
        faults += [line[:60] for line in lines if line and not re.match(r"[A-Z-]+[:;]", line)]
        faults += [line[:60] for line in lines if line.startswith("ATTENDEE") or "\n" in line]
    elif kind.startswith("text/csv"):
        cells = [cell for row in csv.reader(io.StringIO(text.removeprefix(MARK), newline="")) for cell in row]
        faults += [
            cell[:60] for cell in cells if re.match(r"\s*[=+@\t\r-]", cell) and not re.fullmatch(r"-?[\d.]+", cell)
        ]
    return faults


def let_out(session: Session) -> dict[int, str]:
    """Put a canary into every row of each column; return the number of each canary -> its column."""
    numbers = {}
    for number, column in enumerate(columns(), 1):
        table, words = column.table, canary(number)
        one_each = table.c.id.cast(String) + words if column.unique or column.name in {"name", "tag"} else words
        if str(column) in FILES:
            one_each = " ".join(words.split())
        is_html = column.name.endswith("html")
        values = {column: to_html(words) if is_html else one_each}
        session.execute(update(table).where(column.is_not(None)).values(values))
        with suppress(IntegrityError), session.begin_nested():  # some must be empty where something else is
            session.execute(update(table).where(column.is_(None)).values(values))
        numbers[number] = str(column)
    return numbers


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_typed_is_words_wherever_it_is_shown(app: Application, database: Database) -> None:
    with database.transaction() as session:
        world, numbers = make_world(session), let_out(session)
    wrong, seen = {}, set()
    for role in ("student", "tutor", "organiser", "administrator", "visitor"):
        client = browser_of(app, database, world.users[role])
        for _endpoint, address, statuses in LOOKING:
            if statuses[role] != 200 or (role in {"organiser", "administrator"} and statuses["tutor"] == 200):
                continue
            with client.get(filled(address, world.names)) as answer:
                kind, text = answer.content_type or "", answer.get_data().decode("utf-8", "replace")
            seen |= {int(found) for found in re.findall(r"c(\d+)c", text)}
            faults = faults_of(kind, text)
            if answer.status_code >= 500:
                faults.append(str(answer.status_code))
            if faults:
                wrong[role, address] = faults[:5]
    assert wrong == {}
    assert len(seen) > len(numbers) * 2 / 3, sorted(numbers[number] for number in numbers.keys() - seen)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_typed_is_words_in_a_letter(
    config: Config, database: Database, templates_read: FileSystemBytecodeCache, sink: tuple[MailServer, Sink]
) -> None:
    server, kept = sink
    with database.transaction() as session:
        world, numbers = make_world(session), let_out(session)
    writer = Writer(make_app(replace(config, site_url="https://course.example.org"), database, templates_read))
    with database.transaction(writing=False) as session:
        for role in ("student", "tutor", "organiser"):
            user = session.get_one(User, world.users[role] or 0)
            written = writer.write(session, user, NOW.date(), NOW)
            assert written, role
            send_mail(server, user.email or "", written.subject, written.body, html=written.html)
    told = set()
    for letter in kept.letters:
        assert set(letter.keys()) == {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
        plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain
        assert html
        assert faults_of("text/html", html.get_content()) == []
        assert faults_of("text/plain", plain.get_content()) == []
        told |= {numbers[int(found)] for found in re.findall(r"c(\d+)c", html.get_content() + plain.get_content())}
    assert {"user.name", "study_group.name"} <= told, told
