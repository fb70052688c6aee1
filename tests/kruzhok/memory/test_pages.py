"""The pages of memory, as whoever asks sees them: of themselves, and of nobody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from course.base.db import Database
from course.base.web import Application
from course.users.models import User
from quizzes.models import Attempt, Item
from quizzes.scheduling import Rating
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.memory.make import days, hang, remember
from tests.kruzhok.review.make import Circle, know
from tests.test_access import browser_of

PAGE = "/me/memory"
OTHERS = (f"{PAGE}/people", f"{PAGE}/terms", f"{PAGE}/passages", f"{PAGE}/estimate")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def look(app: Application, database: Database, user_id: int | None, address: str = PAGE) -> str:
    answer = browser_of(app, database, user_id).get(address)
    assert answer.status_code == 200
    page: str = answer.text
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def test_a_visitor_reads_what_will_stand_here(app: Application, database: Database) -> None:
    page = look(app, database, None)
    assert "Nothing to remember yet" in page
    assert 'href="/"' in page


def test_a_guest_who_answered_something_has_the_page(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle, guest = Circle(session), factories.make_guest(session)
        know(session, guest, circle.asked(1), due=days(3))
        guest_id = guest.id
    page = look(app, database, guest_id)
    assert "Of the 2 questions you have answered you would know about 2 today" in " ".join(page.split())


def test_each_lesson_says_how_many_of_how_many(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        for item_id in circle.items(2):
            remember(session, circle.user, item_id, (-300, Rating.Good))
        user_id, lesson = circle.user.id, circle.lessons[1].ident
    page = look(app, database, user_id)
    assert f'/lessons/{lesson}"' in page
    assert "2 of 5" in page


def test_what_goes_next_leads_to_its_passage_and_shows_no_key(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        item = factories.make_item(session, circle.course, data={"stem": "Who *returned* in April?"})
        hang(session, item.id, factories.notes_of(session, circle.lessons[0]), 1)
        know(session, circle.user, [item.id], due=days(2))
        user_id, lesson = circle.user.id, circle.lessons[0].ident
    page = look(app, database, user_id)
    assert "Who returned in April?" in page
    assert f"/lessons/{lesson}#p-2" in page
    assert "It is so." not in page


def test_a_question_in_an_open_attempt_is_on_no_page(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        item = factories.make_item(session, circle.course, data={"stem": "Who lost the vote?"})
        hang(session, item.id, factories.notes_of(session, circle.lessons[0]))
        know(session, circle.user, [item.id], due=days(2))
        attempt = factories.make_attempt(session, circle.mine, circle.quizzes[0])
        attempt.items[0].item_version_id = session.get_one(Item, item.id).current_version_id or 0
        user_id, attempt_id = circle.user.id, attempt.id
    for address in (PAGE, *OTHERS):
        page = look(app, database, user_id, address)
        assert "Who lost the vote?" not in page
        assert "#p-1" not in page
    with database.transaction() as session:
        session.get_one(Attempt, attempt_id).submitted_at = NOW + timedelta(minutes=1)
    assert "Who lost the vote?" in look(app, database, user_id)


def test_who_has_two_courses_may_look_at_one(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        other = Circle(session, circle.user)
        circle.course.title, other.course.title = "The revolution", "The war"
        for one in (circle, other):
            know(session, circle.user, one.asked(1), due=days(3))
        user_id, course = circle.user.id, other.course.ident
        lessons = [f"/courses/{one.course.ident}/lessons/" for one in (circle, other)]
    both = look(app, database, user_id)
    assert all(lesson in both for lesson in lessons)
    assert "for all your courses together" in both
    only = look(app, database, user_id, f"{PAGE}?course={course}")
    assert lessons[0] not in only
    assert lessons[1] in only
    assert look(app, database, user_id, f"{PAGE}?course=nonsense") == both


def test_long_lists_have_pages(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        text = factories.make_text(session, circle.course, passages=60)
        for place in range(60):
            item = factories.make_item(session, circle.course)
            hang(session, item.id, text, place)
            know(session, circle.user, [item.id], due=days(place), stability=30)
        user_id = circle.user.id
    assert "All 60 passages" in look(app, database, user_id)
    first = look(app, database, user_id, f"{PAGE}/passages")
    assert "1 to 50 of 60" in first
    second = look(app, database, user_id, f"{PAGE}/passages?page=2")
    assert "51 to 60 of 60" in second
    assert look(app, database, user_id, f"{PAGE}/passages?page=x") == first
    assert look(app, database, user_id, f"{PAGE}/passages?page=99") == second


def test_persons_and_terms_lead_to_their_pages(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        notes = factories.notes_of(session, circle.lessons[0])
        person, term = factories.make_person(session, circle.course), factories.make_term(session, circle.course)
        for row in (person, term):
            factories.mention(session, row, ("lesson", notes.ident, "p-1"))
        for item_id in circle.asked(1):
            hang(session, item_id, notes)
            remember(session, circle.user, item_id, (-20, Rating.Good))
        user_id, course = circle.user.id, circle.course.ident
        idents = person.ident, term.ident
    page = look(app, database, user_id)
    assert f"/courses/{course}/people/{idents[0]}" in page
    assert f"/courses/{course}/terms/{idents[1]}" in page
    assert "Vladimir Lenin" in look(app, database, user_id, f"{PAGE}/people")
    assert "soviet" in look(app, database, user_id, f"{PAGE}/terms")


def test_nobody_is_scolded_by_a_number(app: Application, database: Database) -> None:
    """Two hundred and thirty-seven questions have faded: nowhere does it say so."""
    with database.transaction() as session:
        circle = Circle(session)
        items = [factories.make_item(session, circle.course).id for _ in range(237)]
        know(session, circle.user, items, due=days(-30))
        know(session, circle.user, circle.asked(1), due=days(3))
        user_id = circle.user.id
    page = look(app, database, user_id)
    assert "237" not in page
    assert "overdue" not in page
    assert "comes back in your review, as far as the minutes of a day go" in page


def test_the_estimate_says_what_came_of_it_from_twenty_answers_on(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        items = [factories.make_item(session, circle.course).id for _ in range(20)]
        for item_id in items[:-1]:
            remember(session, circle.user, item_id, (-9, Rating.Good), (-7, Rating.Good))
        user_id = circle.user.id
    address = f"{PAGE}/estimate"
    assert "Too few to say anything" in look(app, database, user_id, address)
    with database.transaction() as session:
        remember(session, session.get_one(User, user_id), items[-1], (-9, Rating.Good), (-7, Rating.Again))
    page = " ".join(look(app, database, user_id, address).split())
    assert "Of 20 questions that came up again it expected you to know 18. You knew 19." in page
    assert "90 to 100 %" in page


def test_the_page_of_certainty_and_one_s_own_lead_here(app: Application, database: Database) -> None:
    with database.transaction() as session:
        user_id = factories.make_user(session).id
    for address in ("/me", "/me/calibration"):
        assert f'href="{PAGE}"' in browser_of(app, database, user_id).get(address).text
