"""Attempts begin, are handed in once, and keep what they began with."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import Conflict
from course.completion.models import State
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.rules import Layer, Level
from course.syllabus.models import RuleException
from quizzes.attempts.ending import submit_attempt, weight
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import AttemptsUsedUp, start_attempt
from quizzes.attempts.steps import histories
from quizzes.completions import completions
from quizzes.items import parse_data, type_of
from quizzes.limits import Limits
from quizzes.models import Attempt, AttemptItem, Counts, ItemVersion, Quiz, Step, StepKind
from quizzes.policy import Counting, Policy, counting, passes
from quizzes.spellings import spellings_of
from tests.conftest import NOW
from tests.factories import add, make_item_version
from tests.quizzes.attempts.make import RIGHT, House, begin, give, make_house, type_at
from tests.quizzes.items.make import raw_item


def test_an_attempt_begins_with_the_current_versions_and_is_resumed(session: Session) -> None:
    house = make_house(session)
    attempt = begin(session, house)
    assert (attempt.number, attempt.max_points, attempt.submitted_at) == (1, 6.0, None)
    assert [item.slot for item in attempt.items] == [1, 2, 3, 4, 5, 6]
    single = attempt.items[0]
    assert sorted(single.shown) == ["a", "b", "c"]
    assert begin(session, house) is attempt
    submit_attempt(session, attempt, now=NOW)
    assert begin(session, house).number == 2


def test_the_order_shown_is_that_of_chance_and_stays(session: Session) -> None:
    house = make_house(session, "multiple")
    shown = set()
    for number in range(8):
        attempt = start_attempt(session, house.enrolment, house.quiz, now=NOW, rng=random.Random(number))
        shown.add(tuple(attempt.items[0].shown))
        submit_attempt(session, attempt, now=NOW)
    assert len(shown) > 1


def test_no_more_attempts_than_allowed(session: Session) -> None:
    house = make_house(session, "single", attempts_allowed=1)
    submit_attempt(session, begin(session, house), now=NOW)
    with pytest.raises(AttemptsUsedUp):
        begin(session, house)
    told: dict[str, Any] = {
        "activity_id": house.quiz.id,
        "enrolment_id": house.enrolment.id,
        "reason": "Ill.",
        "at": NOW,
    }
    add(session, RuleException(**told, field="attempts", value={"value": 2}))
    assert begin(session, house).number == 2


def test_a_quiz_without_questions_cannot_begin(session: Session) -> None:
    with pytest.raises(Conflict):
        begin(session, make_house(session, ""))


def test_the_policy_is_that_of_the_start(session: Session) -> None:
    house = make_house(session, "single", pass_mark=0.5, counts=Counts.last, attempts_allowed=3)
    attempt = begin(session, house)
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == house.quiz.id)).one()
    quiz.pass_mark, quiz.counts, quiz.attempts_allowed = 1.0, Counts.first, 1
    session.flush()
    assert Policy.read(attempt.policy) == Policy(Counts.last, 0.5, shows={}, sections=[])
    assert Policy.of(quiz) == Policy(Counts.first, 1.0, shows={})


def test_submitting_twice_is_one_submission(session: Session) -> None:
    attempt = begin(session, make_house(session))
    for item in attempt.items:
        if type_at(item) in RIGHT:
            give(session, attempt, item, RIGHT[type_at(item)])
    submit_attempt(session, attempt, now=NOW)
    submit_attempt(session, attempt, now=NOW + timedelta(minutes=1))
    assert attempt.submitted_at == NOW
    assert attempt.points == 5.0
    scores = select(func.count()).select_from(Step).where(Step.kind == StepKind.score)
    assert session.scalar(scores) == 6


def test_a_clock_set_back_submits_all_the_same(session: Session) -> None:
    attempt = begin(session, make_house(session, "single"))
    submit_attempt(session, attempt, now=NOW - timedelta(hours=1))
    assert attempt.submitted_at == NOW


def test_an_edit_leaves_the_attempt_as_it_was(session: Session) -> None:
    house = make_house(session, "single")
    attempt = begin(session, house)
    version = session.get_one(ItemVersion, attempt.items[0].item_version_id)
    newer = make_item_version(session, version.item, number=2, data=raw_item("single", stem="Another?"))
    version.item.current_version_id = newer.id
    session.flush()
    give(session, attempt, attempt.items[0], {"option": "b"})
    submit_attempt(session, attempt, now=NOW)
    assert attempt.points == 1
    assert attempt.items[0].version.data["stem"] == "What?"
    assert begin(session, house).items[0].version.data["stem"] == "Another?"


answers = st.one_of(
    st.none(),
    st.fixed_dictionaries({"option": st.sampled_from("abc")}),
    st.fixed_dictionaries({"options": st.sets(st.sampled_from("abcd"), min_size=1).map(sorted)}),
    st.fixed_dictionaries({"value": st.booleans()}),
    st.fixed_dictionaries({"order": st.permutations("abcde")}),
    st.fixed_dictionaries({"text": st.sampled_from(["April Theses", "April Thesis", "May Days"])}),
)
FIELD = {"single": "option", "multiple": "options", "true-false": "value", "ordering": "order", "short": "text"}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_answers=st.lists(st.tuples(st.integers(0, 5), answers), max_size=20))
def test_points_are_those_of_the_steps_replayed(session: Session, given_answers: list[tuple[int, Any]]) -> None:
    attempt = begin(session, make_house(session))
    for index, response in given_answers:
        item = attempt.items[index]
        if response is None or FIELD.get(type_at(item)) in response:
            give(session, attempt, item, response)
    submit_attempt(session, attempt, now=NOW)
    names = spellings_of(session, session.get_one(Activity, attempt.activity_id).course_id)
    total = sum(weight(parse_data(item.version.data)) * 0 for item in attempt.items)
    for item in attempt.items:
        data, history = parse_data(item.version.data), histories(session, attempt)[item.id]
        score = type_of(data).score(data, history.response, names=names).score
        assert history.scored is not None
        assert history.scored.score == float(score)
        assert history.scored.response == history.response
        total += weight(data) * score
    assert attempt.points == float(total)


def test_done_is_one_submission_with_a_response(session: Session) -> None:
    house = make_house(session, "single single")
    key = (house.enrolment.id, house.quiz.id)

    def state() -> State | None:
        return completions(session, [house.quiz], [house.enrolment]).get(key)

    submit_attempt(session, begin(session, house), now=NOW)
    assert state() is None
    attempt = begin(session, house)
    give(session, attempt, attempt.items[0], {"option": "a"})
    assert state() is State.begun
    submit_attempt(session, attempt, now=NOW)
    assert state() is State.done


@pytest.mark.parametrize(("counts", "done"), [(Counts.best, True), (Counts.last, False), (Counts.average, True)])
def test_a_pass_mark_is_reached_by_what_counts(session: Session, counts: Counts, done: bool) -> None:
    house = make_house(session, "single", pass_mark=0.5, counts=counts)
    for option in "ba":  # right, then wrong
        attempt = begin(session, house)
        give(session, attempt, attempt.items[0], {"option": option})
        submit_attempt(session, attempt, now=NOW)
    states = completions(session, [house.quiz], [house.enrolment])
    assert states[house.enrolment.id, house.quiz.id] is (State.done if done else State.begun)


def test_which_attempt_counts() -> None:
    sat = [Counting(2, 4, 1), Counting(3, 5, 2), Counting(1, 5, 3)]
    assert counting(sat, Counts.first) == sat[0]
    assert counting(sat, Counts.last) == sat[2]
    assert counting(sat, Counts.best) == sat[1]
    mean = counting(sat, Counts.average)
    assert mean is not None
    assert mean.number is None
    assert mean.share == pytest.approx((0.5 + 0.6 + 0.2) / 3)
    assert counting([], Counts.best) is None
    assert passes(Counting(0.6 * 12, 12, 1), 0.6) is True
    assert passes(None, 0.6) is False
    assert passes(sat[0], None) is None


def test_the_nearest_layer_says_how_many_attempts() -> None:
    def allowed(*layers: Layer) -> int | None:
        return Limits((*layers, Layer(Level.quiz, "attempts", 1, ""))).attempts

    subgroup = [Layer(Level.subgroup_exception, "attempts", number, "") for number in (4, 2)]
    without_limit = Layer(Level.subgroup_exception, "attempts", None, "")
    own = [Layer(Level.user_exception, "attempts", 3, ""), Layer(Level.user_exception, "due", NOW, "")]
    assert allowed() == 1
    assert allowed(*subgroup) == 4
    assert allowed(*subgroup, without_limit) is None
    assert allowed(*subgroup, *own) == 3


def _committed(database: Database) -> House:
    with database.transaction() as session:
        return make_house(session, "single")


def test_two_that_begin_at_once_get_one_attempt(database: Database) -> None:
    house = _committed(database)
    barrier = threading.Barrier(4)

    def start(_number: int) -> int:
        with database.new_session() as session:
            barrier.wait()
            enrolment = session.get_one(Enrolment, house.enrolment.id)
            activity = session.get_one(Activity, house.quiz.id)
            attempt = start_attempt(session, enrolment, activity, now=NOW, rng=random.Random())
            session.commit()
            return attempt.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert session.scalar(select(func.count()).select_from(AttemptItem)) == 1


def test_a_save_beside_the_submission_is_scored_or_late(database: Database) -> None:
    house = _committed(database)
    with database.transaction() as session:
        attempt_id = begin(session, house).id
    barrier = threading.Barrier(6)

    def act(number: int) -> None:
        with database.new_session() as session:
            barrier.wait()
            attempt = session.get_one(Attempt, attempt_id)
            if number == 5:
                submit_attempt(session, attempt, now=NOW)
            else:
                (item,) = attempt.items
                sent = {item.id: Sent({"option": "abcab"[number]}, once=f"t{number}")}
                save_responses(session, attempt, sent, by=attempt.user_id, now=NOW)
            session.commit()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(6)))
    with database.transaction(writing=False) as session:
        attempt = session.get_one(Attempt, attempt_id)
        steps = histories(session, attempt)[attempt.items[0].id].steps
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        scored = next(step for step in steps if step.kind is StepKind.score)
        assert all(not step.counts for step in steps if step.number > scored.number)
        before = [step for step in steps if step.number < scored.number and step.counts]
        assert scored.response == (before[-1].response if before else None)
        assert attempt.points == scored.score
