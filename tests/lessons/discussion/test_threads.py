"""A long talk: pages, what is folded away, what counts as read; what is hidden or waits is not counted."""

import gzip
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment
from lessons.discussion.listing import PostCounts, discussions_of, post_counts
from lessons.discussion.marks import Shown, mark_read, shown_before
from lessons.discussion.models import Post, PostVersion
from lessons.discussion.threads import FOLDS_FROM, ON_A_PAGE, Thread, thread_of
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.test_access import browser_of
from tests.test_queries import counted

HIDDEN = {"hidden_at": NOW, "hidden_why": "It names somebody."}


def many(session: Session, circle: Circle, by: Sequence[Enrolment], *, branches: int, replies: int = 0) -> list[Post]:
    """Return the first posts of so many branches, each with so many replies."""
    talk = factories.make_discussion(session, circle.group, circle.prompt.activity)
    first = [factories.make_post(session, talk, by[n % len(by)]) for n in range(branches)]
    for n in range(branches * replies):
        factories.make_post(session, talk, by[n % len(by)], reply_to_id=first[n % branches].id)
    return first


def look(
    session: Session,
    circle: Circle,
    who: Enrolment,
    page: int | None = None,
    at: int | None = None,
    shown: Shown | None = None,
) -> Thread:
    """Look at a page of the talk as WHO, and leave the mark that looking leaves."""
    thread = thread_of(session, who, circle.prompt.activity, page=page, at=at, shown=shown)
    seen = [one.id for one in thread.new]
    told: dict[str, int] = {"enrolment_id": who.id, "user_id": who.user_id}
    mark_read(session, **told, up_to=thread.read_up_to, seen=seen, now=NOW)
    return thread


def counts(session: Session, circle: Circle, who: Enrolment) -> PostCounts:
    return post_counts(session, who)[circle.prompt.activity_id]


def test_forty_first_posts_stand_on_a_page_with_all_that_answers_them(session: Session, circle: Circle) -> None:
    first = many(session, circle, [circle.ivan], branches=ON_A_PAGE + 5, replies=2)
    pages = [look(session, circle, circle.vera, page) for page in (1, 2)]
    assert [[one.id for one in page.posts] for page in pages] == [
        [post.id for post in first[:ON_A_PAGE]],
        [post.id for post in first[ON_A_PAGE:]],
    ]
    assert {page.pages for page in pages} == {2}
    assert {len(one.replies) for page in pages for one in page.posts} == {2}
    assert {page.count for page in pages} == {3 * (ON_A_PAGE + 5)}


@pytest.mark.parametrize(("asked", "shown"), [(None, 1), (0, 1), (2, 2), (99, 2)])
def test_a_page_that_is_not_there_is_the_nearest(
    session: Session, circle: Circle, asked: int | None, shown: int
) -> None:
    many(session, circle, [circle.ivan], branches=ON_A_PAGE + 1)
    assert look(session, circle, circle.vera, asked).page == shown


def test_a_post_is_found_on_its_page_a_reply_on_that_of_its_branch(session: Session, circle: Circle) -> None:
    first = many(session, circle, [circle.ivan], branches=ON_A_PAGE + 1)
    answer = factories.make_post(session, first[0].discussion, circle.ivan, reply_to_id=first[0].id)
    assert look(session, circle, circle.vera, at=first[-1].id).page == 2
    assert look(session, circle, circle.vera, at=answer.id).page == 1
    assert look(session, circle, circle.vera, at=answer.id + 1000).page == 1


def test_what_stands_on_a_page_that_was_not_shown_stays_new(session: Session, circle: Circle) -> None:
    first = many(session, circle, [circle.ivan], branches=ON_A_PAGE + 5)
    factories.make_post(session, first[0].discussion, circle.ivan, reply_to_id=first[0].id)
    shown = look(session, circle, circle.vera, 1)
    assert (shown.all_new, len(shown.new)) == (ON_A_PAGE + 6, ON_A_PAGE + 1)
    assert shown.new_elsewhere == first[ON_A_PAGE].id
    assert counts(session, circle, circle.vera).new == 6  # the five unseen, and the reply that came after them


def test_who_goes_from_page_to_page_has_read_it_all(session: Session, circle: Circle) -> None:
    first = many(session, circle, [circle.ivan], branches=2 * ON_A_PAGE + 5)
    for n in (0, 45, 85, 1, 46, 2):
        factories.make_post(session, first[0].discussion, circle.ivan, reply_to_id=first[n % len(first)].id)
    shown = look(session, circle, circle.vera, 3).shown
    shown = look(session, circle, circle.vera, 1, shown=shown_before(str(shown))).shown
    assert counts(session, circle, circle.vera).new > 0
    look(session, circle, circle.vera, 2, shown=shown)
    assert counts(session, circle, circle.vera).new == 0


def test_what_came_to_a_page_after_it_was_shown_is_new(session: Session, circle: Circle) -> None:
    first = many(session, circle, [circle.ivan], branches=ON_A_PAGE + 1)
    shown = look(session, circle, circle.vera, 1).shown
    factories.make_post(session, first[0].discussion, circle.ivan, reply_to_id=first[0].id)
    assert look(session, circle, circle.vera, 2, shown=shown).new_elsewhere
    assert counts(session, circle, circle.vera).new == 1


def test_what_was_shown_to_somebody_else_is_still_new(session: Session, circle: Circle) -> None:
    many(session, circle, [circle.ivan], branches=ON_A_PAGE + 1)
    shown = look(session, circle, circle.tutor, 1).shown
    look(session, circle, circle.vera, 2, shown=shown)
    assert counts(session, circle, circle.vera).new == ON_A_PAGE + 1


