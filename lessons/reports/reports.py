"""Reports of something wrong: made by anybody who reads, answered by the tutors of their group or who runs the site."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session, joinedload

from course.base.errors import Conflict
from course.base.words import _
from course.groups.enrolments import members_of
from course.groups.models import Enrolment, Role
from course.notices.records import ANSWERED, REPORTED, mark_seen, tell
from course.outline.models import Course
from course.texts.models import Passage
from course.users.models import User
from lessons.reports.models import Outcome, Report
from quizzes.models import ItemVersion

log = logging.getLogger(__name__)

#: What a report, and the answer to it, may hold, in characters.
LONGEST = 2000

#: More of one person in a quarter of an hour are a mistake, or worse.
MOST_OF_ONE = 20
#: Visitors are known by their address only, and a class may share one.
MOST_OF_ADDRESS = 100

#: How many a list shows; who answers them sees the open ones first.
MOST_LISTED = 200

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.mended: _("It is mended"),
    Outcome.planned: _("It will be mended"),
    Outcome.right: _("It is right as it stands"),
}


class ClosedAlready(Conflict):
    """Somebody else answered first."""

    title = _("This was answered already")


class Meant(NamedTuple):
    """What a report is about: one of the two, in the version that was seen."""

    passage: Passage | None = None
    item: ItemVersion | None = None


def make_report(
    session: Session,
    course: Course,
    user: User,
    enrolment: Enrolment | None,
    meant: Meant,
    words: str,
    *,
    now: datetime,
) -> Report:
    """Return the report of USER that MEANT is wrong, as WORDS say; the same again is the same report.

    Told are the tutors of the study group of ENROLMENT, where it is in one, and who runs the site."""
    group_id = enrolment.group_id if enrolment is not None else None
    report = Report(
        course_id=course.id,
        group_id=group_id,
        user_id=user.id,
        passage_id=meant.passage.id if meant.passage else None,
        item_version_id=meant.item.id if meant.item else None,
        words=words,
        made_at=now,
    )
    # One after the other, so that a double click is one report.
    session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    same = select(Report).where(
        Report.user_id == user.id,
        Report.words == words,
        Report.passage_id.is_not_distinct_from(report.passage_id),
        Report.item_version_id.is_not_distinct_from(report.item_version_id),
        Report.closed_at.is_(None),
    )
    if (there := session.scalars(same).first()) is not None:
        return there
    session.add(report)
    session.flush()
    told = {tutor.user_id for tutor in tutors_of(session, group_id)}
    told |= set(session.scalars(select(User.id).where(User.administrator, User.erased_at.is_(None))))
    tell(session, told - {user.id}, REPORTED, f"report:{report.id}", now=now)
    log.info("Report %d was made by user %d", report.id, user.id)
    return report


def tutors_of(session: Session, group_id: int | None) -> list[Enrolment]:
    """Return the live places of the tutors of a study group; outside of one there are none."""
    if group_id is None:
        return []
    return [one for one in members_of(session, group_id) if one.role is Role.tutor]


def close_report(session: Session, report: Report, *, outcome: Outcome, answer: str, by_id: int, now: datetime) -> None:
    """Answer REPORT; who made it is told, and who answers has seen it. Raise ClosedAlready."""
    session.refresh(report, with_for_update={"of": Report})
    if report.closed_at is not None:
        raise ClosedAlready(_("Somebody else was quicker. Their answer stands."))
    report.outcome, report.answer, report.closed_at, report.closed_by_id = outcome, answer, now, by_id
    session.flush()
    mark_seen(session, by_id, now=now, refs=[f"report:{report.id}"])
    if report.user_id is not None and report.user_id != by_id:
        tell(session, [report.user_id], ANSWERED, f"report:{report.id}", now=now)
    log.info("Report %d was closed by user %d", report.id, by_id)


def handled_by(user: User) -> ColumnElement[bool]:
    """Return the condition that a report is USER's to answer: of a group they tutor, or any where they run the site."""
    tutored = select(Enrolment.group_id).where(
        Enrolment.user_id == user.id, Enrolment.role == Role.tutor, Enrolment.left_at.is_(None)
    )
    return or_(Report.group_id.in_(tutored), Report.id.is_not(None) if user.administrator else false())


def reports_for(session: Session, user: User) -> Sequence[Report]:
    """Return the reports that are USER's to answer or were made by them: open ones first, then the newest."""
    mine = (
        select(Report)
        .where(or_(handled_by(user), Report.user_id == user.id))
        .options(joinedload(Report.course), joinedload(Report.group), joinedload(Report.user))
        .options(joinedload(Report.passage), joinedload(Report.item_version))
        .order_by(Report.closed_at.is_not(None), Report.id.desc())
        .limit(MOST_LISTED)
    )
    return session.scalars(mine).all()
