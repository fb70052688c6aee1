"""What notices say and where they lead: made when they are shown, so that nothing is told that is no longer open."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from textwrap import shorten
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import bindparam, false, or_, select
from sqlalchemy.orm import Session, joinedload

from course.base.words import _
from course.groups.enrolments import live_places_of
from course.groups.kinds import Kind, ids_of, someone
from course.groups.kinds import kind_of as kind_of_place
from course.groups.models import Enrolment, Invitation, JoinRequest, Message, Role
from course.notices import records as kinds
from course.notices.models import Notice
from course.outline.models import Activity, ActivityKind
from course.syllabus.exceptions import value_of
from course.syllabus.models import Assignment, Meeting, RuleException
from course.users.models import User
from kruzhok.words import day
from lessons.addresses import activity_address
from lessons.discussion.models import Discussion, Post
from lessons.models import JournalEntry
from lessons.moderation.complaints import HID
from lessons.moderation.models import Complaint
from lessons.moderation.things import Thing, kind_of, loaded
from lessons.notes.models import Note, NoteReply
from lessons.reports.models import Report
from lessons.reports.reports import OUTCOMES
from lessons.seeing import seen_posts
from quizzes.models import Attempt, AttemptItem


class Told(NamedTuple):
    """A notice as it is shown; without an address it leads nowhere (any longer)."""

    id: int
    at: datetime
    is_new: bool
    words: str
    address: str | None
    #: Of a post: the study group and the prompt it was written on.
    talk: tuple[int, int] | None = None


class Reader(NamedTuple):
    """Who is told, their live places by the id of the study group (what is in another is not open to them), and the
    posts told of that they may read."""

    user: User
    places: Mapping[int, Enrolment]
    posts: frozenset[int]


Said = tuple[str, str | None]
Words = Callable[[Any, Reader], Said]

GONE: Said = (_("Something that is no longer there, or no longer open to you."), None)


def told(
    session: Session, user: User, notices: Sequence[Notice], places: Iterable[Enrolment] | None = None
) -> list[Told]:
    """Return the NOTICES of USER, whose live places PLACES are, in words. One query for each sort of thing told of; one
    more for their places, where the page has not asked for them."""
    places = live_places_of(session, user) if places is None else places
    of_group = {place.group_id: place for place in places if place.group_id is not None}
    posts = _posts(session, of_group.values(), _keys_of("post", notices))
    things = {sort: _load(session, sort, notices) for sort in LOADED}
    things["post"] = {post.id: post for post, _readable in posts}
    reader = Reader(user, of_group, frozenset(post.id for post, readable in posts if readable))
    return [_told(notice, things, reader) for notice in notices]


def _posts(session: Session, places: Iterable[Enrolment], keys: Collection[int]) -> Sequence[tuple[Post, bool]]:
    """Return the posts of those KEYS, each with whether it may be read from one of PLACES: what is told of is seen on
    no other road either. One query, none without keys."""
    if not keys:
        return []
    them = sorted(places, key=lambda place: place.id)
    asked = _seen(tuple(kind_of_place(place) for place in them))
    return [(post, bool(seen)) for post, seen in session.execute(asked, {**ids_of(*them), "keys": keys})]


@lru_cache(maxsize=100)
def _seen(kinds: tuple[Kind, ...]) -> Any:
    seen = or_(false(), *(seen_posts(someone(kind, number)) for number, kind in enumerate(kinds)))
    its_activity = joinedload(Post.discussion).joinedload(Discussion.activity)  # its course is that of a place
    return (
        select(Post, seen)
        .where(Post.id.in_(bindparam("keys", expanding=True)))
        .options(joinedload(Post.enrolment).joinedload(Enrolment.user))
        .options(its_activity.joinedload(Activity.parent))
    )


def _told(notice: Notice, things: Mapping[str, Mapping[int, Any]], reader: Reader) -> Told:
    sort, _colon, key = notice.ref.partition(":")
    thing = things.get(sort, {}).get(int(key)) if key.isdecimal() else None
    words, address = SAID[notice.kind](thing, reader) if thing is not None and notice.kind in SAID else GONE
    talk = (thing.group_id, thing.discussion.activity_id) if isinstance(thing, Post) else None
    return Told(notice.id, notice.at, notice.seen_at is None, words, address, talk)


#: What the address of an activity needs.
OF_ACTIVITY = (joinedload(Activity.parent), joinedload(Activity.course))

#: What a ref names, but posts -> how it is found, with all that its words need.
LOADED: Mapping[str, Any] = {
    "enrolment": (Enrolment, [joinedload(Enrolment.user), joinedload(Enrolment.group)]),
    "join_request": (
        JoinRequest,
        [joinedload(JoinRequest.user), joinedload(JoinRequest.invitation).joinedload(Invitation.group)],
    ),
    "note": (Note, loaded("notes")),
    "note_reply": (NoteReply, loaded("replies")),
    "complaint": (Complaint, [joinedload(Complaint.enrolment).joinedload(Enrolment.group)]),
    "journal_entry": (
        JournalEntry,
        [
            joinedload(JournalEntry.enrolment).joinedload(Enrolment.user),
            joinedload(JournalEntry.enrolment).joinedload(Enrolment.group),
            joinedload(JournalEntry.activity),
        ],
    ),
    "message": (Message, [joinedload(Message.group), joinedload(Message.by)]),
    "meeting": (Meeting, [joinedload(Meeting.group)]),
    "assignment": (Assignment, [joinedload(Assignment.activity).options(*OF_ACTIVITY)]),
    "exception": (
        RuleException,
        [
            joinedload(RuleException.activity).options(*OF_ACTIVITY),
            joinedload(RuleException.enrolment),
            joinedload(RuleException.subgroup),
        ],
    ),
    "report": (Report, [joinedload(Report.course)]),
    "attempt_item": (AttemptItem, [joinedload(AttemptItem.attempt).joinedload(Attempt.activity)]),
}


def _load(session: Session, sort: str, notices: Sequence[Notice]) -> Mapping[int, Any]:
    keys = _keys_of(sort, notices)
    if not keys:
        return {}
    return {row.id: row for row in session.scalars(_things(sort), {"keys": keys})}


def _keys_of(sort: str, notices: Sequence[Notice]) -> set[int]:
    refs = [notice.ref.partition(":")[2] for notice in notices if notice.ref.startswith(f"{sort}:")]
    return {int(key) for key in refs if key.isdecimal()}


@cache
def _things(sort: str) -> Any:
    table, options = LOADED[sort]
    return select(table).where(table.id.in_(bindparam("keys", expanding=True))).options(*options)


def _joined(place: Enrolment, reader: Reader) -> Said:
    if place.group is None or place.group_id not in reader.places:
        return GONE
    words = _("{name} joined {group}.").format(name=place.user.name, group=place.group.name)
    return words, url_for("groups.members", slug=place.group.slug)


def _keys(place: Enrolment, reader: Reader) -> Said:
    if place.group is None or place.group_id not in reader.places:
        return GONE
    words = _("You are an organiser of {group} now: you invite, plan, and hold the keys.")
    return words.format(group=place.group.name), url_for("groups.members", slug=place.group.slug)


def _removed(place: Enrolment, _reader: Reader) -> Said:
    """Of this the group's name is told to one who is no longer in it: they know it, and must know which it was."""
    if place.group is None:
        return GONE
    words = _("An organiser took you out of {group}. What you did there stays yours to read.")
    return words.format(group=place.group.name), None


