"""What of a meeting a member may have. What is not there, or not this user's, does not exist: NotFound."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import Forbidden, NotFound
from course.base.words import _
from course.groups.access import may_plan, member
from course.groups.models import Enrolment, StudyGroup
from course.syllabus.models import Meeting
from course.texts.models import Text
from lessons.agenda.models import AgendaItem


class At(NamedTuple):
    """A meeting, and the place in its study group of whoever asks."""

    enrolment: Enrolment
    group: StudyGroup
    meeting: Meeting

    @property
    def chairs(self) -> bool:
        """Whether it is their turn to lead the meeting."""
        return self.meeting.chair_id == self.enrolment.id

    @property
    def leads(self) -> bool:
        """Whether they tick off what was talked about, and write the minutes: it is their turn, or they plan."""
        return self.chairs or may_plan(self.enrolment)


def meeting_in(session: Session, slug: str, number: int) -> At:
    """Return the meeting of that number in the study group SLUG, for a member who asks."""
    mine = member(session, slug)
    its = select(Meeting).where(Meeting.group_id == mine.group_id, Meeting.number == min(number, LARGEST_ID))
    meeting = session.scalar(its)
    if meeting is None or mine.group is None:
        raise NotFound
    return At(mine, mine.group, meeting)


def led_by(session: Session, slug: str, number: int) -> At:
    """Return the meeting for who leads it or plans; raise Forbidden for another member."""
    at = meeting_in(session, slug, number)
    if not at.leads:
        raise Forbidden(_("Only who leads the meeting may do this, or an organiser or a tutor of the study group."))
    return at


def chaired_by(session: Session, slug: str, number: int) -> At:
    """Return the meeting for whose turn it is to lead it; raise Forbidden for another member."""
    at = meeting_in(session, slug, number)
    if not at.chairs:
        raise Forbidden(_("Only whose turn it is to lead the meeting may do this."))
    return at


def planned_by(session: Session, slug: str, number: int) -> At:
    """Return the meeting for an organiser or a tutor; raise Forbidden for another member."""
    at = meeting_in(session, slug, number)
    if not may_plan(at.enrolment):
        raise Forbidden(_("Only an organiser or a tutor of the study group may do this."))
    return at


def item_at(session: Session, at: At, item_id: int) -> AgendaItem:
    """Return what stands on the agenda of the meeting under that id."""
    item = session.get(AgendaItem, item_id) if item_id <= LARGEST_ID else None
    if item is None or item.meeting_id != at.meeting.id:
        raise NotFound
    return item


def removable_at(session: Session, at: At, item_id: int) -> AgendaItem:
    """Return the same for who put it there; words also for an organiser or a tutor. Raise Forbidden for others."""
    item = item_at(session, at, item_id)
    is_words = item.text_id is None and may_plan(at.enrolment)
    if item.enrolment_id != at.enrolment.id and not is_words:
        raise Forbidden(_("Only who put it on the agenda may take it off, or of words an organiser or a tutor."))
    return item


def common_text(session: Session, at: At, text_id: int) -> Text:
    """Return a text of the course, which every member can read; one that somebody brought is not there for all."""
    text = session.get(Text, min(text_id, LARGEST_ID))
    if text is None or text.course_id != at.group.course_id:
        raise NotFound
    return text
