"""Where many enrolments stand at once: each as if it were asked for alone."""

from datetime import timedelta

from sqlalchemy.orm import Session

from course.completion.models import Completion, CompletionFact, FactKind, State
from course.completion.progress import Progress
from course.completion.records import standing_of, standings_of
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.syllabus.models import AssignmentTarget
from tests import factories
from tests.conftest import NOW


class Circle:
    """A course of two lessons with a reading and a prompt each, and three students of one study group."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_empty_course(session)
        unit = factories.make_unit(session, self.course)
        self.lessons = [factories.make_lesson(session, self.course, unit, number=number) for number in (1, 2)]
        self.readings = [factories.make_reading(session, lesson) for lesson in self.lessons]
        self.prompts = [factories.make_prompt(session, lesson) for lesson in self.lessons]
        self.group = factories.make_group(session, self.course)
        self.students = [factories.make_enrolment(session, group=self.group) for _ in range(3)]

    def do(self, enrolment: Enrolment, *parts: Activity) -> None:
        for part in parts:
            factories.add(
                self.session,
                Completion(enrolment_id=enrolment.id, activity_id=part.id, state=State.done, done_at=NOW),
            )

    def progress(self, *enrolments: Enrolment) -> list[Progress]:
        found = standings_of(self.session, enrolments)
        assert found == {one.id: standing_of(self.session, one) for one in enrolments}
        return [found[one.id].progress for one in enrolments]


def test_each_has_the_states_it_would_have_alone(session: Session) -> None:
    circle = Circle(session)
    factories.make_assignment(session, circle.group, circle.lessons[0])
    circle.do(circle.students[0], circle.readings[0], circle.prompts[0], circle.prompts[1])
    circle.do(circle.students[1], circle.readings[0])
    assert circle.progress(*circle.students) == [Progress(2, 2), Progress(1, 2), Progress(0, 2)]


def test_without_a_syllabus_nothing_is_required_in_a_group(session: Session) -> None:
    circle = Circle(session)
    circle.do(circle.students[0], circle.readings[0])
    assert circle.progress(*circle.students[:2]) == [Progress(0, 0), Progress(0, 0)]


def test_what_is_for_a_subgroup_or_one_member_counts_only_for_them(session: Session) -> None:
    circle = Circle(session)
    subgroup = factories.make_subgroup(session, circle.group, circle.students[0])
    for_some = factories.make_assignment(session, circle.group, circle.lessons[0])
    for_one = factories.make_assignment(session, circle.group, circle.prompts[1])
    target = {"group_id": circle.group.id}
    factories.add(session, AssignmentTarget(assignment_id=for_some.id, subgroup_id=subgroup.id, **target))
    factories.add(session, AssignmentTarget(assignment_id=for_one.id, enrolment_id=circle.students[1].id, **target))
    assert circle.progress(*circle.students) == [Progress(0, 2), Progress(0, 1), Progress(0, 0)]


def test_places_in_several_courses_and_groups_are_not_mixed(session: Session) -> None:
    circle, other = Circle(session), Circle(session)
    factories.make_assignment(session, circle.group, circle.lessons[0])
    factories.make_part(session, circle.lessons[0], ActivityKind.prompt, group_id=circle.group.id)
    user = circle.students[0].user
    elsewhere = factories.make_enrolment(session, user, group=other.group)
    alone = factories.make_enrolment(session, user, circle.course)
    circle.do(alone, circle.readings[0], circle.readings[1])
    assert circle.progress(circle.students[0], elsewhere, alone) == [Progress(0, 3), Progress(0, 0), Progress(2, 4)]


def test_new_content_counts_only_for_whom_it_came_before_the_lesson_was_done(session: Session) -> None:
    circle = Circle(session)
    factories.make_assignment(session, circle.group, circle.lessons[0])
    done, behind, _other = circle.students
    circle.do(done, circle.readings[0], circle.prompts[0], circle.lessons[0])
    told = {"activity_id": circle.lessons[0].id, "kind": FactKind.reached, "done": True, "at": NOW}
    factories.add(session, CompletionFact(enrolment_id=done.id, **told))
    factories.make_reading(session, circle.lessons[0], added_at=NOW + timedelta(days=1))
    assert circle.progress(done, behind) == [Progress(2, 2), Progress(0, 3)]
