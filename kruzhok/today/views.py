"""Today: what to do next, and where."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
from kruzhok.calendar.dates import dates_of
from kruzhok.calendar.month import soon
from kruzhok.today.addresses import SAID, address_of
from kruzhok.today.plan import latest_enrolment, plan_for
from kruzhok.words import LOCALE, is_elsewhere
from lessons.outline import lessons_of

bp = Blueprint("today", __name__)


@bp.get("/today")
def today() -> str:
    """Show what is to be done next; to who has begun nothing, what will stand here and how to begin."""
    signed_in = current_user.is_authenticated
    enrolment = latest_enrolment(db_session, current_user, named_group()) if signed_in else None
    if enrolment is None and named_group() not in {None, ALONE}:
        raise NotFound
    show_place(enrolment)
    now = datetime.now(UTC)
    plan = plan_for(db_session, enrolment, now) if enrolment else None
    course = plan.course if plan else db_session.scalars(select(Course).order_by(Course.id)).first()
    first = next(iter(lessons_of(db_session, course.id)), None) if course and not plan else None
    zone = ZoneInfo(current_user.zone if signed_in else "UTC")
    here = now.astimezone(zone)
    return render_template(
        "kruzhok/today/today.html",
        plan=plan,
        course=course,
        first=first,
        day_number=here.day,
        month=format_date(here, "LLLL y", locale=LOCALE),
        weekday=format_date(here, "EEEE", locale=LOCALE),
        elsewhere=is_elsewhere(enrolment.group if enrolment else None, now),
        soon=soon(dates_of(db_session, current_user, now) if plan else (), now, zone),
        said=SAID,
        address_of=address_of,
        button=EmptyForm(),
    )
