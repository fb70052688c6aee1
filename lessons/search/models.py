"""The index of words that are looked for."""

import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from course.base.db import Base


class Kind(enum.Enum):
    """What is found, in the order in which it stands where two fit equally well."""

    person = "person"
    term = "term"
    event = "event"
    source = "source"
    lesson = "lesson"
    document = "document"
    reading = "reading"
    prompt = "prompt"
    passage = "passage"
    note = "note"
    frame = "frame"
    journal = "journal"
    seed = "seed"
    post = "post"
    reply = "reply"


class Group(enum.Enum):
    """What is found, in four heaps to choose from."""

    course = "course"
    reference = "reference"
    notes = "notes"
    talk = "talk"


KINDS = {
    Group.course: (Kind.lesson, Kind.document, Kind.reading, Kind.prompt, Kind.passage),
    Group.reference: (Kind.person, Kind.term, Kind.event, Kind.source),
    Group.notes: (Kind.note, Kind.frame, Kind.journal, Kind.reply),
    Group.talk: (Kind.seed, Kind.post),
}
GROUP_OF = {kind: group for group, kinds in KINDS.items() for kind in kinds}

#: Kind -> the column that says which one it is.
COLUMN_OF = {
    Kind.person: "person_id",
    Kind.term: "term_id",
    Kind.event: "event_id",
    Kind.source: "source_id",
    Kind.lesson: "activity_id",
    Kind.document: "text_id",
    Kind.reading: "activity_id",
    Kind.prompt: "activity_id",
    Kind.passage: "passage_id",
    Kind.note: "note_id",
    Kind.frame: "frame_id",
    Kind.journal: "journal_entry_id",
    Kind.seed: "seed_id",
    Kind.post: "post_id",
    Kind.reply: "note_reply_id",
}
COLUMNS = tuple(dict.fromkeys(COLUMN_OF.values()))


def _one_entry_of(column: str) -> Index:
    """Return the index that one thing has one entry; without the many rows that are of something else."""
    some = text(f"{column} IS NOT NULL")
    return Index(
        f"one_entry_of_{column.removesuffix('_id')}", column, unique=True, sqlite_where=some, postgresql_where=some
    )


class SearchEntry(Base):
    """The words of one thing that can be found, and which one it is; never who may find it.

    That is asked of the things themselves at each search. `words` holds the stems (lessons.search.words) of `head` and
    `body`, a space between, those of the head first; SQLite's FTS5 table `search_index` and PostgreSQL's index on this
    column find them. What is made of it is `lessons.search.contents`' to say."""

    __tablename__ = "search_entry"
    __table_args__ = (
        *(_one_entry_of(column) for column in COLUMNS),
        CheckConstraint(
            " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in COLUMNS) + " = 1",
            name="of_one_thing",
        ),
        CheckConstraint("(kind = 'passage') = (version_id IS NOT NULL)", name="passages_have_a_version"),
    )

    kind: Mapped[Kind]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    term_id: Mapped[int | None] = mapped_column(ForeignKey("term.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    text_id: Mapped[int | None] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"))
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id", ondelete="CASCADE"))
    #: The version that a passage is of: only those of the current ones are found.
    version_id: Mapped[int | None] = mapped_column(ForeignKey("text_version.id", ondelete="CASCADE"), index=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    note_reply_id: Mapped[int | None] = mapped_column(ForeignKey("note_reply.id", ondelete="CASCADE"))
    frame_id: Mapped[int | None] = mapped_column(ForeignKey("frame.id", ondelete="CASCADE"))
    journal_entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id", ondelete="CASCADE"))
    seed_id: Mapped[int | None] = mapped_column(ForeignKey("seed.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    #: Where it stands among its like, to say which of two comes first.
    position: Mapped[int]
    #: How many of the words are those of the head.
    head_size: Mapped[int]
    size: Mapped[int]
    head: Mapped[str]
    body: Mapped[str]
    words: Mapped[str]
