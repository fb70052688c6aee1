"""What the pages of the syllabus ask besides: how long lessons take, and whether something hangs on a meeting."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from course.groups.models import StudyGroup
from course.outline.models import Activity, ActivityKind
from course.syllabus.at_meetings import lessons_at
from course.syllabus.cancelling import is_awaited
from course.syllabus.models import Meeting
from course.syllabus.planning import Hours
from lessons.agenda.models import AgendaItem, Minutes


def minutes_of(session: Session, course_id: int) -> dict[int, int]:
    """Return lesson -> the minutes that its notes and its required parts take. One query."""
    rows = session.execute(
        select(Activity.id, Activity.parent_id, Activity.kind, Activity.minutes)
        .where(Activity.course_id == course_id, Activity.group_id.is_(None), Activity.retired_at.is_(None))
        .where(or_(Activity.kind == ActivityKind.lesson, Activity.required))
    ).all()
    found = {row.id: row.minutes for row in rows if row.kind is ActivityKind.lesson}
    for row in rows:
        if row.kind is not ActivityKind.lesson and row.parent_id in found:
            found[row.parent_id] += row.minutes
    return found


def titles_of(session: Session, lessons: Sequence[int]) -> dict[int, str]:
    """Return the titles of LESSONS."""
    rows = session.execute(select(Activity.id, Activity.title).where(Activity.id.in_(lessons)))
    return {row.id: row.title for row in rows}


def hangs_on(session: Session, meeting: Meeting) -> bool:
    """Return whether something hangs on MEETING but lessons: what is given for it, its agenda, its minutes."""
    used = select(
        or_(exists().where(AgendaItem.meeting_id == meeting.id), exists().where(Minutes.meeting_id == meeting.id))
    )
    return bool(session.scalar(used)) or is_awaited(session, meeting)


def names_of(session: Session, group: StudyGroup, meetings: Sequence[Meeting]) -> dict[int, str]:
    """Return what each of MEETINGS is called, by its id: its title, else its lessons; "" where it has neither."""
    given = lessons_at(session, group)
    titles = titles_of(session, [lesson for at_it in given.values() for lesson in at_it])
    return {one.id: one.title or "; ".join(titles[lesson] for lesson in given.get(one.number, ())) for one in meetings}


def hours_in_common(meetings: Sequence[Meeting]) -> Hours:
    """Return the hour, length and place that most of MEETINGS have: said once, they need not be said of each."""
    known = Counter(Hours(one.begins, one.lasts, one.where) for one in meetings)
    return known.most_common(1)[0][0] if known else Hours()