def _asked(request: JoinRequest, reader: Reader) -> Said:
    place = reader.places.get(request.group_id)
    if place is None or place.group is None or not place.organiser:
        return GONE
    words = _("{name} asks to join {group}.").format(name=request.user.name, group=place.group.name)
    return words, url_for("groups.members", slug=place.group.slug)


def _decided(request: JoinRequest, reader: Reader) -> Said:
    """The name of the group is known to who asked to join it, whatever the answer."""
    group = request.invitation.group
    if not request.accepted:
        return _("The organisers of {group} did not let you in.").format(group=group.name), None
    address = url_for("group_page.group", slug=group.slug) if group.id in reader.places else None
    return _("You were let in to {group}.").format(group=group.name), address


def _of_post(said: str) -> Words:
    """Return what says SAID of a post, and leads to it; to who may not read it only that somebody has posted."""

    def words(post: Post, reader: Reader) -> Said:
        activity, place = post.discussion.activity, reader.places.get(post.group_id)
        if place is None or place.group is None:
            return GONE
        readable = post.id in reader.posts
        if post.hidden_at is not None and not readable:
            return GONE
        told = said if readable else _("Somebody has posted on “{prompt}”. You read it once you have written yourself.")
        asked = {"post": post.id if readable else None, "_anchor": f"post-{post.id}" if readable else "discussion"}
        address = activity_address(activity, place.group.slug, **asked)
        return told.format(name=post.enrolment.user.name, prompt=activity.title), address

    return words


