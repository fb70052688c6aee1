"""The work of a lesson: its readings, prompts and quiz, with where an enrolment stands with each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.base.held import held
from course.completion.models import Completion, State
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.texts.models import Text
from lessons.markup import with_slips
from lessons.models import Lesson, Prompt, PromptVersion, Reading
from lessons.pace import at_pace
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


def work_of(session: Session, lesson: Lesson, enrolment: Enrolment | None, pace: int | None = None) -> Work:
    """Return the work of LESSON for ENROLMENT, None for who has none. What is retired is there for who has begun it.

    The minutes of what is read in the house are those of a reader of PACE. One query, and what `held` spares."""
    course = lesson.activity.course
    parts = held(session, ("parts", course.version, lesson.id), partial(_parts_of, session, lesson.activity_id))
    mine = _completions(session, enrolment, [lesson.activity_id, *(one.part.id for one in parts)])
    own = mine.get(lesson.activity_id, NOT_BEGUN)
    shown = [
        _for_reader(one, mine.get(one.part.id, NOT_BEGUN), own.done_at, pace)
        for one in parts
        if not one.is_retired or one.part.id in mine
    ]
    return Work(own.state, own.done_at, shown)


class _Done(NamedTuple):
    """How far somebody is with an activity, and when it was done."""

    state: State
    done_at: datetime | None


NOT_BEGUN = _Done(State.none, None)


def _completions(session: Session, enrolment: Enrolment | None, activity_ids: Collection[int]) -> dict[int, _Done]:
    """Return activity -> how far ENROLMENT is with it, for those that are begun."""
    if enrolment is None:
        return {}
    rows = session.execute(_COMPLETIONS, {"enrolment_id": enrolment.id, "activity_ids": activity_ids})
    return {activity_id: _Done(state, done_at) for activity_id, state, done_at in rows}


_COMPLETIONS = select(Completion.activity_id, Completion.state, Completion.done_at).where(
    Completion.enrolment_id == bindparam("enrolment_id"),
    Completion.activity_id.in_(bindparam("activity_ids", expanding=True)),
)


def _for_reader(one: PartOfAll, done: _Done, lesson_done_at: datetime | None, pace: int | None) -> Part:
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
