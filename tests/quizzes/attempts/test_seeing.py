"""What of a result may be seen when; keys that are withdrawn; essays that wait for a tutor, and those that do not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role
from quizzes.attempts.access import OwnAttempt
from quizzes.attempts.ending import settle_unawaited, submit_attempt, total_up
from quizzes.attempts.missed import missed_passages
from quizzes.attempts.pages import Result, result_of
from quizzes.attempts.rating import rate
from quizzes.attempts.results import WITHDRAWN, quiz_results
from quizzes.attempts.steps import histories
from quizzes.items import parse_data
from quizzes.models import Attempt, Behaviour, Quiz, Step, StepKind
from quizzes.policy import THINGS, Policy, moment_of
from tests.conftest import NOW
from tests.factories import make_enrolment, make_group, make_item_version, notes_of
from tests.quizzes.attempts.make import House, begin, give, make_house
from tests.quizzes.items.make import raw_item

MINUTE = timedelta(minutes=1)
WRONG, ESSAY = {"option": "a"}, {"text": "It was a spring of hopes."}


def sat(session: Session, house: House, *responses: Any) -> Attempt:
    attempt = begin(session, house)
    for item, response in zip(attempt.items, responses, strict=True):
        give(session, attempt, item, response)
    submit_attempt(session, attempt, now=NOW)
    return attempt


def result(session: Session, house: House, attempt: Attempt, now: datetime = NOW) -> Result:
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == house.quiz.id)).one()
    return result_of(session, OwnAttempt(attempt, quiz, house.enrolment), root="", now=now)


@pytest.mark.parametrize(
    ("submitted", "closes", "moment"),
    [
        (None, None, "during"),
        (None, NOW - MINUTE, "during"),
        (NOW - MINUTE, None, "after"),
        (NOW - 2 * MINUTE, None, "later"),
        (NOW - 2 * MINUTE, NOW + MINUTE, "later"),
        (NOW - MINUTE, NOW, "closed"),
    ],
)
def test_there_are_four_moments(submitted: datetime | None, closes: datetime | None, moment: str) -> None:
    assert moment_of(submitted, closes, NOW) == moment


def test_a_quiz_that_says_nothing_shows_everything_once_it_is_submitted() -> None:
    policy = Policy()
    assert policy.seen("during") == frozenset()
    assert policy.seen("later") == frozenset(THINGS)
    assert policy.always(*THINGS)
    assert Policy(behaviour=Behaviour.see).seen("during") == frozenset(THINGS)


def test_what_may_be_seen_hangs_on_the_moment(session: Session) -> None:
    shows = {"after": ["right"], "later": [], "closed": ["score", "right", "feedback", "key"]}
    house = make_house(session, "single", shows=shows, closes_at=NOW + timedelta(hours=1))
    attempt = sat(session, house, WRONG)

    just_after = result(session, house, attempt)
    assert (just_after.got, just_after.answers[0].verdict, just_after.answers[0].score_words) == (
        "",
        "wrong",
        "Not right",
    )
    assert (just_after.answers[0].key_says, just_after.answers[0].explanation) == ((), None)
    assert just_after.again == []

    later = result(session, house, attempt, NOW + 3 * MINUTE)
    assert (later.answers[0].verdict, later.answers[0].score_words, later.answers[0].passage_url) == ("blank", "", None)
    assert later.answers[0].says == ["Text of a"]
    assert later.standing.lines[0].points_words == "Submitted"
    assert later.standing.standing.counting_points is None

    closed = result(session, house, attempt, NOW + timedelta(hours=2))
    assert (closed.got, closed.answers[0].key_says) == ("0", ["Text of b"])


def test_what_is_hidden_on_the_result_is_hidden_on_other_roads(session: Session) -> None:
    house = make_house(session, "single", shows={"later": [], "closed": []})
    sat(session, house, WRONG)
    text = notes_of(session, house.lesson)
    assert missed_passages(session, house.enrolment, [text.id]) == {}
    standing = quiz_results(session, house.enrolment, [house.quiz.id])[house.quiz.id]
    assert (standing.attempts, standing.counting_points, standing.passed) == (1, None, None)


def test_a_withdrawn_key_is_not_shown_as_right_and_the_key_of_now_is(session: Session) -> None:
    house = make_house(session, "single")
    attempt = sat(session, house, {"option": "b"})
    change(session, attempt, options=corrected())
    (answer,) = result(session, house, attempt).answers
    assert (answer.verdict, answer.feedback) == ("blank", [WITHDRAWN])
    assert (answer.key_label, answer.key_says) == ("Key now", ["Text of c"])
    assert answer.says == ["Text of b"]


def change(session: Session, attempt: Attempt, **fields: Any) -> None:
    """Make a new version of the first item of ATTEMPT the current one, with FIELDS changed."""
    taken = attempt.items[0].version
    made = make_item_version(
        session, taken.item, number=2, data=raw_item("single", **fields), anchor_id=taken.anchor_id
    )
    taken.item.current_version_id = made.id
    session.flush()


def corrected() -> list[dict[str, Any]]:
    return [{"ident": ident, "text": f"Text of {ident}"} | ({"right": True} if ident == "c" else {}) for ident in "abc"]


def test_a_better_wording_withdraws_no_key(session: Session) -> None:
    house = make_house(session, "single")
    attempt = sat(session, house, WRONG)
    change(session, attempt, stem="Which?")
    (answer,) = result(session, house, attempt).answers
    assert (answer.verdict, answer.key_says, answer.data.stem) == ("wrong", ["Text of b"], "What?")


def in_group(session: Session, kinds: str, *, tutor: bool, **quiz: Any) -> House:
    house = make_house(session, kinds, **quiz)
    group = make_group(session, house.course)
    if tutor:
        make_enrolment(session, course=house.course, group=group, role=Role.tutor)
    return house._replace(enrolment=make_enrolment(session, course=house.course, group=group))


def test_an_essay_waits_for_a_tutor_and_nothing_is_said_of_it_before(session: Session) -> None:
    house = in_group(session, "single essay", tutor=True, pass_mark=0.5)
    attempt = sat(session, house, {"option": "b"}, ESSAY)
    assert (attempt.points, attempt.max_points) == (None, 2.0)
    shown = result(session, house, attempt)
    assert (shown.got, shown.waits, shown.standing.lines[0].points_words) == ("", True, "Waits to be marked")
    single, essay = shown.answers
    assert single.score_words == "Right, 1 of 1 point"
    assert essay.score_words == "Waits for a tutor to mark it"
    assert (essay.key_says, essay.explanation, essay.marking) == ((), None, None)
    states = session.scalars(select(Completion.state).where(Completion.activity_id == house.quiz.id)).all()
    assert states == [State.begun]


@pytest.mark.parametrize("place", ["alone", "in a group without a tutor"])
def test_without_a_tutor_the_result_is_of_the_other_items(session: Session, place: str) -> None:
    house = make_house(session, "single essay") if place == "alone" else in_group(session, "single essay", tutor=False)
    attempt = sat(session, house, {"option": "b"}, ESSAY)
    assert (attempt.points, attempt.max_points) == (1.0, 1.0)
    essay = result(session, house, attempt).answers[1]
    assert essay.left_out
    assert list(essay.key_says) == ["So it was.", "And so it is."]


def test_an_essay_waits_no_longer_when_the_last_tutor_has_left(session: Session) -> None:
    house = in_group(session, "single essay", tutor=True)
    attempt = sat(session, house, {"option": "b"}, ESSAY)
    assert settle_unawaited(session, now=NOW) == 0
    tutor = session.scalars(select(Enrolment).where(Enrolment.role == Role.tutor)).one()
    tutor.left_at = NOW
    session.flush()
    assert settle_unawaited(session, now=NOW) == 1
    assert settle_unawaited(session, now=NOW) == 0
    assert (attempt.points, attempt.max_points) == (1.0, 1.0)
    essay = result(session, house, attempt).answers[1]
    assert essay.left_out
    assert list(essay.key_says) == ["So it was.", "And so it is."]


def test_a_quiz_of_one_essay_is_done_when_it_is_handed_in(session: Session) -> None:
    house = make_house(session, "essay")
    sat(session, house, ESSAY)
    assert session.scalars(select(Completion.state).where(Completion.activity_id == house.quiz.id)).one() is State.done


def test_an_essay_left_blank_is_scored_and_awaits_nobody(session: Session) -> None:
    attempt = sat(session, in_group(session, "single essay", tutor=True), {"option": "b"}, None)
    assert (attempt.points, attempt.max_points) == (1.0, 2.0)


def test_one_rates_ones_own_essay_and_it_counts_nowhere(session: Session) -> None:
    house = make_house(session, "single essay")
    attempt = sat(session, house, {"option": "b"}, ESSAY)
    item = attempt.items[1]
    data = parse_data(item.version.data)
    criterion = data.rubric[0]  # type: ignore[attr-defined]
    level = criterion.levels[0].ident
    rate(session, attempt, item, {criterion.ident: level, "unknown": "x"}, by=attempt.user_id, now=NOW)
    assert histories(session, attempt)[item.id].steps[-1].data == {"levels": {criterion.ident: level}}
    assert result(session, house, attempt).answers[1].rated == {criterion.ident: level}
    assert attempt.points == 1.0


def test_where_a_tutor_is_awaited_nobody_rates_themselves(session: Session) -> None:
    house = in_group(session, "essay", tutor=True)
    attempt = sat(session, house, ESSAY)
    item = attempt.items[0]
    criterion = parse_data(item.version.data).rubric[0]  # type: ignore[attr-defined]
    rate(session, attempt, item, {criterion.ident: criterion.levels[0].ident}, by=attempt.user_id, now=NOW)
    assert StepKind.rate not in {step.kind for step in histories(session, attempt)[item.id].steps}


def test_a_mark_gives_the_attempt_its_points(session: Session) -> None:
    house = in_group(session, "single essay", tutor=True)
    attempt = sat(session, house, {"option": "b"}, ESSAY)
    essay = attempt.items[1]
    number = histories(session, attempt)[essay.id].newest + 1
    session.add(Step(attempt_item_id=essay.id, number=number, kind=StepKind.mark, score=0.5, at=NOW, data={}))
    total_up(session, attempt, awaits=True)
    assert (attempt.points, attempt.max_points) == (1.5, 2.0)
