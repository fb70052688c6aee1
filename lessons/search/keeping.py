"""Keeping the index of words true: what is written through a session is in the index with the same transaction, but
for the passages of long texts that somebody brings, which a job looks through.

Only words are kept there. Hiding, sharing, assigning, joining and leaving change nothing in it: who may find what is
asked of the tables at each search."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from course.base.jobs import add_job
from course.outline.models import Activity, ActivityKind
from course.texts.models import Passage, Text, TextVersion
from lessons.discussion.models import PostVersion, Seed
from lessons.frames.models import Frame
from lessons.models import Document, JournalEntry, Prompt
from lessons.notes.models import Note, NoteReply, NoteTag
from lessons.search.contents import refresh, refresh_texts

#: What people write -> the column of its entry, and where the row says which one it is of.
WRITTEN = {
    PostVersion: ("post_id", "post_id"),
    Seed: ("seed_id", "id"),
    Note: ("note_id", "id"),
    NoteTag: ("note_id", "note_id"),
    NoteReply: ("note_reply_id", "id"),
    Frame: ("frame_id", "id"),
    JournalEntry: ("journal_entry_id", "id"),
}


#: Under this name a session holds the ids of texts so long that their passages are brought in by a job of their own.
LATER = "texts whose passages are indexed later"


def index_later(session: Session, text_id: int, *, now: datetime) -> None:
    """Let a job bring the passages of that long text into the index, for which others would wait too long."""
    session.info.setdefault(LATER, set()).add(text_id)
    add_job(session, "words", {"text": text_id}, run_at=now, key=f"words of {text_id}")


def keep_index(session: Session, _flush: Any) -> None:
    """Bring what was just flushed into the index. A curriculum is brought in when it is loaded, all at once."""
    touched: dict[str, set[int]] = defaultdict(set)
    described: set[int] = set()
    texts: set[int] = set()
    versions: set[int] = set()
    rows = [*session.new, *session.dirty, *session.deleted]
    touched["activity_id"] = _own_prompts(session, rows)
    for row in rows:
        if type(row) in WRITTEN:
            column, own = WRITTEN[type(row)]
            touched[column].add(getattr(row, own))
        elif isinstance(row, Text) and row.course_id is None:
            described.add(row.id)
            if inspect(row).attrs.current_version_id.history.has_changes():
                texts.add(row.id)
        elif isinstance(row, Document):
            described.add(row.text_id)
        elif isinstance(row, Passage):
            versions.add(row.version_id)
    for column, ids in touched.items():
        if ids:
            refresh(session, column, ids)
    if versions:
        texts.update(session.scalars(select(TextVersion.text_id).where(TextVersion.id.in_(versions))))
    if described:
        refresh(session, "text_id", described)
    if texts := texts - session.info.get(LATER, set()):
        refresh_texts(session, texts)


def _own_prompts(session: Session, rows: Iterable[Any]) -> set[int]:
    """Return which of ROWS, by their activity, are prompts that study groups gave themselves. One query at the most."""
    found = {row.activity_id for row in rows if isinstance(row, Prompt)}
    found |= {row.id for row in rows if isinstance(row, Activity) and row.group_id and row.kind is ActivityKind.prompt}
    if not found:
        return found
    own = select(Activity.id).where(Activity.id.in_(found), Activity.group_id.is_not(None))
    return set(session.scalars(own))


def keep() -> None:
    """Keep the index true from now on, whatever session writes."""
    if not event.contains(Session, "after_flush", keep_index):
        event.listen(Session, "after_flush", keep_index)
