"""What a page is about, and for whom: the course or the study group, and the one enrolment it belongs to."""

from collections.abc import Sequence
from datetime import datetime

from flask import g, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from course.base.db import LARGEST_ID
from course.base.errors import Conflict, Forbidden, NotFound
from course.base.words import _
from course.groups.enrolments import ALONE, choose, enrol_alone, places_of
from course.groups.models import Enrolment, Invitation, JoinRequest, Role, StudyGroup
from course.outline.models import Course
from course.users.access import SignInFirst
from course.users.guests import acting_user


class Archived(Conflict):
    """An act in a study group that is over."""

    title = _("This study group is archived")
    hint = _("What was done in it can be read. An organiser can open it again.")


def course_named(session: Session, ident: str) -> Course:
    """Return the course of that ident; raise NotFound where there is none. No query of its own for who has a place."""
    return _course_named(session, ident, _live_places(session))


def _course_named(session: Session, ident: str, places: Sequence[Enrolment]) -> Course:
    for place in places:
        if place.course.ident == ident:
            return place.course
    course = session.scalar(select(Course).where(Course.ident == ident))
    if course is None:
        raise NotFound
    return course


def _live_places(session: Session) -> Sequence[Enrolment]:
    """Return the places of whoever asks that have not ended, the last used first."""
    return places_of(session, current_user.id).live if current_user.is_authenticated else ()


def named_group() -> str | None:
    """Return the place that the page or the form names, as `?group=` or as a field: a study group, or ALONE."""
    return request.form.get("group") or request.args.get("group") or None


def show_place(enrolment: Enrolment | None) -> None:
    """Let the page at hand be that of ENROLMENT: its head names it, its links and forms carry it."""
    g.page_enrolment = enrolment


def page_enrolment(session: Session, course: Course) -> Enrolment | None:
    """Return the enrolment this page belongs to, None where there is none; raise NotFound for a group not theirs."""
    return _page_enrolment(course, _live_places(session))


def _page_enrolment(course: Course, live: Sequence[Enrolment]) -> Enrolment | None:
    group = named_group()
    if not current_user.is_authenticated:
        if group not in {None, ALONE}:
            raise NotFound
        return None
    places = [place for place in live if place.course_id == course.id]
    g.has_several_places = len(places) > 1
    enrolment = choose(places, group)
    if enrolment is None and group not in {None, ALONE}:
        raise NotFound
    show_place(enrolment)
    return enrolment


def place_in_address(enrolment: Enrolment) -> str | None:
    """Return what an address says so that it leads to ENROLMENT's place; None where there is no other."""
    if enrolment.group is not None:
        return enrolment.group.slug
    return ALONE if g.get("has_several_places") else None


def acting_enrolment(session: Session, course: Course, *, now: datetime) -> Enrolment:
    """Return the enrolment an act belongs to, making a guest and a solo enrolment where there are none.

    Raise Archived where it is in a study group that is over."""
    return _acting_enrolment(session, course, page_enrolment(session, course), now)


def acting_in(session: Session, ident: str, *, now: datetime) -> Enrolment:
    """Return what `acting_enrolment` does, in the course of that ident; raise NotFound where there is none.

    One query for who has a place in it, which those who only write ask for each time."""
    live = _live_places(session)
    course = _course_named(session, ident, live)
    return _acting_enrolment(session, course, _page_enrolment(course, live), now)


def _acting_enrolment(session: Session, course: Course, enrolment: Enrolment | None, now: datetime) -> Enrolment:
    if enrolment is None:
        enrolment = enrol_alone(session, acting_user(session, now=now), course, now=now)
    let_act(enrolment, now)
    show_place(enrolment)
    return enrolment


def let_act(enrolment: Enrolment, now: datetime) -> None:
    """Note that something is done in ENROLMENT; raise Archived where it is in a study group that is over."""
    if enrolment.group is not None:
        refuse_archived(enrolment.group)
    enrolment.used_at = now
    enrolment.user.active_on = now.date()


def refuse_archived(group: StudyGroup) -> None:
    """Raise Archived where GROUP is over."""
    if group.archived_at is not None:
        raise Archived


def member(session: Session, slug: str) -> Enrolment:
    """Return the live place, in the study group SLUG, of whoever asks, with user, group and course.

    Raise SignInFirst for a visitor, NotFound for who is no member (any longer): it does not exist for them."""
    if not current_user.is_authenticated:
        raise SignInFirst
    enrolment = session.scalar(
        select(Enrolment)
        .join(Enrolment.user)
        .join(Enrolment.group)
        .join(Enrolment.course)
        .where(StudyGroup.slug == slug, Enrolment.user_id == current_user.id, Enrolment.left_at.is_(None))
        .options(contains_eager(Enrolment.user), contains_eager(Enrolment.group), contains_eager(Enrolment.course))
    )
    if enrolment is None:
        raise NotFound
    show_place(enrolment)
    return enrolment


def organiser(session: Session, slug: str) -> Enrolment:
    """Return the place of an organiser of the group SLUG who asks; raise Forbidden for another member."""
    asking = member(session, slug)
    if not asking.organiser:
        raise Forbidden(_("Only an organiser of the study group may do this."))
    return asking


def acting_organiser(session: Session, slug: str) -> Enrolment:
    """Return the place of an organiser of the group SLUG who changes something in it; raise Archived where it is over.

    Raise Forbidden for another member."""
    asking = organiser(session, slug)
    assert asking.group is not None
    refuse_archived(asking.group)
    return asking


def may_plan(enrolment: Enrolment) -> bool:
    """Return whether ENROLMENT is that of an organiser or a tutor."""
    return enrolment.organiser or enrolment.role is Role.tutor


def planner(session: Session, slug: str) -> Enrolment:
    """Return the place of an organiser or a tutor, who may plan for the group; raise Forbidden for another member."""
    asking = member(session, slug)
    if not may_plan(asking):
        raise Forbidden(_("Only an organiser or a tutor of the study group may do this."))
    return asking


def acting_planner(session: Session, slug: str) -> Enrolment:
    """Return the place of an organiser or a tutor of the group SLUG who changes something in it.

    Raise what `planner` raises, and Archived where the group is over."""
    asking = planner(session, slug)
    assert asking.group is not None
    refuse_archived(asking.group)
    return asking


def tutor(session: Session, slug: str) -> Enrolment:
    """Return the place of a tutor of the group SLUG who asks; raise Forbidden for another member."""
    asking = member(session, slug)
    if asking.role is not Role.tutor:
        raise Forbidden(_("Only a tutor of the study group may see this."))
    return asking


def invitation_of(session: Session, organiser: Enrolment, invitation_id: int) -> Invitation:
    """Return the invitation of that id into the group of ORGANISER; raise NotFound."""
    invitation = session.get(Invitation, invitation_id) if invitation_id <= LARGEST_ID else None
    if invitation is None or invitation.group_id != organiser.group_id:
        raise NotFound
    return invitation


def request_of(session: Session, organiser: Enrolment, request_id: int) -> JoinRequest:
    """Return the request of that id to join the group of ORGANISER; raise NotFound."""
    request = session.get(JoinRequest, request_id) if request_id <= LARGEST_ID else None
    if request is None or request.group_id != organiser.group_id:
        raise NotFound
    return request


def member_of(session: Session, organiser: Enrolment, enrolment_id: int) -> Enrolment:
    """Return the live place of that id in the group of ORGANISER; raise NotFound."""
    other = session.get(Enrolment, enrolment_id)
    if other is None or other.group_id != organiser.group_id or other.left_at is not None:
        raise NotFound
    return other
