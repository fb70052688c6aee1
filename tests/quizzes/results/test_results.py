"""What came of a quiz in a study group: who stands in the tables, and with which figures."""

from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.starting import start_attempt
from quizzes.marking.releasing import release
from quizzes.models import Purpose, Quiz
from quizzes.results.analysis import analysis_of
from quizzes.results.answers import Answer, all_answers, answers_in
from quizzes.results.taken import Taken, quizzes_in, taken_in
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import FAIR, Circle, change_version, draft, essay_of, make_circle, sit


def join(session: Session, circle: Circle, name: str, **columns: object) -> Enrolment:
    user = factories.make_user(session, name=name)
    return factories.make_enrolment(session, user, group=circle.group, **columns)


def quiz_of(session: Session, circle: Circle) -> Quiz:
    return session.query(Quiz).filter_by(activity_id=circle.quiz.id).one()


def taken(session: Session, circle: Circle) -> list[Taken]:
    return taken_in(session, circle.group, quiz_of(session, circle), NOW + timedelta(hours=9))


def answers(session: Session, circle: Circle, looker_id: int | None = None) -> list[Answer]:
    return answers_in(session, circle.group, quiz_of(session, circle), looker_id or circle.tutor.user_id)


def mark(session: Session, circle: Circle, essay_id: int) -> None:
    release(session, [essay_id], by=circle.tutor.user_id, now=NOW)


# Attempts


def test_students_stand_by_name_with_their_attempts_by_number(session: Session) -> None:
    circle = make_circle(session)
    vera, _anna = join(session, circle, "Vera"), join(session, circle, "Anna")
    sit(session, circle, vera, None)
    sit(session, circle, vera, "So it was.", number=2)
    factories.make_attempt(session, vera, circle.quiz, number=3)
    found = taken(session, circle)
    assert [(one.student.user.name, one.attempt and one.attempt.number, one.state) for one in found] == [
        ("Anna", None, "none"),
        ("Vera", 1, "submitted"),
        ("Vera", 2, "waits"),
        ("Vera", 3, "open"),
    ]
    assert [one.counts for one in found] == [None, "yes", "no", None]


def test_who_left_who_tutors_and_what_was_only_a_preview_is_not_there(session: Session) -> None:
    circle = make_circle(session)
    sit(session, circle, join(session, circle, "Gone", left_at=NOW), None)
    sit(session, circle, join(session, circle, "Teaches", role=Role.tutor), None)
    factories.make_attempt(session, circle.tutor, circle.quiz, purpose=Purpose.preview, submitted_at=NOW)
    assert taken(session, circle) == []
    assert answers(session, circle) == []
    assert [(one.submitted, one.unfinished) for one in quizzes_in(session, circle.group)] == [(0, 0)]


def test_an_attempt_that_a_human_marked_says_so(session: Session) -> None:
    circle = make_circle(session)
    essay = essay_of(sit(session, circle, join(session, circle, "Vera"), "So it was."))
    draft(session, essay, FAIR)
    mark(session, circle, essay.id)
    (one,) = taken(session, circle)
    assert (one.state, one.attempt and one.attempt.points) == ("marked", pytest.approx(1.8))
    assert (one.standing.counting_points, one.standing.max_points) == (pytest.approx(1.8), 2)


def test_late_is_what_came_after_its_own_due_date(session: Session) -> None:
    circle = make_circle(session)
    factories.make_assignment(session, circle.group, circle.quiz, due_at=NOW + timedelta(hours=1))
    vera, anna, maria = (join(session, circle, name) for name in ("Vera", "Anna", "Maria"))
    factories.make_exception(
        session, maria, circle.quiz, field="due", value={"value": (NOW + timedelta(hours=3)).isoformat()}
    )
    for student, hours in ((vera, 1), (anna, 2), (maria, 2)):
        sit(session, circle, student, None, hours=hours)
    assert {one.student.user.name: one.late for one in taken(session, circle)} == {
        "Anna": True,
        "Maria": False,
        "Vera": False,
    }


@pytest.mark.parametrize(
    ("begun", "running", "handed_in_after", "late"),
    [
        (3, 3, 2, False),
        (3, 3, 4, True),
        (3, 5, 4, False),  # what is better applies to a running attempt,
        (3, 1, 2, False),  # what is worse does not
        (3, None, 4, None),
        (None, 1, 2, None),
    ],
)
def test_late_is_what_was_so_when_it_was_handed_in(
    session: Session, begun: int | None, running: int | None, handed_in_after: int, late: bool | None
) -> None:
    circle = make_circle(session)
    vera = join(session, circle, "Vera")
    given = factories.make_assignment(session, circle.group, circle.quiz, due_at=hours(begun))
    attempt = start_attempt(session, vera, circle.quiz, now=NOW, rng=Random(1))
    given.due_at = hours(running)
    submit_attempt(session, attempt, now=NOW + timedelta(hours=handed_in_after))
    for due in (1, 9):  # wherever its meeting goes then
        given.due_at = hours(due)
        session.flush()
        assert [one.late for one in taken(session, circle)] == [late]


def hours(number: int | None) -> datetime | None:
    return None if number is None else NOW + timedelta(hours=number)


def test_without_a_due_date_nothing_is_late_or_in_time(session: Session) -> None:
    circle = make_circle(session)
    sit(session, circle, join(session, circle, "Vera"), None, hours=500)
    assert [one.late for one in taken(session, circle)] == [None]


