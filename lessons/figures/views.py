"""The pages of maps and diagrams: all of them, and each one large and in words."""

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups.access import course_named, page_enrolment
from lessons.figures.figures import figure_page, figures_of

bp = Blueprint("figures", __name__, url_prefix="/courses/<course>/figures")


@bp.get("")
def figures(course: str) -> str:
    """Show the maps and diagrams of a course."""
    its_course = course_named(db_session, course)
    page_enrolment(db_session, its_course)
    return render_template(
        "lessons/figures/figures.html", course=its_course, figures=figures_of(db_session, its_course)
    )


@bp.get("/<ident>")
def figure(course: str, ident: str) -> str:
    """Show one map or diagram large, and all that it says in words."""
    its_course = course_named(db_session, course)
    page_enrolment(db_session, its_course)
    page = figure_page(db_session, its_course, ident)
    return render_template("lessons/figures/figure.html", course=its_course, page=page)
