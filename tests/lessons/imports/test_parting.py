"""A long text is shown in parts: cut between sections where that is possible, and every link leads to its part."""

import io
import re

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from lessons.importing.imported import ImportedPassage, Section
from lessons.imports.parting import ENOUGH_WORDS, MOST_PASSAGES, MOST_WORDS, contents_of, parts_of
from lessons.models import Document
from lessons.text_parts import Wanted, part_of
from tests import factories
from tests.test_access import browser_of
from tests.web import post


def section(*sizes: int, title: str = "") -> Section:
    """Return a section of passages of so many words."""
    passages = tuple(ImportedPassage(f"p-{title}-{n}", "paragraph", "", "word " * size) for n, size in enumerate(sizes))
    return Section(title, 1, passages)


def firsts(*sections: Section) -> list[tuple[int, str]]:
    return [(part["position"], part["title"]) for part in parts_of(sections)]


def test_a_short_text_is_one_part():
    assert firsts(section(100, 200, title="One"), section(300, title="Two")) == [(1, "One")]


def test_a_part_ends_with_a_section_where_it_has_enough():
    long = [ENOUGH_WORDS // 2] * 2
    assert firsts(section(*long, title="One"), section(*long, title="Two"), section(10, title="Three")) == [
        (1, "One"),
        (3, "Two"),
        (5, "Three"),
    ]


def test_a_section_that_would_make_a_part_too_long_begins_a_new_one():
    assert firsts(section(500, title="One"), section(*[1000] * 8, title="Two")) == [(1, "One"), (2, "Two")]


def test_a_section_that_is_too_long_alone_is_cut_between_passages():
    assert firsts(section(*[MOST_WORDS // 2] * 5, title="One")) == [(1, "One"), (3, "One"), (5, "One")]
    assert firsts(section(*[1] * (MOST_PASSAGES + 1), title="One")) == [(1, "One"), (MOST_PASSAGES + 1, "One")]


@given(st.lists(st.lists(st.integers(0, 9000), min_size=1, max_size=40), min_size=1, max_size=12))
def test_parts_hold_every_passage_once_and_are_not_too_long(sizes: list[list[int]]):
    sections = [section(*some, title=str(n)) for n, some in enumerate(sizes)]
    words = [size for some in sizes for size in some]
    parts = parts_of(sections)
    positions = [part["position"] for part in parts]
    assert positions[0] == 1
    assert positions == sorted(set(positions))
    for part, following in zip(parts, [*positions[1:], len(words) + 1], strict=True):
        held = words[part["position"] - 1 : following - 1]
        assert part["words"] == sum(held)
        assert len(held) <= MOST_PASSAGES
        assert len(held) == 1 or sum(held) <= MOST_WORDS
    assert [one["position"] for one in contents_of(sections)] == [
        1 + sum(map(len, sizes[:n])) for n in range(len(sizes))
    ]


def book(client: FlaskClient, course: str) -> str:
    """Return where a book of three long chapters is that CLIENT keeps; its first chapter leads to the last."""
    chapters = "".join(
        f"<h2 id='c{n}'>Chapter {n}</h2><p>See <a href='#c3'>the last</a> or <a href='#c{n}'>this</a>.</p>"
        + "".join(f"<p>{n}-{m} {'word ' * 900}</p>" for m in range(4))
        for n in (1, 2, 3)
    )
    page = f"<html><head><title>A long book</title></head><body><h1>A long book</h1>{chapters}</body></html>".encode()
    told = {"file": (io.BytesIO(page), "book.html")}
    waits = post(client, f"/courses/{course}/imports/new", told, content_type="multipart/form-data").location
    assert "A long book" in client.get(waits).text
    return str(post(client, waits, {"title": "A long book", "direction": "ltr"}).location)


def test_a_long_text_is_shown_in_parts_that_lead_to_each_other(app: Application, database: Database):
    with database.transaction() as session:
        course, user = factories.make_bare_course(session).ident, factories.make_user(session).id
    client = browser_of(app, database, user)
    address = book(client, course)
    first = client.get(address).text
    assert re.search(r"Part 1 of \d", first)
    assert "1-3 word" in first
    assert "3-3 word" not in first
    [last] = set(re.findall(r'href="([^"]+)"[^>]*>the last</a>', first))
    assert client.get(address.split("?")[0] + f"?part={99}").status_code == 404
    led = client.get(last.replace("&amp;", "&"))
    assert f'id="{last.partition("#")[2]}"' in led.text
    assert "3-3 word" in led.text
    [here] = set(re.findall(r'href="([^"]+)"[^>]*>this</a>', first))
    assert here.startswith("#")
    assert f'id="{here[1:]}"' in first


def test_the_part_of_a_passage_that_is_not_there_is_the_first(session: Session):
    place = factories.make_enrolment(session)
    text = factories.make_imported_text(session, place, passages=4)
    document = session.scalars(select(Document).where(Document.text_id == text.id)).one()
    document.about = document.about | {"parts": [{"position": n, "title": "", "words": 2} for n in (1, 3)]}
    for ident, number in (("p-4", 2), ("p-2", 1), ("p-9", 1)):
        part = part_of(session, document, Wanted(None, ident))
        assert part is not None
        assert part.number == number
