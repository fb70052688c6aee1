"""The pages on which words are hidden with a reason, and on which members ask to have something looked at."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import Forbidden
from course.base.forms import EmptyForm
from course.base.limits import count_try
from course.base.words import _
from course.groups.access import member, refuse_archived
from course.users.access import somebody
from course.users.audit import record
from course.users.models import Act, User
from lessons.discussion.access import prompt_in
from lessons.moderation import access
from lessons.moderation.complaints import MOST_OF_ONE, complain, complaints_for, is_open_of, leave
from lessons.moderation.forms import ComplaintForm, HideForm, LockForm
from lessons.moderation.hiding import hide, show_again
from lessons.moderation.locking import set_lock
from lessons.moderation.pages import address_of
from lessons.moderation.things import Thing, ref_of, shown
from lessons.views import prompt_address

bp = Blueprint("moderation", __name__)

THING = "/groups/<slug>/<any(posts, notes, replies):kind>/<int:thing_id>"


@bp.get(THING)
def where(slug: str, kind: str, thing_id: int) -> ResponseReturnValue:
    """Lead to where a post, a shared note or a reply to one stands."""
    _mine, thing = access.thing_in(db_session, slug, kind, thing_id)
    return redirect(_way_to(thing, slug))


@bp.route(f"{THING}/hide", methods=["GET", "POST"])
def hide_it(slug: str, kind: str, thing_id: int) -> ResponseReturnValue:
    """Ask for a reason, and hide a post, a shared note or a reply to one."""
    mine = access.acting_moderator(db_session, slug)
    _place, thing = access.thing_in(db_session, slug, kind, thing_id)
    form, meant = HideForm(), shown(db_session, [thing])[ref_of(thing)]
    back = address_of(meant, slug)
    if not form.validate_on_submit():
        page = render_template("lessons/moderation/hide.html", mine=mine, meant=meant, form=form, back=back)
        return page, 422 if form.is_submitted() else 200
    hide(db_session, thing, form.why.data, by_id=mine.user_id, now=datetime.now(UTC))
    flash(_("It is hidden, and whoever wrote it is told why."))
    return redirect(back, 303)


@bp.post(f"{THING}/show")
def show_it(slug: str, kind: str, thing_id: int) -> ResponseReturnValue:
    """Let everybody read again what was hidden."""
    mine = access.acting_moderator(db_session, slug)
    _place, thing = access.thing_in(db_session, slug, kind, thing_id)
    if thing.enrolment_id == mine.id and thing.hidden_by_id != mine.user_id:
        raise Forbidden(_("These are your own words, and somebody else hid them."))
    show_again(db_session, thing, by_id=mine.user_id, now=datetime.now(UTC))
    flash(_("Everybody can read it again."))
    return redirect(_way_to(thing, slug), 303)


def _way_to(thing: Thing, slug: str) -> str:
    return address_of(shown(db_session, [thing])[ref_of(thing)], slug)


@bp.route(f"{THING}/complaint", methods=["GET", "POST"])
def complaint(slug: str, kind: str, thing_id: int) -> ResponseReturnValue:
    """Ask what is wrong with somebody's words, and have it looked at."""
    mine, thing = access.thing_in(db_session, slug, kind, thing_id)
    assert mine.group is not None
    refuse_archived(mine.group)
    if thing.enrolment_id == mine.id:
        raise Forbidden(_("These are your own words. You can change them yourself."))
    form, meant, now = ComplaintForm(), shown(db_session, [thing])[ref_of(thing)], datetime.now(UTC)
    back = address_of(meant, slug)
    if not form.validate_on_submit():
        waits = is_open_of(db_session, mine, thing)
        page = render_template(
            "lessons/moderation/complain.html", mine=mine, meant=meant, form=form, back=back, waits=waits
        )
        return page, 422 if form.is_submitted() else 200
    count_try(db_session, "complaint by", str(mine.user_id), most=MOST_OF_ONE, now=now)
    complain(db_session, mine, thing, form.why.data, now=now)
    flash(_("Thank you. It is looked at, and you are told what became of it."))
    return redirect(back, 303)