@pytest.mark.parametrize("said", ["", "1-2-", "1-2-x", "-1-2-3", "1-2-3.", "1-2-" + "1." * 100 + "1", "٣-٢-١"])
def test_what_an_address_cannot_say_was_not_shown(said: str) -> None:
    assert shown_before(said) is None


def test_a_page_seen_before_the_one_before_it_marks_nothing_of_that(session: Session, circle: Circle) -> None:
    many(session, circle, [circle.ivan], branches=ON_A_PAGE + 5)
    look(session, circle, circle.vera, 2)
    assert counts(session, circle, circle.vera).new == ON_A_PAGE + 5
    look(session, circle, circle.vera, 1)
    assert counts(session, circle, circle.vera).new == 5


def test_branches_that_were_read_are_folded_away_in_a_long_talk(session: Session, circle: Circle) -> None:
    first = many(session, circle, [circle.ivan], branches=FOLDS_FROM)
    assert not look(session, circle, circle.vera).has_folded
    factories.make_post(session, first[0].discussion, circle.ivan, reply_to_id=first[3].id)
    shown = thread_of(session, circle.vera, circle.prompt.activity, at=first[5].id)
    assert [one.id for one in shown.posts if not one.folded] == [first[3].id, first[5].id]
    assert not thread_of(session, circle.vera, circle.prompt.activity, unfolded=True).has_folded
    assert shown.posts[0].beginning == "I think so."


def test_a_short_talk_is_all_open(session: Session, circle: Circle) -> None:
    many(session, circle, [circle.ivan], branches=FOLDS_FROM - 1)
    look(session, circle, circle.vera)
    assert not look(session, circle, circle.vera).has_folded


def test_what_is_hidden_is_neither_counted_nor_new(session: Session, circle: Circle) -> None:
    talk = factories.make_discussion(session, circle.group, circle.prompt.activity)
    factories.make_post(session, talk, circle.ivan, **HIDDEN)
    shown = factories.make_post(session, talk, circle.ivan)
    thread = thread_of(session, circle.vera, circle.prompt.activity)
    assert (thread.count, thread.all_new) == (1, 1)
    assert [one.withheld for one in thread.posts] == [True, False]
    assert counts(session, circle, circle.vera) == PostCounts(posts=1, new=1, waiting=0, mine=0, newest=shown.id)


@pytest.mark.parametrize(("who", "withheld"), [("vera", True), ("ivan", False), ("tutor", False)])
def test_hidden_words_are_for_their_writer_and_the_tutor(
    session: Session, circle: Circle, who: str, withheld: bool
) -> None:
    talk = factories.make_discussion(session, circle.group, circle.prompt.activity)
    factories.make_post(session, talk, circle.ivan, **HIDDEN)
    (shown,) = thread_of(session, getattr(circle, who), circle.prompt.activity).posts
    assert shown.withheld == withheld


def test_what_waits_until_one_has_written_is_told_as_a_number(session: Session, circle: Circle) -> None:
    circle.group.write_first = True
    talk = factories.make_discussion(session, circle.group, circle.prompt.activity)
    for columns in ({}, {}, HIDDEN):
        factories.make_post(session, talk, circle.ivan, **columns)
    thread = thread_of(session, circle.vera, circle.prompt.activity)
    assert (thread.waiting, thread.writers, thread.count, thread.all_new) == (2, 1, 0, 0)
    found = counts(session, circle, circle.vera)
    assert (found.posts, found.new, found.waiting) == (0, 0, 2)
    (line,) = discussions_of(session, circle.vera)
    assert line.last_author is None
    (line,) = discussions_of(session, circle.tutor)
    assert line.last_author is not None
    assert line.counts.posts == 2


def words(n: int) -> str:
    return " ".join(f"word{(n * k) % 97}" for k in range(120))


def two_hundred(session: Session, circle: Circle, posts: int, at: datetime = NOW) -> None:
    """Fill the talk with so many posts of 120 words, a third of them first posts, each second edited once."""
    talk = factories.make_discussion(session, circle.group, circle.prompt.activity)
    people = [circle.vera, circle.ivan, *(factories.make_enrolment(session, group=circle.group) for _ in range(10))]
    made: list[Post] = []
    for n in range(posts):
        to = None if n % 3 == 0 else made[-1].id
        post = factories.make_post(session, talk, people[n % len(people)], reply_to_id=to)
        for version in session.scalars(select(PostVersion).where(PostVersion.post_id == post.id)):
            version.text, version.html = words(n), f"<p>{words(n)}</p>\n"
        made.append(post)
    session.flush()


def test_two_hundred_posts_are_read_with_a_fixed_number_of_queries(
    app: Application, database: Database, there: Circle
) -> None:
    """67 branches on two pages. The first look shows all of a page open, the second only what is new."""
    with database.transaction() as session:
        session.add(there.prompt)
        two_hundred(session, there, 200)
    ivan = browser_of(app, database, there.ivan.user_id)
    address = f"{there.address}?group={there.group.slug}"
    with counted(database) as said:
        page = ivan.get(address)
    assert len(said) <= 17, len(said)
    assert page.text.count('<article class="post') == ON_A_PAGE * 3
    assert len(page.data) < 400_000, len(page.data)
    assert len(gzip.compress(page.data)) < 32_000
    assert "Page 1 of 2" in page.text
    with counted(database) as again:
        read = ivan.get(address).text
    assert len(again) <= 15, len(again)
    assert read.count('<li class="read">') == ON_A_PAGE
