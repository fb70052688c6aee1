"""Beginning the next run of a study group: its plan, what is its own and its settings, from another day on.

Nothing of the people goes along: no member but who begins it, no work, post, note, exception, chair or minutes; nor
what was given to some of them only, though what it was stays among what the group has of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session, aliased

from course.base.db import Base
from course.completion.models import HelpRules
from course.groups.models import Enrolment, StudyGroup
from course.groups.opening import open_group
from course.outline.models import Activity, ActivityKind
from course.pacing import Break
from course.rules import days_later
from course.syllabus.at_meetings import ask_replies, lessons_at, replies_after
from course.syllabus.days import pacing_of, rhythm_of
from course.syllabus.giving import follow_meetings
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Assignment, Meeting, Pacing, RelativeDate
from course.syllabus.planning import lay_out, settle
from lessons.articles.models import Article
from lessons.discussion.models import Seed
from lessons.imports.keeping import copy
from lessons.models import Document, Prompt, PromptVersion, Reading

#: The moments an assignment has, and how they are called where one hangs on a meeting.
MOMENTS = {"open": "opens_at", "due": "due_at", "reply_due": "reply_due_at", "close": "closes_at"}


def next_run_of(session: Session, group: StudyGroup) -> StudyGroup | None:
    """Return the group that is the next run of GROUP, None where there is none yet."""
    return session.scalar(select(StudyGroup).where(StudyGroup.previous_id == group.id))


def begin_next_run(
    session: Session, mine: Enrolment, *, name: str, start: date, breaks: Sequence[Break], now: datetime
) -> StudyGroup:
    """Return the next run of the group of MINE, whose first meeting is on START or the first day after it to meet on.

    MINE is who begins it, and holds its keys in the same role. Begun twice, also at the same moment, it is one group.
    Raise DoesNotFit (course.syllabus.planning) where BREAKS leave no room."""
    old = mine.group
    assert old is not None
    session.execute(select(StudyGroup.id).where(StudyGroup.id == old.id).with_for_update())
    if (there := next_run_of(session, old)) is not None:
        return there
    place = open_group(
        session,
        mine.user,
        mine.course,
        name=name,
        about=old.about,
        zone=old.zone,
        role=mine.role,
        write_first=old.write_first,
        now=now,
    )
    new = place.group
    assert new is not None
    new.previous_id = old.id
    session.flush()
    _copy_rules(session, old, new)
    meetings = _lay_out(session, old, new, start, breaks, by_id=mine.user_id, now=now)
    shift = _shift(session, old, meetings, start)
    own = _copy_activities(session, old, place, now=now)
    _copy_assignments(session, old, new, own, meetings, shift, by_id=mine.user_id, now=now)
    _copy_articles(session, old, new, by_id=mine.user_id, now=now)
    follow_meetings(session, new)
    return new


def _copy_rules(session: Session, old: StudyGroup, new: StudyGroup) -> None:
    rules = session.scalar(select(HelpRules).where(HelpRules.group_id == old.id))
    if rules is not None:
        session.execute(insert(HelpRules).values(**_columns(rules), group_id=new.id))


def _columns(row: Base, *but: str) -> dict[str, Any]:
    """Return what the columns of ROW say, but for its key, its group and those named."""
    left_out = {"id", "group_id", *but}
    return {at.key: getattr(row, at.key) for at in row.__mapper__.column_attrs if at.key not in left_out}


def _lay_out(
    session: Session,
    old: StudyGroup,
    new: StudyGroup,
    start: date,
    breaks: Sequence[Break],
    *,
    by_id: int,
    now: datetime,
) -> Mapping[int, Meeting]:
    """Return meeting of OLD -> the meeting of NEW in its place, for those that were held; NEW has them from here on."""
    held = [one for one in meetings_of(session, old.id) if one.cancelled_at is None]
    if not held:
        return {}
    pacing = pacing_of(session, old.id)
    told = _columns(pacing) if pacing else {"weekdays": sorted(rhythm_of(session, old, held).weekdays), "where": ""}
    at_each = lessons_at(session, old)
    open_ones = _not_retired(session, {lesson for lessons in at_each.values() for lesson in lessons})
    made = lay_out(
        session,
        new,
        Pacing(**told | {"start": start, "ends": None}),
        breaks,
        [[lesson for lesson in at_each.get(one.number, ()) if lesson in open_ones] for one in held],
        by_id=by_id,
        now=now,
        titles=[one.title for one in held],
    )
    for before, after in zip(held, made, strict=True):
        after.begins, after.lasts, after.where = before.begins, before.lasts, before.where
        ask_replies(session, new, after, replies_after(session, before))
    session.flush()
    return {before.id: after for before, after in zip(held, made, strict=True)}


def _not_retired(session: Session, lessons: set[int]) -> frozenset[int]:
    there = select(Activity.id).where(Activity.id.in_(lessons), Activity.retired_at.is_(None))
    return frozenset(session.scalars(there))


def _shift(session: Session, old: StudyGroup, meetings: Mapping[int, Meeting], start: date) -> timedelta:
    """Return by how much days that hang on no meeting are later: as the first meeting is, or the group's beginning."""
    days = {one.id: one.day for one in meetings_of(session, old.id)}
    first = min(meetings, key=lambda key: days[key], default=None)
    if first is not None:
        return meetings[first].day - days[first]
    return start - old.created_at.astimezone(ZoneInfo(old.zone)).date()


