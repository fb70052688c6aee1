"""Ticking readings and lessons, and what that does to progress (RULES, section 7 "Ours")."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.completion.models import CompletionFact, State
from course.completion.progress import Progress
from course.completion.records import standing_of
from lessons.readings import DoneByItsParts, tick_lesson, tick_reading
from tests.conftest import NOW
from tests.factories import make_empty_course, make_enrolment, make_lesson, make_prompt, make_reading, make_unit


def facts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CompletionFact)) or 0


def test_ticking_twice_is_one_tick_and_unticking_takes_it_back(session: Session) -> None:
    course = make_empty_course(session)
    lesson = make_lesson(session, course, make_unit(session, course))
    reading, _other = make_reading(session, lesson), make_prompt(session, lesson)
    enrolment = make_enrolment(session, course=course)
    for _twice in range(2):
        tick_reading(session, enrolment, reading, done=True, now=NOW)
    standing = standing_of(session, enrolment)
    assert (standing.progress, standing.state(lesson.id), facts(session)) == (Progress(1, 2), State.begun, 1)
    for _twice in range(2):
        tick_reading(session, enrolment, reading, done=False, now=NOW)
    standing = standing_of(session, enrolment)
    assert (standing.progress, standing.state(reading.id), facts(session)) == (Progress(0, 2), State.begun, 2)


def test_taking_back_what_was_never_ticked_is_nothing(session: Session) -> None:
    course = make_empty_course(session)
    reading = make_reading(session, make_lesson(session, course))
    enrolment = make_enrolment(session, course=course)
    tick_reading(session, enrolment, reading, done=False, now=NOW)
    assert (standing_of(session, enrolment).state(reading.id), facts(session)) == (State.none, 0)


def test_optional_parts_never_count(session: Session) -> None:
    course = make_empty_course(session)
    lesson = make_lesson(session, course)
    required, optional = make_reading(session, lesson), make_reading(session, lesson, required=False)
    enrolment = make_enrolment(session, course=course)
    tick_reading(session, enrolment, optional, done=True, now=NOW)
    assert standing_of(session, enrolment).progress == Progress(0, 1)
    tick_reading(session, enrolment, required, done=True, now=NOW)
    standing = standing_of(session, enrolment)
    assert (standing.progress, standing.state(lesson.id)) == (Progress(1, 1), State.done)


def test_done_is_not_undone_by_a_part_that_came_later_but_by_unticking(session: Session) -> None:
    course = make_empty_course(session)
    lesson = make_lesson(session, course)
    first = make_reading(session, lesson)
    enrolment = make_enrolment(session, course=course)
    tick_reading(session, enrolment, first, done=True, now=NOW)
    new = make_reading(session, lesson, added_at=NOW + timedelta(days=1))
    session.refresh(lesson, ["parts"])
    standing = standing_of(session, enrolment)
    assert (standing.progress, standing.state(lesson.id)) == (Progress(1, 1), State.done)
    assert standing.counts(first)
    assert not standing.counts(new)
    tick_reading(session, enrolment, first, done=False, now=NOW + timedelta(days=2))
    assert standing_of(session, enrolment).state(lesson.id) is State.begun


def test_a_lesson_without_required_parts_has_its_own_tick_and_no_figure(session: Session) -> None:
    course = make_empty_course(session)
    lesson = make_lesson(session, course)
    make_reading(session, lesson, required=False)
    enrolment = make_enrolment(session, course=course)
    tick_lesson(session, enrolment, lesson, done=True, now=NOW)
    standing = standing_of(session, enrolment)
    assert (standing.state(lesson.id), standing.progress.share) == (State.done, None)
    tick_lesson(session, enrolment, lesson, done=False, now=NOW)
    assert standing_of(session, enrolment).state(lesson.id) is State.begun


def test_a_lesson_with_required_parts_is_not_ticked_itself(session: Session) -> None:
    course = make_empty_course(session)
    lesson = make_lesson(session, course)
    make_reading(session, lesson)
    with pytest.raises(DoneByItsParts):
        tick_lesson(session, make_enrolment(session, course=course), lesson, done=True, now=NOW)
