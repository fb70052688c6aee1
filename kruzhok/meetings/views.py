"""The page of one meeting, and the buttons on it: its agenda, who leads it."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import Conflict
from course.base.forms import EmptyForm
from course.base.web import wants_json
from course.base.words import _, plural
from course.groups.access import Archived, let_act, may_plan
from course.groups.enrolments import members_of
from course.syllabus.chairing import hand_on, is_coming, let_nobody_lead, let_take_turns, set_chair
from kruzhok.meetings.forms import ChairForm, PassageForm, TalkedForm, TurnsForm, WordsDraft, WordsForm
from kruzhok.meetings.page import page_of
from kruzhok.today.addresses import address_of
from kruzhok.words import is_elsewhere
from lessons.agenda import access
from lessons.agenda.access import At
from lessons.agenda.items import AgendaFull, MeetingOver, put_passage, put_words, take_off, tick_off, words_place
from lessons.drafts import base_of, forget_draft, save_draft
from lessons.forms import CopyForm
from lessons.views import said_of_draft

bp = Blueprint("meetings", __name__)

MEETING = "/groups/<slug>/meetings/<int:number>"


@bp.get(MEETING)
def meeting(slug: str, number: int) -> ResponseReturnValue:
    """Show a meeting to a member: when and where, what it asks, what is to be talked about, what it came to."""
    return _page(access.meeting_in(db_session, slug, number))


@bp.post(f"{MEETING}/agenda")
def put(slug: str, number: int) -> ResponseReturnValue:
    """Put words of one's own on the agenda."""
    at, form, now = access.meeting_in(db_session, slug, number), WordsForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        return _page(at, form, 422)
    try:
        _let_put(at, now)
        put_words(db_session, at.meeting, at.enrolment, form.words, base=form.base_number, now=now)
    except (Archived, AgendaFull, MeetingOver) as error:
        return _refused(at, form, error)
    flash(_("It is on the agenda of meeting {n}. Nobody reads who put it there.").format(n=number))
    return _back(at, "agenda")


@bp.post(f"{MEETING}/agenda/draft")
def draft(slug: str, number: int) -> ResponseReturnValue:
    """Keep a draft of what one wants to talk about: of the page's script, or of the button."""
    at, form, now = access.meeting_in(db_session, slug, number), WordsDraft(), datetime.now(UTC)
    if not form.validate_on_submit():
        if wants_json():
            return {"problem": " ".join(form.text.errors)}, 422
        return _page(at, form, 422)
    try:
        let_act(at.enrolment, now)
    except Archived as error:
        if wants_json():
            raise
        return _refused(at, form, error)
    place = words_place(at.meeting)
    kept = save_draft(db_session, at.enrolment, place, form.text.data, base=form.base_number, now=now)
    return said_of_draft(kept) or _back(at, "agenda")


@bp.post(f"{MEETING}/agenda/draft/discard")
def discard(slug: str, number: int) -> ResponseReturnValue:
    """Throw away one copy of a draft."""
    at, form = access.meeting_in(db_session, slug, number), CopyForm()
    forget_draft(db_session, at.enrolment, words_place(at.meeting), form.copy_number)
    flash(_("The draft is thrown away."))
    return _back(at, "agenda")


@bp.post(f"{MEETING}/agenda/passage")
def put_on(slug: str, number: int) -> ResponseReturnValue:
    """Put a passage on the agenda, and lead back to where that was done."""
    at, form, now = access.meeting_in(db_session, slug, number), PassageForm(), datetime.now(UTC)
    text = access.common_text(db_session, at, form.text_id)
    _let_put(at, now)
    put_passage(db_session, at.meeting, at.enrolment, text, form.passage.data, now=now)
    said = _("The passage is on the agenda of meeting {n}. Nobody reads who put it there, or what you answered.")
    flash(said.format(n=number))
    return redirect(form.way_back, 303) if form.way_back else _back(at, "agenda")


@bp.post(f"{MEETING}/agenda/<int:item_id>/off")
def take_it_off(slug: str, number: int, item_id: int) -> ResponseReturnValue:
    """Take something off the agenda."""
    at, now = access.meeting_in(db_session, slug, number), datetime.now(UTC)
    item = access.removable_at(db_session, at, item_id)
    let_act(at.enrolment, now)
    take_off(db_session, item, by=at.enrolment, now=now)
    flash(_("It is off the agenda."))
    return _back(at, "agenda")