def _copy_activities(session: Session, old: StudyGroup, place: Enrolment, *, now: datetime) -> Mapping[int, Activity]:
    """Return activity of OLD's own -> the copy of it that the group of PLACE has of its own."""
    found: dict[int, Activity] = {}
    own = select(Activity).where(Activity.group_id == old.id, Activity.retired_at.is_(None)).order_by(Activity.position)
    for activity in session.scalars(own.where(Activity.kind.in_([ActivityKind.reading, ActivityKind.prompt]))):
        told = _columns(activity, "added_at")
        made = Activity(**told | {"group_id": place.group_id, "added_at": now})
        session.add(made)
        session.flush()
        found[activity.id] = made
        if activity.kind is ActivityKind.reading:
            _copy_reading(session, activity, made, place, now=now)
        else:
            _copy_prompt(session, activity, made)
    return found


def _copy_reading(session: Session, activity: Activity, made: Activity, place: Enrolment, *, now: datetime) -> None:
    """A text of the group's own comes along as a copy of its own, for those that are read there have notes on them."""
    reading = session.scalars(select(Reading).where(Reading.activity_id == activity.id)).one()
    told = _columns(reading, "activity_id")
    if reading.text is not None and reading.text.group_id is not None:
        document = session.scalars(select(Document).where(Document.text_id == reading.text_id)).one()
        text = copy(session, place, document, now=now)
        text.enrolment_id, text.group_id = None, place.group_id
        session.flush()
        told["text_id"] = text.id
    session.add(Reading(activity_id=made.id, **told))
    session.flush()


def _copy_prompt(session: Session, activity: Activity, made: Activity) -> None:
    """A prompt asks in the next run what it asked last; what tutors put before the talk stands there again."""
    prompt = session.scalars(select(Prompt).where(Prompt.activity_id == activity.id)).one()
    new = Prompt(activity_id=made.id)
    session.add(new)
    session.flush()
    if prompt.current is not None:
        version = PromptVersion(**_columns(prompt.current, "prompt_id", "number"), prompt_id=new.id, number=1)
        session.add(version)
        session.flush()
        new.current_version_id = version.id
    seeds = session.scalars(select(Seed).where(Seed.activity_id == activity.id, Seed.withdrawn_at.is_(None))).all()
    session.add_all(Seed(activity_id=made.id, **_columns(seed, "activity_id")) for seed in seeds)
    session.flush()


def _copy_assignments(
    session: Session,
    old: StudyGroup,
    new: StudyGroup,
    own: Mapping[int, Activity],
    meetings: Mapping[int, Meeting],
    shift: timedelta,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Give NEW what OLD was given as a whole, besides the lessons of its meetings, which it has already."""
    zone = ZoneInfo(new.zone)
    for assignment in session.scalars(_given_to_all(old)).all():
        activity_id = own[assignment.activity_id].id if assignment.activity_id in own else assignment.activity_id
        told = _columns(assignment, "activity_id", "meeting_id", "made_by_id", "made_at")
        moments = {column: _later(told[column], shift, zone) for column in MOMENTS.values()}
        meeting = meetings.get(assignment.meeting_id or 0)
        made = Assignment(
            **told | moments,
            group_id=new.id,
            activity_id=activity_id,
            meeting_id=meeting.id if meeting else None,
            made_by_id=by_id,
            made_at=now,
        )
        session.add(made)
        session.flush()
        for relative in session.scalars(select(RelativeDate).where(RelativeDate.assignment_id == assignment.id)).all():
            if relative.meeting_id in meetings:
                named = {"assignment_id": made.id, "group_id": new.id, "meeting_id": meetings[relative.meeting_id].id}
                session.add(RelativeDate(**_columns(relative, "assignment_id", "meeting_id") | named))
    session.flush()
    settle(session, new)


def _given_to_all(old: StudyGroup) -> Select[Assignment]:
    """Return the query for what is given to all of OLD and goes on: not retired, and no lesson of a meeting."""
    lesson = aliased(Activity)
    at_meeting = (Activity.kind == ActivityKind.lesson) & Assignment.meeting_id.is_not(None)
    return (
        select(Assignment)
        .join(Activity, Activity.id == Assignment.activity_id)
        .outerjoin(lesson, lesson.id == Activity.parent_id)
        .where(Assignment.group_id == old.id, Assignment.withdrawn_at.is_(None), ~Assignment.targets.any())
        .where(Activity.retired_at.is_(None), lesson.retired_at.is_(None), ~at_meeting)
        .order_by(Assignment.id)
    )


def _later(moment: datetime | None, shift: timedelta, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else days_later(moment, shift.days, zone)


def _copy_articles(session: Session, old: StudyGroup, new: StudyGroup, *, by_id: int, now: datetime) -> None:
    listed = session.scalars(select(Article).where(Article.group_id == old.id, Article.removed_at.is_(None))).all()
    told = {"group_id": new.id, "added_by_id": by_id, "added_at": now}
    session.add_all(Article(**_columns(one, "added_by_id", "added_at") | told) for one in listed)
    session.flush()
