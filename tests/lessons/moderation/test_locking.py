"""A discussion that is locked is read, and nothing is added to it; nothing that was typed is lost."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, StudyGroup
from lessons.discussion.models import Post
from lessons.discussion.posts import Locked, edit_post, reply, write_post
from lessons.discussion.threads import thread_of
from lessons.moderation.locking import set_lock
from lessons.seeing import seen_posts
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.lessons.moderation.conftest import WORDS, Browser, at, page
from tests.web import post as send


def locks(circle: Circle) -> str:
    return f"{to_write(circle)}/lock"


def to_write(circle: Circle) -> str:
    return f"/groups/{circle.group.slug}/lessons/" + circle.address.partition("/lessons/")[2]


def set_it(session: Session, circle: Circle, *, locked: bool) -> None:
    set_lock(session, circle.tutor, circle.prompt.activity, locked=locked, now=NOW)


def test_nothing_is_posted_replied_or_edited_until_it_is_open_again(session: Session, circle: Circle) -> None:
    post = write_post(session, circle.ivan, circle.prompt, WORDS, once="a", base=0, now=NOW)
    set_it(session, circle, locked=True)
    with pytest.raises(Locked):
        write_post(session, circle.vera, circle.prompt, "No.", once=None, base=0, now=NOW)
    with pytest.raises(Locked):
        reply(session, circle.vera, post, "No.", once=None, now=NOW)
    with pytest.raises(Locked):
        edit_post(session, circle.ivan, post, "Let us begin.", base=1, now=NOW)
    set_it(session, circle, locked=False)
    assert reply(session, circle.vera, post, "No.", once=None, now=NOW).reply_to_id == post.id


def test_the_second_half_of_a_double_click_is_the_post_that_was_made(session: Session, circle: Circle) -> None:
    post = write_post(session, circle.ivan, circle.prompt, WORDS, once="a", base=0, now=NOW)
    set_it(session, circle, locked=True)
    assert write_post(session, circle.ivan, circle.prompt, WORDS, once="a", base=0, now=NOW) is post


def test_it_can_be_locked_before_anybody_has_posted(session: Session, circle: Circle) -> None:
    assert thread_of(session, circle.vera, circle.prompt.activity).lock is None
    set_it(session, circle, locked=True)
    lock = thread_of(session, circle.vera, circle.prompt.activity).lock
    assert lock is not None
    assert (lock.at, lock.by) == (NOW, "Tutor")


def test_what_is_typed_into_a_locked_discussion_is_kept_as_a_draft(
    there: Circle, first: Post, browser: Browser
) -> None:
    vera, ivan, tutor = browser(there.vera), browser(there.ivan), browser(there.tutor)
    assert send(tutor, locks(there), {"locked": "1"}).status_code == 303
    for client, address, more in (
        (vera, to_write(there), ""),
        (vera, at(there, first, "reply"), f"&reply={first.id}"),
        (ivan, at(there, first, "edit"), f"&edit={first.id}"),
    ):
        typed = f"Typed for {address}"
        refused = send(client, address, {"text": typed, "base": "0", "version": "1"})
        assert refused.status_code == 409
        assert "This discussion is locked" in refused.text
        assert f"{typed}</textarea>" in refused.text
        again = client.get(page(there, more)).text
        assert f"{typed}</textarea>" in again
        assert "so nothing is posted" in again


def test_a_locked_discussion_is_read_and_its_page_says_so(there: Circle, first: Post, browser: Browser) -> None:
    send(browser(there.tutor), locks(there), {"locked": "1"})
    read = browser(there.ivan).get(page(there)).text
    assert WORDS in read
    assert "<strong>Locked</strong>" in read
    assert ">Reply<" not in read
    assert "Post to the group" not in read
    assert "Lock the discussion" not in read
    send(browser(there.tutor), locks(there), {"locked": "0"})
    assert "<strong>Locked</strong>" not in browser(there.ivan).get(page(there)).text


def test_the_journal_is_open_all_the_same(there: Circle, first: Post, browser: Browser) -> None:
    send(browser(there.tutor), locks(there), {"locked": "1"})
    vera = browser(there.vera)
    assert "Keep it in my journal" in vera.get(page(there)).text
    kept = send(vera, there.address, {"text": "Only for me.", "group": there.group.slug})
    assert kept.status_code == 303


def test_who_can_no_longer_write_may_read_where_one_writes_before_one_sees(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(write_first=True))
    vera, tutor = browser(there.vera), browser(there.tutor)
    for locked, reads in (("0", False), ("1", True), ("0", False)):
        send(tutor, locks(there), {"locked": locked})
        assert (WORDS in vera.get(page(there)).text) is reads
        with database.transaction(writing=False) as session:
            mine = session.get_one(Enrolment, there.vera.id)
            seen = session.scalars(select(Post.id).where(seen_posts(mine))).all()
        assert (first.id in seen) is reads


def test_a_student_locks_nothing(there: Circle, first: Post, browser: Browser, database: Database) -> None:
    assert send(browser(there.vera), locks(there), {"locked": "1"}).status_code == 403
    with database.transaction(writing=False) as session:
        prompt = session.merge(there.prompt, load=False)
        assert thread_of(session, session.merge(there.vera), prompt.activity).lock is None
