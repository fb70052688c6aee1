"""Presses of a button that arrive at the same moment: nothing is there twice, nothing is lost."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, StudyGroup
from course.notices.models import Notice
from course.syllabus.chairing import hand_on, let_take_turns
from course.syllabus.models import Meeting
from course.texts.models import Text
from lessons.agenda.items import put_passage, put_words
from lessons.agenda.minutes import MinutesChanged, write_minutes
from lessons.agenda.models import AgendaItem, Minutes
from tests.conftest import NOW
from tests.course.groups.test_at_once import at_once
from tests.kruzhok.meetings.conftest import Friends

Act = Callable[[Session], object]


def count(database: Database, table: Any) -> int:
    with database.transaction(writing=False) as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def writing(there: Friends, who: Enrolment, words: str) -> Act:
    def act(session: Session) -> object:
        meeting, place = session.get_one(Meeting, there.meeting.id), session.get_one(Enrolment, who.id)
        write_minutes(session, meeting, place, words, number=0, base=0, now=NOW)
        return None

    return act


def test_of_two_who_write_minutes_at_once_one_is_told(database: Database, there: Friends) -> None:
    raised = at_once(database, writing(there, there.nadia, "As I have it."), writing(there, there.vera, "No."))
    assert sorted(map(str, raised)) == sorted(map(str, [None, MinutesChanged]))
    assert count(database, Minutes) == 1


def test_minutes_sent_thrice_at_once_are_saved_once(database: Database, there: Friends) -> None:
    assert at_once(database, *[writing(there, there.nadia, "As I have it.")] * 3) == [None] * 3
    assert count(database, Minutes) == 1


def test_a_passage_and_words_sent_thrice_stand_on_the_agenda_once(database: Database, there: Friends) -> None:
    def passage(session: Session) -> object:
        meeting, place = session.get_one(Meeting, there.meeting.id), session.get_one(Enrolment, there.vera.id)
        return put_passage(session, meeting, place, session.get_one(Text, there.text.id), "p-1", now=NOW)

    def words(session: Session) -> object:
        meeting, place = session.get_one(Meeting, there.meeting.id), session.get_one(Enrolment, there.vera.id)
        return put_words(session, meeting, place, "Why then?", base=0, now=NOW)

    assert at_once(database, *[passage] * 3, *[words] * 3) == [None] * 6
    assert count(database, AgendaItem) == 2


def test_turns_given_out_twice_at_once_are_given_out_once(database: Database, there: Friends) -> None:
    def act(session: Session) -> object:
        group, meeting = session.get_one(StudyGroup, there.group.id), session.get_one(Meeting, there.meeting.id)
        return let_take_turns(session, group, meeting, by_id=there.ivan.user_id, now=NOW)

    assert at_once(database, act, act, act) == [None] * 3
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Meeting.chair_id).order_by(Meeting.number)).all() == [
            there.nadia.id,
            there.vera.id,
        ]
    assert count(database, Notice) == 2


def test_who_hands_on_twice_at_once_hands_on_once(database: Database, there: Friends) -> None:
    with database.transaction() as session:
        session.get_one(Meeting, there.meeting.id).chair_id = there.nadia.id

    def act(session: Session) -> object:
        group, meeting = session.get_one(StudyGroup, there.group.id), session.get_one(Meeting, there.meeting.id)
        return hand_on(session, group, meeting, session.get_one(Enrolment, there.nadia.id), now=NOW)

    assert at_once(database, act, act, act) == [None] * 3
    with database.transaction(writing=False) as session:
        assert session.get_one(Meeting, there.meeting.id).chair_id == there.vera.id
