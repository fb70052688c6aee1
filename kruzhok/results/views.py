"""The pages and files of results: attempts, answers, and what they say of the questions."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template

from course.base.csv_files import MEDIA_TYPE, Cell, csv_of, said
from course.base.db import db_session
from course.base.web import after_page, attachment
from course.completion.looks import note_looks
from kruzhok.progress.sums import FEWEST
from kruzhok.results import access
from kruzhok.results.forms import PAGE, page_asked_for, pages_of
from kruzhok.results.tables import OF_QUESTION, Table, answers_table, questions_table, results_table
from kruzhok.words import reader_zone
from quizzes.models import Quiz
from quizzes.results.analysis import Analysis, analysis_of
from quizzes.results.answers import all_answers, answers_in
from quizzes.results.taken import quizzes_in, taken_in

bp = Blueprint("results", __name__)

GROUP = "/groups/<slug>/results"


@bp.get(GROUP)
def results(slug: str) -> str:
    """List for a tutor the quizzes of a study group, with what of them can be seen and taken out."""
    asking = access.tutoring(db_session, slug)
    return render_template(
        "kruzhok/results/results.html",
        group=asking.group,
        quizzes=quizzes_in(db_session, asking.group),
    )


@bp.get(f"{GROUP}/<ident>")
def quiz(slug: str, ident: str) -> str:
    """Show a tutor the attempts of a study group at a quiz: the table that the file has, a page at a time."""
    asking = access.tutoring(db_session, slug)
    found = access.quiz_in(db_session, asking, ident)
    taken = taken_in(db_session, asking.group, found, datetime.now(UTC))
    page = page_asked_for(len(taken))
    shown = taken[(page - 1) * PAGE : page * PAGE]
    table = results_table(shown, reader_zone())
    return render_template(
        "kruzhok/results/quiz.html",
        group=asking.group,
        quiz=found.activity,
        heads=table.heads,
        rows=[(one, _shown(row)) for one, row in zip(shown, table.rows, strict=True)],
        ended=sum(one.state not in {"none", "open"} for one in taken),
        waits=sum(one.state == "waits" for one in taken),
        page=page,
        pages=pages_of(len(taken)),
    )


def _shown(row: Sequence[Cell]) -> list[tuple[str, bool]]:
    """Return the cells of ROW in words, each with whether it is a number."""
    return [(said(cell), not isinstance(cell, str | bool | datetime | None)) for cell in row]


@bp.get(f"{GROUP}/<ident>.csv")
def quiz_file(slug: str, ident: str) -> Response:
    """Give a tutor the attempts of a study group at a quiz as a file."""
    asking = access.tutoring(db_session, slug)
    found = access.quiz_in(db_session, asking, ident)
    table = results_table(taken_in(db_session, asking.group, found, datetime.now(UTC)), reader_zone())
    return _file(table, asking, found, "results")


@bp.get(f"{GROUP}/<ident>/answers.csv")
def answers_file(slug: str, ident: str) -> Response:
    """Give a tutor all answers of a study group at a quiz as a file. That the tutor looked is noted for each."""
    asking = access.tutoring(db_session, slug)
    found = access.quiz_in(db_session, asking, ident)
    answers = answers_in(db_session, asking.group, found, asking.mine.user_id)
    looked_at, by_id, now = {one.student.id for one in answers}, asking.mine.user_id, datetime.now(UTC)
    after_page(lambda session: note_looks(session, looked_at, by_id, now=now))
    return _file(answers_table(answers, reader_zone()), asking, found, "answers")


@bp.get(f"{GROUP}/<ident>/questions")
def questions(slug: str, ident: str) -> str:
    """Show a tutor what the first attempts of a study group say of the questions of a quiz."""
    asking = access.tutoring(db_session, slug)
    found = access.quiz_in(db_session, asking, ident)
    analysis = _analysis(asking, found)
    table = questions_table(analysis)
    *rows, whole = [_shown(row) for row in table.rows]
    return render_template(
        "kruzhok/results/questions.html",
        group=asking.group,
        quiz=found.activity,
        analysis=analysis,
        fewest=FEWEST,
        heads=table.heads[:OF_QUESTION],
        rows=[row[:OF_QUESTION] for row in rows],
        whole=[
            (head, *cell)
            for place, (head, cell) in enumerate(zip(table.heads, whole, strict=True))
            if place > 4 and cell[0]
        ],
    )


@bp.get(f"{GROUP}/<ident>/questions.csv")
def questions_file(slug: str, ident: str) -> Response:
    """Give a tutor the same as a file."""
    asking = access.tutoring(db_session, slug)
    found = access.quiz_in(db_session, asking, ident)
    return _file(questions_table(_analysis(asking, found)), asking, found, "questions")


def _analysis(asking: access.Tutoring, found: Quiz) -> Analysis:
    return analysis_of(all_answers(db_session, asking.group, found), FEWEST)


def _file(table: Table, asking: access.Tutoring, found: Quiz, what: str) -> Response:
    name = f"{asking.group.slug}-{found.activity.ident}-{what}.csv"
    return attachment(csv_of(table.heads, table.rows), MEDIA_TYPE, name)
