"""The work of a lesson: its readings, prompts and quiz, with where an enrolment stands with each."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import BindParameter, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from course.base.db import in_words
from course.base.errors import NotFound
from course.base.held import held
from course.completion.models import Completion, State
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course
from course.texts.models import Text
from lessons.markup import with_slips
from lessons.models import Lesson, Prompt, PromptVersion, Reading
from lessons.pace import at_pace
from quizzes.attempts.results import QuizStanding, results_of
from quizzes.models import Attempt, Purpose
from quizzes.sizes import question_counts

#: In what order the kinds of work are met on a page.
ORDER = (ActivityKind.reading, ActivityKind.prompt, ActivityKind.quiz)


@dataclass(frozen=True, slots=True)
class Part:
    """A reading, prompt or quiz of a lesson, as its page shows it."""

    id: int
    kind: str
    ident: str
    title: str
    minutes: int
    required: bool
    state: State = State.none
    done_at: datetime | None = None
    #: It came in after the lesson was done, so it does not count here.
    new_since: bool = False
    by: str | None = None
    part: str | None = None
    address: str | None = None
    text_ident: str | None = None
    look_for: str = ""
    question: str = ""
    hint: str | None = None
    questions: int = 0

    @property
    def of_reader(self) -> Hashable:
        """What of it is not the same for everybody, with what names it."""
        return (self.id, self.state, self.new_since, self.minutes)

    @property
    def is_done(self) -> bool:
        """Whether it is done."""
        return self.state is State.done

    @property
    def host(self) -> str:
        """Whose site a reading outside stands on, as people say it."""
        return (urlsplit(self.address or "").hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Work:
    """All the work of one lesson, and the state of the lesson itself."""

    state: State
    done_at: datetime | None
    parts: Sequence[Part]

    def of(self, kind: str) -> list[Part]:
        """Return the parts of one KIND, in order."""
        return [part for part in self.parts if part.kind == kind]

    @property
    def own_tick(self) -> bool:
        """Whether the lesson has no required parts, and so is ticked itself."""
        return not any(part.required for part in self.parts)


class PartOfAll(NamedTuple):
    """A part of a lesson as it is for everybody, with what says for whom it is there and when it came in."""

    part: Part
    added_at: datetime
    is_retired: bool


class LessonBegun(NamedTuple):
    """A lesson, and what somebody did of it: how far they are with each activity of it that is begun, and where they
    stand at its quizzes."""

    lesson: Lesson
    done: Mapping[int, "Done"]
    results: Mapping[int, QuizStanding]


def lesson_begun(session: Session, course: Course, ident: str, enrolment: Enrolment | None) -> LessonBegun:
    """Return the lesson IDENT of COURSE, with its activity and text, and what ENROLMENT did of it, None for who has
    none; raise NotFound for a planned one. One query."""
    asked = {"course_id": course.id, "ident": ident, "enrolment_id": enrolment.id if enrolment else 0}
    rows = session.execute(_LESSON_BEGUN, asked).all()
    if not rows:
        raise NotFound
    done = {activity_id: Done(state, done_at) for _lesson, activity_id, state, done_at, _attempt in rows if state}
    return LessonBegun(rows[0][0], done, results_of(row[4] for row in rows if row[4] is not None))


def _lesson_begun() -> Any:
    """Return the query for a lesson: a row for it and for each of its parts, with each attempt at it."""
    one = aliased(Activity)
    mine: BindParameter[int] = bindparam("enrolment_id")
    sat = and_(Attempt.activity_id == one.id, Attempt.enrolment_id == mine, Attempt.purpose == in_words(Purpose.quiz))
    return (
        select(Lesson, one.id, Completion.state, Completion.done_at, Attempt)
        .join(Lesson.activity)
        .join(Lesson.text)
        .join(one, or_(one.id == Activity.id, one.parent_id == Activity.id))
        .outerjoin(Completion, and_(Completion.activity_id == one.id, Completion.enrolment_id == mine))
        .outerjoin(Attempt, sat)
        # A lesson is part of nothing: said, since by this its ident is indexed.
        .where(Activity.course_id == bindparam("course_id"), Activity.group_id.is_(None), Activity.parent_id.is_(None))
        .where(Activity.ident == bindparam("ident"), Activity.kind == in_words(ActivityKind.lesson))
        .order_by(Attempt.activity_id, Attempt.number)
        .options(contains_eager(Lesson.activity), contains_eager(Lesson.text))
    )


_LESSON_BEGUN = _lesson_begun()


def work_of(session: Session, begun: LessonBegun, pace: int | None = None) -> Work:
    """Return the work of a lesson for who has done of it what is BEGUN. What is retired is there for who has begun it.

    The minutes of what is read in the house are those of a reader of PACE. No query where the parts are held."""
    lesson, mine = begun.lesson, begun.done
    course = lesson.activity.course
    parts = held(session, ("parts", course.version, lesson.id), partial(_parts_of, session, lesson.activity_id))
    own = mine.get(lesson.activity_id, NOT_BEGUN)
    shown = [
        _for_reader(one, mine.get(one.part.id, NOT_BEGUN), own.done_at, pace)
        for one in parts
        if not one.is_retired or one.part.id in mine
    ]
    return Work(own.state, own.done_at, shown)


class Done(NamedTuple):
    """How far somebody is with an activity, and when it was done."""

    state: State
    done_at: datetime | None


NOT_BEGUN = Done(State.none, None)


def _for_reader(one: PartOfAll, done: Done, lesson_done_at: datetime | None, pace: int | None) -> Part:
    part = one.part
    return replace(
        part,
        minutes=at_pace(part.minutes, pace if part.text_ident else None),
        state=done.state,
        done_at=done.done_at,
        new_since=bool(lesson_done_at and one.added_at > lesson_done_at and not done.done_at),
    )


def _parts_of(session: Session, lesson_id: int) -> list[PartOfAll]:
    """Return all parts of the lesson that is the activity LESSON_ID, retired ones too, in the order of a page."""
    rows = session.execute(
        select(Activity, Reading, Text.ident, PromptVersion)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .outerjoin(Text, Text.id == Reading.text_id)
        .outerjoin(Prompt, Prompt.activity_id == Activity.id)
        .outerjoin(PromptVersion, PromptVersion.id == Prompt.current_version_id)
        .where(Activity.parent_id == lesson_id)
        .order_by(Activity.position, Activity.id)
    ).all()
    counts = question_counts(session, [row[0].id for row in rows if row[0].kind is ActivityKind.quiz])
    rows = sorted(rows, key=lambda row: ORDER.index(row[0].kind))
    return [
        PartOfAll(_part(*row, counts.get(row[0].id, 0)), row[0].added_at, row[0].retired_at is not None) for row in rows
    ]


def _part(
    activity: Activity, reading: Reading | None, text_ident: str | None, version: PromptVersion | None, questions: int
) -> Part:
    return Part(
        id=activity.id,
        kind=activity.kind.value,
        ident=activity.ident,
        title=activity.title,
        minutes=activity.minutes,
        required=activity.required and activity.retired_at is None,
        by=reading.by if reading else None,
        part=reading.part if reading else None,
        address=reading.address if reading else None,
        text_ident=text_ident,
        look_for=with_slips(reading.look_for_html if reading else None),
        question=with_slips(version.question_html if version else None),
        hint=with_slips(version.hint_html) if version and version.hint_html else None,
        questions=questions,
    )
