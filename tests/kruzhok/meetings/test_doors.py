"""How one comes to a meeting: from the result of a quiz, one's own progress, /today, the page of the group and the
syllabus."""

import re

import pytest
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import ActivityKind
from course.syllabus.models import Meeting
from quizzes.attempts.ending import submit_attempt
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.meetings.conftest import Browser, Friends
from tests.web import post

BUTTON = "Put it on the agenda"
ON_IT = "On the agenda of meeting 1"


def miss(session: Session, enrolment: Enrolment) -> int:
    """Return an attempt of ENROLMENT, in which the first question is missed."""
    mine = session.get_one(Enrolment, enrolment.id)
    quiz = factories.activity_of(session, mine.course, ActivityKind.quiz)
    attempt = factories.make_attempt(session, mine, quiz)
    factories.make_step(session, attempt.items[0], response={"option": "no"})
    submit_attempt(session, attempt, now=NOW)
    return attempt.id


@pytest.fixture
def result(there: Friends, database: Database) -> str:
    """Return the address of a result of Vera's with a passage to read again."""
    with database.transaction() as session:
        return f"/attempts/{miss(session, there.vera)}"


def test_a_result_puts_its_missed_passage_on_the_agenda(there: Friends, browser: Browser, result: str) -> None:
    vera = browser(there.vera)
    page = vera.get(result).text
    form = page[page.index(f'action="{there.address}/agenda/passage"') :].partition("</form>")[0]
    sent = dict(re.findall(r'name="(text|passage|back)" value="([^"]+)"', form))
    answer = post(vera, f"{there.address}/agenda/passage", sent)
    assert answer.location == f"{result}#again"
    assert "The passage is on the agenda of meeting 1" in vera.get(result).text
    assert "“Paragraph 1.”" in browser(there.ivan).get(there.address).text


def test_ones_own_progress_puts_it_there_too_and_says_so_afterwards(
    there: Friends, browser: Browser, result: str
) -> None:
    vera = browser(there.vera)
    assert BUTTON in vera.get(f"/me/places/{there.vera.id}").text
    post(vera, f"{there.address}/agenda/passage", {"text": there.text.id, "passage": "p-1"})
    page = vera.get(f"/me/places/{there.vera.id}").text
    assert BUTTON not in page
    assert ON_IT in page
    assert ON_IT not in browser(there.ivan).get(f"/me/places/{there.ivan.id}").text


@pytest.mark.parametrize("how", ["no meeting to come", "archived"])
def test_without_a_meeting_to_come_there_is_no_button(
    there: Friends, browser: Browser, database: Database, result: str, how: str
) -> None:
    with database.transaction() as session:
        for meeting in (there.meeting, there.later):
            session.get_one(Meeting, meeting.id).cancelled_at = NOW if how == "no meeting to come" else None
        session.get_one(StudyGroup, there.group.id).archived_at = NOW if how == "archived" else None
    vera = browser(there.vera)
    for page in (result, f"/me/places/{there.vera.id}"):
        answer = vera.get(page)
        assert answer.status_code == 200
        assert BUTTON not in answer.text


def test_who_studies_alone_has_no_agenda(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        alone = factories.make_enrolment(session)
        result = f"/attempts/{miss(session, alone)}"
    page = browser(alone).get(result).text
    assert "Paragraph 1." in page
    assert BUTTON not in page


@pytest.mark.parametrize("page", ["/groups/{}", "/today?group={}", "/groups/{}/syllabus"])
def test_the_next_meeting_is_named_with_who_leads_it_and_a_link(
    there: Friends, browser: Browser, database: Database, page: str
) -> None:
    with database.transaction() as session:
        meeting = session.get_one(Meeting, there.meeting.id)
        meeting.chair_id, meeting.where = there.ivan.id, "The library"
        miss(session, there.vera)
    shown = browser(there.vera).get(page.format(there.group.slug)).text
    assert f'href="{there.address}"' in shown
    assert "Ivan leads it" in shown
