"""No side door: of a question that is withheld no page says anything that hangs on its key, or on how well it is known.

Shown by telling two stories that differ in nothing else: in one all its answers were missed, in the other all were
known, and the key is another. What a page says must be the same in both."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion
from course.groups.models import Enrolment
from course.outline.models import Course
from course.users.models import User
from lessons.models import Lesson
from quizzes.attempts.names import name_list
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Quiz, Step, StepKind
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.review.recording import rebuild
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of, filled
from tests.test_queries import PAGES, PAGES_OF_TUTOR, House, make_house
from tests.web import post

#: What is another each time a page is drawn.
DRAWN_ANEW = re.compile(
    r'(name="(?:csrf_token|once|shown_at|group)"[^>]*value=")[^"]*|(/calendar/[\w-]{20,}|Reference: [\w-]+)'
)

#: Where this is about memory, besides the pages that name a question.
OF_MEMORY: Mapping[str, str] = {
    address: address
    for address in (
        "/today",
        "/digest",
        "/review",
        "/review?more=1",
        "/review/settings",
        "/me/memory",
        "/me/memory?course={course}",
        "/me/memory/people",
        "/me/memory/terms",
        "/me/memory/passages",
        "/me/memory/estimate",
        "/me/places/{place}",
        "/me/places/{place}/record",
        "/me/places/{place}/record.md",
        "/groups/{group}",
        "/groups/{group}/progress/passages",
    )
}

#: Those that name one.
NAMING: Mapping[str, str] = {"asked for": "/review?item={item}", "what came of it": "/review/answers/{log}"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        yield


class Stories:
    """A house whose reader has answered two questions that are withheld from them, for a reason."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            self.house: House = make_house(session, users=2, lessons=2, attempts=1)
            place = session.get_one(Enrolment, self.house.names["place"])
            self.user_id, self.course_id = place.user_id, place.course_id
            # One more question is left and comes back much later, and nothing new is reached: before it there is only
            # what is withheld.
            first = select(Card.id).where(Card.user_id == self.user_id, Card.last_on.is_not(None)).order_by(Card.id)
            card = session.get_one(Card, session.scalars(first).first())
            card.stability, card.due_on = 70.0, NOW.date() + timedelta(days=100)
            session.execute(delete(Card).where(Card.user_id == self.user_id, Card.id != card.id))
            lessons = select(Lesson.activity_id)
            session.execute(
                delete(Completion).where(Completion.enrolment_id == place.id, Completion.activity_id.in_(lessons))
            )
        self.clients: dict[int, FlaskClient] = {}

    def withhold(self, reason: Callable[[Session, "Stories"], list[int]], *, certainty: int | None = None) -> None:
        """Let two questions be withheld for a REASON, both answered before, the first of them today with CERTAINTY."""
        with self.database.transaction() as session:
            self.items = reason(session, self)
            self.log = self._answer(session, self.items[0], today=True, sure=certainty)
            self._answer(session, self.items[1], today=False, sure=certainty)
        self.names = self.house.names | {"item": self.items[0], "log": self.log}

    def _answer(self, session: Session, item_id: int, *, today: bool, sure: int | None) -> int:
        """Return the last row of the log of somebody who answered an item on each of thirty days."""
        now = NOW + timedelta(days=30)
        session.execute(delete(Card).where(Card.user_id == self.user_id, Card.item_id == item_id))
        card = factories.make_card(session, session.get_one(User, self.user_id), session.get_one(Item, item_id))
        version_id = session.get_one(Item, item_id).current_version_id
        for number in range(1, 31):
            at = now - timedelta(days=30 - number + (not today))
            told = {"number": number, "at": at, "day": at.date(), "milliseconds": 20_000}
            row = factories.make_review_log(session, card, source=ReviewSource.review, **told)
        attempt = Attempt(user_id=self.user_id, purpose=Purpose.review, number=1, policy={}, max_points=1.0)
        attempt.started_at = attempt.submitted_at = now
        attempt.names_id = name_list(session, self.course_id).id
        asked = AttemptItem(slot=1, item_version_id=version_id, shown=["yes", "no"])
        save = {"number": 1, "kind": StepKind.save, "response": {"option": "yes"}, "data": {"certainty": sure}}
        score = {"number": 2, "kind": StepKind.score, "response": {"option": "yes"}, "score": 1.0, "base_step": 1}
        asked.steps = [Step(at=now, **save), Step(at=now, **score)]
        attempt.items = [asked]
        factories.add(session, attempt)
        row.attempt_item_id = asked.id
        return row.id

    def tell(self, *, known: bool, keys: bool = True) -> None:
        """Let all answers to these questions have been known, and have been right, by another of KEYS; or none."""
        right, score = ("yes", 1.0) if known else ("no", 0.0)
        with self.database.transaction() as session:
            for card in session.scalars(select(Card).where(Card.user_id == self.user_id)).all():
                if card.item_id in self.items:
                    rows = update(ReviewLog).where(ReviewLog.card_id == card.id)
                    session.execute(rows.values(rating=3 if known else 1))
                    session.expire_all()
                    rebuild(session, card, session.get_one(User, self.user_id))
            versions = select(ItemVersion).where(ItemVersion.item_id.in_(self.items if keys else ()))
            for version in session.scalars(versions):
                options = [one | {"right": one["ident"] == right} for one in version.data["options"]]
                version.data = version.data | {"options": options, "explanation": f"It is {right}."}
            its = select(AttemptItem.id).join(ItemVersion).join(Attempt).where(Attempt.user_id == self.user_id)
            its = its.where(ItemVersion.item_id.in_(self.items))
            scored = update(Step).where(Step.attempt_item_id.in_(its), Step.score.is_not(None))
            session.execute(scored.values(score=score), execution_options={"synchronize_session": False})
            done = select(AttemptItem.attempt_id).where(AttemptItem.id.in_(its))
            sat = update(Attempt).where(Attempt.id.in_(done), Attempt.points.is_not(None))
            session.execute(sat.values(points=score), execution_options={"synchronize_session": False})

    def client_of(self, looker: int) -> FlaskClient:
        """Return the browser of LOOKER."""
        if looker not in self.clients:
            self.clients[looker] = browser_of(self.app, self.database, looker)
        return self.clients[looker]

    def told_on(self, looker: int, pages: Mapping[str, str]) -> dict[str, list[str]]:
        """Return page -> what it says to LOOKER, line by line."""
        client = self.client_of(looker)
        return {name: seen(client.get(filled(address, self.names)).text) for name, address in pages.items()}

    def differ(self, looker: int, pages: Mapping[str, str], *, keys: bool = True) -> dict[str, list[str]]:
        """Return page -> the lines in which it tells the two stories apart, of those that do."""
        self.tell(known=True, keys=keys)
        self.told_on(looker, pages)  # what is done at the first look is done
        one = self.told_on(looker, pages)
        self.tell(known=False, keys=keys)
        other = self.told_on(looker, pages)
        return {
            page: sorted(set(one[page]) ^ set(other[page])) or ["the order"]
            for page in pages
            if one[page] != other[page]
        }


