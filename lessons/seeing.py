"""Write before you see: where it is so, a member sees what others wrote once they have written themselves.

One predicate, for every road on which words of others are shown: posts on a prompt, shared notes on a text, source
frames of a text. Each is a condition of a query (`seen_…`, for all of a discussion `open_talks`); of notes and frames
it is asked too (`may_see…`), and says the same.

A prompt that is assigned with a date for replies is a round: there it is always so, for whom it is assigned to. Else
the study group decides. Tutors see everything, and so does everybody where nothing more can be written: in a group that
is archived, and in a discussion that is locked. What is hidden is for who wrote it and for who could hide it, on every
road, before and after."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, exists, false, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity
from course.syllabus.assigned import is_for
from course.syllabus.models import Assignment
from course.texts.models import Text
from lessons.discussion.models import Discussion, Post
from lessons.frames.models import Frame
from lessons.models import Hideable
from lessons.notes.models import Note, NoteReply

#: The id of one member, or the column of a query about many.
Member = InstrumentedAttribute[int] | int


def sees_everything(enrolment: Enrolment) -> bool:
    """Say whether ENROLMENT sees what others wrote, whatever it wrote itself."""
    group = enrolment.group
    return group is not None and (group.archived_at is not None or enrolment.role is Role.tutor)


def rounds_among(
    session: Session, activities: Collection[Activity], enrolments: Collection[Enrolment]
) -> set[tuple[int, int]]:
    """Return (enrolment, activity) where one of ACTIVITIES is a round for one of ENROLMENTS. One query at the most."""
    in_groups = [one.id for one in enrolments if one.group_id is not None]
    wanted = {one.id for one in activities} | {one.parent_id for one in activities if one.parent_id is not None}
    if not in_groups or not wanted:
        return set()
    rows = session.execute(
        select(Enrolment.id, Assignment.activity_id)
        .join(Assignment, Assignment.group_id == Enrolment.group_id)
        .where(Enrolment.id.in_(in_groups), Assignment.activity_id.in_(wanted), *_has_replies(), is_for(Enrolment.id))
    )
    asked = {(enrolment_id, activity_id) for enrolment_id, activity_id in rows}
    return {
        (enrolment_id, one.id)
        for enrolment_id in in_groups
        for one in activities
        if not asked.isdisjoint({(enrolment_id, one.id), (enrolment_id, one.parent_id)})
    }


def may_see_notes(session: Session, enrolment: Enrolment, text: Text) -> bool:
    """Say whether ENROLMENT may see the notes that others of its group share on TEXT. One query at the most."""
    if not _writes_first_on_texts(enrolment):
        return enrolment.group_id is not None
    return bool(session.scalar(select(literal(text.id).in_(_own_notes(enrolment)))))


def may_see_frames(session: Session, enrolment: Enrolment, text: Text) -> bool:
    """Say whether ENROLMENT may see the source frames that others of its group share on TEXT. One query at the most."""
    if not _writes_first_on_texts(enrolment):
        return enrolment.group_id is not None
    return bool(session.scalar(select(literal(text.id).in_(_own_frames(enrolment)))))


def of_group(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a Discussion is of the whole group of ENROLMENT."""
    return and_(Discussion.group_id == enrolment.group_id, Discussion.subgroup_id.is_(None))


