"""The pages on which study groups are opened, joined, run and left."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.words import _
from course.groups import access, members
from course.groups.enrolments import former_places_of, groups_of, members_of
from course.groups.forms import DecisionForm, GroupForm, InvitationForm, JoinForm, MemberForm, OpenForm
from course.groups.invitations import (
    invitations_of,
    make_invitation,
    open_invitation,
    revoke_invitation,
    why_closed,
)
from course.groups.joining import ask_to_join, decide, former_place, join, live_place, place_alone, requests_of
from course.groups.models import Enrolment, Role
from course.groups.opening import archive_group, change_group, open_group, reopen_group
from course.outline.models import Course
from course.users.access import account, somebody, whoever

bp = Blueprint("groups", __name__)

GROUP = "/groups/<slug>"


class BadButton(DomainError):
    """Something sent that no button of the page sends."""

    title = _("That was none of the buttons")
    hint = _("Go back and press one of them.")


# Mine, and new ones


@bp.get("/groups")
def groups() -> str:
    """Show the study groups of whoever asks, and the places they had."""
    user = account()
    return render_template(
        "groups/groups.html",
        enrolments=groups_of(db_session, user),
        former=[place for place in former_places_of(db_session, user) if place.group is not None],
    )


@bp.route("/courses/<course>/groups/new", methods=["GET", "POST"])
def new(course: str) -> ResponseReturnValue:
    """Open a study group on a course."""
    user = account()
    on = access.course_named(db_session, course)
    form = OpenForm(zone=user.zone)
    form.offer_zones(form.zone.data or user.zone)
    if not form.validate_on_submit():
        return render_template("groups/new.html", form=form, course=on), 422 if form.is_submitted() else 200
    mine = open_group(
        db_session,
        somebody(db_session),
        on,
        name=form.name.data,
        about=form.about.data,
        zone=form.zone.data,
        role=form.chosen_role,
        now=datetime.now(UTC),
    )
    assert mine.group is not None
    flash(_("The group is open. Make a link for those who are to join."))
    return redirect(url_for(".invitations", slug=mine.group.slug), 303)


@bp.get("/groups/new")
def choose_course() -> ResponseReturnValue:
    """Ask which course a new group is to study; where there is but one, there is no question."""
    account()
    courses = db_session.scalars(select(Course).order_by(Course.id)).all()
    if len(courses) == 1:
        return redirect(url_for(".new", course=courses[0].ident), 303)
    return render_template("groups/courses.html", courses=courses)


# Joining


@bp.get("/join/<token>")
def invited(token: str) -> ResponseReturnValue:
    """Show a study group to who is invited, what joining means, and what of their work the tutor would see."""
    invitation = open_invitation(db_session, token, now=datetime.now(UTC))
    who = whoever()
    if who is not None and not who.is_guest and live_place(db_session, who, invitation.group_id):
        return redirect(url_for("group_page.group", slug=invitation.group.slug), 303)
    return _join_page(token, JoinForm())


def _join_page(token: str, form: JoinForm) -> str:
    invitation = open_invitation(db_session, token, now=datetime.now(UTC))
    who, group = whoever(), invitation.group
    with_account = who is not None and not who.is_guest
    return render_template(
        "groups/join.html",
        form=form,
        token=token,
        group=group,
        by_approval=invitation.by_approval,
        as_tutor=invitation.role is Role.tutor,
        with_account=with_account,
        members=members_of(db_session, group.id),
        former=former_place(db_session, who, group.id) if who and with_account else None,
        alone=place_alone(db_session, who, group.course_id) if who and with_account else None,
    )


@bp.post("/join/<token>")
def take_up(token: str) -> ResponseReturnValue:
    """Join a study group by a link, or ask to."""
    account()
    now, user, form = datetime.now(UTC), somebody(db_session), JoinForm()
    if not form.validate_on_submit():
        return _join_page(token, form), 422
    invitation = open_invitation(db_session, token, now=now)
    if invitation.by_approval and live_place(db_session, user, invitation.group_id) is None:
        ask_to_join(db_session, user, invitation, bring=form.brings, words=form.words.data or "", now=now)
        flash(_("The organisers of {name} were asked. You are told when they have answered.").format(
            name=invitation.group.name
        ))  # fmt: skip
        return redirect(url_for(".groups"), 303)
    mine = join(db_session, user, invitation, bring=form.brings, now=now)
    flash(_("You are in.") if mine.joined_at == now else _("You are in already."))
    return redirect(url_for("group_page.group", slug=invitation.group.slug), 303)


# Links


@bp.route(f"{GROUP}/invitations", methods=["GET", "POST"])
def invitations(slug: str) -> ResponseReturnValue:
    """Show the links into a group, and make one; it is shown whole once, for only its hash is kept."""
    mine = access.organiser(db_session, slug)
    assert mine.group is not None
    now, form, made = datetime.now(UTC), InvitationForm(), None
    if form.validate_on_submit():
        access.refuse_archived(mine.group)
        token = make_invitation(
            db_session,
            mine,
            role=Role(form.role.data),
            by_approval=form.way.data == "by-approval",
            uses_allowed=form.uses.data,
            days=form.days.data,
            now=now,
        )
        made = url_for(".invited", token=token, _external=True)
        form = InvitationForm(formdata=None)
    links = [(one, why_closed(one, now)) for one in invitations_of(db_session, mine.group.id)]
    page = render_template("groups/invitations.html", mine=mine, form=form, made=made, links=links)
    return page, 422 if form.errors else 200


@bp.post(f"{GROUP}/invitations/<int:invitation_id>/revoke")
def revoke(slug: str, invitation_id: int) -> ResponseReturnValue:
    """Take a link back."""
    mine = access.organiser(db_session, slug)
    revoke_invitation(db_session, access.invitation_of(db_session, mine, invitation_id), now=datetime.now(UTC))
    flash(_("The link lets nobody in any longer."))
    return redirect(url_for(".invitations", slug=slug), 303)


# Members


@bp.get(f"{GROUP}/members", endpoint="members")
def members_list(slug: str) -> str:
    """Show who is in a group; to its organisers also who asks to be."""
    mine = access.member(db_session, slug)
    return _members_page(mine.group_id or 0, mine)


def _members_page(group_id: int, mine: Enrolment) -> str:
    return render_template(
        "groups/members.html",
        mine=mine,
        members=members_of(db_session, group_id),
        requests=requests_of(db_session, group_id) if mine.organiser else [],
        form=EmptyForm(),
    )


@bp.post(f"{GROUP}/members")
def change_member(slug: str) -> ResponseReturnValue:
    """Make somebody tutor or student, give or take the keys, remove somebody."""
    mine, form, now = access.organiser(db_session, slug), MemberForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        raise BadButton
    other = access.member_of(db_session, mine, str(form.enrolment.data or ""))
    assert other.user is not None
    match form.do.data:
        case "make-tutor":
            members.change_role(db_session, other, Role.tutor)
            said = _("{name} is a tutor now.")
        case "make-student":
            members.change_role(db_session, other, Role.student)
            said = _("{name} is a student now.")
        case "give-keys":
            members.give_keys(db_session, other, by_id=mine.user_id, now=now)
            said = _("{name} is an organiser now.")
        case "take-keys":
            members.take_keys(db_session, other)
            said = _("{name} is an organiser no longer.")
        case _remove:
            members.remove(db_session, other, now=now)
            said = _("{name} is no longer in the group.")
    flash(said.format(name=other.user.name))
    gone = other.id == mine.id and other.left_at is not None
    return redirect(url_for(".groups") if gone else url_for(".members", slug=slug), 303)


@bp.post(f"{GROUP}/requests/<int:request_id>")
def answer_request(slug: str, request_id: int) -> ResponseReturnValue:
    """Let somebody in who asks, or not."""
    mine, form = access.organiser(db_session, slug), DecisionForm()
    if not form.validate_on_submit():
        raise BadButton
    asked = access.request_of(db_session, mine, request_id)
    accept = form.answer.data == "accept"
    decide(db_session, asked, accept=accept, by_id=mine.user_id, now=datetime.now(UTC))
    said = _("{name} is in.") if accept else _("{name} is told that it is not possible.")
    flash(said.format(name=asked.user.name))
    return redirect(url_for(".members", slug=slug), 303)


@bp.route(f"{GROUP}/leave", methods=["GET", "POST"])
def leave(slug: str) -> ResponseReturnValue:
    """Say what stays when one leaves, and leave."""
    mine = access.member(db_session, slug)
    form = EmptyForm()
    if request.method == "GET":
        return render_template("groups/leave.html", mine=mine, form=form)
    members.leave(db_session, mine, now=datetime.now(UTC))
    access.show_place(None)
    flash(_("You have left. What you did there stays yours to read."))
    return redirect(url_for(".groups"), 303)


# What it is


@bp.route(f"{GROUP}/settings", methods=["GET", "POST"])
def settings(slug: str) -> ResponseReturnValue:
    """Change name, words and zone of a group."""
    mine = access.organiser(db_session, slug)
    assert mine.group is not None
    form = GroupForm(obj=mine.group)
    form.offer_zones(mine.group.zone)
    if not form.validate_on_submit():
        page = render_template("groups/settings.html", mine=mine, form=form)
        return page, 422 if form.is_submitted() else 200
    change_group(db_session, mine.group, name=form.name.data, about=form.about.data, zone=form.zone.data)
    current_app.config["WHEN_DAYS_END_ELSE"](db_session, mine.group)
    flash(_("Saved."))
    return redirect(url_for(".settings", slug=slug), 303)


@bp.post(f"{GROUP}/archive")
def archive(slug: str) -> ResponseReturnValue:
    """Archive a group."""
    mine = access.organiser(db_session, slug)
    assert mine.group is not None
    archive_group(db_session, mine.group, now=datetime.now(UTC))
    flash(_("The group is archived: all of it can be read, and nothing added."))
    return redirect(url_for("group_page.group", slug=slug), 303)


@bp.post(f"{GROUP}/reopen")
def reopen(slug: str) -> ResponseReturnValue:
    """Open an archived group again."""
    mine = access.organiser(db_session, slug)
    assert mine.group is not None
    reopen_group(db_session, mine.group)
    flash(_("The group goes on."))
    return redirect(url_for("group_page.group", slug=slug), 303)
