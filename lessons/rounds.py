"""Rounds: a prompt is written to until one date, then what the others wrote is read and replied to until another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from course.groups.models import Enrolment
from course.outline.models import Activity
from course.rules import NO_ACCOMMODATION, own_date
from course.syllabus.exceptions import given_layers, layers_with
from lessons.discussion.models import Discussion, Post
from lessons.seeing import its_talks, speaks_in


@dataclass(frozen=True, slots=True)
class Done:
    """What one member did in a round so far, and how many posts of others there are to reply to."""

    posted: bool = False
    replied: bool = False
    of_others: int = 0

    @property
    def asks(self) -> str | None:
        """What comes next: "write", "reply", or "wait" while nobody else has written; None when all is done."""
        if not self.posted:
            return "write"
        if self.replied:
            return None
        return "reply" if self.of_others else "wait"


NOTHING_DONE = Done()


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it is for one member: until when one writes and replies, on which days those end in its group."""

    write_by: datetime | None
    reply_by: datetime | None
    zone: ZoneInfo
    #: Whether the clocks of the member show another time than those of the group.
    elsewhere: bool = False

    def phase(self, now: datetime) -> str:
        """Return "write", "reply" or "over": which of the two is at hand NOW."""
        if self.write_by is not None and now <= self.write_by:
            return "write"
        return "reply" if self.reply_by is None or now <= self.reply_by else "over"

    def day(self, moment: datetime) -> date:
        """Return which day MOMENT is on for the group."""
        return moment.astimezone(self.zone).date()


def round_of(session: Session, enrolment: Enrolment, activity: Activity) -> Round | None:
    """Return the round that the prompt ACTIVITY is for ENROLMENT, None where it is none: what lessons/seeing.py
    calls one, an assignment with a date for replies. One query, two of a round."""
    if enrolment.group is None:
        return None
    given, zone = given_layers(session, enrolment, activity), ZoneInfo(enrolment.group.zone)
    if not any(one.field == "reply_due" for one in given):
        return None
    said, more = layers_with(session, enrolment, activity, given)
    write_by, reply_by = (own_date(said, field, more or NO_ACCOMMODATION, zone) for field in ("due", "reply_due"))
    here = ZoneInfo(enrolment.user.zone)
    ends = [moment for moment in (write_by, reply_by) if moment is not None]
    elsewhere = any(one.astimezone(here).utcoffset() != one.astimezone(zone).utcoffset() for one in ends)
    return Round(write_by, reply_by, zone, elsewhere)


def done_in(session: Session, enrolment: Enrolment, activity_ids: Collection[int]) -> dict[int, Done]:
    """Return prompt -> what ENROLMENT did there, where anybody wrote anything. One query, none without prompts."""
    if not activity_ids:
        return {}
    answered = aliased(Post)
    mine = Post.enrolment_id == enrolment.id
    rows = session.execute(
        select(
            Discussion.activity_id,
            func.sum(case((and_(mine, Post.reply_to_id.is_(None)), 1), else_=0)),
            func.sum(case((and_(mine, answered.enrolment_id != enrolment.id), 1), else_=0)),
            func.sum(case((and_(~mine, Post.hidden_at.is_(None), speaks_in(enrolment.id)), 1), else_=0)),
        )
        .join(Post, Post.discussion_id == Discussion.id)
        .outerjoin(answered, answered.id == Post.reply_to_id)
        .where(or_(its_talks(enrolment), mine))
        .where(Discussion.group_id == enrolment.group_id)
        .where(Discussion.activity_id.in_(activity_ids))
        .group_by(Discussion.activity_id)
    )
    return {row[0]: Done(bool(row[1]), bool(row[2]), int(row[3])) for row in rows}
