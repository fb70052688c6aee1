"""Erasing a user: what is theirs goes, what others answered stays without a name, all of it in one transaction.

What becomes of each column that names them is said in `named`, and is done here for all of them in the same way; only
what others answered, what was given to them alone and what holds their address takes more."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from course.base.files import File
from course.base.jobs import Job
from course.base.words import _
from course.completion.models import Look
from course.groups.models import Enrolment, Invitation, Roster, StudyGroup
from course.notices.models import Notice
from course.outline.models import CurriculumFile
from course.syllabus.models import Assignment, AssignmentTarget
from course.texts.models import Anchor, Text
from course.users.models import DigestKind, OneTimeLink, User
from kruzhok.models import ALL_TABLES
from kruzhok.privacy.groups_held import hand_on, only_theirs
from kruzhok.privacy.kept import Kept, kept_of
from kruzhok.privacy.named import NAMED, Fate
from kruzhok.privacy.rows import column_of, names, places_of
from kruzhok.privacy.uprooting import uproot
from lessons.discussion.models import Discussion, Post, PostQuotation, PostVersion, ReadMark
from lessons.models import TextImport
from lessons.notes.models import Note, NotePlace, NoteReply, NoteTag
from lessons.reports.models import Report
from lessons.search.contents import refresh

log = logging.getLogger(__name__)

#: What stands for a name where words stay.
FORMER = _("A former member")

#: Rows are changed by statements; the session reads them anew afterwards.
PLAIN = {"synchronize_session": False}

#: So many ids are named in one statement.
AT_ONCE = 1000


def erase(session: Session, user_id: int, heirs: Mapping[int, int], *, now: datetime) -> bool:
    """Erase a user; return whether there was one to erase. Twice is once.

    HEIRS (group -> the place of a member) get the keys that the user alone holds; raise KeysFirst where one is
    missing. A group in which nobody else ever was goes, and one that others have left is closed."""
    user = _lock(session, user_id)
    if user is None or user.erased_at is not None:
        return False
    hand_on(session, user, heirs, now=now)
    alone, kept, email = only_theirs(session, user), kept_of(session, user_id), user.email
    files = _files_of(session, user_id)
    _stop_letters(session, email, now)
    _withdraw(session, user_id, now)
    _untell(session, user_id, kept)
    _forget_texts(session, user_id)
    _forget_posts(session, user_id, kept)
    _forget_notes(session, user_id, kept)
    _run(session, delete(Report).where(Report.user_id == user_id, Report.closed_at.is_(None)))
    for key, named in NAMED.items():
        if named.fate is Fate.forgotten or key == "report.user_id":
            _forget_who(session, key, user_id)
        elif named.fate is Fate.goes:
            _run(session, delete(column_of(key).table).where(names(key, user_id)))
    _forget_places(session, user_id, now)
    uproot(session, ALL_TABLES["study_group"], alone)
    _forget_user(session, user, now)
    _forget_files(session, files)
    session.expire_all()
    log.info("User %d was erased", user_id)
    return True


def _run(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options=PLAIN)


def _pieces(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    """Yield IDS in pieces, the last first: what replies goes before what it replies to."""
    last_first = sorted(ids, reverse=True)
    for at in range(0, len(last_first), AT_ONCE):
        yield last_first[at : at + AT_ONCE]


def _lock(session: Session, user_id: int) -> User | None:
    """Return the user, held until the transaction ends, with all their places and the talks and notes they wrote in:
    whoever would add to these at this moment waits, and finds what is left.

    In the order in which others hold them: a reply holds the talk first, and then who is to be told."""
    places = places_of(user_id)
    held = select(Enrolment.group_id).where(Enrolment.user_id == user_id, Enrolment.organiser)
    talks = select(Post.discussion_id).where(Post.enrolment_id.in_(places))
    said = select(NoteReply.note_id).where(NoteReply.enrolment_id.in_(places))
    for table, which in (
        (StudyGroup, StudyGroup.id.in_(held)),
        (Discussion, Discussion.id.in_(talks)),
        (Note, Note.enrolment_id.in_(places) | Note.id.in_(said)),
        (User, User.id == user_id),
        (Enrolment, Enrolment.user_id == user_id),
    ):
        session.execute(select(table.id).where(which).order_by(table.id).with_for_update())
    return session.get(User, user_id, populate_existing=True)


def _stop_letters(session: Session, email: str | None, now: datetime) -> None:
    """Forget the address: letters that wait or could not be sent, invitations that went there, links for it."""
    if email is None:
        return
    to_them_by = (Job.payload[word].as_string() == email for word in ("to", "email"))
    _run(session, delete(Job).where(or_(*to_them_by, Job.error.contains(email, autoescape=True))))
    to_them = Invitation.email == email
    _run(session, update(Invitation).where(to_them, Invitation.revoked_at.is_(None)).values(revoked_at=now))
    _run(session, update(Invitation).where(to_them).values(email=None))
    _run(session, delete(OneTimeLink).where(OneTimeLink.email == email))


def _withdraw(session: Session, user_id: int, now: datetime) -> None:
    """Withdraw what was given to nobody else: without its target it would be for the whole group."""
    to_them = AssignmentTarget.enrolment_id.in_(places_of(user_id))
    mine = select(AssignmentTarget.assignment_id).where(to_them)
    others = select(AssignmentTarget.assignment_id).where(
        or_(AssignmentTarget.enrolment_id.is_(None), AssignmentTarget.enrolment_id.not_in(places_of(user_id)))
    )
    theirs = (Assignment.id.in_(mine), Assignment.id.not_in(others), Assignment.withdrawn_at.is_(None))
    _run(session, update(Assignment).where(*theirs).values(withdrawn_at=now))


#: Things that notices tell others of -> the column by which they are somebody's.
TOLD_OF = {
    "enrolment": "enrolment.user_id",
    "join_request": "join_request.user_id",
    "post": "post.enrolment_id",
    "note": "note.enrolment_id",
    "note_reply": "note_reply.enrolment_id",
    "journal_entry": "journal_entry.enrolment_id",
    "complaint": "complaint.enrolment_id",
    "report": "report.user_id",
}


def _untell(session: Session, user_id: int, kept: Kept) -> None:
    """Take back what others were told of that goes, or of the user themselves."""
    groups = select(Enrolment.group_id).where(Enrolment.user_id == user_id, Enrolment.group_id.is_not(None))
    members = select(Enrolment.user_id).where(Enrolment.group_id.in_(groups))
    # Nobody else is told of anything of theirs; and a large site has notices by the million.
    told = Notice.user_id.in_(members.union(select(User.id).where(User.administrator)))
    stays = {"post": kept.posts, "note": kept.notes, "note_reply": kept.replies, "report": kept.reports}
    for sort, key in TOLD_OF.items():
        table = ALL_TABLES[sort]
        gone = set(session.scalars(select(table.c.id).where(names(key, user_id)))) - stays.get(sort, frozenset())
        for some in _pieces(gone):
            _run(session, delete(Notice).where(told, Notice.ref.in_([f"{sort}:{one}" for one in some])))


def _forget_texts(session: Session, user_id: int) -> None:
    """Make the texts they brought for themselves ready to go: nothing is to point into them. And what waits goes."""
    places = places_of(user_id)
    texts = select(Text.id).where(Text.enrolment_id.in_(places))
    anchors = select(Anchor.id).where(Anchor.text_id.in_(texts))
    _run(session, delete(PostQuotation).where(PostQuotation.anchor_id.in_(anchors)))
    _run(session, delete(Note).where(Note.text_id.in_(texts)))
    _run(session, delete(Anchor).where(Anchor.text_id.in_(texts)))
    _run(session, delete(TextImport).where(TextImport.enrolment_id.in_(places), TextImport.text_id.is_(None)))
    # Of a text that was given to a group the file stays, under no name of their own.
    given = (TextImport.enrolment_id.in_(places), TextImport.text_id.not_in(texts))
    for brought in session.scalars(select(TextImport).where(*given)):
        brought.name = f"text{PurePath(brought.name).suffix[:8]}"
    session.flush()


def _forget_posts(session: Session, user_id: int, kept: Kept) -> None:
    """Delete the posts that nobody answered, and of the others what they said before."""
    mine = set(session.scalars(select(Post.id).where(Post.enrolment_id.in_(places_of(user_id)))))
    gone = mine - kept.posts
    newest = select(func.max(PostVersion.number)).where(PostVersion.post_id == Post.id)
    earlier = select(PostVersion.id).join(Post, Post.id == PostVersion.post_id)
    earlier = earlier.where(PostVersion.number < newest.correlate(Post).scalar_subquery())
    versions = {
        *_found(session, select(PostVersion.id), PostVersion.post_id, gone),
        *_found(session, earlier, Post.id, kept.posts),
    }
    _forget_anchors(session, PostQuotation, PostQuotation.version_id, versions)
    for some in _pieces(versions):
        _run(session, delete(PostVersion).where(PostVersion.id.in_(some)))
    _move_read_marks(session, user_id, gone)
    for some in _pieces(gone):
        _run(session, delete(Post).where(Post.id.in_(some)))
    for some in _pieces(kept.posts):
        _run(session, update(Post).where(Post.id.in_(some)).values(once=None))


def _move_read_marks(session: Session, user_id: int, gone: Collection[int]) -> None:
    """Let who has read up to a post that goes have read up to the last before it that stays."""
    _run(session, delete(ReadMark).where(ReadMark.enrolment_id.in_(places_of(user_id))))
    for post_id in _found(session, select(ReadMark.post_id), ReadMark.post_id, gone):
        its, talk = ReadMark.post_id == post_id, select(Post.discussion_id).where(Post.id == post_id).scalar_subquery()
        before = select(Post.id).where(Post.discussion_id == talk, Post.id < post_id).order_by(Post.id.desc())
        stays = next((one for one in session.scalars(before) if one not in gone), None)
        _run(
            session, delete(ReadMark).where(its) if stays is None else update(ReadMark).where(its).values(post_id=stays)
        )


def _forget_notes(session: Session, user_id: int, kept: Kept) -> None:
    """Delete the notes and replies that nobody answered; of the others the tags, by which their writer found them."""
    places = places_of(user_id)
    gone = set(session.scalars(select(Note.id).where(Note.enrolment_id.in_(places)))) - kept.notes
    _forget_anchors(session, NotePlace, NotePlace.note_id, gone)
    for some in _pieces(gone):
        _run(session, delete(Note).where(Note.id.in_(some)))
    replies = set(session.scalars(select(NoteReply.id).where(NoteReply.enrolment_id.in_(places)))) - kept.replies
    for some in _pieces(replies):
        _run(session, delete(NoteReply).where(NoteReply.id.in_(some)))
    for some in _pieces(kept.notes):
        _run(session, delete(NoteTag).where(NoteTag.note_id.in_(some)))
        _run(session, update(Note).where(Note.id.in_(some)).values(once=None))
        refresh(session, "note_id", some)
    for some in _pieces(kept.replies):
        _run(session, update(NoteReply).where(NoteReply.id.in_(some)).values(once=None))


def _forget_anchors(session: Session, tied: Any, by: Any, ids: Collection[int]) -> None:
    """Delete the rows of the table TIED that hang on IDS by the column BY, and the anchors they tie."""
    anchors = _found(session, select(tied.anchor_id), by, ids)
    for some in _pieces(ids):
        _run(session, delete(tied).where(by.in_(some)))
    for some in _pieces(anchors):
        _run(session, delete(Anchor).where(Anchor.id.in_(some)))


def _found(session: Session, which: Any, by: Any, ids: Collection[int]) -> set[int]:
    return {one for some in _pieces(ids) for one in session.scalars(which.where(by.in_(some)))}


def _forget_who(session: Session, key: str, user_id: int) -> None:
    """Forget who did what stays. It is not changed by that: calendars need not read it anew."""
    column = column_of(key)
    values: dict[Any, Any] = {column: None}
    if (changed := column.table.c.get("changed_at")) is not None:
        values[changed] = changed
    _run(session, update(column.table).where(names(key, user_id)).values(values))


def _forget_places(session: Session, user_id: int, now: datetime) -> None:
    """Delete the places on which no words stay; of the others keep that words came from there, and as what."""
    words = (Post, Note, NoteReply)
    stays = or_(*(exists().where(table.enrolment_id == Enrolment.id) for table in words))
    mine = Enrolment.user_id == user_id
    _run(session, delete(Enrolment).where(mine, ~stays))
    _run(session, update(Enrolment).where(mine, Enrolment.left_at.is_(None)).values(left_at=now))
    bare = {"organiser": False, "path": None, "used_at": Enrolment.left_at, "joined_at": Enrolment.left_at}
    _run(session, update(Enrolment).where(mine).values(bare))


def _forget_user(session: Session, user: User, now: datetime) -> None:
    """Delete the user, or leave nothing in their row where places or looks still name it."""
    named = or_(exists().where(Enrolment.user_id == User.id), exists().where(Look.by_id == User.id))
    if not session.scalar(select(User.id).where(User.id == user.id, named)):
        _run(session, delete(User).where(User.id == user.id))
        session.expunge(user)
        return
    user.email = user.password_hash = user.pace = user.reading = None
    user.name, user.zone, user.administrator = FORMER, "UTC", False
    user.review_minutes, user.retention, user.digest = 15, 0.9, DigestKind.none
    user.created_at = user.erased_at = now
    user.active_on = now.date()
    session.flush()


def forget_nameless(session: Session) -> None:
    """Delete the erased users that nothing names any longer."""
    named = or_(exists().where(Enrolment.user_id == User.id), exists().where(Look.by_id == User.id))
    _run(session, delete(User).where(User.erased_at.is_not(None), ~named))


def _files_of(session: Session, user_id: int) -> set[int]:
    brought = select(TextImport.file_id).where(TextImport.enrolment_id.in_(places_of(user_id)))
    return set(session.scalars(brought.union(select(Roster.file_id).where(Roster.by_id == user_id))))


def _forget_files(session: Session, files: Collection[int]) -> None:
    """Delete those FILES that nothing needs any longer."""
    needed = or_(*(exists().where(table.file_id == File.id) for table in (CurriculumFile, TextImport, Roster)))
    for some in _pieces(files):
        _run(session, delete(File).where(File.id.in_(some), ~needed))
