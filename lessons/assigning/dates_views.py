"""The page on which something is due at another time for one member or one subgroup."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.words import _
from course.groups.models import Enrolment, StudyGroup, Subgroup
from course.outline.models import Activity, ActivityKind
from course.relative import Moment
from course.syllabus.excepting import Refused
from course.syllabus.giving import BadDates, moments_of, named_subgroups
from lessons.assigning import access
from lessons.assigning.choosing import KINDS
from lessons.assigning.dates import (
    ONE_PRESS,
    dates_for_each,
    except_dates,
    exceptions_at,
    extend,
    take_back_dates,
)
from lessons.assigning.forms import DatesForm, ExtendForm, member_asked
from lessons.assigning.views import calendar_of, moment_words
from quizzes.rules.access import student_in

bp = Blueprint("own_dates", __name__)

DATES = "/groups/<slug>/activities/<int:activity_id>/dates"


@bp.route(DATES, methods=["GET", "POST"])
def dates(slug: str, activity_id: int) -> ResponseReturnValue:
    """Show until when each has for something, and let one member or subgroup have another date."""
    mine, group = access.planning(db_session, slug, writing=request.method == "POST")
    now = datetime.now(UTC)
    activity = access.activity_in(db_session, group, activity_id)
    if activity.kind is ActivityKind.quiz:  # what holds at a quiz, its limits too, has a page of its own
        return redirect(url_for("quiz_rules.group", slug=slug, ident=activity.ident), 303)
    form = _form(group, activity)
    if not form.is_submitted():
        return _page(mine, group, activity, form)
    form.validate()
    calendar = calendar_of(group, now)
    whens = form.whens(today=calendar.today, coming=calendar.coming)
    moments: dict[str, Moment] = {}
    if whens is not None:
        try:
            moments = moments_of(whens, calendar.meetings, group)
            said = {field: moment.at for field, moment in moments.items()}
            audience = _audience(group, str(form.audience.data))
            reason = form.reason.data or ""
            except_dates(db_session, activity, audience, said, reason=reason, by_id=mine.user_id, now=now)
        except (BadDates, Refused) as error:
            form[error.field].errors = [error.message]
    if form.errors:
        return _page(mine, group, activity, form, 422)
    words = _("It is due for them {when}") if "due" in moments else _("They reply {when}")
    flash(words.format(when=_lower(moment_words(moments.get("due") or moments["reply_due"]))))
    return redirect(url_for(".dates", slug=slug, activity_id=activity_id), 303)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _form(group: StudyGroup, activity: Activity) -> DatesForm:
    form = DatesForm()
    if activity.kind is ActivityKind.reading:
        del form.reply_due
    students = [one.student for one in dates_for_each(db_session, group, activity)]
    form.offer(named_subgroups(db_session, group.id), students, member_asked())
    return form


def _audience(group: StudyGroup, chosen: str) -> Enrolment | Subgroup:
    """Return whom the form CHOSE, of those it offered."""
    kind, _dash, key = chosen.partition("-")
    if kind == "member":
        return student_in(db_session, group, int(key))
    return next(one for one in named_subgroups(db_session, group.id) if one.id == int(key))


def _page(
    mine: Enrolment, group: StudyGroup, activity: Activity, form: DatesForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "lessons/assigning/dates.html",
        mine=mine,
        activity=activity,
        each=dates_for_each(db_session, group, activity),
        exceptions=exceptions_at(db_session, group, activity),
        form=form,
        kinds=KINDS,
        days=ONE_PRESS,
        button=EmptyForm(),
    )
    return page, status


@bp.post(f"{DATES}/extend")
def more_days(slug: str, activity_id: int) -> ResponseReturnValue:
    """Give one student some days more, with one press."""
    mine, group = access.planning(db_session, slug)
    form, now = ExtendForm(), datetime.now(UTC)
    activity = access.activity_in(db_session, group, activity_id)
    student = student_in(db_session, group, form.member_id)
    days = form.days_more(ONE_PRESS)
    if activity.kind is not ActivityKind.quiz:
        done = extend(db_session, group, activity, student, days, due=form.due_at, by_id=mine.user_id, now=now)
        words = _("{name} has {n} days more.") if done else _("{name} has another date by now: nothing was changed.")
        flash(words.format(name=student.user.name, n=days))
    return redirect(url_for(".dates", slug=slug, activity_id=activity_id, _anchor=f"member-{student.id}"), 303)


@bp.post(f"{DATES}/<int:exception_id>/take-back")
def back(slug: str, activity_id: int, exception_id: int) -> ResponseReturnValue:
    """Let something be due for a member or subgroup as for everybody."""
    mine, group = access.planning(db_session, slug)
    activity = access.activity_in(db_session, group, activity_id)
    exception, audience = access.exception_in(db_session, group, activity, exception_id)
    now = datetime.now(UTC)
    take_back_dates(db_session, activity, exception, audience, by_id=mine.user_id, now=now)
    flash(_("It is due for them as for everybody."))
    return redirect(url_for(".dates", slug=slug, activity_id=activity_id), 303)
