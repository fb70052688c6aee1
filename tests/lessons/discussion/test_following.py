"""Who is told of a post: each member of one thing, and only of what they may read."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.notices.models import Notice
from lessons.discussion.following import set_following
from lessons.discussion.models import Post
from lessons.discussion.posts import edit_post, reply, talk_on, write_post
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle


def posted(session: Session, circle: Circle, who: Enrolment, text: str = "I think so.") -> Post:
    return write_post(session, who, circle.prompt, text, once=None, base=0, now=NOW)


def follow(session: Session, circle: Circle, who: Enrolment, *, follows: bool = True) -> None:
    talk = talk_on(session, who, circle.prompt.activity)
    set_following(session, who, talk, follows=follows, now=NOW)


def told(session: Session, circle: Circle, post: Post) -> dict[str, str]:
    """Return who was told of POST -> what."""
    names = {getattr(circle, name).user_id: name for name in ("vera", "ivan", "tutor", "left")}
    rows = session.scalars(select(Notice).where(Notice.ref == f"post:{post.id}")).all()
    assert len({row.user_id for row in rows}) == len(rows)  # each of one thing only
    return {names[row.user_id]: row.kind for row in rows}


def test_who_posted_follows(session: Session, circle: Circle) -> None:
    posted(session, circle, circle.vera)
    assert told(session, circle, posted(session, circle, circle.ivan)) == {"vera": "posted"}


def test_who_looks_on_may_follow_and_who_posted_may_not_want_to(session: Session, circle: Circle) -> None:
    posted(session, circle, circle.vera)
    follow(session, circle, circle.vera, follows=False)
    follow(session, circle, circle.tutor)
    follow(session, circle, circle.tutor)  # a double click
    assert told(session, circle, posted(session, circle, circle.ivan)) == {"tutor": "posted"}
    follow(session, circle, circle.vera)
    assert told(session, circle, posted(session, circle, circle.ivan)) == {"tutor": "posted", "vera": "posted"}


def test_each_is_told_of_what_concerns_them_most(session: Session, circle: Circle) -> None:
    first = posted(session, circle, circle.vera)
    for who in (circle.tutor, circle.ivan):
        follow(session, circle, who)
    answer = reply(session, circle.ivan, first, "@Vera, @Tutor: @Ivan doubts it.", once="a", now=NOW)
    again = reply(session, circle.ivan, first, "@Vera, @Tutor: @Ivan doubts it.", once="a", now=NOW)
    assert again is answer
    assert told(session, circle, answer) == {"vera": "replied", "tutor": "mentioned"}
    assert '<b class="mention">@Vera</b>' in answer.versions[0].html


def test_who_has_to_write_first_is_told_of_nothing(session: Session, circle: Circle) -> None:
    circle.group.write_first = True
    follow(session, circle, circle.vera)
    assert told(session, circle, posted(session, circle, circle.ivan, "@Vera, @Tutor, look.")) == {"tutor": "mentioned"}
    posted(session, circle, circle.vera)
    assert told(session, circle, posted(session, circle, circle.ivan, "@Vera, look.")) == {"vera": "mentioned"}


def test_in_a_round_too(session: Session, circle: Circle) -> None:
    factories.make_assignment(session, circle.group, circle.prompt.activity, due_at=NOW, reply_due_at=NOW)
    follow(session, circle, circle.vera)
    assert told(session, circle, posted(session, circle, circle.ivan, "@Vera, look.")) == {}


@pytest.mark.parametrize("text", ["@Left, are you there?", "Are you there?"])
def test_who_left_is_told_of_nothing(session: Session, circle: Circle, text: str) -> None:
    theirs = posted(session, circle, circle.left)
    follow(session, circle, circle.left)
    assert told(session, circle, reply(session, circle.ivan, theirs, text, once=None, now=NOW)) == {}


def test_of_another_group_nobody_is_meant(session: Session, circle: Circle) -> None:
    stranger = factories.make_user(session, name="Anna")
    factories.make_enrolment(session, stranger, group=factories.make_group(session, circle.group.course))
    post = posted(session, circle, circle.ivan, "@Anna, look.")
    assert "mention" not in post.versions[0].html
    assert session.scalars(select(Notice)).all() == []


def test_who_is_mentioned_only_after_an_edit_is_told_then(session: Session, circle: Circle) -> None:
    first = posted(session, circle, circle.ivan)
    post = reply(session, circle.vera, first, "No.", once=None, now=NOW)
    edit_post(session, circle.vera, post, "No, @Ivan and @Tutor.", base=1, now=NOW)
    edit_post(session, circle.vera, post, "No, @Ivan and @Tutor!", base=2, now=NOW)
    assert told(session, circle, post) == {"ivan": "replied", "tutor": "mentioned"}


def test_who_is_told_asks_as_much_of_many_as_of_few(session: Session, circle: Circle) -> None:
    for _more in range(30):
        posted(session, circle, factories.make_enrolment(session, group=circle.group))
    session.execute(delete(Notice))
    post = posted(session, circle, circle.ivan)
    assert len(session.scalars(select(Notice).where(Notice.ref == f"post:{post.id}")).all()) == 30