def open_talks(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a Discussion is of the whole group of ENROLMENT, and that it may see others' posts."""
    if enrolment.group is None or enrolment.left_at is not None:
        return false()
    its = of_group(enrolment)
    if sees_everything(enrolment):
        return its
    return and_(its, _open_to(enrolment.id, enrolment.group))


def members_who_see(group: StudyGroup) -> ColumnElement[bool]:
    """Return the condition that an Enrolment is a live one of GROUP, and may see others' posts in the Discussion that
    the query is about."""
    live = and_(Enrolment.group_id == group.id, Enrolment.left_at.is_(None), Discussion.group_id == group.id)
    if group.archived_at is not None:
        return live
    return and_(live, or_(Enrolment.role == Role.tutor, _open_to(Enrolment.id, group)))


def seen_posts(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that ENROLMENT may read the words of a Post: it is its own, or open to it and not hidden."""
    others = and_(
        Post.discussion_id.in_(select(Discussion.id).where(open_talks(enrolment))), not_hidden(Post, enrolment)
    )
    return or_(Post.enrolment_id == enrolment.id, others)


def seen_notes(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that ENROLMENT may read a Note: its own, or a shared one that is open to it, not hidden."""
    return and_(known_notes(enrolment), or_(Note.enrolment_id == enrolment.id, not_hidden(Note, enrolment)))


def known_notes(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that ENROLMENT may read a Note, or would if it were not hidden: of that it learns why."""
    others = and_(Note.shared_at.is_not(None), _of_group(Note.enrolment_id, enrolment))
    if _writes_first_on_texts(enrolment):
        others = and_(others, Note.text_id.in_(_own_notes(enrolment)))
    return or_(Note.enrolment_id == enrolment.id, others)


def seen_note_replies(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that ENROLMENT may read a NoteReply: its own, or one to a note it reads, not hidden."""
    notes = select(Note.id).where(seen_notes(enrolment))
    others = and_(NoteReply.note_id.in_(notes), not_hidden(NoteReply, enrolment))
    return or_(NoteReply.enrolment_id == enrolment.id, others)


def seen_frames(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that ENROLMENT may read a Frame: its own, or the last of another's where that is shared."""
    others = and_(Frame.shared_at.is_not(None), _is_last(), _of_group(Frame.enrolment_id, enrolment))
    if _writes_first_on_texts(enrolment):
        others = and_(others, Frame.text_id.in_(_own_frames(enrolment)))
    return or_(Frame.enrolment_id == enrolment.id, others)


def not_hidden(table: type[Hideable], enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a row of TABLE, another's, is not hidden from ENROLMENT: who may hide reads it all.

    That is a tutor; an organiser, where the group has no tutor."""
    if enrolment.role is Role.tutor:
        return true()
    if not enrolment.organiser:
        return table.hidden_at.is_(None)
    return or_(table.hidden_at.is_(None), ~_has_tutor(enrolment))


def reads_hidden(session: Session, enrolment: Enrolment) -> bool:
    """Say whether ENROLMENT reads what is hidden in its group, as `not_hidden` does. One query at the most."""
    if not enrolment.organiser or enrolment.role is Role.tutor:
        return enrolment.role is Role.tutor
    return not session.scalar(select(_has_tutor(enrolment)))


def _has_tutor(enrolment: Enrolment) -> ColumnElement[bool]:
    other = aliased(Enrolment)
    tutors = (other.group_id == enrolment.group_id, other.role == Role.tutor, other.left_at.is_(None))
    return exists().where(*tutors)


def _open_to(member: Member, group: StudyGroup) -> ColumnElement[bool]:
    """Return the condition that the Discussion of the query, of GROUP, is open to MEMBER, who sees not everything.

    A reply to another's is no answer."""
    mine = aliased(Post)
    answers = (mine.discussion_id == Discussion.id, mine.enrolment_id == member, mine.reply_to_id.is_(None))
    wrote = or_(Discussion.locked_at.is_not(None), exists().where(*answers).correlate_except(mine))
    if group.write_first:
        return wrote
    lesson = select(Activity.parent_id).where(Activity.id == Discussion.activity_id).correlate_except(Activity)
    asked = or_(Assignment.activity_id == Discussion.activity_id, Assignment.activity_id == lesson.scalar_subquery())
    rounds = _rounds(member).where(Assignment.group_id == group.id, asked)
    return or_(wrote, ~rounds.correlate_except(Assignment).exists())


def _rounds(member: Member) -> Select[int]:
    """Return the query for the assignments with a date for replies that are for MEMBER."""
    return select(Assignment.id).where(*_has_replies(), is_for(member))


def _has_replies() -> tuple[ColumnElement[bool], ...]:
    return Assignment.withdrawn_at.is_(None), Assignment.reply_due_at.is_not(None)


def _writes_first_on_texts(enrolment: Enrolment) -> bool:
    return enrolment.group is not None and enrolment.group.write_first and not sees_everything(enrolment)


def _own_notes(enrolment: Enrolment) -> Select[int]:
    """Return the query for the texts on which ENROLMENT shares words of its own: a highlight alone says nothing."""
    mine = aliased(Note)
    shares = (mine.enrolment_id == enrolment.id, mine.shared_at.is_not(None), mine.words != "")
    return select(mine.text_id).where(*shares)


def _own_frames(enrolment: Enrolment) -> Select[int]:
    """Return the query for the texts of which ENROLMENT shares a source frame."""
    mine = aliased(Frame)
    return select(mine.text_id).where(mine.enrolment_id == enrolment.id, mine.shared_at.is_not(None))


def _is_last() -> ColumnElement[bool]:
    newer = aliased(Frame)
    after = (newer.enrolment_id == Frame.enrolment_id, newer.text_id == Frame.text_id, newer.number > Frame.number)
    return ~exists().where(*after)


def _of_group(owner: InstrumentedAttribute[int], enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that OWNER is in the group of ENROLMENT, or was: what they shared stays."""
    if enrolment.group_id is None or enrolment.left_at is not None:
        return false()
    return owner.in_(select(Enrolment.id).where(Enrolment.group_id == enrolment.group_id))
