"""Where one goes on: where one really was."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.completion.models import CompletionFact, FactKind, State
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course
from kruzhok.today.acts import Act, LastActs, last_acts
from kruzhok.today.again import read_again
from kruzhok.today.plan import decide, go_on_for
from kruzhok.today.tasks import LessonTasks, Task
from lessons.discussion.posts import reply, write_post
from lessons.journal import keep_draft, write_entry
from lessons.models import Prompt
from lessons.readings import tick_reading
from quizzes.models import Attempt, StepKind
from tests.conftest import NOW
from tests.factories import (
    activity_of,
    make_attempt,
    make_bare_course,
    make_empty_course,
    make_enrolment,
    make_group,
    make_lesson,
    make_prompt,
    make_quiz,
    make_reading,
    make_step,
    make_unit,
)
from tests.web import post

NOTHING = LastActs(None, None, None)


def task(key: int, kind: str, lesson: int, state: State = State.none, *, required: bool = True) -> Task:
    return Task(key, kind, f"{kind}-{key}", f"Title {key}", 10, state, required, f"lesson-{lesson}", lesson, "Lesson")


def lesson(number: int, *parts: Task, state: State = State.none) -> LessonTasks:
    head = Task(number * 100, "lesson", f"lesson-{number}", "L", 20, state, False, f"lesson-{number}", number, "L")
    return LessonTasks(head, parts)


def besides(key: int) -> Task:
    return Task(key, "reading", f"reading-{key}", "The road", 10, State.none, True, "", 0, "")


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


DONE_ONE = lesson(1, task(1, "reading", 1, State.done), task(2, "quiz", 1, State.done), state=State.done)
BEGUN_TWO = lesson(
    2, task(3, "reading", 2, State.done), task(4, "prompt", 2, State.begun), task(5, "quiz", 2), state=State.begun
)
FRESH_THREE = lesson(3, task(6, "reading", 3))


def test_what_is_asked_besides_the_lessons_comes_when_these_ask_nothing_more() -> None:
    acts = LastActs(None, None, Act(1, at(5)))
    go_on = decide([DONE_ONE, FRESH_THREE], acts, None, [besides(7)])
    assert go_on is not None
    assert (go_on.reason, go_on.task.id) == ("next", 300)
    for lessons in ([DONE_ONE], []):
        go_on = decide(lessons, acts, None, [besides(7), besides(8)])
        assert go_on is not None
        assert (go_on.reason, go_on.task.id) == ("beside", 7)


@pytest.mark.parametrize(
    ("acts", "reason", "task_id"),
    [
        (NOTHING, "begin", 200),
        (LastActs(None, Act(4, at(5)), Act(3, at(1))), "draft", 4),
        (LastActs(None, Act(4, at(1)), Act(3, at(5))), "here", 4),
        (LastActs(None, None, Act(1, at(5))), "next", 4),
        (LastActs(Attempt(id=9, activity_id=5, started_at=at(0)), Act(4, at(5)), None), "attempt", 5),
        (LastActs(None, None, Act(999, at(5))), "begin", 200),
    ],
)
def test_going_on_is_decided_by_the_last_act(acts: LastActs, reason: str, task_id: int) -> None:
    two = lesson(2, *BEGUN_TWO.parts) if reason == "begin" else BEGUN_TWO
    go_on = decide([DONE_ONE, two, FRESH_THREE], acts)
    assert go_on is not None
    assert (go_on.reason, go_on.task.id) == (reason, task_id)


def test_after_the_last_lesson_it_goes_round_to_what_was_left_out() -> None:
    three = lesson(3, task(6, "reading", 3, State.done), state=State.done)
    go_on = decide([lesson(1, task(1, "reading", 1)), BEGUN_TWO, three], LastActs(None, None, Act(6, at(1))))
    assert go_on is not None
    assert (go_on.reason, go_on.task.id) == ("next", 100)


@pytest.mark.parametrize(
    ("path", "acts", "reason", "task_id"),
    [
        (["lesson-3", "lesson-2"], NOTHING, "begin", 300),
        (["lesson-1", "lesson-3"], LastActs(None, None, Act(1, at(5))), "next", 300),
        (["lesson-2", "lesson-1"], LastActs(None, None, Act(1, at(5))), "next", 200),
        (["lesson-1"], LastActs(None, None, Act(1, at(5))), "next", 200),
        (["lesson-of-old"], LastActs(None, None, Act(1, at(5))), "next", 200),
        (["lesson-3"], LastActs(None, None, Act(7, at(5))), "here", 7),
    ],
)
def test_on_a_path_its_lessons_come_in_its_order_and_before_the_others(
    path: list[str], acts: LastActs, reason: str, task_id: int
) -> None:
    two = lesson(2, task(7, "reading", 2))
    go_on = decide([DONE_ONE, two, FRESH_THREE], acts, path=path)
    assert go_on is not None
    assert (go_on.reason, go_on.task.id) == (reason, task_id)


def test_all_done_is_said_and_optional_parts_ask_nothing() -> None:
    lessons = [lesson(1, task(1, "reading", 1, State.done), task(2, "prompt", 1, required=False), state=State.done)]
    go_on = decide(lessons, LastActs(None, None, Act(1, at(1))))
    assert go_on is not None
    assert go_on.reason == "done"
    assert decide([], NOTHING) is None


def test_a_lesson_without_required_parts_asks_for_itself() -> None:
    one = lesson(1, task(2, "prompt", 1, required=False))
    assert [asked.id for asked in one.asked] == [100]
    assert lesson(1, state=State.done).asked == []


def scene(session: Session) -> tuple[Enrolment, Activity, Prompt]:
    enrolment = make_enrolment(session)
    course = session.get_one(Course, enrolment.course_id)
    prompt = session.scalars(
        select(Prompt).where(Prompt.activity_id == activity_of(session, course, ActivityKind.prompt).id)
    ).one()
    return enrolment, activity_of(session, course, ActivityKind.reading), prompt


def test_the_plan_follows_what_was_done(session: Session) -> None:
    enrolment, reading, prompt = scene(session)

    def now() -> tuple[str, str]:
        go_on = go_on_for(session, enrolment, NOW)
        assert go_on is not None
        return go_on.reason, go_on.task.kind

    assert now() == ("begin", "lesson")
    keep_draft(session, enrolment, prompt, "Because", base=0, now=at(1))
    assert now() == ("draft", "prompt")
    tick_reading(session, enrolment, reading, done=True, now=at(2))
    assert now() == ("here", "prompt")
    write_entry(session, enrolment, prompt, "Because.", base=1, now=at(3))
    assert now() == ("here", "quiz")
    attempt = make_attempt(session, enrolment, started_at=at(4))
    assert now() == ("attempt", "quiz")
    attempt.submitted_at = at(5)
    session.flush()
    assert now() == ("here", "quiz")


def test_a_reply_is_an_act_though_its_prompt_was_done_before(session: Session) -> None:
    course = make_bare_course(session)
    enrolment = make_enrolment(session, course=course, group=make_group(session, course))
    prompt = session.scalars(select(Prompt)).one()
    first = write_post(session, enrolment, prompt, "Because.", once=None, base=0, now=at(1))
    tick_reading(session, enrolment, activity_of(session, course, ActivityKind.reading), done=True, now=at(2))
    reply(session, enrolment, first, "And also.", once=None, now=at(3))
    assert last_acts(session, enrolment).other == Act(prompt.activity_id, at(3))


def test_of_facts_of_one_moment_the_last_act_is_the_one_written_last(session: Session) -> None:
    enrolment, reading, prompt = scene(session)
    for activity_id in (reading.id, prompt.activity_id, reading.id, prompt.activity_id):
        told = {"enrolment_id": enrolment.id, "activity_id": activity_id, "kind": FactKind.tick, "done": True}
        session.add(CompletionFact(**told, at=at(1)))
        session.flush()
        assert last_acts(session, enrolment).other == Act(activity_id, at(1))


def test_what_a_quiz_missed_is_to_be_read_again(session: Session) -> None:
    enrolment, _reading, _prompt = scene(session)
    attempt = make_attempt(session, enrolment, submitted_at=at(1))
    session.refresh(attempt, ["items"])
    make_step(session, attempt.items[0], kind=StepKind.score, score=0.0, response={"option": "no"}, at=at(1))
    again = read_again(session, enrolment)
    assert [(one.ident, one.begins, one.missed.number) for one in again] == [("p-1", "Paragraph 1.", 1)]


def test_today_teaches_a_visitor_and_leads_a_guest(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        course = make_bare_course(session)
        lesson, reading = (activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.reading))
        address = f"/courses/{course.ident}/lessons/{lesson.ident}"
    page = client.get("/today").text
    assert "What will stand here" in page
    assert "Begin" in page
    post(client, f"{address}/readings/{reading.ident}/tick", {"done": "1"})
    page = client.get("/today").text
    assert "Go on from here" in page
    assert "Lesson 1 asks" in page
    assert page.count("primary") == 1


def big_course(session: Session, lessons: int) -> Course:
    course = make_empty_course(session)
    unit = make_unit(session, course)
    for number in range(1, lessons + 1):
        one = make_lesson(session, course, unit, number=number)
        make_reading(session, one)
        make_prompt(session, one)
        make_quiz(session, one)
    return course
