"""A lesson of 3,000 words on which a group shares 300 notes and 200 posts: still a few queries, and pages that a phone
can load."""

import gzip
import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Role
from course.outline.models import ActivityKind
from course.texts.models import Passage
from lessons.discussion.models import PostVersion
from lessons.notes.choosing import Chosen
from lessons.notes.noting import Said, make_note
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.test_queries import counted

PASSAGES, WORDS, READERS, NOTES, POSTS = 50, 60, 12, 300, 200

SENTENCE = "The soviet had the trust of the workers and the government had the ministries of a state that was at war."
THOUGHT = (
    "I read this as a claim about who was obeyed and not about who was right, and the second half of it seems to me to "
    "need a source that the passage does not name. Does anybody know one? ({n})"
)


def make_crowd(session: Session, *, passages: int, notes: int, posts: int = 0) -> tuple[int, str]:
    """Return a member of a group of readers who share so many NOTES on a lesson, and the address of the lesson.

    So many POSTS are on its prompt, each third a first one."""
    course = factories.make_bare_course(session)
    lesson = factories.activity_of(session, course, ActivityKind.lesson)
    text = factories.notes_of(session, lesson)
    version = factories.make_text_version(session, text, passages=0, number=2)
    plain = " ".join((SENTENCE.split() * 4)[:WORDS])
    for position in range(1, passages + 1):
        said = f"{position}. {plain}"
        told = {"position": position, "number": position, "kind": "paragraph", "html": f"<p>{said}</p>", "plain": said}
        session.add(Passage(version_id=version.id, ident=f"p-{position}", **told))
    text.current_version_id = version.id
    session.flush()
    group = factories.make_group(session, course)
    members = [factories.make_enrolment(session, course=course, group=group) for _ in range(READERS)]
    factories.make_enrolment(session, course=course, group=group, role=Role.tutor)
    for n in range(notes):
        words = plain[n % 90 : n % 90 + 60]
        chosen = [Chosen(f"p-{n % passages + 1}", words, len(f"{n % passages + 1}.{plain[: n % 90]}".replace(" ", "")))]
        said_of = Said(THOUGHT.format(n=n), ("who was obeyed",) if n % 3 else ())
        make_note(session, members[n % READERS], text, chosen, said_of, shared=True, once=None, now=NOW)
    if posts:
        talk = factories.make_discussion(session, group, factories.activity_of(session, course, ActivityKind.prompt))
    first = None
    for n in range(posts):
        post = factories.make_post(session, talk, members[n % READERS], reply_to_id=first if n % 3 else None)
        first = first if n % 3 else post.id
        said = {"text": THOUGHT.format(n=n), "html": f"<p>{THOUGHT.format(n=n)}</p>"}
        session.execute(update(PostVersion).where(PostVersion.post_id == post.id).values(said))
    return members[0].user_id, f"/courses/{course.ident}/lessons/{lesson.ident}?group={group.slug}"


def page_of(client: FlaskClient, database: Database, address: str) -> tuple[str, int]:
    """Return the page, and how many queries a look at it makes."""
    assert client.get(address).status_code == 200  # what is done once a day is done
    with counted(database) as said:
        page = client.get(address).text
    return page, len(said)


def talk_of(page: str) -> str:
    """Return the address of the discussion that PAGE, of a lesson, leads to."""
    found = re.search(r'href="([^"]*/prompts/[^"#]*)[^"]*"', page)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_three_hundred_shared_notes_and_two_hundred_posts_cost_no_query_more_than_a_few_and_stay_small_pages(
    app: Application, database: Database
) -> None:
    with database.transaction() as session:
        few_reader, few = make_crowd(session, passages=PASSAGES, notes=READERS, posts=READERS)
        reader, many = make_crowd(session, passages=PASSAGES, notes=NOTES, posts=POSTS)
    few_browser, many_browser = browser_of(app, database, few_reader), browser_of(app, database, reader)
    few_page, queries = page_of(few_browser, database, few)
    page, queries_of_many = page_of(many_browser, database, many)

    assert queries_of_many == queries <= 17
    own, others = NOTES // READERS, NOTES - NOTES // READERS
    counts = [int(n) for n in re.findall(r"(\d+) notes? of others", page)]
    assert (len(counts), sum(counts)) == (PASSAGES, others)
    shown = len(re.findall(r'id="note-\d+"', page))
    assert own + 2 * PASSAGES <= shown <= own + 3 * PASSAGES
    assert len(page) < 240_000
    assert len(gzip.compress(page.encode())) < 18_000

    _talk, queries = page_of(few_browser, database, talk_of(few_page))
    talk, queries_of_many = page_of(many_browser, database, talk_of(page))
    assert queries_of_many == queries <= 15
    assert len(talk) < 240_000
    assert len(gzip.compress(talk.encode())) < 18_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_notes_that_all_lie_on_one_another_mark_its_words_once(app: Application, database: Database) -> None:
    with database.transaction() as session:
        reader, address = make_crowd(session, passages=1, notes=5 * READERS)
    page, _queries = page_of(browser_of(app, database, reader), database, address)
    assert 1 <= page.count("<mark") < READERS
    assert len(page) < 60_000
