"""The page on which the minutes of a meeting are written, and that of what they said before."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError, NotFound
from course.base.markdown import TooLong, to_html
from course.base.web import wants_json
from course.base.words import _
from course.groups.access import Archived, let_act
from kruzhok.meetings.forms import MinutesForm
from lessons.agenda import access
from lessons.agenda.access import At
from lessons.agenda.minutes import MinutesChanged, minutes_of, minutes_place, versions_of, write_minutes
from lessons.drafts import base_of, drafts_at, forget_draft, save_draft
from lessons.forms import CopyForm, WritingForm
from lessons.views import said_of_draft

bp = Blueprint("minutes", __name__)

MINUTES = "/groups/<slug>/meetings/<int:number>/minutes"


@bp.get(MINUTES)
def minutes(slug: str, number: int) -> ResponseReturnValue:
    """Show the minutes to who leads the meeting, to be written or changed."""
    return _page(access.led_by(db_session, slug, number), None)


@bp.get(f"{MINUTES}/earlier")
def earlier(slug: str, number: int) -> ResponseReturnValue:
    """Show the minutes to a member as they were each time they were saved."""
    at = access.meeting_in(db_session, slug, number)
    if not (versions := versions_of(db_session, at.meeting)):
        raise NotFound
    return render_template("kruzhok/meetings/earlier.html", mine=at.enrolment, at=at, versions=versions)


@bp.post(MINUTES)
def write(slug: str, number: int) -> ResponseReturnValue:
    """Save the minutes; or, where that button was pressed, show what they will look like."""
    at, form, now = access.led_by(db_session, slug, number), MinutesForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        return _page(at, form, 422)
    if form.wants_preview:
        return _previewed(at, form)
    try:
        let_act(at.enrolment, now)
        number, base = form.version_number, form.base_number
        write_minutes(db_session, at.meeting, at.enrolment, form.text.data, number=number, base=base, now=now)
    except (TooLong, Archived, MinutesChanged) as error:
        return _refused(at, form, error)
    flash(_("The minutes are saved. Every member of the study group reads them."))
    return redirect(_meeting(at), 303)


def _previewed(at: At, form: MinutesForm) -> ResponseReturnValue:
    try:
        return _page(at, form, preview_html=str(to_html(form.text.data)))
    except TooLong as error:
        return _refused(at, form, error)


def _refused(at: At, form: MinutesForm, error: TooLong | DomainError) -> ResponseReturnValue:
    form.text.errors = [f"{error.title}. {error.hint}" if isinstance(error, DomainError) else str(error)]
    return _page(at, form, error.status if isinstance(error, DomainError) else 422)


@bp.post(f"{MINUTES}/draft")
def draft(slug: str, number: int) -> ResponseReturnValue:
    """Keep a draft of them: of the page's script, or of the button."""
    at, form, now = access.led_by(db_session, slug, number), MinutesForm(), datetime.now(UTC)
    too_much = WritingForm()
    if not too_much.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(too_much.text.errors)}, 422
        form.text.errors = too_much.text.errors
        return _page(at, form, 422)
    try:
        let_act(at.enrolment, now)
    except Archived as error:
        if wants_json():
            raise
        return _refused(at, form, error)
    place = minutes_place(at.meeting)
    kept = save_draft(db_session, at.enrolment, place, form.text.data, base=form.base_number, now=now)
    return said_of_draft(kept) or redirect(url_for(".minutes", slug=slug, number=number, _anchor="write"), 303)


@bp.post(f"{MINUTES}/draft/discard")
def discard(slug: str, number: int) -> ResponseReturnValue:
    """Throw away one copy of a draft."""
    at, form = access.led_by(db_session, slug, number), CopyForm()
    forget_draft(db_session, at.enrolment, minutes_place(at.meeting), form.copy_number)
    flash(_("The draft is thrown away."))
    return redirect(url_for(".minutes", slug=slug, number=number), 303)


def _meeting(at: At) -> str:
    return url_for("meetings.meeting", slug=at.group.slug, number=at.meeting.number, _anchor="minutes")


def _page(at: At, form: MinutesForm | None, status: int = 200, preview_html: str | None = None) -> ResponseReturnValue:
    """Draw the page: with what FORM was sent with in it, else the draft, else what the minutes say."""
    now_said = minutes_of(db_session, at.meeting)
    drafts = drafts_at(db_session, at.enrolment, minutes_place(at.meeting))
    first = next(iter(drafts), None)
    said = now_said.minutes.words if now_said else ""
    text = form.text.data if form else first.text if first else said
    html = render_template(
        "kruzhok/meetings/minutes.html",
        at=at,
        mine=at.enrolment,
        form=form or MinutesForm(),
        minutes=now_said,
        drafts=drafts,
        text=text,
        base=form.base_number if form else base_of(first),
        differs=bool(now_said and text != said),
        preview_html=preview_html,
        meeting_url=_meeting(at),
    )
    return html, status
