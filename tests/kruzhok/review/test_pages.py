"""The pages of review as a user without scripts meets them: asked, answered, taken back, at rest, at the end."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.web import Application
from course.outline.models import Course
from course.texts.models import Passage, Text
from course.users.models import User
from quizzes.models import Attempt, Item, Purpose
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.scheduling import study_day
from tests import factories
from tests.kruzhok.review.make import Circle, know
from tests.quizzes.items.make import raw_item
from tests.test_access import browser_of
from tests.web import post

HIDDEN = re.compile(r'<input type="hidden" name="(item|once|shown_at|seen|version|more)" value="([^"]*)"')


def today() -> Any:
    """Return the day of study it is now, for who lives by UTC."""
    return study_day(datetime.now(UTC), ZoneInfo("UTC"))


class Desk:
    """Somebody with questions that are due today, and the browser they sit at."""

    def __init__(self, app: Application, database: Database, kinds: str = "single", **columns: Any) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_empty_course(session)
            lesson = factories.make_lesson(session, course, factories.make_unit(session, course))
            notes = factories.notes_of(session, lesson)
            notes.ident, self.notes_id = lesson.ident, notes.id  # as loading gives it
            self.course, self.lesson = course.ident, lesson.ident
            self.user_id = factories.make_user(session).id
            self.items = [self._item(session, course, kind, place) for place, kind in enumerate(kinds.split())]
            know(session, session.get_one(User, self.user_id), self.items, due=today(), **columns)
        self.client = browser_of(app, database, self.user_id)

    def _item(self, session: Session, course: Course, kind: str, place: int) -> int:
        text = session.get_one(Text, self.notes_id)
        item = factories.make_item(session, course)
        own = {"text": text.ident, "right": ["p-1"]} if kind == "evidence" else {}
        # Each on a passage of its own: what hangs on one comes on different days.
        its = select(Passage).where(Passage.version_id == text.current_version_id).order_by(Passage.position)
        passage = session.scalars(its.offset(place)).first()
        assert passage is not None
        told = {"made_on_passage_id": passage.id, "now_passage_id": passage.id}
        anchor = factories.make_anchor(session, text, **told)
        version = {"number": 2, "data": raw_item(kind, ident=item.ident, **own), "anchor_id": anchor.id}
        item.current_version_id = factories.make_item_version(session, item, **version).id
        return item.id

    @property
    def page(self) -> str:
        """The page that asks."""
        return self.client.get("/review").text

    def answer(self, page: str | None = None, **fields: Any) -> TestResponse:
        """Answer what PAGE asks, else what is asked now; FIELDS are of its item, under "" as `own`."""
        page = page or self.page
        hidden: dict[str, Any] = dict(HIDDEN.findall(page))
        name = f"item-{hidden['item']}"
        typed = {name if key == "own" else f"{name}-{key}": value for key, value in fields.pop("parts", {}).items()}
        return post(self.client, "/review", {"do": "answer", **hidden, **typed, **fields})

    def right(self, page: str | None = None, **fields: Any) -> str:
        """Answer a single choice rightly; return the address of what came of it."""
        answer = self.answer(page, parts={"own": "b"}, **fields)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def wrong(self, page: str | None = None, **fields: Any) -> str:
        """Answer a single choice wrongly; return the address of what came of it."""
        answer = self.answer(page, parts={"own": "a"}, **fields)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def logs(self) -> list[ReviewLog]:
        with self.database.new_session() as session:
            return list(session.scalars(select(ReviewLog).order_by(ReviewLog.id)))

    def card(self, place: int = 0) -> Card:
        with self.database.new_session() as session:
            return session.scalars(select(Card).where(Card.item_id == self.items[place])).one()


@pytest.fixture
def desk(app: Application, database: Database) -> Desk:
    return Desk(app, database, "single single single")


# Asking


def test_one_question_is_asked_and_how_far_one_is(desk: Desk) -> None:
    page = desk.page
    assert page.count('<section class="part stack measure check"') == 1
    assert "1 of about 3, about 1 minute left" in page
    assert page.count('class="button primary"') == 1


def test_looking_writes_nothing(desk: Desk) -> None:
    with desk.database.new_session() as session:
        before = [session.scalar(select(func.count()).select_from(model)) for model in (Card, ReviewLog, Attempt)]
    desk.client.get("/review")
    desk.client.get("/review/settings")
    with desk.database.new_session() as session:
        assert before == [
            session.scalar(select(func.count()).select_from(model)) for model in (Card, ReviewLog, Attempt)
        ]


def test_the_passage_is_not_shown_before_one_has_answered(desk: Desk) -> None:
    assert "Paragraph" not in desk.page


def test_what_was_missed_three_times_in_a_row_leads_to_its_passage_first(app: Application, database: Database) -> None:
    page = Desk(app, database, misses=3).page
    assert "Missed 3 times in a row" in page
    assert "Paragraph 1." in page
    assert "?from=review#p-1" in page


def test_it_does_so_too_where_one_asks_for_the_question_oneself(desk: Desk) -> None:
    desk.wrong()
    with desk.database.new_session() as session:
        its = f"/review?item={session.get_one(Card, desk.logs()[0].card_id).item_id}"
    for _time in range(2):
        assert "in a row" not in desk.client.get(its).text
        desk.wrong(desk.client.get(its).text)
    assert "Missed 3 times in a row" in desk.client.get(its).text


def test_it_says_why_a_question_comes_and_where_it_was_met(desk: Desk) -> None:
    page = desk.page
    assert "By now you would still know it in about 90 of 100 cases, and you asked for 90." in page
    assert "You have not answered it anywhere yet." in page
    desk.wrong()
    item = desk.items[0] if desk.logs()[0].card_id == desk.card(0).id else desk.items[1]
    with desk.database.new_session() as session:
        item = session.get_one(Card, desk.logs()[0].card_id).item_id
    page = desk.client.get(f"/review?item={item}").text
    assert "You asked for it; it is not among those of today." in page
    assert re.search(r": missed\s+<span class=\"label\">\s+in review", page)


@pytest.mark.parametrize("kind", ["single", "multiple", "true-false", "matching", "ordering", "short", "numeric"])
def test_every_type_is_asked_as_it_asks_elsewhere(app: Application, database: Database, kind: str) -> None:
    desk = Desk(app, database, kind)
    assert f'name="item-{desk.items[0]}' in desk.page


# Answering


def test_a_right_answer_leads_to_what_came_of_it(desk: Desk) -> None:
    page = desk.client.get(desk.right()).text
    assert '<h1 id="came">Right</h1>' in page
    assert "Because." in page
    assert re.search(r"Comes back within \d+ days, by \d+ \w+", page)
    assert re.search(r"Paragraph \d\.", page)
    assert "2 of about 3" in desk.page


def test_a_wrong_answer_shows_the_key_and_the_passage_before_the_way_on(desk: Desk) -> None:
    address = desk.wrong(certainty="3")
    page = desk.client.get(address).text
    assert '<h1 id="came">Not right</h1>' in page
    assert "Text of b" in page
    assert "Comes back tomorrow." in page
    assert "You were sure: −6 certainty points" in page
    log = address.rpartition("/")[2]
    assert page.index(f"?from=review-{log}#p-") < page.index('class="button primary"')


def test_the_passage_leads_back_to_what_came_of_it(desk: Desk) -> None:
    address = desk.wrong()
    passage = re.findall(r'href="([^"]+from=review-[^"#]+)', desk.client.get(address).text)[0]
    assert f'href="{address}"' in desk.client.get(passage).text


def test_a_blank_is_no_answer_and_one_partly_filled_in_keeps_what_was_typed(
    app: Application, database: Database
) -> None:
    desk = Desk(app, database, "matching")
    blank = desk.answer()
    assert (blank.status_code, desk.logs()) == (422, [])
    assert "Give an answer first. Nothing was counted." in blank.text
    partly = desk.answer(parts={"lenin": "bolsheviks"})
    assert partly.status_code == 422


def test_an_arrow_of_an_ordering_moves_its_entry_and_answers_nothing(app: Application, database: Database) -> None:
    desk = Desk(app, database, "ordering")
    page = desk.page
    order = re.findall(r'<li data-entry="(\w)">', page)
    moved = desk.answer(page, parts={"move": f"{order[1]}:up"})
    assert moved.status_code == 200
    assert re.findall(r'<li data-entry="(\w)">', moved.text)[:2] == [order[1], order[0]]
    assert desk.logs() == []


def test_evidence_is_picked_in_the_text_as_it_is_now(app: Application, database: Database) -> None:
    desk = Desk(app, database, "evidence")
    assert "Paragraph 2." in desk.page
    assert "Right" in desk.client.get(desk.answer(parts={"own": "p-1"}).location).text


def test_a_double_click_is_one_answer(desk: Desk) -> None:
    page = desk.page
    assert desk.right(page) == desk.right(page)
    assert len(desk.logs()) == 1


def test_an_answer_from_a_page_that_another_device_overtook_is_kept_and_does_not_count(desk: Desk) -> None:
    here, there = desk.page, desk.page
    assert dict(HIDDEN.findall(here))["item"] == dict(HIDDEN.findall(there))["item"]
    desk.right(there)
    page = desk.client.get(desk.wrong(here)).text
    assert "answered elsewhere after you opened it here" in page
    assert [log.counts for log in desk.logs()] == [True, False]


def test_a_question_that_changed_meanwhile_is_asked_anew(app: Application, database: Database) -> None:
    desk = Desk(app, database, "short")
    page = desk.page
    with database.transaction() as session:
        item = session.get_one(Item, desk.items[0])
        told = {"number": 3, "data": raw_item("short", ident=item.ident, stem="Which?")}
        item.current_version_id = factories.make_item_version(session, item, **told).id
    answer = desk.answer(page, parts={"own": "May Day"})
    assert (answer.status_code, desk.logs()) == (422, [])
    assert "This question was changed in the meantime" in answer.text
    assert 'value="May Day"' in answer.text
    assert "Which?" in answer.text


def test_the_time_is_that_since_the_question_was_shown_and_two_minutes_at_the_most(desk: Desk) -> None:
    page = desk.page
    shown = dict(HIDDEN.findall(page))["shown_at"]
    desk.right(page, shown_at=str(int(shown) - 5000))
    desk.right(shown_at=str(int(shown) - 3_600_000))
    desk.right(shown_at="soon")
    first, second, third = (log.milliseconds for log in desk.logs())
    assert first is not None
    assert 5000 <= first < 120_000
    assert (second, third) == (120_000, None)


# What may not be seen


def in_attempt(desk: Desk, *, shows: dict[str, Any] | None = None, submitted: bool = False) -> int:
    """Let the first question of DESK stand in an attempt at a quiz of theirs; return the attempt."""
    with desk.database.transaction() as session:
        course = session.scalars(select(Course).where(Course.ident == desk.course)).one()
        place = factories.make_enrolment(session, session.get_one(User, desk.user_id), course=course)
        lesson = factories.activity_of(session, course, factories.ActivityKind.lesson)
        quiz = factories.make_quiz(session, lesson, items=0)
        now = datetime.now(UTC)
        told = {"policy": {"shows": shows or {}}, "started_at": now, "max_points": 1.0}
        told |= {"submitted_at": now, "points": 0.0} if submitted else {}
        attempt = factories.make_attempt(session, place, quiz, **told)
        version = session.get_one(Item, desk.items[0]).current_version_id
        row = {"attempt_id": attempt.id, "slot": 1, "item_version_id": version, "shown": ["a", "b", "c"]}
        factories.add(session, factories.AttemptItem(**row))
        return attempt.id


def test_what_stands_in_an_open_attempt_is_not_asked_and_an_answer_to_it_is_not_lost(
    app: Application, database: Database
) -> None:
    desk = Desk(app, database)
    page = desk.page
    address = desk.right(page)
    attempt = in_attempt(desk)
    answer = desk.answer(page, parts={"own": "a"}, once="another")
    assert (answer.status_code, len(desk.logs())) == (409, 1)
    for shown in (answer.text, desk.client.get(address).text, desk.client.get(f"/review?item={desk.items[0]}").text):
        assert f"/attempts/{attempt}" in shown
        assert "Because." not in shown
    assert "Text of a" in answer.text
    assert "What?" not in desk.page


def test_a_key_that_a_submitted_attempt_does_not_show_yet_is_not_to_be_had_here(
    app: Application, database: Database
) -> None:
    desk = Desk(app, database)
    page = desk.page
    in_attempt(desk, shows={"after": [], "later": []}, submitted=True)
    assert "What?" not in desk.page
    answer = desk.answer(page, parts={"own": "a"})
    assert (answer.status_code, desk.logs()) == (409, [])
    assert "This question is not to be seen now" in answer.text


def test_what_is_of_another_is_not_there(app: Application, database: Database, desk: Desk) -> None:
    address = desk.right()
    other = Desk(app, database)
    item = desk.items[0]
    assert other.client.get(address).status_code == 404
    assert post(other.client, f"{address}/take-back").status_code == 404
    for act in ("suspend", "resume"):
        assert post(other.client, f"/review/cards/{item}/{act}").status_code == 404
    assert other.client.get(f"/review?item={item}").status_code == 404
    assert post(other.client, "/review", {"item": str(item), f"item-{item}": "b"}).status_code == 404
    assert other.client.get(f"/review/answers/{2**63}").status_code == 404


def test_an_answer_beside_a_text_has_no_page_here(desk: Desk) -> None:
    with desk.database.transaction() as session:
        told = {"card_id": desk.card().id, "number": 1, "at": datetime.now(UTC), "day": today(), "rating": 3}
        log = factories.add(session, ReviewLog(**told, source=ReviewSource.check))
        address = f"/review/answers/{log.id}"
    assert desk.client.get(address).status_code == 404


def test_a_visitor_reads_what_will_come_here_and_is_asked_to_sign_in_for_the_rest(client: FlaskClient) -> None:
    assert "What will come here" in client.get("/review").text
    for address in ("/review/settings", "/review/answers/1"):
        assert client.get(address).status_code == 401
    assert post(client, "/review", {"item": "1"}).status_code == 401


def test_who_has_answered_nothing_yet_reads_what_brings_questions_here(app: Application, database: Database) -> None:
    with database.transaction() as session:
        user_id = factories.make_user(session).id
    page = browser_of(app, database, user_id).get("/review").text
    assert "What will come here" in page
    assert "Go on all the same" not in page


# Taking back, letting rest


def test_an_answer_taken_back_says_nothing_and_its_question_is_asked_once_more(desk: Desk) -> None:
    before = desk.page
    address = desk.wrong(before)
    back = post(desk.client, f"{address}/take-back")
    item = dict(HIDDEN.findall(before))["item"]
    assert back.location == f"/review?item={item}"
    again = desk.client.get(back.location).text
    assert dict(HIDDEN.findall(again))["item"] == item
    assert "Taken back" in again
    assert "Taken back: it says nothing" in desk.client.get(address).text


def test_a_question_rests_until_it_is_woken(app: Application, database: Database) -> None:
    desk = Desk(app, database)
    post(desk.client, f"/review/cards/{desk.items[0]}/suspend")
    assert "What?" not in desk.page
    assert "What?" in desk.client.get("/review/settings").text
    post(desk.client, f"/review/cards/{desk.items[0]}/resume")
    assert "What?" in desk.page


# Essays


def test_an_essay_is_recalled_and_rated_by_oneself_and_what_was_written_is_kept(
    app: Application, database: Database
) -> None:
    desk = Desk(app, database, "essay")
    page = desk.page
    assert "So it was." in page  # folded
    assert 'value="again" data-choice' in page
    refused = desk.answer(page, parts={"own": "It was thus."})
    assert (refused.status_code, desk.logs()) == (422, [])
    assert "It was thus." in refused.text
    told = desk.client.get(desk.answer(page, parts={"own": "It was thus."}, do="hard").location).text
    assert '<h1 id="came">With effort</h1>' in told
    assert "It was thus." in told
    assert "So it was." in told


def test_an_essay_may_be_recalled_without_a_word_written(app: Application, database: Database) -> None:
    desk = Desk(app, database, "essay")
    told = desk.client.get(desk.answer(do="good").location).text
    assert '<h1 id="came">You knew it</h1>' in told
    with database.new_session() as session:
        assert session.scalar(select(func.count(Attempt.id)).where(Attempt.purpose == Purpose.review)) == 0


# The end, and how much of it one wants


def test_the_end_says_what_holds_what_to_read_again_and_that_it_is_enough(desk: Desk) -> None:
    desk.right()
    desk.right()
    desk.wrong()
    page = desk.page
    assert "Enough for today" in page
    assert "3 questions reviewed" in page
    assert "What holds now" in page
    assert "To read again" in page
    assert "?from=review#p-" in page
    assert "Go on all the same" in page
    assert "overdue" not in page


def test_who_goes_on_all_the_same_stays_in_it(app: Application, database: Database) -> None:
    desk = Desk(app, database, "single single")
    with database.transaction() as session:
        session.execute(update(User).where(User.id == desk.user_id).values(review_minutes=0))
    assert "You set no minutes for review" in desk.page
    page = desk.client.get("/review?more=1").text
    address = desk.right(page)
    assert address.endswith("?more=1")
    assert 'href="/review?more=1"' in desk.client.get(address).text


def test_minutes_and_retention_are_set_and_cards_are_due_by_them(desk: Desk) -> None:
    before = desk.card().due_on
    answer = post(desk.client, "/review/settings", {"minutes": "25", "retention": "95"})
    assert answer.status_code == 303
    with desk.database.new_session() as session:
        user = session.get_one(User, desk.user_id)
        assert (user.review_minutes, user.retention) == (25, 0.95)
    after = desk.card().due_on
    assert before is not None
    assert after is not None
    assert after < before


@pytest.mark.parametrize(("minutes", "retention"), [("241", "90"), ("", "90"), ("-1", "90"), ("15", "100"), ("15", "")])
def test_what_cannot_be_set_is_said_beside_the_field(desk: Desk, minutes: str, retention: str) -> None:
    answer = post(desk.client, "/review/settings", {"minutes": minutes, "retention": retention})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


def test_where_the_minutes_do_not_do_the_page_says_so_once(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        day = today() + timedelta(days=2)
        circle.meet(1, day)
        circle.reach(1)
        know(session, circle.user, circle.checks(1), due=today(), seconds=120.0)
        circle.user.review_minutes = 1
        user_id = circle.user.id
    page = browser_of(app, database, user_id).get("/review").text
    assert re.search(r"To be ready for \w+’s meeting takes \d+ minutes a day; you set 1\.", page)


def test_a_new_card_of_a_guest_is_theirs_like_any(app: Application, database: Database) -> None:
    desk = Desk(app, database)
    with database.transaction() as session:
        guest = factories.make_guest(session)
        know(session, guest, desk.items, due=today())
        guest_id = guest.id
    page = browser_of(app, database, guest_id).get("/review").text
    assert "What?" in page
