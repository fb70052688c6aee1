"""Every column that names a user or a place of theirs: how the export tells of it, and what erasing makes of it.

Written by hand; a test walks the schema and fails for a column that is not here, and for one here that is gone. What is
said here is done: the export reads TOLD of it, and erasing reads FATE."""

import enum
from collections.abc import Mapping
from typing import NamedTuple


class Told(enum.Enum):
    """How the export tells of a row by which somebody is named."""

    own = "own"  # the row is theirs: all of it, but what would open a door or is somebody else's
    done = "done"  # they did something to what is not theirs: their own words on it and when, not whom it was about


class Fate(enum.Enum):
    """What erasing makes of a row by which somebody is named."""

    goes = "goes"  # the row is deleted
    forgotten = "forgotten"  # the row stays, and who it was is forgotten
    nameless = "nameless"  # the row stays where others hang on it, on a place or a user without a name; else it goes


class Named(NamedTuple):
    """What becomes of a column, and why."""

    told: Told
    fate: Fate
    why: str


def _theirs(why: str = "it is about nobody else") -> Named:
    return Named(Told.own, Fate.goes, why)


def _did(why: str) -> Named:
    return Named(Told.done, Fate.forgotten, why)


#: "table.column" -> what becomes of it.
NAMED: Mapping[str, Named] = {
    # What hangs on the user
    "attempt.user_id": _theirs("answers, steps, and what they came to"),
    "calendar_feed.user_id": _theirs(),
    "card.user_id": _theirs("what they remember, with its log"),
    "digest.user_id": _theirs(),
    "enrolment.user_id": Named(Told.own, Fate.nameless, "a place stays while words stay that others answered in it"),
    "join_request.user_id": _theirs(),
    "notice.user_id": _theirs(),
    "one_time_link.user_id": _theirs(),
    "recovery_code.user_id": _theirs(),
    "report.user_id": Named(Told.own, Fate.nameless, "one that was answered stays with its answer; else it goes"),
    "roster.by_id": _theirs("a list that waits to be taken over, with its file"),
    "seed.by_id": _theirs("it stands before a talk only while its tutor is there"),
    "second_step.user_id": _theirs(),
    "sign_in.user_id": _theirs(),
    "audit_entry.about_id": Named(Told.own, Fate.forgotten, "what was done to whom nobody needs to know any longer"),
    # What hangs on a place of theirs
    "accommodation.enrolment_id": _theirs(),
    "agenda_item.enrolment_id": _theirs(),
    "assignment_target.enrolment_id": _theirs("what was given to them alone is withdrawn with it"),
    "attempt.enrolment_id": _theirs("answers, steps, and what they came to"),
    "complaint.enrolment_id": _theirs("what was decided stands with the words it was about"),
    "completion.enrolment_id": _theirs(),
    "completion_fact.enrolment_id": _theirs(),
    "draft.enrolment_id": _theirs(),
    "exception.enrolment_id": _theirs(),
    "follow.enrolment_id": _theirs(),
    "frame.enrolment_id": _theirs("nobody can answer one"),
    "journal_entry.enrolment_id": _theirs("nobody can answer one"),
    "look.enrolment_id": _theirs(),
    "meeting.chair_id": Named(Told.own, Fate.forgotten, "the meeting is the group's"),
    "message_to.enrolment_id": _theirs(),
    "note.enrolment_id": Named(Told.own, Fate.nameless, "one that others replied to stays, without its tags"),
    "note_reply.enrolment_id": Named(Told.own, Fate.nameless, "one after which others replied stays"),
    "post.enrolment_id": Named(Told.own, Fate.nameless, "one that others replied to stays, as it last was"),
    "read_mark.enrolment_id": _theirs(),
    "subgroup_member.enrolment_id": _theirs(),
    "text.enrolment_id": _theirs("a text they brought for themselves, with its file"),
    "text_import.enrolment_id": Named(Told.own, Fate.forgotten, "a text given to a group stays"),
    # What they did to what is not theirs
    "accommodation.by_id": _did("it holds for a member, whoever gave it"),
    "audit_entry.actor_id": _did("that it was done stays in the book until its time"),
    "article.added_by_id": _did("the list is the group's, or the course's"),
    "assignment.made_by_id": _did("it is the group's plan"),
    "complaint.settled_by_id": _did("the decision stands"),
    "completion_fact.by_id": _did("it is a member's standing, whoever said it"),
    "discussion.locked_by_id": _did("the talk is the group's"),
    "division.made_by_id": _did("the subgroups are the group's"),
    "exception.by_id": _did("it holds for a member, whoever gave it"),
    "invitation.made_by_id": _did("the link is the group's"),
    "join_request.decided_by_id": _did("the answer stands"),
    "look.by_id": Named(Told.done, Fate.nameless, "who was looked at keeps that a tutor looked"),
    "mark_draft.by_id": _did("another tutor may go on with it"),
    "message.by_id": _did("those it was written to have it"),
    "minutes.by_id": _did("they are the group's"),
    "note.hidden_by_id": _did("the decision stands"),
    "note_reply.hidden_by_id": _did("the decision stands"),
    "post.hidden_by_id": _did("the decision stands"),
    "report.closed_by_id": _did("the answer is for who reported"),
    "step.by_id": _did("a mark is its student's; their own steps go with their attempts"),
    "text.imported_by_id": _did("a text given to a group is the group's; their own goes with their place"),
}  # fmt: skip
