"""Results on their pages and in their files: the screen and the file agree cell by cell."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.csv_files import read_csv
from course.base.db import Database
from course.base.web import Application
from course.completion.models import Look
from course.groups.models import Enrolment, StudyGroup
from kruzhok.results import forms
from kruzhok.results.tables import OF_QUESTION
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import Circle, draft, essay_of, make_circle, sit
from tests.test_access import browser_of

TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=5), tick=False):
        yield


@pytest.fixture
def tutor(app: Application, database: Database) -> FlaskClient:
    """Return the browser of the tutor of a circle of six students, who took its quiz in all the ways there are."""
    with database.transaction() as session:
        circle = make_circle(session, title="Why then?", ident="why-then")
        circle.group.slug, circle.tutor.user.zone = "circle", "Europe/Warsaw"
        _work(session, circle)
        user_id = circle.tutor.user_id
    return browser_of(app, database, user_id)


def _work(session: Session, circle: Circle) -> None:
    factories.make_assignment(session, circle.group, circle.quiz, due_at=NOW + timedelta(hours=2))
    names = ("=1+1", "Вера", "Ada; Lovelace", 'Rosa "the Red"', "Karl", "Clara", "Zinaida")
    students: list[Enrolment] = [
        factories.make_enrolment(session, factories.make_user(session, name=name), group=circle.group) for name in names
    ]
    for hours, student in enumerate(students[:5]):
        sit(session, circle, student, None, hours=hours)
    sit(session, circle, students[1], "@SUM(A1)\n-2 <b>years</b>", number=2)
    draft(session, essay_of(sit(session, circle, students[5], "Because.", policy={"shows": {"later": []}})))
    factories.make_attempt(session, students[0], circle.quiz, number=2)


def on_screen(client: FlaskClient, address: str) -> list[list[str]]:
    """Return the cells of the first table of a page, its heads first."""
    table = TABLE.search(client.get(address).text)
    assert table
    rows = [CELL.findall(row) for row in ROW.findall(table[0])]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in rows]


def in_file(client: FlaskClient, address: str) -> list[list[str]]:
    """Return the cells of a file, read as our reader and any other does."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    others = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), strict=True))
    ours = [row.cells for row in read_csv(answer.data).rows]
    assert [len(row) for row in others] == [len(row) for row in ours]
    return ours


def test_the_screen_equals_the_file_cell_by_cell(tutor: FlaskClient) -> None:
    screen, file = (
        on_screen(tutor, "/groups/circle/results/why-then"),
        in_file(tutor, "/groups/circle/results/why-then.csv"),
    )
    assert screen == file
    assert len(screen) == 1 + 9


def test_the_questions_equal_their_file_cell_by_cell(tutor: FlaskClient) -> None:
    screen = on_screen(tutor, "/groups/circle/results/why-then/questions")
    *file, whole = in_file(tutor, "/groups/circle/results/why-then/questions.csv")
    assert screen == [row[:OF_QUESTION] for row in file]
    page = tutor.get("/groups/circle/results/why-then/questions").text
    told = dict(re.findall(r'<tr><th scope="row">([^<]+)</th><td class="n">([^<]+)</td></tr>', page))
    heads = file[0]
    assert told == {head: cell for head, cell in zip(heads[5:], whole[5:], strict=True) if cell}


def test_a_long_table_is_shown_in_pages_that_make_the_file(tutor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PAGE", 4)
    monkeypatch.setattr("kruzhok.results.views.PAGE", 4)
    address = "/groups/circle/results/why-then"
    pages = [on_screen(tutor, f"{address}?page={page}")[1:] for page in (1, 2, 3)]
    assert [row for page in pages for row in page] == in_file(tutor, f"{address}.csv")[1:]
    assert on_screen(tutor, f"{address}?page=99")[1:] == pages[2]
    assert on_screen(tutor, f"{address}?page=x")[1:] == pages[0]


def test_moments_are_by_the_clocks_of_who_looks_and_numbers_are_numbers(tutor: FlaskClient) -> None:
    heads, *rows = in_file(tutor, "/groups/circle/results/why-then.csv")
    vera = dict(zip(heads, next(row for row in rows if row[0] == "Вера"), strict=True))
    assert vera["Submitted (Europe/Warsaw)"] == "2026-11-23 16:02"
    assert (vera["Points"], vera["Out of"], vera["Share, %"], vera["Late"]) == ("1", "2", "50", "no")
    karl = dict(zip(heads, next(row for row in rows if row[0] == "Karl"), strict=True))
    assert karl["Late"] == "yes"


def test_before_their_release_results_say_that_the_student_does_not_see_them(tutor: FlaskClient) -> None:
    heads, *rows = in_file(tutor, "/groups/circle/results/why-then.csv")
    sees = {row[0]: row[heads.index("Student sees the score")] for row in rows}
    assert (sees["Clara"], sees["Karl"], sees["Zinaida"]) == ("no", "yes", "")


def test_an_open_attempt_says_only_that_it_is_open(tutor: FlaskClient) -> None:
    rows = in_file(tutor, "/groups/circle/results/why-then.csv")
    unfinished = next(row for row in rows if "in progress" in row)
    assert [cell for cell in unfinished[2:9] if cell] == ["2"]


def test_answers_are_given_whole_and_no_spreadsheet_takes_them_for_formulas(tutor: FlaskClient) -> None:
    rows = in_file(tutor, "/groups/circle/results/why-then/answers.csv")
    assert len(rows) == 1 + 2 * 7
    assert any("@SUM(A1)\n-2 <b>years</b>" in row for row in rows)
    raw = tutor.get("/groups/circle/results/why-then/answers.csv").data.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(raw, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert "marked, not released" in raw
    assert "certain" not in raw.lower()


def test_who_takes_all_answers_out_has_looked_at_each_student_once(tutor: FlaskClient, database: Database) -> None:
    for _again in range(2):
        tutor.get("/groups/circle/results/why-then/answers.csv")
    tutor.get("/groups/circle/results/why-then.csv")
    with database.transaction(writing=False) as session:
        assert len(session.scalars(select(Look)).all()) == 6


def test_fewer_than_five_results_are_no_figures(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session, ident="why-then")
        circle.group.slug, user_id = "circle", circle.tutor.user_id
        for _student in range(4):
            student = factories.make_enrolment(session, group=circle.group)
            sit(session, circle, student, None)
    few = browser_of(app, database, user_id)
    assert "once 5 students have a result. So far 4 have." in few.get("/groups/circle/results/why-then/questions").text
    rows = in_file(few, "/groups/circle/results/why-then/questions.csv")
    assert [row[7:] for row in rows[1:]] == [[""] * 12] * 3


def test_a_group_that_is_over_can_still_be_taken_out(tutor: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(StudyGroup)).one().archived_at = NOW
    assert in_file(tutor, "/groups/circle/results/why-then.csv")
    assert tutor.get("/groups/circle/results").status_code == 200


def test_where_nobody_is_nothing_is_shown(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session, ident="why-then")
        circle.group.slug, user_id = "circle", circle.tutor.user_id
    alone = browser_of(app, database, user_id)
    assert "No students yet" in alone.get("/groups/circle/results/why-then").text
    assert len(in_file(alone, "/groups/circle/results/why-then.csv")) == 1
    assert "Nobody has taken it yet" in alone.get("/groups/circle/results").text
    assert alone.get("/groups/circle/results/nonsense").status_code == 404
