"""Hiding with a reason: others read the reason, its writer and the tutors the words, and nothing is undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.completion.models import State
from course.completion.records import standing_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from lessons.discussion.models import Post
from lessons.discussion.posts import reply, write_post
from lessons.moderation.hiding import HiddenAlready, hide, show_again
from lessons.notes.models import NoteReply
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.lessons.moderation.conftest import WORDS, Browser, at, page
from tests.web import post as send

LATER = NOW + timedelta(minutes=1)
WHY = "We speak of the text, not of each other."


def told(session: Session, kind: str = "hidden") -> list[tuple[int, str]]:
    return [(one.user_id, one.ref) for one in session.scalars(select(Notice).where(Notice.kind == kind))]


def written(session: Session, circle: Circle) -> Post:
    return write_post(session, circle.ivan, circle.prompt, WORDS, once=None, base=0, now=NOW)


def roads(circle: Circle, post: Post) -> list[str]:
    """Return every address at which the words of a post might stand."""
    group = f"/groups/{circle.group.slug}"
    lesson = circle.address.partition("/prompts/")[0]
    return [
        page(circle),
        page(circle, "&anew=1"),
        page(circle, f"&reply={post.id}"),
        f"{lesson}?group={circle.group.slug}",
        f"{group}/discussions",
        group,
        f"/today?group={circle.group.slug}",
        "/notices",
    ]


def test_who_wrote_it_is_told_and_nothing_is_undone(session: Session, circle: Circle) -> None:
    post = written(session, circle)
    hide(session, post, WHY, by_id=circle.tutor.user_id, now=LATER)
    assert told(session) == [(circle.ivan.user_id, f"post:{post.id}")]
    assert (post.hidden_why, post.hidden_by_id) == (WHY, circle.tutor.user_id)
    assert standing_of(session, circle.ivan).state(circle.prompt.activity_id) is State.done


def test_a_double_click_hides_once_and_another_reason_comes_too_late(session: Session, circle: Circle) -> None:
    post = written(session, circle)
    for _click in range(2):
        hide(session, post, WHY, by_id=circle.tutor.user_id, now=LATER)
    with pytest.raises(HiddenAlready):
        hide(session, post, "It is rude.", by_id=circle.vera.user_id, now=LATER)
    assert post.hidden_why == WHY


def test_what_is_shown_again_has_no_reason_and_its_writer_is_told_anew(session: Session, circle: Circle) -> None:
    post = written(session, circle)
    hide(session, post, WHY, by_id=circle.tutor.user_id, now=NOW)
    show_again(session, post, by_id=circle.tutor.user_id, now=LATER)
    assert (post.hidden_at, post.hidden_why, post.hidden_by_id) == (None, None, None)
    assert [one.at for one in session.scalars(select(Notice).where(Notice.kind == "hidden"))] == [LATER]


def test_a_shared_note_and_a_reply_to_one_can_be_hidden_too(session: Session, circle: Circle) -> None:
    text = factories.make_text(session, circle.group.course)
    note = factories.make_note(session, circle.ivan, text, shared_at=NOW)
    answer = NoteReply(note_id=note.id, enrolment_id=circle.vera.id, words="No.", html="<p>No.</p>", made_at=NOW)
    factories.add(session, answer)
    for thing in (note, answer):
        hide(session, thing, WHY, by_id=circle.tutor.user_id, now=NOW)
    assert told(session) == [(circle.ivan.user_id, f"note:{note.id}"), (circle.vera.user_id, f"note_reply:{answer.id}")]


def test_others_read_the_reason_in_place_of_the_words_on_every_road(
    there: Circle, first: Post, browser: Browser
) -> None:
    tutor, vera = browser(there.tutor), browser(there.vera)
    assert send(tutor, at(there, first, "hide"), {"why": WHY}).status_code == 303
    for address in roads(there, first):
        assert WORDS not in vera.get(address, follow_redirects=True).text, address
    assert WHY in vera.get(page(there)).text
    for reader in (tutor, browser(there.ivan)):
        read = reader.get(page(there)).text
        assert WHY in read
        assert WORDS in read


def test_what_a_hidden_post_said_before_is_hidden_with_it(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    send(browser(there.ivan), at(there, first, "edit"), {"text": "Let us begin.", "version": "1"})
    send(browser(there.tutor), at(there, first, "hide"), {"why": WHY})
    assert WORDS not in browser(there.vera).get(page(there)).text


def test_its_writer_is_led_to_it_by_a_notice_with_the_reason(there: Circle, first: Post, browser: Browser) -> None:
    send(browser(there.tutor), at(there, first, "hide"), {"why": WHY})
    ivan = browser(there.ivan)
    assert WHY in ivan.get("/notices").text
    led = ivan.get(f"/groups/{there.group.slug}/posts/{first.id}")
    assert f"#post-{first.id}" in led.headers["Location"]
    send(browser(there.tutor), at(there, first, "show"))
    assert "can be read by everybody again" in ivan.get("/notices").text
    assert WORDS in browser(there.vera).get(page(there)).text


def test_a_reply_that_is_hidden_is_no_longer_told_of(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        post = session.merge(first, load=False)
        answer = reply(session, session.merge(there.vera), post, "So are you.", once=None, now=NOW)
    ivan = browser(there.ivan)
    assert "Vera replied to you" in ivan.get("/notices").text
    send(browser(there.tutor), at(there, answer, "hide"), {"why": WHY})
    assert "Vera replied to you" not in ivan.get("/notices").text


def test_nobody_replies_to_what_is_hidden_and_what_was_typed_is_kept(
    there: Circle, first: Post, browser: Browser
) -> None:
    send(browser(there.tutor), at(there, first, "hide"), {"why": WHY})
    vera = browser(there.vera)
    assert "<textarea" not in vera.get(page(there, f"&reply={first.id}&anew=0")).text.partition('id="discussion"')[2]
    refused = send(vera, at(there, first, "reply"), {"text": "Look who is talking.", "base": "0"})
    assert refused.status_code == 409
    assert "This post is hidden" in refused.text
    assert "Look who is talking.</textarea>" in refused.text
    assert WORDS not in refused.text
    assert "Look who is talking.</textarea>" in vera.get(page(there, f"&reply={first.id}")).text


def test_a_reason_is_asked_for_and_what_was_typed_stays(there: Circle, first: Post, browser: Browser) -> None:
    tutor = browser(there.tutor)
    assert WORDS in tutor.get(at(there, first, "hide")).text
    for why in ("", "  \n"):
        answer = send(tutor, at(there, first, "hide"), {"why": why})
        assert answer.status_code == 422
        assert "Say why, in a sentence" in answer.text
    long = send(tutor, at(there, first, "hide"), {"why": "so " * 400})
    assert long.status_code == 422
    assert "so so so" in long.text


def test_an_organiser_hides_where_there_is_no_tutor_and_else_not(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(Enrolment).where(Enrolment.id == there.vera.id).values(organiser=True))
    vera = browser(there.vera)
    assert send(vera, at(there, first, "hide"), {"why": WHY}).status_code == 403
    with database.transaction() as session:
        session.execute(update(Enrolment).where(Enrolment.id == there.tutor.id).values(role=Role.student))
    assert send(vera, at(there, first, "hide"), {"why": WHY}).status_code == 303
    assert WORDS in vera.get(page(there)).text
    assert WORDS not in browser(there.tutor).get(page(there)).text


def test_a_tutor_whose_words_another_hid_does_not_show_them_again(
    there: Circle, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        prompt = session.merge(there.prompt, load=False)
        own = write_post(session, session.merge(there.tutor), prompt, WORDS, once=None, base=0, now=NOW)
        hide(session, own, WHY, by_id=there.vera.user_id, now=NOW)
    assert send(browser(there.tutor), at(there, own, "show")).status_code == 403


def test_of_a_reply_to_a_note_that_is_hidden_others_read_the_reason(
    there: Circle, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        text = factories.make_text(session, session.merge(there.group).course)
        note = factories.make_note(session, there.vera, text, shared_at=NOW)
        said = {"words": WORDS, "html": f"<p>{WORDS}</p>", "made_at": NOW}
        answer = factories.add(session, NoteReply(note_id=note.id, enrolment_id=there.ivan.id, **said))
    sent = send(browser(there.tutor), f"/groups/{there.group.slug}/replies/{answer.id}/hide", {"why": WHY})
    assert sent.headers["Location"] == f"/notes/{note.id}#reply-{answer.id}"
    for reader, reads in ((there.vera, False), (there.ivan, True), (there.tutor, True)):
        read = browser(reader).get(f"/notes/{note.id}").text
        assert WHY in read
        assert (WORDS in read) is reads


def test_in_a_group_that_is_archived_nothing_is_hidden(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(archived_at=NOW))
    assert send(browser(there.tutor), at(there, first, "hide"), {"why": WHY}).status_code == 409


def test_a_private_note_is_nobodys_to_hide(there: Circle, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        text = factories.make_text(session, session.merge(there.group).course)
        note = factories.make_note(session, there.ivan, text)
    assert browser(there.tutor).get(f"/groups/{there.group.slug}/notes/{note.id}/hide").status_code == 404