def seen(page: str) -> list[str]:
    return [line.strip() for line in DRAWN_ANEW.sub(r"\1", page).splitlines() if line.strip()]


@pytest.fixture
def stories(app: Application, database: Database) -> Stories:
    return Stories(app, database)


# For what reason a question is withheld


def _sitting(session: Session, stories: Stories) -> Attempt:
    return session.get_one(Attempt, stories.house.names["sitting"])


def in_open_attempt(session: Session, stories: Stories) -> list[int]:
    return [one.version.item_id for one in _sitting(session, stories).items][:2]


def in_silent_attempt(session: Session, stories: Stories) -> list[int]:
    """Of a quiz that was handed in and says nothing of it yet."""
    found, attempt = in_open_attempt(session, stories), _sitting(session, stories)
    silent: dict[str, Any] = {"shows": {"after": [], "later": [], "closed": []}}
    attempt.policy, attempt.submitted_at, attempt.points = attempt.policy | silent, NOW, 1.0
    for item in attempt.items:
        score = {"kind": StepKind.score, "score": 1.0, "number": 9, "base_step": 1}
        factories.make_step(session, item, **score)
    session.execute(update(Quiz).where(Quiz.activity_id == attempt.activity_id).values(**silent))
    return found


def retired(session: Session, stories: Stories) -> list[int]:
    course = session.get_one(Course, stories.course_id)
    return [factories.make_item(session, course, retired_at=NOW).id for _ in range(2)]