@bp.post(f"{MEETING}/agenda/<int:item_id>/talked")
def talked(slug: str, number: int, item_id: int) -> ResponseReturnValue:
    """Say that something on the agenda was talked about, or not after all."""
    at, form, now = access.led_by(db_session, slug, number), TalkedForm(), datetime.now(UTC)
    item = access.item_at(db_session, at, item_id)
    let_act(at.enrolment, now)
    tick_off(db_session, item, talked=form.was, now=now)
    return _back(at, "agenda")


@bp.post(f"{MEETING}/chair")
def chair(slug: str, number: int) -> ResponseReturnValue:
    """Choose who leads the meeting."""
    at, form, now = access.planned_by(db_session, slug, number), ChairForm(), datetime.now(UTC)
    members = members_of(db_session, at.group.id)
    form.offer(members)
    if not form.validate_on_submit():
        return _page(at, form, 422)
    let_act(at.enrolment, now)
    chosen = next((member for member in members if member.id == form.chair_id), None)
    set_chair(db_session, at.group, at.meeting, chosen, by_id=at.enrolment.user_id, now=now)
    flash(_("{name} leads the meeting.").format(name=chosen.user.name) if chosen else _("Nobody leads the meeting."))
    return _back(at, "chair")


@bp.post(f"{MEETING}/turns")
def turns(slug: str, number: int) -> ResponseReturnValue:
    """Let the members take turns from this meeting on, or no longer."""
    at, form, now = access.planned_by(db_session, slug, number), TurnsForm(), datetime.now(UTC)
    let_act(at.enrolment, now)
    if form.wanted:
        count = let_take_turns(db_session, at.group, at.meeting, by_id=at.enrolment.user_id, now=now)
        said = plural("One meeting has somebody to lead it.", "{n} meetings have somebody to lead them.", count)
        flash(said if count else _("There is no meeting to come without somebody to lead it, or nobody to ask."))
    else:
        let_nobody_lead(db_session, at.group, at.meeting, now=now)
        flash(_("From meeting {n} on nobody is asked to lead.").format(n=number))
    return _back(at, "chair")


@bp.post(f"{MEETING}/chair/hand-on")
def hand_it_on(slug: str, number: int) -> ResponseReturnValue:
    """Let whose turn it is next lead the meeting, for who was to cannot."""
    at, now = access.chaired_by(db_session, slug, number), datetime.now(UTC)
    let_act(at.enrolment, now)
    following = hand_on(db_session, at.group, at.meeting, at.enrolment, now=now)
    flash(_("{name} leads the meeting now, and is told.").format(name=following.user.name))
    return _back(at, "chair")


def _let_put(at: At, now: datetime) -> None:
    """Note that something is put on the agenda; raise Archived, or MeetingOver where nothing is any more."""
    let_act(at.enrolment, now)
    if not is_coming(at.group, at.meeting, now):
        raise MeetingOver


def _back(at: At, anchor: str) -> ResponseReturnValue:
    return redirect(url_for(".meeting", slug=at.group.slug, number=at.meeting.number, _anchor=anchor), 303)


def _refused(at: At, form: WordsForm, error: Conflict) -> ResponseReturnValue:
    form.text.errors = [f"{error.title}. {error.hint}"]
    return _page(at, form, error.status)


def _page(at: At, form: WordsForm | ChairForm | None = None, status: int = 200) -> ResponseReturnValue:
    """Draw the page: with what FORM was sent with in it, else the draft of what one wants to talk about."""
    now = datetime.now(UTC)
    shown = page_of(db_session, at, now)
    plans = may_plan(at.enrolment)
    chairs = form if isinstance(form, ChairForm) else None
    if plans and chairs is None:
        chairs = ChairForm(formdata=None, data={"chair": str(shown.chair.id) if shown.chair else ""})
        chairs.offer(members_of(db_session, at.group.id))
    words = form if isinstance(form, WordsForm) else WordsForm(formdata=None)
    first = next(iter(shown.drafts), None)
    html = render_template(
        "kruzhok/meetings/meeting.html",
        mine=at.enrolment,
        page=shown,
        week=shown.week,
        plans=plans,
        words=words,
        text=words.text.data if words is form else first.text if first else "",
        base=words.base_number if words is form else base_of(first),
        chairs=chairs,
        button=EmptyForm(),
        elsewhere=is_elsewhere(at.group, now),
        address_of=address_of,
    )
    return html, status
