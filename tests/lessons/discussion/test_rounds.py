"""Rounds: what they ask next, what completes a prompt in one, and what its page says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion, CompletionFact, State
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.users.models import User
from kruzhok.completions import rebuild
from lessons.discussion.models import Post
from lessons.discussion.posts import reply, write_post
from lessons.models import Prompt
from lessons.rounds import Done, Round, done_in, round_of
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle, make_circle
from tests.test_access import browser_of

LATER = NOW + timedelta(minutes=5)


def make_round(session: Session, circle: Circle, days: int = 7) -> None:
    due = datetime.now(UTC) + timedelta(days=days)
    factories.make_assignment(
        session, circle.group, circle.prompt.activity, due_at=due, reply_due_at=due + timedelta(days=3)
    )


@pytest.fixture
def rounds(session: Session, circle: Circle) -> Circle:
    """Return a circle whose prompt is a round."""
    make_round(session, circle)
    return circle


def state(session: Session, circle: Circle, who: Enrolment) -> State:
    return standing_of(session, who).state(circle.prompt.activity_id)


def answer(session: Session, circle: Circle, who: Enrolment) -> Post:
    return write_post(session, who, circle.prompt, "I think so.", once=None, base=0, now=NOW)


def respond(session: Session, who: Enrolment, to: Post) -> Post:
    return reply(session, who, to, "Why?", once=None, now=LATER)


def test_who_finds_a_post_of_somebody_else_has_to_reply_to_one(session: Session, rounds: Circle) -> None:
    first = answer(session, rounds, rounds.ivan)
    own = answer(session, rounds, rounds.vera)
    assert state(session, rounds, rounds.vera) is State.begun
    respond(session, rounds.vera, own)  # to oneself
    assert state(session, rounds, rounds.vera) is State.begun
    respond(session, rounds.vera, first)
    assert state(session, rounds, rounds.vera) is State.done


def test_who_posted_first_found_nothing_to_reply_to(session: Session, rounds: Circle) -> None:
    answer(session, rounds, rounds.ivan)
    assert state(session, rounds, rounds.ivan) is State.done
    answer(session, rounds, rounds.vera)
    assert state(session, rounds, rounds.ivan) is State.done


def test_a_reply_alone_is_no_answer(session: Session, rounds: Circle) -> None:
    respond(session, rounds.vera, answer(session, rounds, rounds.ivan))
    assert state(session, rounds, rounds.vera) is State.begun


def test_where_no_replies_are_due_a_post_is_enough(session: Session, circle: Circle) -> None:
    answer(session, circle, circle.ivan)
    answer(session, circle, circle.vera)
    assert state(session, circle, circle.vera) is State.done


def hide(post: Post, at: datetime = NOW) -> None:
    post.hidden_at, post.hidden_why = at, "It names somebody."


def test_hiding_undoes_nothing(session: Session, rounds: Circle) -> None:
    first, own = answer(session, rounds, rounds.ivan), answer(session, rounds, rounds.vera)
    said = respond(session, rounds.vera, first)
    for post in (first, own, said):
        hide(post, LATER)
    session.flush()
    rebuild(session, [rounds.vera, rounds.ivan], now=LATER)
    assert [state(session, rounds, who) for who in (rounds.vera, rounds.ivan)] == [State.done, State.done]


def test_what_was_hidden_before_was_not_there_to_reply_to(session: Session, rounds: Circle) -> None:
    hide(answer(session, rounds, rounds.ivan), NOW - timedelta(minutes=1))
    session.flush()
    answer(session, rounds, rounds.vera)
    assert state(session, rounds, rounds.vera) is State.done


@pytest.mark.parametrize("facts_too", [False, True])
def test_rebuilding_comes_to_the_same(session: Session, rounds: Circle, facts_too: bool) -> None:
    """What is done follows from who posted when: even from the posts alone."""
    people = [rounds.ivan, rounds.vera, rounds.tutor]
    more = [factories.make_enrolment(session, group=rounds.group) for _ in range(3)]
    first = answer(session, rounds, rounds.ivan)
    for who in (rounds.vera, rounds.tutor, more[0]):
        answer(session, rounds, who)
    respond(session, rounds.vera, first)
    respond(session, more[1], first)
    everybody = [*people, *more]
    before = [state(session, rounds, who) for who in everybody]
    assert before == [State.done, State.done, State.begun, State.begun, State.begun, State.none]
    if facts_too:
        session.execute(delete(CompletionFact))
    session.execute(delete(Completion))
    rebuild(session, everybody, now=LATER)
    assert [state(session, rounds, who) for who in everybody] == before


@pytest.mark.parametrize(
    ("done", "asks"),
    [
        (Done(), "write"),
        (Done(of_others=3), "write"),
        (Done(replied=True, of_others=3), "write"),
        (Done(posted=True), "wait"),
        (Done(posted=True, of_others=3), "reply"),
        (Done(posted=True, replied=True, of_others=3), None),
    ],
)
def test_what_a_round_asks_next(done: Done, asks: str | None) -> None:
    assert done.asks == asks


def test_what_was_done_is_counted_without_what_is_hidden(session: Session, rounds: Circle) -> None:
    ids = [rounds.prompt.activity_id]
    assert done_in(session, rounds.vera, ids) == {}
    first = answer(session, rounds, rounds.ivan)
    hide(answer(session, rounds, rounds.tutor))
    session.flush()
    assert done_in(session, rounds.vera, ids) == {ids[0]: Done(of_others=1)}
    answer(session, rounds, rounds.vera)
    respond(session, rounds.vera, first)
    assert done_in(session, rounds.vera, ids) == {ids[0]: Done(posted=True, replied=True, of_others=1)}


def dates(found: Round | None) -> list[datetime]:
    assert found is not None
    return [one for one in (found.write_by, found.reply_by) if one is not None]


@pytest.mark.parametrize(("hours", "phase"), [(-1, "write"), (1, "reply"), (25, "over")])
def test_two_dates_make_three_phases(hours: int, phase: str) -> None:
    found = Round(NOW, NOW + timedelta(days=1), ZoneInfo("UTC"))
    assert found.phase(NOW + timedelta(hours=hours)) == phase


def test_who_is_always_given_days_more_has_them_here_too(session: Session, rounds: Circle) -> None:
    plain = round_of(session, rounds.ivan, rounds.prompt.activity)
    factories.make_accommodation(session, rounds.vera, days=2)
    more = round_of(session, rounds.vera, rounds.prompt.activity)
    moved = [one - other for one, other in zip(dates(more), dates(plain), strict=True)]
    assert moved == [timedelta(days=2), timedelta(days=2)]


# The page


@pytest.fixture
def there(database: Database) -> Circle:
    """Return a circle whose prompt is a round, for the pages; what the group has otherwise is not so."""
    with database.transaction() as session:
        circle = make_circle(session)
        circle.group.zone = "Pacific/Auckland"
        make_round(session, circle)
        return circle


@pytest.fixture
def page(app: Application, database: Database, there: Circle) -> Callable[[Enrolment], str]:
    """Return what opens the page of the prompt as a member."""

    def opened(who: Enrolment) -> str:
        client: FlaskClient = browser_of(app, database, who.user_id)
        return client.get(f"{there.address}?group={there.group.slug}").text

    return opened


def by_id(session: Session, who: Enrolment) -> Enrolment:
    return session.get_one(Enrolment, who.id)


def in_session(session: Session, there: Circle) -> Circle:
    people: dict[str, Any] = {name: by_id(session, getattr(there, name)) for name in ("vera", "ivan", "tutor")}
    return replace(there, prompt=session.get_one(Prompt, there.prompt.id), **people)


def test_the_page_says_until_when_one_writes_and_replies_in_the_groups_days(
    page: Callable[[Enrolment], str], there: Circle, database: Database
) -> None:
    with database.transaction() as session:
        found = round_of(session, by_id(session, there.vera), in_session(session, there).prompt.activity)
        assert found is not None
        days = [str(found.day(moment)) for moment in dates(found)]
    shown = page(there.vera)
    for day in days:
        assert f'<time datetime="{day}">' in shown
    assert "on your clock" in shown
    assert "None of the others has written yet." in shown


def test_before_writing_the_page_says_only_how_many_have(
    page: Callable[[Enrolment], str], there: Circle, database: Database
) -> None:
    with database.transaction() as session:
        circle = in_session(session, there)
        answer(session, circle, circle.ivan)
        answer(session, circle, circle.ivan)
    shown = page(there.vera)
    assert "One other member has written." in shown
    assert "2 posts are here already" in shown
    assert "Ivan" not in shown
    assert "As a tutor you read everything" in page(there.tutor)


def test_after_writing_it_asks_for_a_reply_until_there_is_one(
    page: Callable[[Enrolment], str], there: Circle, database: Database
) -> None:
    with database.transaction() as session:
        circle = in_session(session, there)
        first = answer(session, circle, circle.ivan).id
        answer(session, circle, circle.vera)
    assert "Now read what they wrote, and reply to one of them." in page(there.vera)
    with database.transaction() as session:
        respond(session, by_id(session, there.vera), session.get_one(Post, first))
    shown = page(there.vera)
    assert "You have replied." in shown
    assert "Now read what they wrote" not in shown


def test_today_and_the_group_say_what_comes_next(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        meeting = factories.make_meeting(session, circle.group, day=datetime.now(UTC).date() + timedelta(days=3))
        due = datetime.now(UTC) + timedelta(days=3)
        lesson = circle.prompt.activity.parent
        assert lesson is not None
        told = {"meeting_id": meeting.id, "due_at": due, "reply_due_at": due + timedelta(days=2)}
        factories.make_assignment(session, circle.group, lesson, **told)
        first = answer(session, circle, circle.ivan).id
        user = session.get_one(User, circle.vera.user_id).id
    vera = browser_of(app, database, user)
    pages = (
        f"/today?group={circle.group.slug}",
        f"/groups/{circle.group.slug}",
        f"/groups/{circle.group.slug}/syllabus",
    )
    for address in pages:
        assert "write before you see the others, then reply to one by" in vera.get(address).text, address
    with database.transaction() as session:
        circle = in_session(session, circle)
        answer(session, circle, circle.vera)
    for address in pages:
        assert "now reply to one of the others, by" in vera.get(address).text, address
    with database.transaction() as session:
        respond(session, by_id(session, circle.vera), session.get_one(Post, first))
        activity = in_session(session, circle).prompt.activity_id
        done = select(Completion.state).filter_by(enrolment_id=circle.vera.id, activity_id=activity)
        assert session.scalar(done) is State.done
    for address in pages:
        assert "reply to one" not in vera.get(address).text, address
