"""The pages of the syllabus: what each meeting asks; laying meetings out and changing them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.base.words import _
from course.groups import access
from course.groups.models import Enrolment, StudyGroup
from course.pacing import WEEK
from course.syllabus import planning
from course.syllabus.chairing import chairs_of
from course.syllabus.meetings import Planned, meetings_of, syllabus_of, today_of
from course.syllabus.models import Meeting
from kruzhok.completions import rebuild_group
from kruzhok.syllabus.forms import MeetingForm, PlanForm, plan_form
from kruzhok.today.addresses import address_of
from kruzhok.today.week import weeks_of
from kruzhok.words import is_elsewhere
from lessons.outline import lessons_of

bp = Blueprint("syllabus", __name__)


@bp.record_once
def _keep_days(state: BlueprintSetupState) -> None:
    state.app.config["WHEN_DAYS_END_ELSE"] = planning.settle  # the room of groups knows no syllabus, which is above it


@bp.get("/groups/<slug>/syllabus")
def syllabus(slug: str) -> str:
    """Show the meetings to a member: what each asks, how far one is with it, when it is due."""
    mine = access.member(db_session, slug)
    now = datetime.now(UTC)
    weeks, progress = weeks_of(db_session, mine, now)
    return render_template(
        "kruzhok/syllabus/syllabus.html",
        mine=mine,
        weeks=weeks,
        progress=progress,
        plans=access.may_plan(mine),
        chairs=chairs_of(db_session, mine.group_id or 0),
        button=EmptyForm(),
        elsewhere=is_elsewhere(mine.group, now),
        address_of=address_of,
    )


def _planner(slug: str) -> tuple[Enrolment, StudyGroup]:
    """Return the place of a planner who asks, and the group, which is not over."""
    mine = access.planner(db_session, slug)
    assert mine.group is not None
    access.refuse_archived(mine.group)
    return mine, mine.group


@bp.route("/groups/<slug>/syllabus/plan", methods=["GET", "POST"])
def plan(slug: str) -> ResponseReturnValue:
    """Lay out the meetings, once. A number of meetings that the form has no rows for only brings the rows."""
    mine, group = _planner(slug)
    now = datetime.now(UTC)
    form = plan_form(lessons_of(db_session, group.course_id), today_of(group, now) + WEEK)
    if not form.is_submitted():
        if meetings_of(db_session, group.id):
            return redirect(url_for(".syllabus", slug=slug), 303)
        return _plan_page(mine, form)
    if not form.validate():
        return _plan_page(mine, form, 422)
    if not form.shows_all():
        return _plan_page(mine, form)
    assert form.start.data is not None
    told = {"start": form.start.data, "weekday": form.weekday.data, "lessons": form.lessons()}
    try:
        planning.plan_meetings(db_session, group, **told, by_id=mine.user_id, now=now)
    except planning.DoesNotFit as error:
        form.refuse(error)
        return _plan_page(mine, form, error.status)
    flash(_("The meetings are laid out, and the students are told."))
    return redirect(url_for(".syllabus", slug=slug), 303)


def _plan_page(mine: Enrolment, form: PlanForm, status: int = 200) -> ResponseReturnValue:
    return render_template("kruzhok/syllabus/plan.html", mine=mine, form=form), status


@bp.route("/groups/<slug>/syllabus/add", methods=["GET", "POST"])
def add(slug: str) -> ResponseReturnValue:
    """Add a meeting after the last: a week later, with the next lesson, unless one says otherwise."""
    mine, group = _planner(slug)
    now = datetime.now(UTC)
    planned = syllabus_of(db_session, mine)
    lessons = lessons_of(db_session, group.course_id)
    held = planned.live()
    day = (held[-1].meeting.day if held else today_of(group, now)) + WEEK
    fresh = next((str(line.activity_id) for line in lessons if line.activity_id not in planned.assigned), "")
    form = MeetingForm(data={"day": day, "lesson": fresh})
    del form.with_later, form.shown
    form.offer(lessons, _lesson_before(held))
    if not form.validate_on_submit():
        return _meeting_page(mine, form, None, 422 if form.is_submitted() else 200)
    told = {"day": form.day.data, "title": form.title.data, "lessons": form.lesson_ids(), "replies": form.replies.data}
    try:
        meeting = planning.add_meeting(db_session, group, **told, by_id=mine.user_id, now=now)
    except planning.DoesNotFit as error:
        form.refuse(error)
        return _meeting_page(mine, form, None, error.status)
    if form.replies.data is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} is added, and the students are told.").format(n=meeting.number))
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{meeting.number}"), 303)


@bp.route("/groups/<slug>/syllabus/<int:number>", methods=["GET", "POST"])
def change(slug: str, number: int) -> ResponseReturnValue:
    """Change the day, the title and the lesson of a meeting."""
    mine, group = _planner(slug)
    planned = syllabus_of(db_session, mine).meetings
    one = _of_number(planned, number)
    held = [other for other in planned if other.meeting.cancelled_at is None]
    before = _lesson_before([other for other in held if other.meeting.number < number])
    lesson = next(iter(one.activity_ids), None)
    replies = planning.replies_after(db_session, one.meeting)
    as_shown = f"{one.meeting.day}/{lesson}/{one.meeting.title}/{replies}"
    chosen = "on" if one.goes_on else str(lesson or "")
    form = MeetingForm(obj=one.meeting, data={"lesson": chosen, "shown": as_shown, "replies": replies})
    form.offer(lessons_of(db_session, group.course_id), before)
    if not any(other.meeting.number > number for other in held):
        del form.with_later
    if not form.validate_on_submit():
        return _meeting_page(mine, form, one.meeting, 422 if form.is_submitted() else 200)
    if form.shown.data != as_shown:
        raise planning.NoLongerSo
    told = {"day": form.day.data, "title": form.title.data, "lessons": form.lesson_ids(), "replies": form.replies.data}
    along = bool(form.with_later and form.with_later.data)
    now = datetime.now(UTC)
    try:
        planning.change_meeting(db_session, group, one.meeting, **told, by_id=mine.user_id, now=now, with_later=along)
    except planning.DoesNotFit as error:
        form.refuse(error)
        return _meeting_page(mine, form, one.meeting, error.status)
    if form.replies.data is not None or replies is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} is changed.").format(n=number))
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{number}"), 303)


def _of_number(planned: Sequence[Planned], number: int) -> Planned:
    found = next((one for one in planned if one.meeting.number == number), None)
    if found is None:
        raise NotFound
    return found


def _lesson_before(held: Sequence[Planned]) -> int | None:
    return next((one.activity_ids[0] for one in reversed(held) if one.activity_ids), None)


def _meeting_page(
    mine: Enrolment, form: MeetingForm, meeting: Meeting | None, status: int = 200
) -> ResponseReturnValue:
    return render_template("kruzhok/syllabus/meeting.html", mine=mine, form=form, meeting=meeting), status


@bp.post("/groups/<slug>/syllabus/<int:number>/cancel")
def cancel(slug: str, number: int) -> ResponseReturnValue:
    """Cancel a meeting, which keeps its number."""
    mine, group = _planner(slug)
    meeting = _of_number(syllabus_of(db_session, mine).meetings, number).meeting
    now, replies = datetime.now(UTC), planning.replies_after(db_session, meeting)
    planning.cancel_meeting(db_session, group, meeting, by_id=mine.user_id, now=now)
    if replies is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} is cancelled, and the students are told.").format(n=number))
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{number}"), 303)


@bp.post("/groups/<slug>/syllabus/<int:number>/hold")
def hold(slug: str, number: int) -> ResponseReturnValue:
    """Hold a meeting after all that was cancelled."""
    mine, group = _planner(slug)
    meeting = _of_number(syllabus_of(db_session, mine).meetings, number).meeting
    now = datetime.now(UTC)
    planning.hold_meeting(db_session, group, meeting, by_id=mine.user_id, now=now)
    if planning.replies_after(db_session, meeting) is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} will be held.").format(n=number))
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{number}"), 303)
