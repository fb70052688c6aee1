"""The pages on which something is assigned, and on which all that is assigned stands."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.base.markdown import TooLong
from course.base.words import _
from course.groups.enrolments import members_of
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import ActivityKind
from course.relative import Moment, When, in_words, words_of
from course.syllabus.giving import (
    ALSO,
    BadDates,
    given_in,
    is_of_meeting,
    moments_of,
    named_subgroups,
    take_back,
    whens_of,
)
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.models import Assignment, Meeting
from lessons.assigning import access, choosing, making
from lessons.assigning.forms import MINUTES, AssignForm, Chosen, TermsForm, asked_for, meeting_words
from lessons.assigning.listing import assigned_in, audience_of, is_past, names_of
from lessons.group_readings.access import text_to_give
from lessons.group_readings.making import make_reading
from lessons.models import Reading

bp = Blueprint("assigning", __name__)

ASSIGNMENTS = "/groups/<slug>/assignments"
ASSIGNMENT = f"{ASSIGNMENTS}/<int:assignment_id>"


class Calendar(NamedTuple):
    """What typed dates are read by: which day it is for the group, its meetings, the number of the next of them."""

    group: StudyGroup
    today: date
    meetings: Sequence[Meeting]

    @property
    def coming(self) -> int | None:
        """The number of the next meeting, None where none comes."""
        held = [one for one in self.meetings if one.cancelled_at is None and one.day >= self.today]
        return min(held, key=lambda one: one.day).number if held else None


def calendar_of(group: StudyGroup, now: datetime) -> Calendar:
    """Return what dates typed by planners of GROUP are read by NOW."""
    return Calendar(group, today_of(group, now), meetings_of(db_session, group.id))


@bp.get(ASSIGNMENTS)
def assignments(slug: str) -> str:
    """List what is assigned in the group: to whom, until when; each can be changed and taken back."""
    mine, group = access.planning(db_session, slug, writing=False)
    now = datetime.now(UTC)
    lines = assigned_in(db_session, group)
    live = [one for one in lines if not one.is_over]
    return render_template(
        "lessons/assigning/assignments.html",
        mine=mine,
        coming=[one for one in live if not is_past(one, now)],
        past=[one for one in live if is_past(one, now)][::-1],
        over=[one for one in lines if one.is_over],
        words_of=words_of,
        kinds=choosing.KINDS,
        button=EmptyForm(),
    )


@bp.route("/groups/<slug>/assign", methods=["GET", "POST"])
def assign(slug: str) -> ResponseReturnValue:
    """Assign something: what the course has, a text of one's own, an article outside or a prompt in one's own words."""
    mine, group = access.planning(db_session, slug)
    now = datetime.now(UTC)
    calendar = calendar_of(group, now)
    form = AssignForm(data={"due": _("next meeting") if calendar.coming else "", **asked_for()})
    form.offer_choices(choosing.offered(db_session, group.course_id), choosing.own_texts(db_session, mine))
    _offer(form, group)
    if not form.is_submitted():
        return _assign_page(mine, calendar, form)
    form.validate()
    chosen = form.chosen()
    kind = chosen.kind if chosen else ActivityKind.reading
    moments = _moments(form, chosen.kind, calendar) if chosen else _moments(form, None, calendar)
    if form.errors or chosen is None or moments is None:
        return _assign_page(mine, calendar, form, kind if chosen else None, moments, 422)
    if form.wants_dates:
        return _assign_page(mine, calendar, form, kind, moments)
    try:
        made = _make(mine, form, chosen, calendar, now)
    except BadDates as error:
        form.refuse(error)
        made = None
    except TooLong as error:
        form.words.errors = [str(error)]
        made = None
    if made is None:
        return _assign_page(mine, calendar, form, kind, moments, 422)
    flash(_said(made, group, moments.get("due")))
    return redirect(url_for(".assignments", slug=slug, _anchor=f"assignment-{made.id}"), 303)


def _make(mine: Enrolment, form: AssignForm, chosen: Chosen, calendar: Calendar, now: datetime) -> Assignment | None:
    """Return the assignment of what is CHOSEN on the terms of FORM; None where a field of it is refused."""
    dates = form.read_dates(chosen.kind, today=calendar.today, coming=calendar.coming) or {}
    terms, once = form.terms(dates), str(form.once.data)
    if chosen.activity is not None:
        if making.is_on_syllabus(db_session, calendar.group, chosen.activity, terms):
            form.what.errors = [
                _("This is the lesson of a meeting already: change the meeting, or say for whom it is besides.")
            ]
            return None
        return making.assign(db_session, mine, chosen.activity, terms, now=now)
    if chosen.is_prompt:
        question = form.question(form.prompt_words())
        activity = making.make_prompt(db_session, mine, question, terms, once=once, now=now)
        return given_in(db_session, activity)
    told = form.told(chosen)
    if told is None:
        return None
    document = text_to_give(db_session, mine, chosen.document.text.ident) if chosen.document else None
    return given_in(db_session, make_reading(db_session, mine, document, told, terms, once=once, now=now))


def _offer(form: TermsForm, group: StudyGroup) -> None:
    form.offer(named_subgroups(db_session, group.id), members_of(db_session, group.id))


def _moments(form: TermsForm, kind: ActivityKind | None, calendar: Calendar) -> dict[str, Moment] | None:
    """Return the moments of the dates typed in FORM for something of KIND (None: not known yet); None where one is
    refused beside its field."""
    whens: dict[str, When] | None = {}
    for one in [kind] if kind else _ANY:
        whens = form.read_dates(one, today=calendar.today, coming=calendar.coming)
        if whens is not None:
            break
    if whens is None:
        return None
    try:
        return moments_of(whens, calendar.meetings, calendar.group)
    except BadDates as error:
        form.refuse(error)
        return None


#: While it is not known what is assigned each kind's dates are let be.
_ANY = (ActivityKind.prompt, ActivityKind.quiz)


def _assign_page(
    mine: Enrolment,
    calendar: Calendar,
    form: AssignForm,
    kind: ActivityKind | None = None,
    moments: Mapping[str, Moment] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    chosen_text = str(form.choice.data or "").startswith("text-")
    page = render_template(
        "lessons/assigning/assign.html",
        mine=mine,
        form=form,
        minutes=MINUTES,
        matches=[(one.value, one.whole, one.value == form.choice.data) for one in form.matches],
        opened=chosen_text or any(form[name].data or form[name].errors for name in ("title", "by", "part", "words")),
        **_about_dates(calendar, moments, kind),
    )
    return page, status


def _about_dates(calendar: Calendar, moments: Mapping[str, Moment] | None, kind: ActivityKind | None) -> dict[str, Any]:
    """Return what a page says of dates: which meeting is next, what was typed means, which dates there can be."""
    return {
        "said": {field: moment_words(moment, opens=field == "open") for field, moment in (moments or {}).items()},
        "next_meeting": meeting_words(calendar.meetings, calendar.coming),
        "dates": ("open", *(ALSO[kind] if kind else ("reply_due", "close"))),
    }


def moment_words(moment: Moment, *, opens: bool = False) -> str:
    """Return MOMENT as a date on a form is said when it was understood."""
    day = f"{moment.day:%A} {in_words(moment.day)}"
    words = _("At {hour} on {day}.") if moment.hour else _("From {day} on.") if opens else _("By the end of {day}.")
    return " ".join(filter(None, (words.format(day=day, hour=moment.hour), moment.told)))


def _said(assignment: Assignment, group: StudyGroup, due: Moment | None) -> str:
    """Return what is said when something was assigned: what, to whom, until when."""
    names = names_of(db_session, group.id, [assignment])[assignment.id]
    told = {
        "title": assignment.activity.title,
        "whom": _in_a_row(names) if names else _("the whole group"),
        "due": moment_words(due) if due else _("Without a date."),
    }
    return _("“{title}” is assigned to {whom}. {due}").format(**told)


def _in_a_row(names: Sequence[str]) -> str:
    if len(names) > 4:
        return _("{names} and {n} more").format(names=", ".join(names[:3]), n=len(names) - 3)
    return ", ".join(names[:-1]) + _(" and ") + names[-1] if len(names) > 1 else names[0]


@bp.route(f"{ASSIGNMENT}/change", methods=["GET", "POST"])
def change(slug: str, assignment_id: int) -> ResponseReturnValue:
    """Change until when and for whom something is given; what was taken back is given again."""
    mine, group = access.planning(db_session, slug)
    now = datetime.now(UTC)
    given = access.assignment_in(db_session, group, assignment_id)
    activity, calendar = given.activity, calendar_of(group, now)
    if is_of_meeting(activity, given):
        return redirect(url_for("syllabus.syllabus", slug=slug, _anchor="meetings"), 303)
    reading = None
    if activity.group_id is not None and activity.kind is ActivityKind.reading:
        reading = making.reading_of(db_session, activity)
    form = TermsForm(data=_as_given(given, reading, group))
    form.keep_to(activity, outside=reading is not None and reading.text_id is None)
    _offer(form, group)
    if not form.is_submitted():
        return _change_page(mine, calendar, form, given)
    form.validate()
    moments = _moments(form, activity.kind, calendar)
    told = _told(form, given, reading)
    if not form.errors and moments is not None and not form.wants_dates:
        dates = form.read_dates(activity.kind, today=calendar.today, coming=calendar.coming) or {}
        try:
            making.change(db_session, mine, given, form.terms(dates), told, now=now)
        except BadDates as error:
            form.refuse(error)
        except TooLong as error:
            form.words.errors = [str(error)]
        else:
            flash(_said(given, group, moments.get("due")))
            return redirect(url_for(".assignments", slug=slug, _anchor=f"assignment-{given.id}"), 303)
    return _change_page(mine, calendar, form, given, moments, 422 if form.errors or moments is None else 200)


def _as_given(given: Assignment, reading: Reading | None, group: StudyGroup) -> dict[str, Any]:
    """Return what the form says of an assignment as it is."""
    activity = given.activity
    told: dict[str, Any] = {
        field: words_of(when) for field, when in whens_of(db_session, group, [given])[given.id].items()
    }
    told |= {"required": given.required, "audience": audience_of(db_session, given)}
    if activity.group_id is not None:
        told |= {"title": activity.title, "minutes": activity.minutes or None, "words": given.note}
    if reading is not None:
        told |= {"by": reading.by, "part": reading.part, "address": reading.address}
    return told


def _told(form: TermsForm, given: Assignment, reading: Reading | None) -> Any:
    """Return what FORM tells of what a group gave itself; None of what the course has."""
    if reading is not None:
        if not form.title.data:
            form.title.errors = [_("Say what is to be read.")]
        address = form.whole_address() if reading.text_id is None else ""
        return form.told(Chosen(address=address, title=given.activity.title))
    if given.activity.group_id is None:
        return None
    if not str(form.words.data).strip():
        form.words.errors = [_("Say what the prompt asks.")]
    return form.question(str(form.words.data))


def _change_page(
    mine: Enrolment,
    calendar: Calendar,
    form: TermsForm,
    given: Assignment,
    moments: Mapping[str, Moment] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "lessons/assigning/change.html",
        mine=mine,
        form=form,
        given=given,
        kinds=choosing.KINDS,
        button=EmptyForm(),
        **_about_dates(calendar, moments, given.activity.kind),
    )
    return page, status


@bp.post(f"{ASSIGNMENT}/take-back")
def back(slug: str, assignment_id: int) -> ResponseReturnValue:
    """Ask something of nobody any longer."""
    _mine, group = access.planning(db_session, slug)
    now = datetime.now(UTC)
    given = access.assignment_in(db_session, group, assignment_id)
    if is_of_meeting(given.activity, given):
        return redirect(url_for("syllabus.syllabus", slug=slug, _anchor="meetings"), 303)
    take_back(db_session, given, now=now)
    making.count_anew(db_session, group, given.activity, now=now)
    flash(_("It is asked of nobody any longer. Who worked on it keeps it."))
    return redirect(url_for(".assignments", slug=slug, _anchor=f"assignment-{given.id}"), 303)
