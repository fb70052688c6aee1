"""Three hundred essays ask no more of the database than three."""

from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import FAIR, Circle, draft, make_circle
from tests.test_access import browser_of
from tests.test_queries import counted


def add_essays(session: Session, circle: Circle, count: int) -> None:
    """Have so many students of CIRCLE hand in an essay, each of which has a draft."""
    for _student in range(count):
        student = factories.make_enrolment(session, course=circle.course, group=circle.group)
        attempt = factories.make_attempt(session, student, circle.quiz, submitted_at=NOW)
        factories.make_step(session, attempt.items[1], response={"text": "So it was."})
        draft(session, attempt.items[1], FAIR, by_id=circle.tutor.user_id)


def test_three_hundred_essays_ask_as_many_queries_as_three(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        add_essays(session, circle, 3)
    client = browser_of(app, database, circle.tutor.user_id)
    queue = f"/groups/{circle.group.slug}/marking"
    pages = (queue, f"{queue}/{circle.essay.id}?n=2", f"{queue}/{circle.essay.id}/release")

    def asked() -> list[int]:
        found = []
        for page in pages:
            with counted(database) as said:
                assert client.get(page).status_code == 200
            found.append(len(said))
        return found

    asked()  # what is done once a day is done
    few = asked()
    with database.transaction() as session:
        add_essays(session, circle, 297)
    assert asked() == few
    assert "Answer 2 of 300" in client.get(pages[1]).text
