"""The pages of a study group's own readings: seeing and ticking them, giving, changing and taking them back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.markdown import TooLong
from course.base.words import _
from course.groups.access import acting_planner, let_act, may_plan, member
from course.groups.enrolments import members_of
from course.groups.models import Enrolment
from course.syllabus.giving import named_subgroups, take_back
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Assignment
from course.users.reading import settings_here
from lessons.forms import TickForm
from lessons.group_readings import access, making
from lessons.group_readings.access import GroupReading
from lessons.group_readings.forms import ReadingForm, audience_of, text_asked
from lessons.models import Document
from lessons.readings import tick_reading
from lessons.views import BadTick

bp = Blueprint("group_readings", __name__)

READINGS = "/groups/<slug>/readings"
READING = f"{READINGS}/<ident>"


@bp.get(READINGS)
def readings(slug: str) -> str:
    """List the group's own readings: to a member those that are theirs, to who plans all, with whom each is for."""
    mine = member(db_session, slug)
    found, plans = access.readings_of(db_session, mine), may_plan(mine)
    return render_template(
        "lessons/group_readings/readings.html",
        mine=mine,
        readings=found,
        plans=plans,
        names=_names(mine) if plans else {},
        pace=settings_here().pace,
    )


def _names(mine: Enrolment) -> Mapping[str, str]:
    """Return what the form says of whom a reading is for -> the name of the subgroup or member."""
    subgroups = {f"subgroup-{one.id}": one.name or "" for one in named_subgroups(db_session, mine.group_id or 0)}
    return subgroups | {f"member-{one.id}": one.user.name or "" for one in members_of(db_session, mine.group_id)}


@bp.get(READING)
def reading(slug: str, ident: str) -> str:
    """Show one reading: what it is, what to look for, until when, and where one ticks it."""
    mine = member(db_session, slug)
    found, plans = access.reading_named(db_session, mine, ident), may_plan(mine)
    return render_template(
        "lessons/group_readings/reading.html",
        mine=mine,
        found=found,
        plans=plans,
        names=_names(mine) if plans else {},
        pace=settings_here().pace,
        form=TickForm(),
    )


@bp.post(f"{READING}/tick")
def tick(slug: str, ident: str) -> ResponseReturnValue:
    """Tick a reading of the group, or take the tick back."""
    now, form = datetime.now(UTC), TickForm()
    mine = member(db_session, slug)
    found = access.reading_named(db_session, mine, ident)
    if not form.validate_on_submit():
        raise BadTick(" ".join(form.done.errors))
    let_act(mine, now)
    tick_reading(db_session, mine, found.reading.activity, done=form.done.data == "1", now=now)
    return redirect(form.way_back or url_for(".reading", slug=slug, ident=ident, _anchor="done"), code=303)


@bp.route(f"{READINGS}/new", methods=["GET", "POST"])
def new(slug: str) -> ResponseReturnValue:
    """Give the group something to read: an imported text that is named, else something outside.

    The page on which one does so is that of all assigning."""
    mine, now = acting_planner(db_session, slug), datetime.now(UTC)
    asked = text_asked()
    document = access.text_to_give(db_session, mine, asked) if asked else None
    if not EmptyForm().is_submitted():
        return redirect(url_for("assigning.assign", slug=slug, text=asked or None), 303)
    about = document.about if document else {}
    told = {"title": document.text.title if document else "", "by": about.get("by"), "minutes": about.get("minutes")}
    form = _form(ReadingForm(data=told), mine, document)
    if not form.validate_on_submit():
        return _form_page(mine, form, document, None)
    try:
        activity = making.make_reading(
            db_session, mine, document, form.told(), form.terms(), once=str(form.once.data), now=now
        )
    except TooLong as error:
        form.look_for.errors = [str(error)]
        return _form_page(mine, form, document, None)
    flash(_("It is given, and who is to read it is told."))
    return redirect(url_for(".reading", slug=slug, ident=activity.ident), 303)


def _form(form: ReadingForm, mine: Enrolment, document: Document | None) -> ReadingForm:
    if document is not None:
        del form.address
    group_id = mine.group_id or 0
    form.offer(
        meetings_of(db_session, group_id), named_subgroups(db_session, group_id), members_of(db_session, group_id)
    )
    return form


def _form_page(
    mine: Enrolment, form: ReadingForm, document: Document | None, found: GroupReading | None
) -> ResponseReturnValue:
    page = render_template(
        "lessons/group_readings/form.html", mine=mine, form=form, document=document, found=found, button=EmptyForm()
    )
    return page, 422 if form.is_submitted() else 200


@bp.route(f"{READING}/change", methods=["GET", "POST"])
def change(slug: str, ident: str) -> ResponseReturnValue:
    """Change a reading of the group, until when it is given and for whom; what was taken back is given again.

    The page on which one does so is that of its assignment."""
    mine = acting_planner(db_session, slug)
    found = access.reading_named(db_session, mine, ident)
    reading, given = found.reading, found.given
    if given is not None and not EmptyForm().is_submitted():
        return redirect(url_for("assigning.change", slug=slug, assignment_id=given.id), 303)
    document = None if reading.text_id is None else access.document_of(db_session, reading.text_id)
    told = {
        "title": reading.activity.title,
        "by": reading.by,
        "address": reading.address,
        "part": reading.part,
        "minutes": reading.activity.minutes,
        "look_for": given.note if given else "",
        "required": given.required if given else True,
        "meeting": str(given.meeting_id or "") if given else "",
        "day": _day_of(given, mine),
        "audience": audience_of(given),
    }
    form = _form(ReadingForm(data=told), mine, document)
    if not form.validate_on_submit():
        return _form_page(mine, form, document, found)
    try:
        making.change_reading(db_session, mine, reading, form.told(), form.terms(), now=datetime.now(UTC))
    except TooLong as error:
        form.look_for.errors = [str(error)]
        return _form_page(mine, form, document, found)
    flash(_("The reading is changed."))
    return redirect(url_for(".reading", slug=slug, ident=ident), 303)


def _day_of(given: Assignment | None, mine: Enrolment) -> object:
    """Return the day by whose end something is due, where that is not the day of its meeting."""
    if given is None or given.due_at is None or given.meeting_id is not None or mine.group is None:
        return None
    return given.due_at.astimezone(ZoneInfo(mine.group.zone)).date()


@bp.post(f"{READING}/take-back")
def back(slug: str, ident: str) -> ResponseReturnValue:
    """Ask a reading of nobody any longer."""
    mine = acting_planner(db_session, slug)
    found = access.reading_named(db_session, mine, ident)
    if found.given is not None:
        take_back(db_session, found.given, now=datetime.now(UTC))
    flash(_("It is asked of nobody any longer. Who worked on it keeps it."))
    return redirect(url_for(".readings", slug=slug), 303)
