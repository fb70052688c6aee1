"""Posting, replying and editing: nothing is doubled, nothing is lost, who is answered is told."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.markdown import TooLong
from course.completion.models import State
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.notices.models import Notice
from lessons.discussion.models import Discussion, Post
from lessons.discussion.posts import (
    EditedMeanwhile,
    edit_place,
    edit_post,
    keep_edit_draft,
    keep_reply_draft,
    reply,
    reply_place,
    write_post,
)
from lessons.drafts import drafts_at, prompt_place
from lessons.journal import keep_draft, write_entry
from lessons.models import Prompt
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle, make_circle

LATER = NOW + timedelta(minutes=1)


def state(session: Session, circle: Circle, who: Enrolment) -> State:
    return standing_of(session, who).state(circle.prompt.activity_id)


def words(post: Post) -> list[str]:
    return [version.text for version in post.versions]


def told(session: Session) -> list[tuple[int, str, str]]:
    return [(notice.user_id, notice.kind, notice.ref) for notice in session.scalars(select(Notice))]


def post_of(session: Session, circle: Circle, who: Enrolment, text: str = "I think so.") -> Post:
    return write_post(session, who, circle.prompt, text, once=None, base=0, now=NOW)


def test_a_post_completes_its_prompt_and_takes_its_draft_away(session: Session, circle: Circle) -> None:
    kept = keep_draft(session, circle.vera, circle.prompt, "Because", base=0, now=NOW)
    assert state(session, circle, circle.vera) is State.begun
    post = write_post(session, circle.vera, circle.prompt, "Because *so*.", once="a", base=kept.base, now=NOW)
    assert post.versions[0].html == "<p>Because <em>so</em>.</p>\n"
    assert state(session, circle, circle.vera) is State.done
    assert drafts_at(session, circle.vera, prompt_place(circle.prompt.activity)) == []


def test_in_a_group_an_entry_kept_to_oneself_only_begins_a_prompt(session: Session, circle: Circle) -> None:
    write_entry(session, circle.vera, circle.prompt, "For me.", base=0, now=NOW)
    assert state(session, circle, circle.vera) is State.begun


def test_a_reply_alone_only_begins_a_prompt(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera)
    reply(session, circle.ivan, post, "Why?", once=None, now=NOW)
    assert state(session, circle, circle.ivan) is State.begun
    post_of(session, circle, circle.ivan)
    assert state(session, circle, circle.ivan) is State.done


def test_a_double_click_is_one_post_and_another_text_is_another(session: Session, circle: Circle) -> None:
    def write(text: str, once: str) -> int:
        return write_post(session, circle.vera, circle.prompt, text, once=once, base=0, now=NOW).id

    first = write("One.", "a")
    assert write("One.", "a") == first
    assert len({first, write("One, and more.", "a"), write("One.", "b")}) == 3


def test_one_press_said_of_two_prompts_is_a_post_on_each(session: Session, circle: Circle) -> None:
    lesson = circle.prompt.activity.parent
    assert lesson is not None
    other = factories.make_prompt(session, lesson)
    asked = session.scalars(select(Prompt).where(Prompt.activity_id == other.id)).one()
    here, there = (
        write_post(session, circle.vera, prompt, "Yes.", once="a", base=0, now=NOW) for prompt in (circle.prompt, asked)
    )
    assert here.discussion_id != there.discussion_id


def test_a_double_click_on_a_reply_is_one_reply_and_one_notice(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera)
    first, second = (reply(session, circle.ivan, post, "Why?", once="a", now=NOW) for _ in range(2))
    assert first is second
    assert told(session) == [(circle.vera.user_id, "replied", f"post:{first.id}")]


def test_all_posts_of_a_group_are_in_one_talk(session: Session, circle: Circle) -> None:
    for who in (circle.vera, circle.ivan):
        post_of(session, circle, who)
    assert len(session.scalars(select(Discussion)).all()) == 1


def test_nobody_is_told_of_a_reply_to_oneself_or_after_leaving(session: Session, circle: Circle) -> None:
    of_former, own = post_of(session, circle, circle.left), post_of(session, circle, circle.vera)
    for post in (own, of_former):
        reply(session, circle.vera, post, "And also.", once=None, now=NOW)
    assert told(session) == []


def test_who_replied_is_told_of_a_reply_to_the_reply(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera)
    answer = reply(session, circle.ivan, post, "Why?", once=None, now=NOW)
    again = reply(session, circle.tutor, answer, "Indeed.", once=None, now=NOW)
    assert (circle.ivan.user_id, "replied", f"post:{again.id}") in told(session)
    assert (circle.vera.user_id, "replied", f"post:{again.id}") not in told(session)


def test_editing_keeps_what_was_said(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera, "I thinc so.")
    edit_post(session, circle.vera, post, "I think so.", base=1, now=LATER)
    edit_post(session, circle.vera, post, "I think so.", base=1, now=LATER)  # a double click
    session.refresh(post, ["versions"])
    assert words(post) == ["I thinc so.", "I think so."]


def test_an_edit_of_words_that_are_no_longer_there_is_refused(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera, "One.")
    edit_post(session, circle.vera, post, "Two.", base=1, now=LATER)
    with pytest.raises(EditedMeanwhile):
        edit_post(session, circle.vera, post, "Three.", base=1, now=LATER)
    session.refresh(post, ["versions"])
    assert words(post) == ["One.", "Two."]


def test_what_is_nested_beyond_reason_is_refused_and_leaves_no_talk(session: Session, circle: Circle) -> None:
    with pytest.raises(TooLong):
        post_of(session, circle, circle.vera, "> " * 200 + "deep")
    assert session.scalars(select(Discussion)).all() == []


def test_drafts_of_replies_and_edits_are_kept_until_they_are_posted(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera)
    answer = keep_reply_draft(session, circle.ivan, post, "Wh", base=0, now=NOW)
    edit = keep_edit_draft(session, circle.vera, post, "I know so.", base=0, now=NOW)
    assert [draft.text for draft in drafts_at(session, circle.ivan, reply_place(post))] == ["Wh"]
    assert [draft.text for draft in drafts_at(session, circle.vera, edit_place(post))] == ["I know so."]
    reply(session, circle.ivan, post, "Why?", once=None, base=answer.base, now=NOW)
    edit_post(session, circle.vera, post, "I know so.", base=1, draft=edit.base, now=LATER)
    assert drafts_at(session, circle.ivan, reply_place(post)) == []
    assert drafts_at(session, circle.vera, edit_place(post)) == []


def test_a_save_that_comes_in_late_makes_no_draft_of_what_was_posted(session: Session, circle: Circle) -> None:
    post = post_of(session, circle, circle.vera, "All said.")
    reply(session, circle.ivan, post, "Yes.", once=None, now=NOW)
    keep_draft(session, circle.vera, circle.prompt, "All said.", base=0, now=LATER)
    keep_reply_draft(session, circle.ivan, post, "Yes.", base=0, now=LATER)
    keep_edit_draft(session, circle.vera, post, "All said.", base=0, now=LATER)
    assert drafts_at(session, circle.vera, prompt_place(circle.prompt.activity)) == []
    assert drafts_at(session, circle.ivan, reply_place(post)) == []
    assert drafts_at(session, circle.vera, edit_place(post)) == []


def test_two_who_post_first_at_once_are_in_one_talk(database: Database) -> None:
    """The second waits for the first, and finds the talk that it made."""
    with database.transaction() as session:
        circle = make_circle(session)
    ids = circle.vera.id, circle.ivan.id

    def post(enrolment_id: int) -> None:
        with database.transaction() as session:
            start.wait()
            write_post(
                session,
                session.get_one(Enrolment, enrolment_id),
                session.merge(circle.prompt),
                "First!",
                once=None,
                base=0,
                now=NOW,
            )

    start = threading.Barrier(2)
    threads = [threading.Thread(target=post, args=[one]) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as session:
        assert len(session.scalars(select(Discussion)).all()) == 1
        assert len(session.scalars(select(Post)).all()) == 2