def of_a_group_that_was_left(session: Session, stories: Stories) -> list[int]:
    group = factories.make_group(session, session.get_one(Course, stories.course_id))
    factories.make_enrolment(session, session.get_one(User, stories.user_id), group=group, left_at=NOW)
    return [factories.make_item(session, group_id=group.id).id for _ in range(2)]


def nothing(session: Session, stories: Stories) -> list[int]:
    """It is not withheld: then these pages do tell."""
    found, attempt = in_open_attempt(session, stories), _sitting(session, stories)
    session.execute(delete(Attempt).where(Attempt.id == attempt.id), execution_options={"synchronize_session": False})
    return found


REASONS = (in_open_attempt, in_silent_attempt, retired, of_a_group_that_was_left)


# The pages of one's own


def test_no_page_at_all_tells_of_what_stands_in_an_open_attempt(stories: Stories) -> None:
    stories.withhold(in_open_attempt, certainty=3)
    pages = {name: address for name, (address, _most) in PAGES.items()}
    assert stories.differ(stories.house.reader, {**pages, **OF_MEMORY, **NAMING}) == {}


@pytest.mark.parametrize("reason", REASONS[1:])
def test_no_page_of_memory_tells_of_what_is_withheld(stories: Stories, reason: Any) -> None:
    stories.withhold(reason)
    assert stories.differ(stories.house.reader, {**OF_MEMORY, **NAMING}) == {}


def test_the_same_pages_do_tell_of_what_is_not_withheld(stories: Stories) -> None:
    stories.withhold(nothing)
    told = {"/today", "/review", "/me/memory", "/me/memory/estimate", "/me/places/{place}", *NAMING}
    assert told <= stories.differ(stories.house.reader, {**OF_MEMORY, **NAMING}).keys()


@pytest.mark.parametrize(
    ("reason", "statuses"),
    [
        (in_open_attempt, [409, 409, 303]),
        (in_silent_attempt, [409, 409, 303]),
        (retired, [404, 409, 404]),
        (of_a_group_that_was_left, [409, 409, 303]),
    ],
)
def test_it_is_not_answered_nor_taken_back_and_what_rests_is_not_listed(
    stories: Stories, reason: Any, statuses: list[int]
) -> None:
    stories.withhold(reason)
    item, client = stories.items[0], stories.client_of(stories.user_id)
    said = []
    for known in (True, False):
        stories.tell(known=known)
        answers = [
            post(client, "/review", {"item": str(item), "seen": "30", f"item-{item}": "yes"}),
            post(client, f"/review/answers/{stories.log}/take-back"),
            post(client, f"/review/cards/{item}/suspend"),
        ]
        assert [answer.status_code for answer in answers] == statuses
        said.append([seen(answer.text) for answer in (*answers, client.get("/review/settings"))])
        assert "Wake it" not in client.get("/review/settings").text
    assert said[0] == said[1]
    with stories.database.new_session() as session:
        rows = session.scalars(select(ReviewLog).join(Card).where(Card.item_id == item)).all()
        assert (len(rows), {row.taken_back_at for row in rows}) == (30, {None})


# Those of a tutor


def test_no_page_of_a_tutor_tells_how_well_one_member_remembers(stories: Stories) -> None:
    stories.withhold(nothing)
    pages = {name: address for name, (address, _most) in {**PAGES, **PAGES_OF_TUTOR}.items()}
    assert stories.differ(stories.house.tutor, pages, keys=False) == {}
