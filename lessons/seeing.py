"""Write before you see: where it is so, a member sees what others wrote once they have written themselves.

One predicate, for every road on which words of others are shown: posts on a prompt, shared notes on a text, source
frames of a text. Each is a condition of a query (`seen_…`, for all of a discussion `open_talks`); of notes and frames
it is asked too (`may_see…`), and says the same.

A prompt that is assigned with a date for replies is a round: there it is always so, for whom it is assigned to. Else
the study group decides. Tutors see everything, and so does everybody where nothing more can be written: in a group that
is archived, and in a discussion that is locked. What is hidden is for who wrote it and for who could hide it, on every
road, before and after.

What is said in a subgroup is kept to it: for its members and for tutors, in an archived group too. One speaks in the
talk of the subgroup by which the prompt (or its lesson) is given to one, else in that of the whole group (`speaks_in`);
one reads those of the subgroups one is in now, and that of the whole group, where what was said before the group was
parted stays readable (`its_talks`). Having answered a prompt in one of these opens the others. Notes and frames are
shared with the subgroup by which the text was given to read, as it was when they were shared."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.groups.models import Enrolment, Role, StudyGroup, SubgroupMember
from course.outline.models import Activity
from course.syllabus.assigned import is_for, subgroup_given
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


def its_talks(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a Discussion is one that ENROLMENT has a part in: of its whole group, or of a subgroup
    that it is in; all of the group for a tutor. Whether others' posts in it are open to it yet, `open_talks` says."""
    its = Discussion.group_id == enrolment.group_id
    return its if enrolment.role is Role.tutor else and_(its, _is_among(enrolment.id))


def speaks_in(member: Member) -> ColumnElement[bool]:
    """Return the condition that the Discussion of the query is that in which MEMBER, no tutor, speaks on its prompt."""
    lesson = aliased(Activity)
    of = select(lesson.parent_id).where(lesson.id == Discussion.activity_id).correlate_except(lesson).scalar_subquery()
    given = subgroup_given(member, lambda one: or_(one.activity_id == Discussion.activity_id, one.activity_id == of))
    return func.coalesce(Discussion.subgroup_id, 0) == func.coalesce(given, 0)


def open_talks(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a Discussion is one of `its_talks`, and that ENROLMENT may see others' posts in it."""
    if enrolment.group is None or enrolment.left_at is not None:
        return false()
    its = its_talks(enrolment)
    if sees_everything(enrolment):
        return its
    return and_(its, _open_to(enrolment.id, enrolment.group))


def members_who_see(group: StudyGroup) -> ColumnElement[bool]:
    """Return the condition that an Enrolment is a live one of GROUP, and may see others' posts in the Discussion that
    the query is about."""
    of_group = and_(Enrolment.group_id == group.id, Enrolment.left_at.is_(None), Discussion.group_id == group.id)
    live = and_(of_group, or_(Enrolment.role == Role.tutor, _is_among(Enrolment.id)))
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
    others = and_(Note.shared_at.is_not(None), _of_group(Note.enrolment_id, enrolment), shared_with(Note, enrolment))
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
    others = and_(others, shared_with(Frame, enrolment))
    if _writes_first_on_texts(enrolment):
        others = and_(others, Frame.text_id.in_(_own_frames(enrolment)))
    return or_(Frame.enrolment_id == enrolment.id, others)


def shared_with(table: type[Note] | type[Frame], enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a row of TABLE, another's of the group, is shared with ENROLMENT: with the whole group,
    or with a subgroup that it is in. Whatever is shared is for tutors."""
    if enrolment.role is Role.tutor:
        return true()
    return or_(table.subgroup_id.is_(None), table.subgroup_id.in_(_subgroups_of(enrolment.id)))


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

    A reply to another's is no answer. One that was given in another talk on the prompt, before one was in a subgroup or
    while one was in another, is one."""
    wrote = or_(Discussion.locked_at.is_not(None), has_answered(member))
    if group.write_first:
        return wrote
    lesson = select(Activity.parent_id).where(Activity.id == Discussion.activity_id).correlate_except(Activity)
    asked = or_(Assignment.activity_id == Discussion.activity_id, Assignment.activity_id == lesson.scalar_subquery())
    rounds = _rounds(member).where(Assignment.group_id == group.id, asked)
    return or_(wrote, ~rounds.correlate_except(Assignment).exists())


def has_answered(member: Member) -> ColumnElement[bool]:
    """Return the condition that MEMBER has answered the prompt of the Discussion of the query, in any talk on it."""
    mine, talk = aliased(Post), aliased(Discussion)
    its = (talk.id == mine.discussion_id, talk.activity_id == Discussion.activity_id)
    answers = (mine.enrolment_id == member, mine.reply_to_id.is_(None))
    return exists().where(*its, *answers).correlate_except(mine, talk)


def _is_among(member: Member) -> ColumnElement[bool]:
    """Return the condition that the Discussion of the query is of a whole group, or of a subgroup that MEMBER is in."""
    return or_(Discussion.subgroup_id.is_(None), Discussion.subgroup_id.in_(_subgroups_of(member)))


def _subgroups_of(member: Member) -> Select[int]:
    place = aliased(SubgroupMember)
    return select(place.subgroup_id).where(place.enrolment_id == member).correlate_except(place)


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