def _note_replied(reply: NoteReply, reader: Reader) -> Said:
    """Who replied to a note is said to its writer, while both can be read."""
    note = reply.note
    place = reader.places.get(note.enrolment.group_id or 0)
    if place is None or note.enrolment_id != place.id or reply.hidden_at is not None:
        return GONE
    words = _("{name} replied to your note on “{text}”.").format(name=reply.enrolment.user.name, text=note.text.title)
    return words, url_for("notes.note", note_id=note.id, _anchor=f"reply-{reply.id}")


def _assigned(given: Meeting | Assignment, reader: Reader) -> Said:
    if given.group_id not in reader.places:
        return GONE
    return _to_read(given, reader) if isinstance(given, Assignment) else _for_meeting(given)


def _to_read(given: Assignment, reader: Reader) -> Said:
    group = reader.places[given.group_id].group
    if group is None or given.withdrawn_at is not None:
        return GONE
    words = _("{group}: “{title}” is assigned to you.")
    if given.activity.kind is ActivityKind.reading:
        words = _("{group}: “{title}” is given to you to read.")
    words = words.format(group=group.name, title=given.activity.title)
    return words, activity_address(given.activity, group.slug)


#: Field -> what is told of an exception from it: that it is on a day, on none, and as for everybody again.
MOVED_WORDS = {
    "open": (
        _("“{title}” opens for you on {day}: “{why}”"),
        _("“{title}” is open for you from the beginning: “{why}”"),
        _("“{title}” opens for you as for everybody again."),
    ),
    "due": (
        _("“{title}” is due for you on {day}: “{why}”"),
        _("“{title}” is not due on any day for you: “{why}”"),
        _("“{title}” is due for you as for everybody again."),
    ),
    "reply_due": (
        _("On “{title}” you reply until {day}: “{why}”"),
        _("“{title}” is not due on any day for you: “{why}”"),
        _("“{title}” is due for you as for everybody again."),
    ),
    "close": (
        _("“{title}” closes for you on {day}: “{why}”"),
        _("“{title}” does not close for you: “{why}”"),
        _("“{title}” closes for you as for everybody again."),
    ),
}


def _moved(exception: RuleException, reader: Reader) -> Said:
    """It is told to whom it is for, in whatever of their groups on that course: with why, and where it leads."""
    activity = exception.activity
    place = reader.places.get(exception.group_id or 0)
    if place is None:
        return GONE
    moment = value_of(exception)
    on_a_day, on_none, again = MOVED_WORDS[exception.field]
    words = again if exception.revoked_at is not None else on_none if moment is None else on_a_day
    day_of = day(moment) if isinstance(moment, datetime) else ""
    words = words.format(title=activity.title, day=day_of, why=exception.reason)
    return words, activity_address(activity, place.group.slug if place.group else None)


def _for_meeting(meeting: Meeting) -> Said:
    words = _("{group}: there is work for {day}.")
    if meeting.cancelled_at is not None:
        words = _("{group}: the meeting of {day} is cancelled.")
    address = url_for("syllabus.syllabus", slug=meeting.group.slug)
    return words.format(group=meeting.group.name, day=day(meeting.day)), address


def _chairing(meeting: Meeting, reader: Reader) -> Said:
    """Only who leads it still is told so; it may be another's by now."""
    place = reader.places.get(meeting.group_id)
    if place is None or place.group is None or meeting.cancelled_at is not None:
        return GONE
    words = _("{group}: somebody else leads the meeting of {day} now.")
    if meeting.chair_id == place.id:
        words = _("{group}: it is your turn to lead the meeting of {day}.")
    address = url_for("meetings.meeting", slug=place.group.slug, number=meeting.number)
    return words.format(group=place.group.name, day=day(meeting.day)), address


def _reported(report: Report, reader: Reader) -> Said:
    place = reader.places.get(report.group_id) if report.group_id else None
    if not reader.user.administrator and (place is None or place.role is not Role.tutor):
        return GONE
    words = _("Somebody found something wrong in “{course}”: “{words}”")
    if report.closed_at is not None:
        words = _("Somebody found something wrong in “{course}”, and was answered: “{words}”")
    words = words.format(course=report.course.title, words=shorten(report.words, 100, placeholder=" …"))
    return words, url_for("reports.report", report_id=report.id)


def _answered(report: Report, reader: Reader) -> Said:
    if report.user_id != reader.user.id or report.outcome is None:
        return GONE
    words = _("You found something wrong in “{course}”. {outcome}.")
    words = words.format(course=report.course.title, outcome=OUTCOMES[report.outcome])
    return words, url_for("reports.report", report_id=report.id)


