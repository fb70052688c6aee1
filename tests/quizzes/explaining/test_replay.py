"""A replay gives exactly what is stored, whatever was done: saves, checks, late answers, marks, overrides."""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quizzes.attempts.checking import check, try_again
from quizzes.attempts.ending import is_awaited, submit_attempt, total_up, weight
from quizzes.attempts.names import names_of
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.attempts.steps import histories
from quizzes.explaining.correcting import NotToBeChanged, accept, override
from quizzes.explaining.explaining import Explanation, explain, points_of, replay
from quizzes.explaining.story import part_names
from quizzes.items import parse_data
from quizzes.models import Attempt, AttemptItem, Behaviour, Quiz, Step, StepKind
from quizzes.policy import THINGS, Policy
from tests import factories
from tests.conftest import NOW
from tests.quizzes.attempts.make import add_item
from tests.quizzes.explaining.make import ITEMS, responses

with_database = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


def say(moment: datetime) -> str:
    return moment.isoformat()


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Undo what the block did, so that each example begins anew."""
    inner = session.begin_nested()
    try:
        yield
    finally:
        inner.rollback()
        session.expire_all()


class Sitting:
    """An attempt that something is done in, by turns, by its student and by a tutor."""

    def __init__(self, session: Session, drawn: st.DataObject) -> None:
        self.session, self.draw = session, drawn.draw
        course = factories.make_empty_course(session)
        lesson = factories.make_lesson(session, course, factories.make_unit(session, course))
        activity = factories.make_quiz(session, lesson, items=0)
        quiz = session.scalars(select(Quiz).where(Quiz.activity_id == activity.id)).one()
        quiz.behaviour, quiz.penalty = (
            self.draw(st.sampled_from(Behaviour)),
            self.draw(st.sampled_from([1 / 3, 0.1, 1.0])),
        )
        names = self.draw(st.lists(st.sampled_from(sorted(ITEMS)), min_size=1, max_size=3, unique=True))
        for position, name in enumerate(names, 1):
            data = ITEMS[name].model_dump(exclude_none=True) | {"points": self.draw(st.sampled_from([1, 3, 0.5]))}
            add_item(session, course, lesson, activity, position, data | {"hints": ["One.", "Two."]})
        group = factories.make_group(session, course)
        self.tutor = factories.make_enrolment(session, group=group, role=factories.Role.tutor)
        student = factories.make_enrolment(session, group=group)
        self.now = NOW
        self.attempt: Attempt = start_attempt(session, student, activity, now=NOW, rng=random.Random(1917))

    def act(self, item: AttemptItem) -> None:
        """Have the student do something at ITEM."""
        self.now += timedelta(seconds=1)
        told = {"by": self.attempt.user_id, "now": self.now}
        match self.draw(st.sampled_from(["save", "save", "check", "check", "again", "old page", "blank"])):
            case "check":
                check(self.session, self.attempt, item, **told)
            case "again":
                try_again(self.session, self.attempt, item, **told)
            case how:
                self.save(item, blank=how == "blank", old=how == "old page")

    def save(self, item: AttemptItem, *, blank: bool = False, old: bool = False) -> None:
        self.now += timedelta(seconds=1)
        response = None if blank else self.draw(responses(parse_data(item.version.data)))
        base = 0 if old else histories(self.session, self.attempt)[item.id].newest
        sent = {item.id: Sent(response, base)}
        save_responses(self.session, self.attempt, sent, by=self.attempt.user_id, now=self.now)

    def correct(self, item: AttemptItem) -> None:
        """Have the tutor change something at ITEM, as far as it can be changed."""
        self.now += timedelta(seconds=1)
        told = {"by": self.tutor.user_id, "now": self.now}
        try:
            match self.draw(st.sampled_from(["override", "accept", "mark"])):
                case "override":
                    points = weight(parse_data(item.version.data)) * Fraction(self.draw(st.integers(0, 7)), 7)
                    override(self.session, self.attempt, item, points, "It is fair.", **told)
                case "accept":
                    kept = [
                        step.number for step in histories(self.session, self.attempt)[item.id].steps if not step.counts
                    ]
                    accept(self.session, self.attempt, item, self.draw(st.sampled_from(kept or [1])), **told)
                case "mark":
                    self.mark(item)
        except NotToBeChanged:
            pass

    def mark(self, item: AttemptItem) -> None:
        """Mark an essay, as its release does."""
        history = histories(self.session, self.attempt)[item.id]
        if item.version.data["type"] != "essay" or history.response is None:
            return
        told = {"number": history.newest + 1, "score": float(Fraction(self.draw(st.integers(0, 5)), 5)), "at": self.now}
        factories.make_step(self.session, item, kind=StepKind.mark, response=history.response, **told)
        total_up(self.session, self.attempt, awaits=True)

    def go_on(self) -> None:
        """Do all of it."""
        some = st.lists(st.sampled_from(self.attempt.items), max_size=8)
        for item in self.draw(some):
            self.act(item)
        submit_attempt(self.session, self.attempt, now=self.now)
        for item in self.draw(some):
            self.save(item)
        for item in self.draw(some):
            self.correct(item)


def check_story(found: Explanation) -> None:
    """Check that the page has something to say, and that no word was left out of it."""
    assert found.agrees
    assert found.sums
    assert len(found.entries) >= 3
    assert all(entry.words for entry in found.entries)
    assert "{" not in "".join(line for entry in found.entries for line in (entry.words, *entry.details))


@with_database
@given(drawn=st.data())
def test_the_replay_is_what_is_stored_for_each_question_and_for_all(session: Session, drawn: st.DataObject) -> None:
    with undone(session):
        sitting = Sitting(session, drawn)
        sitting.go_on()
        attempt, past = sitting.attempt, histories(session, sitting.attempt)
        policy, names = Policy.read(attempt.policy), names_of(session, attempt)
        replays = []
        for item in attempt.items:
            data = parse_data(item.version.data)
            found = replay(data, policy, past[item.id], names)
            assert (None if found.score is None else float(found.score)) == found.stored
            replays.append((data, found))
            check_story(explain(session, attempt, item, seen=THINGS, looker_id=sitting.tutor.user_id, say=say))
        assert points_of(replays) == attempt.points
        assert is_awaited(session, attempt) == any(found.score is None for _data, found in replays)


def test_a_score_that_is_not_what_the_steps_come_to_is_said_openly(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    attempt = factories.make_attempt(session)
    item = attempt.items[0]
    factories.make_step(session, item, response={"option": "yes"})
    submit_attempt(session, attempt, now=NOW)
    told = {"seen": THINGS, "looker_id": attempt.user_id, "say": say}
    assert explain(session, attempt, item, **told).agrees
    with caplog.at_level(logging.ERROR):
        session.execute(
            update(Step).where(Step.kind == StepKind.score, Step.attempt_item_id == item.id).values(score=0.25)
        )
        session.expire_all()
        found = explain(session, attempt, item, **told)
    assert not found.agrees
    assert "come to 1, and 0.25 is stored" in found.check
    assert f"Item {item.id} of attempt {attempt.id} replays to another score" in caplog.text


def test_every_type_of_parts_names_them() -> None:
    assert part_names(ITEMS["matching"]) == {"lenin": "Lenin", "martov": "Martov", "chernov": "Chernov"}
    assert part_names(ITEMS["cloze"]) == {"month": "Gap 1", "year": "Gap 2", "who": "Gap 3"}
