"""The page of search, as a reader meets it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.outline.models import Course
from kruzhok.config import SHIPPED_COURSE
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from lessons.search.contents import refresh_course
from tests import factories
from tests.lessons.search.make import note_saying, text_saying
from tests.lessons.search.test_thirty_queries import QUERIES, make_circle
from tests.test_access import browser_of

#: A query whose first find is of that kind -> words that stand where its link leads, at the anchor that it names.
LEADS_TO = {
    "Троцкий": "Leon Trotsky",
    "autocracy": "autocracy",
    "bloody sunday": "Bloody Sunday",
    "legacy of 1905": "The Legacy of 1905",
    "settle for the manifesto": "Settle for the Manifesto?",
    "mass strike": "The Mass Strike",
    '"dress rehearsal"': "dress rehearsal",
    "icons": "My grandmother kept one.",
    "petition chartists": "Compare the petition of the Chartists.",
    '"monster petition"': "monster petition",
    "railwaymen play": "the railwaymen of 1905",
    "ballots": "Barricades teach less than ballots.",
    "exile off the train": "just off the train",
    "which dates are old style": "which dates are Old Style?",
    "samovars": "The samovar stood on the table.",
}


def links_of(html: str) -> list[str]:
    """Return where the finds on a page of search lead."""
    finds = html.partition('<ol class="finds"')[2].partition("</ol>")[0]
    return [unescape(link) for link in re.findall(r'<h3>\s*<a href="([^"]+)"', finds)]


def search(client: FlaskClient, **asked: str) -> str:
    answer = client.get("/search", query_string=asked)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_each_kind_of_find_leads_to_where_it_stands(app: Application, database: Database) -> None:
    load_course(database, read_folder(SHIPPED_COURSE), now=datetime(2026, 11, 1, tzinfo=UTC))
    with database.transaction() as session:
        vera = make_circle(session, session.scalars(select(Course)).one())
        user_id, slug = vera.user_id, vera.group.slug
    client = browser_of(app, database, user_id)
    for typed, words in LEADS_TO.items():
        assert typed in QUERIES
        for where in ({}, {"group": slug}):
            link = links_of(search(client, q=typed, **where))[0]
            answer = client.get(link)
            html = answer.get_data(as_text=True)
            assert answer.status_code == 200, (typed, link)
            assert words in re.sub(r"<[^>]+>", "", unescape(html)), (typed, link)
            anchor = link.partition("#")[2]
            assert not anchor or f'id="{anchor}"' in html, (typed, link)


@pytest.fixture
def reader(app: Application, database: Database) -> FlaskClient:
    """Return the browser of somebody who studies alone and has written thirty notes."""
    with database.transaction() as session:
        course = factories.make_bare_course(session, ident="a-course")
        alone = factories.make_enrolment(session, course=course)
        text = text_saying(session, "Land & <b>bread</b>, the tractor said.", course=course)
        refresh_course(session, course.id)
        for number in range(1, 31):
            note_saying(session, alone, text, f"A plough, number {number}.")
        user_id = alone.user_id
    return browser_of(app, database, user_id)


def test_without_a_query_the_page_says_what_can_be_looked_for(reader: FlaskClient) -> None:
    assert "What can be found" in search(reader)


def test_what_was_found_is_marked_and_nothing_of_a_text_is_markup(reader: FlaskClient) -> None:
    html = search(reader, q="bread")
    assert "Land &amp; &lt;b&gt;<mark>bread</mark>&lt;/b&gt;, the tractor said." in html


def test_what_is_typed_is_no_markup_and_is_still_in_its_field(reader: FlaskClient) -> None:
    html = search(reader, q='"><script>plough')
    assert "<script>plough" not in html
    assert 'value="&#34;&gt;&lt;script&gt;plough"' in html


def test_there_are_ten_finds_on_a_page_and_a_way_to_more(reader: FlaskClient) -> None:
    first = search(reader, q="plough")
    assert "1–10 of 30" in first
    assert len(links_of(first)) == 10
    last = search(reader, q="plough", page="3")
    assert "21–30 of 30" in last
    assert "Finds 11–20" in last
    assert "Finds 31" not in last


def test_a_page_beyond_the_last_leads_back(reader: FlaskClient) -> None:
    assert "To the first finds" in search(reader, q="plough", page="99")


def test_one_heap_can_be_chosen(reader: FlaskClient) -> None:
    both = search(reader, q="plough tractor")
    assert "Nothing has all of these words." in both
    assert "Notes 30" in both
    assert len(links_of(search(reader, q="plough tractor", **{"in": "course"}))) == 1


def test_nothing_found_says_where_was_looked(reader: FlaskClient) -> None:
    html = search(reader, q="zebra", course="a-course")
    assert "Nothing found" in html
    assert "Looked for in A small course" in html


def test_a_name_with_a_slip_is_offered_as_it_is_spelled(app: Application, database: Database) -> None:
    load_course(database, read_folder(SHIPPED_COURSE), now=datetime(2026, 11, 1, tzinfo=UTC))
    assert 'q=Georgy+Plekhanov">Georgy Plekhanov</a>' in search(app.test_client(), q="Plekanov")


def test_an_address_that_means_nothing_is_no_error(reader: FlaskClient) -> None:
    for asked in (
        "page=x",
        "page=-1",
        f"page={'9' * 40}",
        "in=nowhere",
        "q=%00%ff%ed%a0%80",
        "q=a&q=b",
        "q=" + "a" * 900,
    ):
        assert reader.get(f"/search?{asked}&q=plough").status_code == 200, asked


def test_a_course_that_is_not_there_is_not_looked_in(reader: FlaskClient) -> None:
    assert reader.get("/search?q=plough&course=no-course").status_code == 404


def test_what_a_group_asks_itself_leads_to_its_page_from_wherever_it_is_found(
    app: Application, database: Database
) -> None:
    with database.transaction() as session:
        group = factories.make_group(session, factories.make_bare_course(session), name="Thursday circle")
        member = factories.make_enrolment(session, group=group)
        prompt = factories.make_group_prompt(session, group, title="Who paid for the tractor?")
        factories.make_assignment(session, group, prompt)
    client = browser_of(app, database, member.user_id)
    for where in ({}, {"group": group.slug}):
        html = search(client, q="tractor", **where)
        assert links_of(html) == [f"/groups/{group.slug}/prompts/{prompt.ident}"]
        assert "Thursday circle" in html
        assert client.get(links_of(html)[0]).status_code == 200
