"""What self-checks do to the reading of their text: "own tick, or all its self-checks, one at least, answered"."""

from typing import NamedTuple

import pytest
from sqlalchemy.orm import Session

from course.completion.models import State
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.outline.models import Activity, Course
from course.texts.models import Text
from kruzhok.completions import rebuild
from lessons.readings import complete_readings, tick_reading
from quizzes.checks.answering import Given, answer_check
from quizzes.checks.asking import checks_in
from tests.conftest import NOW
from tests.factories import (
    make_check,
    make_empty_course,
    make_enrolment,
    make_group,
    make_lesson,
    make_reading,
    make_text,
    make_unit,
    notes_of,
    states_of,
)


class House(NamedTuple):
    """A text with two self-checks, which is read for a lesson, and a reader."""

    course: Course
    lesson: Activity
    reading: Activity
    text: Text
    reader: Enrolment


@pytest.fixture
def house(session: Session) -> House:
    course = make_empty_course(session)
    lesson = make_lesson(session, course, make_unit(session, course))
    text = make_text(session, course)
    reading = make_reading(session, lesson, text=text)
    for passage in ("p-1", "p-3"):
        make_check(session, text, passage=passage)
    return House(course, lesson, reading, text, make_enrolment(session, course=course))


def answer(session: Session, house: House, place: int, *, reader: Enrolment | None = None, option: str = "yes") -> None:
    """Answer the self-check at that PLACE of the text, as its page does."""
    reader, check = reader or house.reader, checks_in(session, house.text.id)[place]
    answer_check(session, reader, None, check, Given({"option": option}), now=NOW)
    complete_readings(session, reader, house.text, now=NOW)


def state(session: Session, house: House, activity: Activity) -> State:
    return standing_of(session, house.reader).state(activity.id)


def test_the_first_answer_begins_a_reading_and_the_last_completes_it(session: Session, house: House) -> None:
    answer(session, house, 1)
    assert (state(session, house, house.reading), state(session, house, house.lesson)) == (State.begun, State.begun)
    answer(session, house, 1, option="no")
    assert state(session, house, house.reading) is State.begun
    answer(session, house, 0)
    assert (state(session, house, house.reading), state(session, house, house.lesson)) == (State.done, State.done)


def test_an_answer_need_not_be_right(session: Session, house: House) -> None:
    for place in (0, 1):
        answer(session, house, place, option="no")
    assert state(session, house, house.reading) is State.done


def test_every_reading_that_stands_on_the_text_is_completed(session: Session, house: House) -> None:
    other = make_reading(session, make_lesson(session, house.course, number=2), text=house.text)
    of_group = make_reading(session, house.lesson, text=house.text, group_id=make_group(session, house.course).id)
    for place in (0, 1):
        answer(session, house, place)
    assert state(session, house, other) is State.done
    assert state(session, house, of_group) is State.none


def test_a_self_check_in_the_notes_completes_no_reading(session: Session, house: House) -> None:
    notes = notes_of(session, house.lesson)
    make_check(session, notes)
    [check] = checks_in(session, notes.id)
    answer_check(session, house.reader, house.lesson.id, check, Given({"option": "yes"}), now=NOW)
    complete_readings(session, house.reader, notes, now=NOW)
    assert states_of(session, house.reader.id) == {}


def test_a_reading_unticked_stays_so_whatever_is_answered(session: Session, house: House) -> None:
    for place in (0, 1):
        answer(session, house, place)
    tick_reading(session, house.reader, house.reading, done=False, now=NOW)
    answer(session, house, 0, option="no")
    assert state(session, house, house.reading) is State.begun


def test_a_self_check_that_came_later_undoes_nothing(session: Session, house: House) -> None:
    for place in (0, 1):
        answer(session, house, place)
    make_check(session, house.text, passage="p-2")
    rebuild(session, [house.reader], now=NOW)
    assert state(session, house, house.reading) is State.done


def test_what_was_answered_in_one_place_is_not_read_in_another(session: Session, house: House) -> None:
    elsewhere = make_enrolment(session, house.reader.user, house.course, make_group(session, house.course))
    answer(session, house, 0)
    answer(session, house, 1, reader=elsewhere)
    assert state(session, house, house.reading) is State.begun
    assert standing_of(session, elsewhere).state(house.reading.id) is State.begun


def test_rebuilding_finds_what_was_stored(session: Session, house: House) -> None:
    somebody_else = make_enrolment(session, course=house.course)
    answer(session, house, 0)
    for place in (0, 1):
        answer(session, house, place, reader=somebody_else)
    readers = [house.reader, somebody_else]
    stored = [states_of(session, one.id) for one in readers]
    rebuild(session, readers, now=NOW)
    assert [states_of(session, one.id) for one in readers] == stored
    assert stored[0] != stored[1]
