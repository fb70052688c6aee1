"""The pages on which meetings are put in another order, and holidays are changed."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.words import _, plural
from course.groups.models import Enrolment, StudyGroup
from course.syllabus.arranging import Moved, change_breaks, move_meeting, moved_by
from course.syllabus.days import breaks_of, pacing_of, slots_of
from course.syllabus.holidays import as_lines
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.planning import DoesNotFit
from kruzhok.syllabus.forms import BreaksForm, MoveForm, bound
from kruzhok.syllabus.pages import names_of
from kruzhok.syllabus.views import planner

bp = Blueprint("arranging", __name__)


@bp.route("/groups/<slug>/syllabus/arrange", methods=["GET", "POST"])
def arrange(slug: str) -> ResponseReturnValue:
    """Let one meeting stand where another stands, one step at a time or, with a mouse, anywhere. A second click of the
    same button moves nothing more."""
    mine, group = planner(slug)
    form = MoveForm()
    if not form.is_submitted():
        return _arrange_page(mine, group, form)
    form.validate()
    asked = form.asked()
    meeting = next((one for one in meetings_of(db_session, group.id) if asked and one.id == asked[0]), None)
    if asked is None or meeting is None:
        return _arrange_page(mine, group, form, _("This meeting is no longer there."), 422)
    try:
        move_meeting(db_session, group, meeting, asked[1], by_id=mine.user_id, now=datetime.now(UTC))
    except DoesNotFit as error:
        return _arrange_page(mine, group, form, error.message, error.status, meeting.id)
    return redirect(url_for(".arrange", slug=slug, _anchor=f"meeting-{meeting.number}"), 303)


def _arrange_page(
    mine: Enrolment,
    group: StudyGroup,
    form: MoveForm,
    problem: str | None = None,
    status: int = 200,
    at: int | None = None,
) -> ResponseReturnValue:
    now = datetime.now(UTC)
    meetings, today = meetings_of(db_session, group.id), today_of(group, now)
    stays = {slot.key for slot in slots_of(meetings, today) if slot.stays}
    free = [one.number for one in meetings if one.id not in stays]
    page = render_template(
        "kruzhok/syllabus/arrange.html",
        mine=mine,
        form=form,
        meetings=meetings,
        names=names_of(db_session, group, meetings),
        today=today,
        up={number: before for before, number in pairwise(free)},
        down=dict(pairwise(free)),
        problem=problem,
        at=at,
    )
    return page, status


@bp.route("/groups/<slug>/syllabus/holidays", methods=["GET", "POST"])
def holidays(slug: str) -> ResponseReturnValue:
    """Change when the group does not meet. What that moves is shown before anything moves."""
    mine, group = planner(slug)
    now, pacing = datetime.now(UTC), pacing_of(db_session, group.id)
    start = pacing.start if pacing else today_of(group, now)
    form = bound(BreaksForm, start=start)(data={"breaks": as_lines(breaks_of(db_session, group.id))})
    assert isinstance(form, BreaksForm)
    if not form.validate_on_submit():
        return _holidays_page(mine, form, None, 422 if form.is_submitted() else 200)
    try:
        moved = moved_by(db_session, group, form.read, now)
        seen, shown = _as_shown(form.breaks.data or "", moved), form.seen.data
        form.seen.data = seen
        if seen != shown:
            return _holidays_page(mine, form, moved)
        change_breaks(db_session, group, form.read, by_id=mine.user_id, now=now)
    except DoesNotFit as error:
        form.refuse(error)
        return _holidays_page(mine, form, None, error.status)
    gone = sum(not one.stays for one in moved)
    said = plural(
        "One meeting is moved, and the students are told.", "{n} meetings are moved, and the students are told.", gone
    )
    flash(said if gone else _("The holidays are kept. No meeting is moved."))
    return redirect(url_for("syllabus.syllabus", slug=slug), 303)


def _as_shown(breaks: str, moved: Sequence[Moved]) -> str:
    told = (breaks.split(), [(one.meeting.id, one.day, one.then) for one in moved])
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _holidays_page(
    mine: Enrolment, form: BreaksForm, moved: Sequence[Moved] | None, status: int = 200
) -> ResponseReturnValue:
    if mine.group is None:
        raise NotFound
    return render_template("kruzhok/syllabus/holidays.html", mine=mine, form=form, moved=moved), status
