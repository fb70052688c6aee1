"""The table of progress: of many students those wanted, in the order wanted, a page at a time; and as a file."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind
from kruzhok.progress.students import Wanted
from kruzhok.progress.table import Table, sign_of
from tests import factories
from tests.conftest import NOW
from tests.course.completion.test_everybody import House
from tests.test_access import browser_of

TABLE = "/groups/circle/progress"
NAMED = re.compile(r'<th scope="row">.*?<a href="[^"]*">(.*?)</a>')


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Many:
    """A study group of a tutor and 53 students, of whom the first has done three parts, the second two, and so on."""

    def __init__(self, app: Application, database: Database) -> None:
        self.database = database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            kinds = (ActivityKind.lesson, ActivityKind.reading, ActivityKind.prompt, ActivityKind.quiz)
            lesson, *self.parts = (factories.activity_of(session, course, kind) for kind in kinds)
            group = factories.make_group(session, course, slug="circle")
            factories.make_assignment(session, group, lesson, due_at=NOW - timedelta(days=1))
            self.students = [
                factories.make_enrolment(
                    session,
                    factories.make_user(session, name=f"Student {number:02}"),
                    group=group,
                    joined_at=NOW - timedelta(days=60),
                    used_at=NOW - timedelta(days=number),
                )
                for number in range(53)
            ]
            for number, student in enumerate(self.students[:4]):
                for part in self.parts[: 3 - number]:
                    told = {"activity_id": part.id, "state": State.done, "done_at": NOW}
                    session.add(Completion(enrolment_id=student.id, **told))
            self.some = factories.make_subgroup(session, group, *self.students[10:13], name="Readers")
            tutor = factories.make_enrolment(session, group=group, role=Role.tutor)
        self.tutor: FlaskClient = browser_of(app, database, tutor.user_id)

    def names(self, query: str = "", status: int = 200) -> list[str]:
        answer = self.tutor.get(f"{TABLE}{query}")
        assert answer.status_code == status
        return NAMED.findall(answer.text)


@pytest.fixture
def many(app: Application, database: Database) -> Many:
    return Many(app, database)


def of(*numbers: int) -> list[str]:
    return [f"Student {number:02}" for number in numbers]


def test_forty_stand_on_a_page_and_the_rest_on_the_next(many: Many) -> None:
    assert many.names() == of(*range(40))
    assert many.names("?page=2") == many.names("?page=99") == of(*range(40, 53))
    assert many.names("?page=none") == of(*range(40))


def test_they_come_by_name_progress_late_parts_last_act_or_a_part_from_either_end(many: Many) -> None:
    assert many.names("?order=name&down=1")[:2] == of(52, 51)
    assert many.names("?order=done&down=1")[:5] == of(0, 1, 2, 3, 4)
    assert many.names("?order=done&page=2")[-3:] == of(2, 1, 0)
    assert many.names("?order=late&page=1")[:3] == of(0, 1, 2)
    assert many.names("?order=late&down=1")[:2] == of(3, 4)
    assert many.names("?order=last")[:2] == of(52, 51)
    assert many.names(f"?order=part-{many.parts[1].id}&page=2")[-3:] == of(52, 0, 1)
    assert many.names("?order=part-0") == many.names("?order=nothing") == of(*range(40))


def test_a_head_says_by_what_they_come(many: Many) -> None:
    page = many.tutor.get(f"{TABLE}?order=late&down=1").text
    assert page.count("aria-sort") == 1
    assert re.search(r'aria-sort="descending"[^>]*>\s*<a href="[^"]*order=late">\s*Late', page)


def test_they_are_found_by_words_subgroup_and_the_state_of_a_part(many: Many) -> None:
    assert many.names("?q=17+STUDENT") == of(17)
    assert many.names(f"?subgroup={many.some.id}") == of(10, 11, 12)
    assert many.names(f"?subgroup={many.some.id}&q=12") == of(12)
    assert many.names(f"?part={many.parts[0].id}&state=done") == of(0, 1, 2)
    assert many.names(f"?part={many.parts[2].id}&state=done") == of(0)
    assert many.names(f"?part={many.parts[2].id}&state=late&page=2")[-2:] == of(51, 52)
    assert many.names(f"?part={many.parts[2].id}&state=begun") == []


def test_a_search_that_cannot_be_finds_nobody_and_never_everybody(many: Many) -> None:
    for query in (
        "?subgroup=999",
        "?subgroup=x",
        "?part=999&state=done",
        "?state=done",
        f"?part={many.parts[0].id}&state=odd",
    ):
        assert many.names(query, 422) == []
        answer = many.tutor.get(f"{TABLE}.csv{query}")
        assert answer.status_code == 303
    assert "no such subgroup" in many.tutor.get(f"{TABLE}?subgroup=999").text


def test_the_foot_counts_those_shown_and_leads_to_how_many_of_all(many: Many) -> None:
    def foot(query: str) -> str:
        return many.tutor.get(f"{TABLE}{query}").text.split("<tfoot>")[1]

    for query, shown, done in (("", 40, ["3", "2", "1"]), ("?q=+01", 1, ["1", "1", "0"]), ("?page=2", 13, ["0"] * 3)):
        assert f"Done, of these {shown}" in foot(query)
        assert re.findall(r"<td[^>]*>(\d+)</td>", foot(query)) == done
        assert 'progress/parts">Of all 53</a>' in foot(query)


def test_where_all_stand_on_one_page_the_foot_is_of_all(many: Many, database: Database) -> None:
    with database.transaction() as session:
        for student in many.students[40:]:
            session.get_one(Enrolment, student.id).left_at = NOW
    foot = many.tutor.get(TABLE).text.split("<tfoot>")[1]
    assert "Done, of all 40" in foot
    assert "progress/parts" not in foot


def test_a_page_of_its_own_says_how_many_of_all_have_done_each_part(many: Many) -> None:
    page = many.tutor.get(f"{TABLE}/parts").text
    assert re.findall(r"(\d+) of 53<span", page) == ["3", "2", "1"]
    assert all(f"order=part-{part.id}" in page for part in many.parts)


def test_letters_of_all_kinds_come_in_the_order_of_python_on_either_database(many: Many, database: Database) -> None:
    names = ["Åsa", "ada", "Ada B", "Žofia", "Zoe", "Ян", "яна", "Émile", "ß", "_", "o'Neill", "O’Neill", "Ådne", "aDA"]
    with database.transaction() as session:
        for student, name in zip(many.students, names, strict=False):
            session.get_one(Enrolment, student.id).user.name = name
    by_name = sorted([*names, *of(*range(len(names), 53))], key=str.casefold)
    shown = [unescape(name) for page in (1, 2) for name in many.names(f"?page={page}")]
    assert shown == by_name
    down = [unescape(name) for page in (1, 2) for name in many.names(f"?down=1&page={page}")]
    assert [name.casefold() for name in down] == [name.casefold() for name in reversed(by_name)]
    assert sorted(shown) == sorted(down)
    file = csv.reader(io.StringIO(many.tutor.get(f"{TABLE}.csv").data.decode("utf-8-sig")))
    assert [row[0].lstrip("'") for row in file][1:] == by_name


def test_nothing_of_those_not_shown_is_read_where_all_come_by_name(many: Many, database: Database) -> None:
    with database.transaction(writing=False) as session:
        group = session.get_one(Enrolment, many.students[0].id).group
        assert group is not None
        table = Table(session, group, NOW)
        page = table.page(Wanted(), 2)
        assert "students" not in table.__dict__
        assert "standpoints" not in table.__dict__
        assert [row.student.name for row in page.rows] == of(*range(40, 53))


@pytest.mark.parametrize("seed", range(12))
def test_shapes_are_those_by_which_a_part_is_sorted_and_found(session: Session, seed: int) -> None:
    house = House(session, seed)
    table = Table(session, session.get_one(StudyGroup, house.group.id), NOW)
    for row in table.rows(table.students):
        stands = table.standpoints[row.student.id]
        signs = [
            sign_of(stands, column.activity.id, stands.counting, stands.late, is_assigned=table.is_assigned)
            for column in table.columns
        ]
        assert ["excused" if shape == "new" else shape for shape in row.shapes] == signs
        new = {column.activity.id for column, shape in zip(table.columns, row.shapes, strict=True) if shape == "new"}
        asked = {column.activity.id for column in table.columns} if table.is_assigned else set()
        assert new == (stands.new - stands.done) & asked


def test_no_more_links_than_names_and_heads_are_in_the_tab_order_of_the_cells(many: Many) -> None:
    cells = re.findall(r"<td[^>]*><a [^>]*>", many.tutor.get(TABLE).text.split("<tbody>")[1].split("</tbody>")[0])
    assert len(cells) == 120
    assert all('tabindex="-1"' in cell for cell in cells)


def test_in_an_archived_group_nobody_is_written_to(many: Many, database: Database) -> None:
    with database.transaction() as session:
        group = session.get_one(Enrolment, many.students[0].id).group
        assert group is not None
        group.archived_at = NOW
    page = many.tutor.get(TABLE).text
    assert "Write to" not in page
    assert many.names() == of(*range(40))


# The file


def test_the_file_is_the_table_cell_by_cell(many: Many) -> None:
    answer = many.tutor.get(f"{TABLE}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "progress-circle-2026-11-23.csv" in answer.headers["Content-Disposition"]
    heads, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert heads[0] == "Student"
    assert heads[-5:] == ["Required parts done", "Required parts", "Done, %", "Late", "Last act, by the days of UTC"]
    assert rows[1] == ["Student 01", "done", "done", "late, not done", "2", "3", "66.7", "1", "2026-11-22"]
    shown = [row for page in (1, 2) for row in table_rows(many.tutor.get(f"{TABLE}?page={page}").text)]
    assert rows == shown


def test_the_file_is_of_those_found_in_their_order(many: Many) -> None:
    text = many.tutor.get(f"{TABLE}.csv?subgroup={many.some.id}&order=name&down=1").data.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text))] == ["Student", *of(12, 11, 10)]


def table_rows(page: str) -> list[list[str]]:
    """Return the rows of the table on PAGE as the file has them."""
    found = []
    for row in page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0].split("<tr>")[1:]:
        name = NAMED.findall(row)[0]
        cells = [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        done, required = cells[-4].split(" of / ")
        day = re.findall(r'datetime="([^"]*)"', row)[0]
        found.append([name, *cells[:-4], done, required, *cells[-3:-1], day])
    return found


# Who may need a hand


def test_each_rule_names_those_it_means_and_says_why(many: Many, database: Database) -> None:
    with database.transaction() as session:
        student = session.get_one(Enrolment, many.students[5].id)
        quiz = session.get_one(Activity, many.parts[2].id)
        factories.make_attempt(session, student, quiz, submitted_at=NOW, points=1.0, max_points=3.0)
        better = session.get_one(Enrolment, many.students[0].id)
        before = {"started_at": NOW - timedelta(1), "submitted_at": NOW - timedelta(1)}
        factories.make_attempt(session, better, quiz, points=0.0, max_points=3.0, **before)
        factories.make_attempt(session, better, quiz, number=2, submitted_at=NOW, points=3.0, max_points=3.0)
    page = many.tutor.get(f"{TABLE}/help").text
    assert "3 parts are late" in page
    assert "33 % at the last quiz, “" in page
    assert [*many.names("?hand=1"), *many.names("?hand=1&page=2")] == of(*range(3, 53))


def test_rules_are_changed_and_switched_off(many: Many) -> None:
    def change(**fields: str) -> str:
        answer = many.tutor.post(
            f"{TABLE}/help", data={"csrf_token": token(many.tutor), **fields}, follow_redirects=True
        )
        assert answer.status_code == 200
        return answer.text

    page = change(quiet_days="50", late_parts="", score_below="")
    assert "3 of 53 students" in page
    assert "Nothing done for 52 days" in page
    assert many.names("?hand=1") == of(50, 51, 52)
    assert "All rules are switched off" in change(quiet_days="", late_parts="", score_below="")
    assert many.names("?hand=1") == []


def test_a_rule_that_cannot_be_is_said_beside_it_and_kept(many: Many) -> None:
    answer = many.tutor.post(
        f"{TABLE}/help", data={"csrf_token": token(many.tutor), "quiet_days": "0", "late_parts": "x"}
    )
    assert answer.status_code == 422
    assert "from 1 to 365" in answer.text
    assert 'value="x"' in answer.text
    assert "has 3 parts late, or more" in answer.text


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', client.get(f"{TABLE}/help").text)
    assert found
    return found[1]


def test_who_has_done_all_that_is_asked_is_not_called_quiet(many: Many, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Enrolment, many.students[0].id).used_at = NOW - timedelta(days=90)
    assert "Student 00" not in many.names("?hand=1")


def test_students_see_nothing_of_it(many: Many, app: Application, database: Database) -> None:
    student = browser_of(app, database, many.students[52].user_id)
    for address in (TABLE, f"{TABLE}/help", f"{TABLE}/parts", f"{TABLE}.csv"):
        assert student.get(address).status_code == 403
    for address in ("/today?group=circle", "/groups/circle", "/notices"):
        assert "need a hand" not in student.get(address, follow_redirects=True).text
