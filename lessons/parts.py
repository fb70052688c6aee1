"""The work of a lesson: its readings, prompts and quiz, with where an enrolment stands with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

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
    state: State
    done_at: datetime | None
    #: It came in after the lesson was done, so it does not count here.
    new_since: bool
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


def work_of(session: Session, lesson: Lesson, enrolment: Enrolment | None, pace: int | None = None) -> Work:
    """Return the work of LESSON for ENROLMENT, None for who has none. What is retired is there for who has begun it.

    The minutes of what is read in the house are those of a reader of PACE."""
    enrolment_id, group_id = (enrolment.id, enrolment.group_id) if enrolment else (0, None)
    its_text = aliased(Text)
    rows = session.execute(
        select(Activity, Completion, Reading, its_text.ident, PromptVersion)
        .outerjoin(Completion, and_(Completion.activity_id == Activity.id, Completion.enrolment_id == enrolment_id))
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .outerjoin(its_text, its_text.id == Reading.text_id)
        .outerjoin(Prompt, Prompt.activity_id == Activity.id)
        .outerjoin(PromptVersion, PromptVersion.id == Prompt.current_version_id)
        .where(or_(Activity.id == lesson.activity_id, Activity.parent_id == lesson.activity_id))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group_id))
        .where(or_(Activity.retired_at.is_(None), Completion.id.is_not(None)))
        .order_by(Activity.position, Activity.id)
    ).all()
    own = next((row[1] for row in rows if row[0].id == lesson.activity_id), None)
    done_at = own.done_at if own else None
    counts = question_counts(session, [row[0].id for row in rows if row[0].kind is ActivityKind.quiz])
    parts = [_part(*row, counts.get(row[0].id, 0), done_at, pace) for row in rows if row[0].id != lesson.activity_id]
    order = [kind.value for kind in ORDER]
    parts.sort(key=lambda part: order.index(part.kind))
    return Work(own.state if own else State.none, done_at, parts)


def _part(
    activity: Activity,
    completion: Completion | None,
    reading: Reading | None,
    text_ident: str | None,
    version: PromptVersion | None,
    questions: int,
    lesson_done_at: datetime | None,
    pace: int | None,
) -> Part:
    return Part(
        id=activity.id,
        kind=activity.kind.value,
        ident=activity.ident,
        title=activity.title,
        minutes=at_pace(activity.minutes, pace if text_ident else None),
        required=activity.required and activity.retired_at is None,
        state=completion.state if completion else State.none,
        done_at=completion.done_at if completion else None,
        new_since=bool(
            lesson_done_at and activity.added_at > lesson_done_at and not (completion and completion.done_at)
        ),
        by=reading.by if reading else None,
        part=reading.part if reading else None,
        address=reading.address if reading else None,
        text_ident=text_ident,
        look_for=with_slips(reading.look_for_html if reading else None),
        question=with_slips(version.question_html if version else None),
        hint=with_slips(version.hint_html) if version and version.hint_html else None,
        questions=questions,
    )
