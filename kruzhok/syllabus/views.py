"""The pages of the syllabus: what each meeting asks; laying meetings out, adding, changing and cancelling them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.forms import EmptyForm, whole_number
from course.base.words import _
from course.groups import access
from course.groups.models import Enrolment, StudyGroup
from course.pacing import WEEK, NoRoom
from course.syllabus import cancelling, planning
from course.syllabus.at_meetings import lessons_at, replies_after
from course.syllabus.chairing import chairs_of
from course.syllabus.days import in_words, pacing_of, rhythm_of
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.models import Meeting
from kruzhok.completions import rebuild_group
from kruzhok.paths import paths_of
from kruzhok.syllabus.forms import STAY, CancelForm, InsertForm, MeetingForm, bound, hour_note
from kruzhok.syllabus.pages import hangs_on, minutes_of, titles_of
from kruzhok.syllabus.plan_forms import MAKE, Draft, plan_draft
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


def planner(slug: str) -> tuple[Enrolment, StudyGroup]:
    """Return the place of a planner who asks, and the group, which is not over."""
    mine = access.acting_planner(db_session, slug)
    assert mine.group is not None
    return mine, mine.group


# Laying out


@bp.route("/groups/<slug>/syllabus/plan", methods=["GET", "POST"])
def plan(slug: str) -> ResponseReturnValue:
    """Lay out the meetings, once. What the choices come to is shown before anything is made of it."""
    mine, group = planner(slug)
    now = datetime.now(UTC)
    days = mine.course.pacing.get("days_per_lesson", 7)
    lessons, minutes = lessons_of(db_session, group.course), minutes_of(db_session, group.course_id)
    paths = paths_of(mine.course, {line.ident: line for line in lessons})
    draft = plan_draft(lessons, minutes, ZoneInfo(group.zone), days, today_of(group, now) + WEEK, paths)
    if not draft.form.is_submitted():
        if meetings_of(db_session, group.id):
            return redirect(url_for(".syllabus", slug=slug), 303)
        return _plan_page(mine, draft)
    if draft.outcome is None or draft.pacing is None:
        return _plan_page(mine, draft, 422)
    if not draft.was_seen or draft.form.do.data != MAKE:
        return _plan_page(mine, draft)
    told: dict[str, Any] = {"by_id": mine.user_id, "now": now}
    try:
        planning.lay_out(db_session, group, draft.pacing, draft.form.read, draft.at_each, **told)
    except planning.DoesNotFit as error:
        draft.form.refuse(error)
        return _plan_page(mine, draft, error.status)
    except planning.AlreadyPlanned:
        if not _is_laid_out_so(group, draft):
            raise
    else:
        flash(_("The meetings are laid out, and the students are told."))
    return redirect(url_for(".syllabus", slug=slug), 303)


def _is_laid_out_so(group: StudyGroup, draft: Draft) -> bool:
    """Return whether the meetings are those of DRAFT: somebody pressed twice."""
    pacing, wanted = pacing_of(db_session, group.id), draft.pacing
    if pacing is None or wanted is None or draft.outcome is None:
        return False
    same = (pacing.start, pacing.weekdays, pacing.begins) == (wanted.start, wanted.weekdays, wanted.begins)
    return same and [one.day for one in meetings_of(db_session, group.id)] == [row.day for row in draft.outcome.rows]


def _plan_page(mine: Enrolment, draft: Draft, status: int = 200) -> ResponseReturnValue:
    return render_template("kruzhok/syllabus/plan.html", mine=mine, form=draft.form, outcome=draft.outcome), status


# Adding and changing


@bp.route("/groups/<slug>/syllabus/add", methods=["GET", "POST"])
@bp.route("/groups/<slug>/syllabus/<int:before>/insert", methods=["GET", "POST"], endpoint="insert")
def add(slug: str, before: int | None = None) -> ResponseReturnValue:
    """Add a meeting after the last, on the next day one meets; or before another, which moves on if one wants."""
    mine, group = planner(slug)
    now, meetings = datetime.now(UTC), meetings_of(db_session, group.id)
    lessons, given = lessons_of(db_session, group.course), lessons_at(db_session, group)
    following = _of_number(meetings, before) if before is not None else None
    day, hours = following.day if following else _next_day(group, meetings, now), pacing_of(db_session, group.id)
    latest = max((one.id for one in meetings), default=0)
    assigned = {lesson for at_it in given.values() for lesson in at_it}
    fresh = [line.activity_id for line in lessons if line.activity_id not in assigned][:1]
    defaults: dict[str, Any] = {"shown": str(latest), "lessons": [] if following else fresh}
    defaults |= {} if following else {"day": day}
    defaults |= {"begins": hours.begins, "lasts": hours.lasts, "where": hours.where} if hours else {}
    kind = bound(InsertForm if following else MeetingForm, zone=ZoneInfo(group.zone), default_day=day)
    form = kind(data=defaults)
    assert isinstance(form, MeetingForm)
    del form.with_later, form.fixed
    if following is None:
        del form.others
    form.offer(lessons, given, None, {})
    page = {"meeting": None, "before": following}
    if not form.validate_on_submit():
        return _meeting_page(mine, form, page, 422 if form.is_submitted() else 200)
    told: dict[str, Any] = {"title": form.title.data, "lessons": form.lessons.data, "replies": form.replies.data}
    told |= {"before": following, "day": form.own_day(), "hours": form.hours()}
    try:
        made = planning.add_meeting(
            db_session, group, **told, by_id=mine.user_id, now=now, latest=whole_number(form.shown.data)
        )
    except planning.DoesNotFit as error:
        form.refuse(error)
        return _meeting_page(mine, form, page, error.status)
    except planning.NoLongerSo:
        newest = max(meetings, key=lambda one: one.id)
        if newest.title != form.title.data or given.get(newest.number) != tuple(form.lessons.data or ()):
            raise
        return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{newest.number}"), 303)
    if form.replies.data is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} is added, and the students are told.").format(n=made.number))
    _say_hour(group, made)
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{made.number}"), 303)


def _next_day(group: StudyGroup, meetings: Sequence[Meeting], now: datetime) -> Any:
    """Return the day a new meeting after all others is on, if nobody says otherwise."""
    if not meetings:
        return today_of(group, now) + WEEK
    try:
        return rhythm_of(db_session, group, meetings).after(max(one.day for one in meetings))
    except NoRoom:
        return None


@bp.route("/groups/<slug>/syllabus/<int:number>", methods=["GET", "POST"])
def change(slug: str, number: int) -> ResponseReturnValue:
    """Change the day and hour, the title and the lessons of a meeting."""
    mine, group = planner(slug)
    meetings = meetings_of(db_session, group.id)
    meeting = _of_number(meetings, number)
    given, replies = lessons_at(db_session, group), replies_after(db_session, meeting)
    lessons = lessons_of(db_session, group.course)
    here = given.get(number, ())
    as_shown = _as_shown(meeting, here, replies)
    form = bound(MeetingForm, zone=ZoneInfo(group.zone))(
        obj=meeting, data={"lessons": list(here), "shown": as_shown, "replies": replies}
    )
    assert isinstance(form, MeetingForm)
    del form.others
    form.offer(lessons, given, number, titles_of(db_session, here))
    if not any(other > number for other in given):
        del form.with_later
    page = {
        "meeting": meeting,
        "before": None,
        "cancelling": CancelForm(formdata=None),
        "last": number >= max(given, default=0),
    }
    page |= {"may_go": _may_go(group, meeting)}
    if not form.validate_on_submit():
        return _meeting_page(mine, form, page, 422 if form.is_submitted() else 200)
    if form.shown.data != as_shown:
        raise planning.NoLongerSo
    told: dict[str, Any] = {"title": form.title.data, "lessons": form.lessons.data, "replies": form.replies.data}
    told |= {"day": form.day.data, "fixed": form.fixed.data, "hours": form.hours()}
    along = bool(form.with_later and form.with_later.data)
    now = datetime.now(UTC)
    try:
        planning.change_meeting(db_session, group, meeting, **told, by_id=mine.user_id, now=now, with_later=along)
    except planning.DoesNotFit as error:
        form.refuse(error)
        return _meeting_page(mine, form, page, error.status)
    if form.replies.data is not None or replies is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} is changed.").format(n=meeting.number))
    _say_hour(group, meeting)
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{meeting.number}"), 303)


def _as_shown(meeting: Meeting, lessons: Sequence[int], replies: int | None) -> str:
    """Return what a page showed of MEETING, in short."""
    told = (meeting.id, meeting.day, meeting.fixed, meeting.title, sorted(lessons), replies)
    return hashlib.sha256(repr((*told, meeting.begins, meeting.lasts, meeting.where)).encode()).hexdigest()[:16]


def _say_hour(group: StudyGroup, meeting: Meeting) -> None:
    if note := hour_note(meeting.day, meeting.begins, ZoneInfo(group.zone)):
        flash(note)


def _of_number(meetings: Sequence[Meeting], number: int) -> Meeting:
    found = next((one for one in meetings if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _may_go(group: StudyGroup, meeting: Meeting) -> bool:
    """Return whether MEETING may be taken out as if it had never been: it is not over, and nothing hangs on it."""
    return meeting.day >= today_of(group, datetime.now(UTC)) and not hangs_on(db_session, meeting)


def _meeting_page(
    mine: Enrolment, form: MeetingForm, page: Mapping[str, Any], status: int = 200
) -> ResponseReturnValue:
    return render_template("kruzhok/syllabus/meeting.html", mine=mine, form=form, **page), status


# Cancelling


@bp.post("/groups/<slug>/syllabus/<int:number>/cancel")
def cancel(slug: str, number: int) -> ResponseReturnValue:
    """Cancel a meeting, which keeps its number; the later ones close up, and its lessons go on, if one wants."""
    mine, group = planner(slug)
    meeting = _of_number(meetings_of(db_session, group.id), number)
    form = CancelForm()
    if not form.is_about(meeting.id):
        raise planning.NoLongerSo
    now, replies = datetime.now(UTC), replies_after(db_session, meeting)
    told = {"close_up": form.later.data == "close", "pass_on": form.its_lessons.data == "pass"}
    planning.cancel_meeting(db_session, group, meeting, by_id=mine.user_id, now=now, **told)
    if replies is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} is cancelled, and the students are told.").format(n=meeting.number))
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{meeting.number}"), 303)


@bp.post("/groups/<slug>/syllabus/<int:number>/hold")
def hold(slug: str, number: int) -> ResponseReturnValue:
    """Hold a meeting after all that was cancelled."""
    mine, group = planner(slug)
    meeting = _of_number(meetings_of(db_session, group.id), number)
    if not CancelForm().is_about(meeting.id):
        raise planning.NoLongerSo
    now = datetime.now(UTC)
    planning.hold_meeting(db_session, group, meeting, by_id=mine.user_id, now=now)
    if replies_after(db_session, meeting) is not None:
        rebuild_group(db_session, group, now)
    flash(_("Meeting {n} will be held.").format(n=meeting.number))
    return redirect(url_for(".syllabus", slug=slug, _anchor=f"meeting-{meeting.number}"), 303)


@bp.post("/groups/<slug>/syllabus/<int:number>/remove")
def remove(slug: str, number: int) -> ResponseReturnValue:
    """Take a meeting out that was put in by mistake; a second click takes out nothing more."""
    mine, group = planner(slug)
    meetings, form = meetings_of(db_session, group.id), CancelForm()
    shown = whole_number(form.meeting.data)
    meeting = next((one for one in meetings if one.id == shown), None)
    if meeting is None and shown is not None:
        return redirect(url_for(".syllabus", slug=slug), 303)
    if meeting is None or meeting.number != number:
        _of_number(meetings, number)
        raise planning.NoLongerSo
    now, day, replies = datetime.now(UTC), meeting.day, replies_after(db_session, meeting)
    told = {"close_up": form.later.data != STAY, "used": hangs_on(db_session, meeting)}
    cancelling.remove_meeting(db_session, group, meeting, by_id=mine.user_id, now=now, **told)
    if replies is not None:
        rebuild_group(db_session, group, now)
    flash(_("The meeting of {day} is taken out.").format(day=in_words(day)))
    return redirect(url_for(".syllabus", slug=slug), 303)
