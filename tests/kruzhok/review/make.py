"""Study groups with lessons whose items somebody knows, for the tests of review."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, Course
from course.syllabus.models import Meeting
from course.users.models import User
from kruzhok.calendar.dates import Dated, dates_of
from kruzhok.review.needs import Need, needs_of
from lessons.models import Reading
from quizzes.models import Item, ItemVersion, Quiz, QuizSlot, SelfCheck
from quizzes.review.models import Card
from tests import factories
from tests.conftest import NOW

#: A Tuesday, at noon; users and groups here are in UTC unless a test says otherwise.
TUESDAY = datetime(2026, 12, 1, 12, tzinfo=UTC)
TODAY = TUESDAY.date()
EVENING = time(18, 30)


def days(number: int) -> date:
    """Return the day so many days from today."""
    return TODAY + timedelta(days=number)


class Circle:
    """A group on a course of lessons, each with two self-checks in its notes, one in its text, and a quiz of two
    items; and one of its members."""

    def __init__(
        self,
        session: Session,
        user: User | None = None,
        *,
        lessons: int = 2,
        course: Course | None = None,
        role: Role = Role.student,
        zone: str = "UTC",
    ) -> None:
        self.session = session
        self.course = course or factories.make_empty_course(session)
        if course is None:
            unit = factories.make_unit(session, self.course)
            for number in range(1, lessons + 1):
                self._write(factories.make_lesson(session, self.course, unit, number=number))
        of_course = select(Activity).where(Activity.course_id == self.course.id).order_by(Activity.id)
        self.lessons = [one for one in session.scalars(of_course) if one.kind.value == "lesson"]
        self.quizzes = [one for one in session.scalars(of_course) if one.kind.value == "quiz"]
        self.group: StudyGroup = factories.make_group(session, self.course, zone=zone)
        self.mine: Enrolment = factories.make_enrolment(session, user, group=self.group, role=role)
        self.user: User = self.mine.user

    def _write(self, lesson: Activity) -> None:
        session = self.session
        notes, text = factories.notes_of(session, lesson), factories.make_text(session, self.course)
        for where in (notes, notes, text):
            factories.make_check(session, where)
        factories.make_reading(session, lesson, text=text)
        factories.make_quiz(session, lesson, items=2)

    def meet(self, lesson: int, day: date, *, begins: time | None = EVENING, number: int = 0) -> Meeting:
        """Meet on that lesson."""
        number = number or len(self.session.scalars(select(Meeting).where(Meeting.group_id == self.group.id)).all()) + 1
        meeting = factories.make_meeting(self.session, self.group, number=number, day=day, begins=begins)
        self.give(self.lessons[lesson - 1], meeting_id=meeting.id, due_at=None)
        return meeting

    def give(self, activity: Activity, **columns: object) -> None:
        """Give ACTIVITY to all of the group."""
        factories.make_assignment(self.session, self.group, activity, **columns)

    def reach(
        self,
        lesson: int,
        state: State = State.done,
        *,
        activity: Activity | None = None,
        place: Enrolment | None = None,
    ) -> None:
        """Have begun or done that lesson, or ACTIVITY, in the group or in another PLACE of the member."""
        done_at = TUESDAY if state is State.done else None
        keys = {"enrolment_id": (place or self.mine).id, "activity_id": (activity or self.lessons[lesson - 1]).id}
        factories.add(self.session, Completion(**keys, state=state, done_at=done_at))

    def checks(self, lesson: int) -> list[int]:
        """Return the self-checks of that lesson: two in its notes, one in its text."""
        return checks_of(self.session, self.lessons[lesson - 1])

    def asked(self, lesson: int) -> list[int]:
        """Return the items of the quiz of that lesson."""
        return slots_of(self.session, self.quizzes[lesson - 1])

    def items(self, lesson: int) -> set[int]:
        """Return all items of that lesson."""
        return {*self.checks(lesson), *self.asked(lesson)}

    def dates(self, now: datetime = TUESDAY) -> list[Dated]:
        """Return the dates of the member."""
        self.session.expire_all()
        return dates_of(self.session, self.user, now)

    def needs(self, now: datetime = TUESDAY) -> dict[int, Need]:
        """Return what the member needs by when."""
        return dict(needs_of(self.session, self.user, self.dates(now), now))


def checks_of(session: Session, lesson: Activity) -> list[int]:
    """Return the self-checks of LESSON: in its notes, and in the texts of its readings."""

    texts = select(Reading.text_id).join(Activity, Activity.id == Reading.activity_id)
    ids = [factories.notes_of(session, lesson).id, *session.scalars(texts.where(Activity.parent_id == lesson.id))]
    return list(session.scalars(select(SelfCheck.item_id).where(SelfCheck.text_id.in_(ids)).order_by(SelfCheck.id)))


def slots_of(session: Session, quiz: Activity) -> list[int]:
    """Return the items of QUIZ in its order."""
    rows = select(QuizSlot.item_id).join(Quiz).where(Quiz.activity_id == quiz.id).order_by(QuizSlot.position)
    return list(session.scalars(rows))


def know(session: Session, user: User, item_ids: Collection[int], **columns: object) -> None:
    """Let USER have cards of these items."""
    session.execute(insert(Card), [card(user, item_id, **columns) for item_id in item_ids])


def card(user: User, item_id: int, *, due: date = TODAY, stability: int = 10, **columns: object) -> dict[str, object]:
    """Return the columns of a card that is due by itself on DUE, at a retention of nine in ten."""
    told = {"user_id": user.id, "item_id": item_id, "made_at": NOW, "stability": stability, "difficulty": 5.0}
    last_on = due - timedelta(days=stability)
    return told | {"reviews": 2, "last_on": last_on, "due_on": due, "seconds": 20.0} | columns


def every_item(session: Session, course: Course) -> list[int]:
    """Return the items of COURSE."""
    return list(session.scalars(select(Item.id).where(Item.course_id == course.id)))


def fill(session: Session, lesson: Activity, checks: int, asked: int) -> None:
    """Add so many self-checks to the notes of LESSON, and to it a quiz of so many questions: in a few statements."""
    notes, quiz = factories.notes_of(session, lesson), factories.make_quiz(session, lesson, items=0)
    anchor_id = factories.make_anchor(session, notes).id
    idents = [factories.one_more("many") for _ in range(checks + asked)]
    session.execute(insert(Item), [{"course_id": lesson.course_id, "ident": ident} for ident in idents])
    ids = list(session.scalars(select(Item.id).where(Item.ident.in_(idents)).order_by(Item.id)))
    told = {"number": 1, "hash": "0", "data": factories.item_data("many"), "made_at": NOW, "anchor_id": anchor_id}
    session.execute(insert(ItemVersion), [told | {"item_id": item_id} for item_id in ids])
    its = select(ItemVersion.id).where(ItemVersion.item_id == Item.id).scalar_subquery()
    session.execute(update(Item).where(Item.id.in_(ids)).values(current_version_id=its))
    where = {"text_id": notes.id, "passage_ident": "p-1"}
    session.execute(insert(SelfCheck), [where | {"item_id": item_id} for item_id in ids[:checks]])
    quiz_id = session.scalars(select(Quiz.id).where(Quiz.activity_id == quiz.id)).one()
    slots = [
        {"quiz_id": quiz_id, "position": place, "item_id": item_id} for place, item_id in enumerate(ids[checks:], 1)
    ]
    session.execute(insert(QuizSlot), slots)
