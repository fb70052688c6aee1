"""The pages on which study groups are opened, joined, run and left."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import DomainError
from course.base.forms import EmptyForm
from course.base.words import _
from course.groups import access, members
from course.groups.enrolments import former_places_of, live_places_of, members_of
from course.groups.forms import DecisionForm, GroupForm, InvitationForm, JoinForm, MemberForm, OpenForm
from course.groups.invitations import (
    find_invitation,
    invitations_of,
    make_invitation,
    refuse_closed,
    revoke_invitation,
    why_closed,
)
from course.groups.joining import (
    Work,
    ask_to_join,
    asked_by,
    decide,
    former_place,
    join,
    live_place,
    open_request,
    place_alone,
    requests_of,
)
from course.groups.models import Enrolment, Invitation, Role
from course.groups.opening import archive_group, change_group, courses_to_study, open_group, reopen_group
from course.users.access import account, somebody, whoever
from course.users.audit import record
from course.users.models import Act

bp = Blueprint("groups", __name__)

GROUP = "/groups/<slug>"

#: The one browser that is shown a link after it was made, for one page: (slug of the group, token).
MADE = "link-made"


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
        enrolments=[place for place in live_places_of(db_session, user) if place.group is not None],
        asked=asked_by(db_session, user),
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
        write_first=form.write_first.data,
        now=datetime.now(UTC),
    )
    assert mine.group is not None
    flash(_("The group is open. Make a link for those who are to join."))
    return redirect(url_for(".invitations", slug=mine.group.slug), 303)


@bp.get("/groups/new")
def choose_course() -> ResponseReturnValue:
    """Ask which course a new group is to study; where there is but one, there is no question."""
    account()
    courses = courses_to_study(db_session)
    if len(courses) == 1:
        return redirect(url_for(".new", course=courses[0].ident), 303)
    return render_template("groups/courses.html", courses=courses)


# Joining


def _work() -> Work:
    """Return what the rooms above know of work."""
    return current_app.config["WORK"]  # type: ignore[no-any-return]


@bp.get("/join/<token>")
def invited(token: str) -> ResponseReturnValue:
    """Show a study group to who is invited, what joining means, and what of their work the tutor would see."""
    invitation, who = find_invitation(db_session, token), whoever()
    if who is not None and not who.is_guest and live_place(db_session, who, invitation.group_id):
        return redirect(url_for("group_page.group", slug=invitation.group.slug), 303)
    return _join_page(token, invitation, JoinForm())


def _join_page(token: str, invitation: Invitation, form: JoinForm) -> str:
    who, group = whoever(), invitation.group
    told = {"form": form, "token": token, "invitation": invitation, "group": group}
    asked = open_request(db_session, who, group.id) if who else None
    if asked is None:  # it may be what used the link up
        refuse_closed(invitation, datetime.now(UTC))
    members_now = members_of(db_session, group.id)
    if who is None or who.is_guest:
        return render_template("groups/join.html", with_account=False, members=members_now, **told)
    former = former_place(db_session, who, group.id)
    alone = None if former else place_alone(db_session, who, group.course_id)
    return render_template(
        "groups/join.html",
        with_account=True,
        members=members_now,
        former=former,
        asks_to_bring=alone is not None and _work().is_any(db_session, alone),
        asked=asked,
        **told,
    )


@bp.post("/join/<token>")
def take_up(token: str) -> ResponseReturnValue:
    """Join a study group by a link, or ask to."""
    account()
    now, user, form = datetime.now(UTC), somebody(db_session), JoinForm()
    invitation = find_invitation(db_session, token)
    group = invitation.group
    if not form.validate_on_submit():
        return _join_page(token, invitation, form), 422
    if invitation.by_approval and live_place(db_session, user, group.id) is None:
        ask_to_join(db_session, user, invitation, bring=form.brings, words=form.words.data or "", now=now)
        flash(_("The organisers of {name} were asked. You are told when they have answered.").format(name=group.name))
        return redirect(url_for(".groups"), 303)
    join(db_session, user, invitation, bring=form.brings, rebuild=_work().rebuild, now=now)
    flash(_("You are in {name}.").format(name=group.name))
    return redirect(url_for("group_page.group", slug=group.slug), 303)


# Links


@bp.get(f"{GROUP}/invitations")
def invitations(slug: str) -> str:
    """Show the links into a group; the one just made whole, this once, for only its hash is kept."""
    mine, made = access.organiser(db_session, slug), None
    of, token = cookie.get(MADE) or (None, None)
    if of == slug:
        del cookie[MADE]
        made = url_for(".invited", token=token, _external=True)
    return _links_page(mine, InvitationForm(), made=made)


def _links_page(mine: Enrolment, form: InvitationForm, *, made: str | None = None) -> str:
    assert mine.group is not None
    now = datetime.now(UTC)
    links = [(one, why_closed(one, now)) for one in invitations_of(db_session, mine.group.id)]
    return render_template("groups/invitations.html", mine=mine, form=form, made=made, links=links)


@bp.post(f"{GROUP}/invitations")
def invite(slug: str) -> ResponseReturnValue:
    """Make a link into a group."""
    mine, form = access.acting_organiser(db_session, slug), InvitationForm()
    if not form.validate_on_submit():
        return _links_page(mine, form), 422
    token = make_invitation(
        db_session,
        mine,
        role=Role(form.role.data),
        by_approval=form.way.data == "by-approval",
        uses_allowed=form.uses.data,
        days=form.days.data,
        now=datetime.now(UTC),
    )
    cookie[MADE] = (slug, token)
    return redirect(url_for(".invitations", slug=slug), 303)


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
    assert mine.group is not None
    return render_template(
        "groups/members.html",
        mine=mine,
        members=members_of(db_session, mine.group.id),
        requests=requests_of(db_session, mine.group.id) if mine.organiser else [],
        form=EmptyForm(),
    )


@bp.post(f"{GROUP}/members")
def change_member(slug: str) -> ResponseReturnValue:
    """Make somebody tutor or student, give or take the keys, remove somebody."""
    mine, form, now = access.acting_organiser(db_session, slug), MemberForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        raise BadButton
    other = access.member_of(db_session, mine, form.enrolment_id)
    assert other.user is not None
    match form.do.data:
        case "make-tutor":
            members.change_role(db_session, other, Role.tutor)
            said, act = _("{name} is a tutor now."), Act.role_changed
        case "make-student":
            members.change_role(db_session, other, Role.student)
            said, act = _("{name} is a student now."), Act.role_changed
        case "give-keys":
            members.give_keys(db_session, other, by_id=mine.user_id, now=now)
            said, act = _("{name} is an organiser now."), Act.keys_changed
        case "take-keys":
            members.take_keys(db_session, other)
            said, act = _("{name} is an organiser no longer."), Act.keys_changed
        case _remove:
            members.remove(db_session, other, by_id=mine.user_id, now=now)
            said = _("{name} is no longer in the group. By a link that is open they could come back.")
            act = Act.member_removed
    record(db_session, act, by=mine.user_id, about=other.user_id, detail=f"{slug}, {form.do.data}", now=now)
    flash(said.format(name=other.user.name))
    gone = other.id == mine.id and other.left_at is not None
    return redirect(url_for(".groups") if gone else url_for(".members", slug=slug), 303)


@bp.post(f"{GROUP}/requests/<int:request_id>")
def answer_request(slug: str, request_id: int) -> ResponseReturnValue:
    """Let somebody in who asks, or not."""
    mine, form, now = access.acting_organiser(db_session, slug), DecisionForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        raise BadButton
    asked = access.request_of(db_session, mine, request_id)
    accept = form.answer.data == "accept"
    decide(db_session, asked, accept=accept, by_id=mine.user_id, rebuild=_work().rebuild, now=now)
    said = _("{name} is in.") if accept else _("{name} is not let in, and is told so.")
    flash(said.format(name=asked.user.name))
    return redirect(url_for(".members", slug=slug), 303)


@bp.route(f"{GROUP}/leave", methods=["GET", "POST"])
def leave(slug: str) -> ResponseReturnValue:
    """Say what stays when one leaves, and leave."""
    mine = access.member(db_session, slug)
    form = EmptyForm()
    if not form.is_submitted():
        return render_template("groups/leave.html", mine=mine, form=form)
    members.leave(db_session, mine, now=datetime.now(UTC))
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
    access.refuse_archived(mine.group)
    change_group(
        db_session,
        mine.group,
        name=form.name.data,
        about=form.about.data,
        zone=form.zone.data,
        write_first=form.write_first.data,
    )
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