def test_of_a_mean_every_attempt_with_points_is_part(session: Session) -> None:
    circle = make_circle(session)
    vera, policy = join(session, circle, "Vera"), {"counts": "average"}
    for number, text in ((1, None), (2, None), (3, "So it was.")):
        sit(session, circle, vera, text, number=number, policy=policy)
    assert [one.counts for one in taken(session, circle)] == ["mean", "mean", "no"]


def test_it_is_said_whether_the_student_sees_the_score(session: Session) -> None:
    circle = make_circle(session)
    policy = {"shows": {"later": []}}
    sit(session, circle, join(session, circle, "Anna"), None, policy=policy)
    sit(session, circle, join(session, circle, "Vera"), None)
    assert [one.shown for one in taken(session, circle)] == [False, True]


def test_quizzes_are_listed_with_what_was_done_at_them(session: Session) -> None:
    circle = make_circle(session)
    vera = join(session, circle, "Vera")
    sit(session, circle, vera, None)
    sit(session, circle, vera, "So it was.", number=2)
    factories.make_attempt(session, vera, circle.quiz, number=3)
    (one,) = quizzes_in(session, circle.group)
    assert one[1:] == (2, 1, 1, 1)


def test_a_retired_quiz_is_listed_only_where_it_was_taken(session: Session) -> None:
    circle = make_circle(session, retired_at=NOW)
    assert quizzes_in(session, circle.group) == []
    sit(session, circle, join(session, circle, "Vera"), None)
    assert len(quizzes_in(session, circle.group)) == 1


# Answers


def test_answers_say_what_was_said_and_what_it_got(session: Session) -> None:
    circle = make_circle(session)
    sit(session, circle, join(session, circle, "Vera"), "So *it* was.")
    choice, essay = answers(session, circle)
    assert (choice.number, choice.question.data.type, choice.state) == (1, "single", "scored")
    assert (choice.score, choice.points, choice.tries) == (1, 1, 1)
    assert (essay.response, essay.state, essay.score) == ("So *it* was.", "waits", None)
    assert essay.question.stem == "Why then?"


def test_a_blank_is_nought_in_no_try(session: Session) -> None:
    circle = make_circle(session)
    sit(session, circle, join(session, circle, "Vera"), None)
    essay = answers(session, circle)[1]
    assert (essay.response, essay.state, essay.score, essay.tries) == (None, "scored", 0, 0)


def test_a_mark_has_its_tutor_and_a_draft_is_told_from_it(session: Session) -> None:
    circle = make_circle(session)
    essay = essay_of(sit(session, circle, join(session, circle, "Vera"), "So it was."))
    draft(session, essay, FAIR)
    assert [one.state for one in answers(session, circle)] == ["scored", "draft"]
    mark(session, circle, essay.id)
    found = answers(session, circle)[1]
    assert (found.state, found.score, found.by, found.at) == ("marked", Fraction(4, 5), circle.tutor.user.name, NOW)


def test_an_essay_that_nobody_is_there_to_mark_is_no_part(session: Session) -> None:
    circle = make_circle(session)
    circle.tutor.left_at = NOW
    session.flush()
    sit(session, circle, join(session, circle, "Vera"), "So it was.")
    assert [one.state for one in answers(session, circle)] == ["scored", "left out"]


def test_of_an_open_attempt_no_answer_is_told(session: Session) -> None:
    circle = make_circle(session)
    attempt = factories.make_attempt(session, join(session, circle, "Vera"), circle.quiz)
    factories.make_step(session, attempt.items[0], response={"option": "b"})
    assert answers(session, circle) == []


def test_an_item_in_an_open_attempt_of_the_lookers_own_shows_no_score(session: Session) -> None:
    circle = make_circle(session)
    sit(session, circle, join(session, circle, "Vera"), None)
    alone = factories.make_enrolment(session, circle.tutor.user, circle.course)
    factories.make_attempt(session, alone, circle.quiz)
    assert {(one.state, one.score, one.points) for one in answers(session, circle)} == {("silent", None, None)}
    assert all(one.score is not None for one in all_answers(session, circle.group, quiz_of(session, circle)))


# What they say of the questions


def test_of_several_attempts_the_first_is_analysed(session: Session) -> None:
    circle = make_circle(session)
    for name in "ABCDE":
        student = join(session, circle, name)
        sit(session, circle, student, None)
        again = factories.make_attempt(session, student, circle.quiz, number=2)
        for item in again.items:
            factories.make_step(session, item, kind="score", score=0, response=None)
        again.submitted_at, again.points = NOW, 0
    found = analysis_of(all_answers(session, circle.group, quiz_of(session, circle)), 5)
    assert (found.n, found.waiting) == (5, 0)
    assert [one.figures and one.figures.facility for one in found.questions] == [100, 0]
    assert found.whole is not None
    assert found.whole.mean == 1


def test_fewer_than_five_say_nothing(session: Session) -> None:
    circle = make_circle(session)
    for name in "ABCD":
        sit(session, circle, join(session, circle, name), None)
    sit(session, circle, join(session, circle, "E"), "So it was.")
    found = analysis_of(all_answers(session, circle.group, quiz_of(session, circle)), 5)
    assert (found.n, found.waiting, found.whole) == (4, 1, None)
    assert [one.figures for one in found.questions] == [None, None]


def test_versions_of_a_question_are_one_question(session: Session) -> None:
    circle = make_circle(session)
    for name in "ABCD":
        sit(session, circle, join(session, circle, name), None)
    change_version(session, circle.essay, stem="Why only then?", points=3)
    sit(session, circle, join(session, circle, "E"), None)
    found = analysis_of(all_answers(session, circle.group, quiz_of(session, circle)), 5)
    assert [(one.question.stem, one.n) for one in found.questions][1] == ("Why only then?", 5)
    assert found.out_of == 4
