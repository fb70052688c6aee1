"""Today: what to do next, and where."""

from datetime import UTC, datetime

from babel.dates import format_date
from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.groups.access import named_group, show_place
from course.groups.enrolments import ALONE
from course.outline.models import Course
from kruzhok.calendar.month import day_of
from kruzhok.review.words import short_words
from kruzhok.today import words
from kruzhok.today.addresses import SAID, address_of
from kruzhok.today.today import today_of
from kruzhok.words import LOCALE, is_elsewhere, reader_zone
from lessons.addresses import activity_address
from lessons.outline import lessons_of

bp = Blueprint("today", __name__)


@bp.get("/today")
def today() -> str:
    """Show what is to be done today; to who has begun nothing, what will stand here and how to begin."""
    now = datetime.now(UTC)
    signed_in = current_user.is_authenticated
    shown = today_of(db_session, current_user, now, named_group(), whole=False) if signed_in else None
    here = shown.here if shown else None
    if here is None and named_group() not in {None, ALONE}:
        raise NotFound
    show_place(here.place if here else None)
    course = here.place.course if here else db_session.scalars(select(Course).order_by(Course.id)).first()
    first = next(iter(lessons_of(db_session, course)), None) if course and not here else None
    zone = reader_zone()
    day = now.astimezone(zone)
    return render_template(
        "kruzhok/today/today.html",
        today=shown,
        here=here,
        course=course,
        first=first,
        day_number=day.day,
        month=format_date(day, "LLLL y", locale=LOCALE),
        weekday=format_date(day, "EEEE", locale=LOCALE),
        elsewhere=is_elsewhere(here.place.group if here else None, now),
        zone=zone,
        day_of=day_of,
        said=SAID,
        words=words,
        short_words=short_words,
        address_of=address_of,
        activity_address=activity_address,
        form=EmptyForm(),
    )