def _marked(essay: AttemptItem, reader: Reader) -> Said:
    attempt = essay.attempt
    if attempt.user_id != reader.user.id or attempt.activity is None:
        return GONE
    words = _("Your essay at “{quiz}” is marked.").format(quiz=attempt.activity.title)
    return words, url_for("quizzes.attempt", attempt_id=attempt.id, _anchor=f"q{essay.slot}")


def _hidden(thing: Thing, reader: Reader) -> Said:
    """Only who wrote it is told; it was hidden, or is shown again by now."""
    place = reader.places.get(thing.enrolment.group_id or 0)
    if place is None or place.id != thing.enrolment_id or place.group is None:
        return GONE
    about = _about(thing)
    words = _("What you wrote on “{about}” can be read by everybody again.").format(about=about)
    if thing.hidden_why is not None:
        words = _("What you wrote on “{about}” is hidden: “{why}”").format(about=about, why=thing.hidden_why)
    if not isinstance(thing, Post):
        return words, url_for("notes.note", note_id=thing.note_id if isinstance(thing, NoteReply) else thing.id)
    return words, url_for("moderation.where", slug=place.group.slug, kind=kind_of(thing), thing_id=thing.id)


def _about(thing: Thing) -> str:
    if isinstance(thing, Post):
        return thing.discussion.activity.title
    return (thing.note if isinstance(thing, NoteReply) else thing).text.title


def _complained(complaint: Complaint, reader: Reader) -> Said:
    """Whose words they are is said on the page of it, to whom it is open."""
    group = complaint.enrolment.group
    place = reader.places.get(group.id) if group else None
    leads = place is not None and (place.organiser or place.role is Role.tutor)
    if group is None or not (leads or reader.user.administrator):
        return GONE
    words = _("{group}: a member asks to have something looked at.")
    if complaint.settled_at is not None:
        words = _("{group}: a member asked to have something looked at, and it is settled.")
    return words.format(group=group.name), url_for("moderation.settling", complaint_id=complaint.id)


def _settled(complaint: Complaint, reader: Reader) -> Said:
    if complaint.enrolment_id not in {place.id for place in reader.places.values()}:
        return GONE
    if complaint.outcome == HID:
        return _("What you asked to have looked at was hidden. Thank you."), None
    return _("What you asked to have looked at stays as it is."), None


def _shared(entry: JournalEntry, reader: Reader) -> Said:
    """What is taken back, and what somebody wrote who has left, is there no longer."""
    writer = entry.enrolment
    place = reader.places.get(writer.group_id or 0)
    if place is None or place.group is None or place.role is not Role.tutor:
        return GONE
    if entry.shared_at is None or writer.left_at is not None or writer.role is not Role.student:
        return GONE
    words = _("{name} shares with the tutors what they wrote on “{prompt}” in their journal.")
    anchor = f"part-{entry.activity_id}"
    address = url_for("progress.member", slug=place.group.slug, enrolment_id=writer.id, _anchor=anchor)
    return words.format(name=writer.user.name, prompt=entry.activity.title), address


def _written_to(message: Message, _reader: Reader) -> Said:
    """What was written to somebody stays theirs to read; only who is told of it was written to."""
    name = message.by.name if message.by and message.by.name else _("A former member")
    words = _("{name} wrote to you in {group}: “{subject}”")
    words = words.format(name=name, group=message.group.name, subject=message.subject)
    return words, url_for("messages.message", message_id=message.id)


SAID: Mapping[str, Words] = {
    kinds.JOINED: _joined,
    kinds.ASKED: _asked,
    kinds.DECIDED: _decided,
    kinds.KEYS: _keys,
    kinds.REMOVED: _removed,
    kinds.REPLIED: _of_post(_("{name} replied to you on “{prompt}”.")),
    kinds.MENTIONED: _of_post(_("{name} mentioned you on “{prompt}”.")),
    kinds.POSTED: _of_post(_("{name} posted on “{prompt}”.")),
    kinds.NOTE_REPLIED: _note_replied,
    kinds.ASSIGNED: _assigned,
    kinds.REPORTED: _reported,
    kinds.ANSWERED: _answered,
    kinds.MARKED: _marked,
    kinds.HIDDEN: _hidden,
    kinds.COMPLAINED: _complained,
    kinds.SETTLED: _settled,
    kinds.SHARED: _shared,
    kinds.MOVED: _moved,
    kinds.WRITTEN_TO: _written_to,
    kinds.CHAIRING: _chairing,
}