@bp.get("/groups/<slug>/complaints")
def complaints(slug: str) -> str:
    """List what members of a study group asked to have looked at, for whose it is to settle."""
    mine = member(db_session, slug)
    if not (mine.organiser or mine.role.value == "tutor"):
        raise Forbidden(_("Only a tutor or an organiser of the study group may see this."))
    found = complaints_for(db_session, mine.user, mine.group_id)
    return render_template("lessons/moderation/complaints.html", mine=mine, found=found, address_of=address_of)


@bp.get("/complaints")
def all_complaints() -> str:
    """List, for who runs the site, what is theirs to settle because nobody in the study group can."""
    found = complaints_for(db_session, access.administrator(db_session))
    return render_template("lessons/moderation/complaints.html", mine=None, found=found, address_of=address_of)


@bp.get("/complaints/<int:complaint_id>")
def settling(complaint_id: int) -> ResponseReturnValue:
    """Show what somebody asked to have looked at, and what can be done about it."""
    found = access.complaint_for(db_session, somebody(db_session), complaint_id)
    return render_template("lessons/moderation/complaint.html", found=found, form=HideForm(), button=EmptyForm())


@bp.post("/complaints/<int:complaint_id>")
def settle(complaint_id: int) -> ResponseReturnValue:
    """Settle a complaint: hide what it is about, with a reason."""
    user, form = somebody(db_session), HideForm()
    found = access.complaint_for(db_session, user, complaint_id)
    refuse_archived(found.group)
    if not form.validate_on_submit():
        page = render_template("lessons/moderation/complaint.html", found=found, form=form, button=EmptyForm())
        return page, 422
    now = datetime.now(UTC)
    hide(db_session, found.shown.thing, form.why.data, by_id=user.id, now=now)
    _write_down(user, complaint_id, "hidden", now)
    flash(_("It is hidden. Whoever wrote it, and whoever asked to have it looked at, is told."))
    return redirect(url_for(".settling", complaint_id=complaint_id), 303)


def _write_down(user: User, complaint_id: int, what: str, now: datetime) -> None:
    """Write it into the book where who runs the site settled it: what a group's own do is told in the group."""
    if user.administrator:
        record(db_session, Act.complaint_settled, by=user.id, detail=f"{complaint_id}, {what}", now=now)


@bp.post("/complaints/<int:complaint_id>/show")
def undo(complaint_id: int) -> ResponseReturnValue:
    """Let everybody read again what was hidden because of a complaint."""
    user = somebody(db_session)
    found = access.complaint_for(db_session, user, complaint_id)
    refuse_archived(found.group)
    now = datetime.now(UTC)
    show_again(db_session, found.shown.thing, by_id=user.id, now=now)
    _write_down(user, complaint_id, "shown again", now)
    flash(_("Everybody can read it again."))
    return redirect(url_for(".settling", complaint_id=complaint_id), 303)


@bp.post("/complaints/<int:complaint_id>/leave")
def leave_it(complaint_id: int) -> ResponseReturnValue:
    """Settle a complaint: what it is about stays as it is."""
    user = somebody(db_session)
    found = access.complaint_for(db_session, user, complaint_id)
    refuse_archived(found.group)
    now = datetime.now(UTC)
    leave(db_session, found.complaint, found.shown.thing, by_id=user.id, now=now)
    _write_down(user, complaint_id, "left as it is", now)
    flash(_("It stays. Whoever asked to have it looked at is told."))
    return redirect(url_for(".settling", complaint_id=complaint_id), 303)


@bp.post("/groups/<slug>/lessons/<lesson>/prompts/<ident>/lock")
@bp.post("/groups/<slug>/prompts/<ident>/lock", defaults={"lesson": None})
def lock(slug: str, lesson: str | None, ident: str) -> ResponseReturnValue:
    """Lock the discussion of a prompt, or open it again."""
    mine = access.acting_moderator(db_session, slug)
    asked, form = prompt_in(db_session, slug, lesson, ident), LockForm()
    locks, only = form.locks, form.only
    set_lock(db_session, mine, asked.prompt.activity, locked=locks, only=only, now=datetime.now(UTC))
    flash(_("The discussion is locked: it can be read, and nothing is added.") if locks else _("It is open again."))
    return redirect(prompt_address(asked.lesson, asked.prompt, mine, "discussion", talk=only), 303)
