"""The front door, the page of a course, and the opening pages of its units."""

from datetime import UTC, date, datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from course.base.db import db_session
from course.base.words import _
from course.groups.access import acting_enrolment, course_named, page_enrolment, place_in_address, show_place
from course.groups.models import Enrolment
from course.outline.models import Course
from course.users.reading import settings_here
from kruzhok.courses.following import follow
from kruzhok.courses.forms import PathForm
from kruzhok.courses.outline import course_page
from kruzhok.courses.pictures import picture_named
from kruzhok.courses.poster import at_the_door, poster_lines
from kruzhok.courses.unit import unit_page
from kruzhok.today.addresses import address_of
from kruzhok.today.plan import BEGIN, go_on_for, latest_enrolment
from kruzhok.words import day
from lessons.outline import lessons_of

bp = Blueprint("courses", __name__)


@bp.app_template_filter("given")
def given(when: date | str | None) -> str:
    """Return the day of a lecture in words; what is no day stays as it is."""
    return day(when) if isinstance(when, date) else str(when or "")


@bp.get("/")
def front() -> str:
    """Show the front door: the course last used, or the first there is, as a poster; and the others."""
    courses = db_session.scalars(select(Course).order_by(Course.id)).all()
    enrolment = _last_used()
    poster = enrolment.course if enrolment else next(iter(courses), None)
    if poster is None:
        return render_template("kruzhok/courses/empty.html")
    show_place(enrolment)
    go_on = go_on_for(db_session, enrolment, datetime.now(UTC)) if enrolment else None
    return render_template(
        "kruzhok/courses/front.html",
        course=poster,
        others=[course for course in courses if course is not poster],
        lessons=lessons_of(db_session, poster),
        lines=poster_lines(poster.title),
        about=at_the_door(poster.about_html),
        has_labels='class="claim ' in poster.about_html,
        go_on=go_on if go_on is not None and go_on.reason != BEGIN else None,
        address_of=address_of,
    )


def _last_used() -> Enrolment | None:
    return latest_enrolment(db_session, current_user) if current_user.is_authenticated else None


@bp.get("/courses/<course>")
def course(course: str) -> str:
    """Show a course: whose lectures these are, how far one is, its lessons."""
    found = course_named(db_session, course)
    enrolment = page_enrolment(db_session, found)
    page = course_page(db_session, found, enrolment, settings_here().pace)
    own_place = enrolment.id if enrolment else None
    told = {"page": page, "own_place": own_place, "form": PathForm(formdata=None)}
    return render_template("kruzhok/courses/course.html", course=found, **told)


@bp.get("/courses/<course>/units/<unit>")
def unit(course: str, unit: str) -> str:
    """Show the opening page of a unit: its question, its lessons, what else it holds, where to go on."""
    found, pace = course_named(db_session, course), settings_here().pace
    page = course_page(db_session, found, page_enrolment(db_session, found), pace)
    return render_template("kruzhok/courses/unit.html", course=found, shown=unit_page(db_session, page, unit, pace))


@bp.post("/courses/<course>/path")
def path(course: str) -> ResponseReturnValue:
    """Follow a path through the course alone, or none any longer."""
    found, form = course_named(db_session, course), PathForm()
    form.validate_on_submit()
    enrolment = acting_enrolment(db_session, found, now=datetime.now(UTC))
    titles = {one["ident"]: one["title"] for one in found.paths}
    follow(enrolment, form.path.data, titles)
    flash(
        _("You now follow “{title}”: “go on” leads along it.").format(title=titles[enrolment.path])
        if enrolment.path
        else _("You now follow the order of the outline.")
    )
    return redirect(url_for(".course", course=course, group=place_in_address(enrolment), _anchor="paths"), 303)


@bp.get("/courses/<course>/images/<name>")
def image(course: str, name: str) -> ResponseReturnValue:
    """Answer with a picture of a course. A browser may keep it and asks whether it is still the same."""
    file, media_type = picture_named(db_session, course, name)
    response = Response(file.content, content_type=media_type)
    response.set_etag(file.sha256)
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response.make_conditional(request)
