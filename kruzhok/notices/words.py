"""What notices say and where they lead: made when they are shown, so that nothing is told that is no longer open."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.words import _
from course.groups.models import Enrolment, Invitation, JoinRequest, StudyGroup
from course.notices import records as kinds
from course.notices.models import Notice
from course.outline.models import Activity
from course.syllabus.models import Meeting
from kruzhok.words import day
from lessons.discussion.models import Discussion, Post
from lessons.reports.models import Report


class Told(NamedTuple):
    """A notice as it is shown; without an address it leads nowhere (any longer)."""

    id: int
    at: datetime
    is_new: bool
    words: str
    address: str | None


class Reader(NamedTuple):
    """Who is told, and the slugs of the groups they are in: of others nothing is said but that they were."""

    user_id: int
    groups: Collection[str]


Words = Callable[[Any, Reader], tuple[str, str | None]]

GONE = (_("Something that is no longer there, or no longer open to you."), None)


def told(session: Session, user_id: int, notices: Sequence[Notice]) -> list[Told]:
    """Return the NOTICES of a user in words. One query for the user's groups and one for each sort of thing told of."""
    live = (Enrolment.user_id == user_id, Enrolment.left_at.is_(None))
    slugs = select(StudyGroup.slug).join(Enrolment, Enrolment.group_id == StudyGroup.id).where(*live)
    reader = Reader(user_id, frozenset(session.scalars(slugs)))
    things = {sort: _load(session, sort, notices) for sort in LOADED}
    return [_told(notice, things, reader) for notice in notices]


def _told(notice: Notice, things: Mapping[str, Mapping[int, Any]], reader: Reader) -> Told:
    sort, _colon, key = notice.ref.partition(":")
    thing = things.get(sort, {}).get(int(key)) if key.isdecimal() else None
    words, address = SAID[notice.kind](thing, reader) if thing is not None and notice.kind in SAID else GONE
    return Told(notice.id, notice.at, notice.seen_at is None, words, address)


#: What a ref names -> how it is found, with all that its words need.
LOADED: Mapping[str, Any] = {
    "enrolment": (Enrolment, [joinedload(Enrolment.user), joinedload(Enrolment.group)]),
    "join_request": (
        JoinRequest,
        [joinedload(JoinRequest.user), joinedload(JoinRequest.invitation).joinedload(Invitation.group)],
    ),
    "post": (
        Post,
        [
            joinedload(Post.enrolment).joinedload(Enrolment.user),
            joinedload(Post.enrolment).joinedload(Enrolment.group),
            joinedload(Post.discussion).joinedload(Discussion.activity).joinedload(Activity.parent),
            joinedload(Post.discussion).joinedload(Discussion.activity).joinedload(Activity.course),
        ],
    ),
    "meeting": (Meeting, [joinedload(Meeting.group)]),
    "report": (Report, [joinedload(Report.course)]),
}


def _load(session: Session, sort: str, notices: Sequence[Notice]) -> Mapping[int, Any]:
    table, options = LOADED[sort]
    refs = [notice.ref.partition(":")[2] for notice in notices if notice.ref.startswith(f"{sort}:")]
    keys = {int(key) for key in refs if key.isdecimal()}
    if not keys:
        return {}
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(keys)).options(*options))}


def _of_group(endpoint: str, group: StudyGroup, reader: Reader) -> str | None:
    return url_for(endpoint, slug=group.slug) if group.slug in reader.groups else None


def _joined(place: Enrolment, reader: Reader) -> tuple[str, str | None]:
    assert place.group is not None
    words = _("{name} joined {group}.").format(name=place.user.name, group=place.group.name)
    return words, _of_group("groups.members", place.group, reader)


def _keys(place: Enrolment, reader: Reader) -> tuple[str, str | None]:
    assert place.group is not None
    words = _("You are an organiser of {group} now: you invite, plan, and hold the keys.")
    return words.format(group=place.group.name), _of_group("groups.members", place.group, reader)


def _removed(place: Enrolment, _reader: Reader) -> tuple[str, str | None]:
    assert place.group is not None
    words = _("An organiser took you out of {group}. What you did there stays yours to read.")
    return words.format(group=place.group.name), None


def _asked(request: JoinRequest, reader: Reader) -> tuple[str, str | None]:
    group = request.invitation.group
    words = _("{name} asks to join {group}.").format(name=request.user.name, group=group.name)
    return words, _of_group("groups.members", group, reader)


def _decided(request: JoinRequest, reader: Reader) -> tuple[str, str | None]:
    group = request.invitation.group
    if not request.accepted:
        return _("The organisers of {group} did not let you in.").format(group=group.name), None
    return _("You are in {group} now.").format(group=group.name), _of_group("group_page.group", group, reader)


def _replied(post: Post, reader: Reader) -> tuple[str, str | None]:
    activity, group = post.discussion.activity, post.enrolment.group
    assert group is not None
    if group.slug not in reader.groups or activity.parent is None:
        return GONE
    words = _("{name} replied to you on “{prompt}”.").format(name=post.enrolment.user.name, prompt=activity.title)
    course, lesson = activity.course.ident, activity.parent.ident
    here = url_for(
        "lessons.prompt",
        course=course,
        lesson=lesson,
        ident=activity.ident,
        group=group.slug,
        _anchor=f"post-{post.id}",
    )
    return words, here


def _assigned(meeting: Meeting, reader: Reader) -> tuple[str, str | None]:
    words = _("{group}: there is work for {day}.")
    if meeting.cancelled_at is not None:
        words = _("{group}: the meeting of {day} is cancelled.")
    words = words.format(group=meeting.group.name, day=day(meeting.day))
    return words, _of_group("syllabus.syllabus", meeting.group, reader)


def _reported(report: Report, _reader: Reader) -> tuple[str, str | None]:
    words = _("Somebody found something wrong in “{course}”.").format(course=report.course.title)
    return words, url_for("reports.report", report_id=report.id)


def _answered(report: Report, _reader: Reader) -> tuple[str, str | None]:
    words = _("What you found wrong in “{course}” was looked into.").format(course=report.course.title)
    return words, url_for("reports.report", report_id=report.id)


SAID: Mapping[str, Words] = {
    kinds.JOINED: _joined,
    kinds.ASKED: _asked,
    kinds.DECIDED: _decided,
    kinds.KEYS: _keys,
    kinds.REMOVED: _removed,
    kinds.REPLIED: _replied,
    kinds.ASSIGNED: _assigned,
    kinds.REPORTED: _reported,
    kinds.ANSWERED: _answered,
}
