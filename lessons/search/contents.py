"""What the index of words is to hold, and making it so: for a few things that changed, and for all."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.base.db import Base, Database
from course.outline.models import Activity, ActivityKind
from course.reference.models import Event, Person, Source, Term
from course.texts.models import Passage, Text, TextVersion
from lessons.discussion.models import Post, PostVersion, Seed
from lessons.frames.models import QUESTIONS, Frame
from lessons.models import Document, JournalEntry, Lesson, Prompt, PromptVersion, Reading
from lessons.notes.models import Note, NoteReply, NoteTag
from lessons.search.models import Kind, SearchEntry
from lessons.search.words import forms_of, joined_forms_of, stem_of

#: Which things are meant: their ids, or a query that finds them.
Ids = Collection[int] | Select[Any]

#: So many things are compared with the index in one transaction when all of it is made anew.
BATCH = 500

_BLOCK = re.compile(r"<(?=/?(?:p|li|[uo]l|h\d|br|t[dhr]|blockquote|pre|div|d[ltd])\b)")


class Content(NamedTuple):
    """The words of one thing: `head` is what it is called, `names` what else."""

    kind: Kind
    id: int
    position: int
    head: str
    body: str
    names: Sequence[str] = ()
    version_id: int | None = None

    def columns(self) -> dict[str, Any]:
        """Return what its entry says of it."""
        names = ", ".join(name for name in self.names if name)
        called = [*forms_of(self.head), *forms_of(names)]
        said = [*forms_of(self.body), *joined_forms_of(f"{self.head} {names} {self.body}")]
        return {
            "kind": self.kind,
            "version_id": self.version_id,
            "position": self.position,
            "head": self.head,
            "body": f"{names}. {self.body}" if names else self.body,
            "head_size": len(called),
            "size": len(called) + len(said),
            "words": " ".join(stem_of(form) for form in (*called, *said)),
        }


def plain_of_html(html: str | None) -> str:
    """Return the words of safe HTML, those of two blocks apart."""
    return str(Markup(_BLOCK.sub(" <", html or "")).striptags())  # noqa: S704 (no markup is left of it)


def _together(*words: str | None) -> str:
    said = [word.strip() for word in words if word and word.strip()]
    return " ".join(word if word[-1] in ".!?…" else f"{word}." for word in said)


def _persons(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(*Person.__table__.columns).where(Person.id.in_(ids))):
        body = _together(one.lived, plain_of_html(one.note_html))
        yield Content(Kind.person, one.id, 0, one.name, body, [one.native or "", *one.aliases])


def _terms(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(*Term.__table__.columns).where(Term.id.in_(ids))):
        names = [one.native or "", one.transliteration or "", *one.aliases]
        yield Content(Kind.term, one.id, 0, one.term, plain_of_html(one.meaning_html), names)


def _events(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(*Event.__table__.columns).where(Event.id.in_(ids))):
        note, disputed = plain_of_html(one.note_html), plain_of_html(one.disputed_html)
        days = [one.in_words, one.old_style_in_words or ""]  # by its day it is known as well as by its name
        title = plain_of_html(one.title_html)
        yield Content(Kind.event, one.id, one.earliest.toordinal(), title, _together(note, disputed), days)


def _sources(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(*Source.__table__.columns).where(Source.id.in_(ids))):
        body = _together(one.author, one.container, one.publisher, one.year, plain_of_html(one.note_html))
        yield Content(Kind.source, one.id, 0, one.title, body)


def _activities(session: Session, ids: Ids) -> Iterator[Content]:
    """The lessons, readings and prompts of the curriculum, and what groups ask themselves. What a quiz asks is nowhere
    here."""
    yield from _lessons(session, ids)
    lesson = aliased(Activity)
    of_curriculum = (Activity.id.in_(ids), Activity.group_id.is_(None))
    own = (Activity.id.in_(ids), Activity.group_id.is_not(None), Activity.parent_id.is_(None))
    parts = select(Activity.id, Activity.title, func.coalesce(lesson.position, 0).label("at"), Activity.position)
    parts = parts.outerjoin(lesson, lesson.id == Activity.parent_id)
    readings = parts.where(*of_curriculum).add_columns(Reading.by, Reading.part, Reading.look_for_html)
    for one in session.execute(readings.join(Reading, Reading.activity_id == Activity.id)):
        body = _together(one.by, one.part, plain_of_html(one.look_for_html))
        yield Content(Kind.reading, one.id, one.at * 1000 + one.position, one.title, body)
    prompts = parts.where(or_(and_(*of_curriculum), and_(*own)))
    prompts = prompts.add_columns(PromptVersion.question_html, PromptVersion.hint_html)
    prompts = prompts.join(Prompt, Prompt.activity_id == Activity.id)
    for one in session.execute(prompts.join(PromptVersion, PromptVersion.id == Prompt.current_version_id)):
        body = _together(plain_of_html(one.question_html), plain_of_html(one.hint_html))
        yield Content(Kind.prompt, one.id, one.at * 1000 + one.position, one.title, body)


def _lessons(session: Session, ids: Ids) -> Iterator[Content]:
    own = select(Activity.id, Activity.title, Activity.position, Lesson.summary, Lesson.objectives, Lesson.lecture)
    own = own.join(Lesson, Lesson.activity_id == Activity.id)
    its = (Activity.id.in_(ids), Activity.group_id.is_(None), Activity.kind == ActivityKind.lesson)
    for one in session.execute(own.where(*its)):
        lecture = one.lecture or {}
        by = _together(lecture.get("title"), lecture.get("by"))
        objectives = (plain_of_html(objective) for objective in one.objectives)
        body = _together(plain_of_html(one.summary), *objectives, by)
        yield Content(Kind.lesson, one.id, one.position * 1000, one.title, body)


def _documents(session: Session, ids: Ids) -> Iterator[Content]:
    """What is known of documents, imported ones too; their words are those of their passages."""
    described = select(Text.id, Text.title, Document.about).join(Document, Document.text_id == Text.id)
    for one in session.execute(described.where(Text.id.in_(ids))):
        body = _together(one.about.get("by"), plain_of_html(one.about.get("introduction_html")))
        yield Content(Kind.document, one.id, 0, one.title, body)


def _passages(session: Session, ids: Ids) -> Iterator[Content]:
    """The passages of those ids that are of the current version of their text."""
    current = select(Passage.id, Passage.version_id, Passage.position, Passage.kind, Passage.plain)
    current = current.join(Text, Text.current_version_id == Passage.version_id)
    for one in session.execute(current.where(Passage.id.in_(ids))):
        head, body = (one.plain, "") if one.kind == "heading" else ("", one.plain)
        yield Content(Kind.passage, one.id, one.position, head, body, version_id=one.version_id)


def _notes(session: Session, ids: Ids) -> Iterator[Content]:
    """Notes by their words and tags; a highlight without either has nothing to be found by."""
    tags: dict[int, list[str]] = defaultdict(list)
    for note_id, tag in session.execute(
        select(NoteTag.note_id, NoteTag.tag).where(NoteTag.note_id.in_(ids)).order_by(NoteTag.tag)
    ):
        tags[note_id].append(tag)
    for one in session.execute(
        select(Note.id, Note.html).where(Note.id.in_(ids), or_(Note.words != "", Note.tags.any()))
    ):
        yield Content(Kind.note, one.id, 0, "", plain_of_html(one.html), tags[one.id])


def _replies(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(NoteReply.id, NoteReply.html).where(NoteReply.id.in_(ids))):
        yield Content(Kind.reply, one.id, 0, "", plain_of_html(one.html))


def _frames(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(Frame.id, Frame.answers).where(Frame.id.in_(ids))):
        yield Content(Kind.frame, one.id, 0, "", _together(*(str(one.answers.get(asked) or "") for asked in QUESTIONS)))


def _entries(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(JournalEntry.id, JournalEntry.html).where(JournalEntry.id.in_(ids))):
        yield Content(Kind.journal, one.id, 0, "", plain_of_html(one.html))


def _seeds(session: Session, ids: Ids) -> Iterator[Content]:
    for one in session.execute(select(Seed.id, Seed.html).where(Seed.id.in_(ids))):
        yield Content(Kind.seed, one.id, 0, "", plain_of_html(one.html))


def _posts(session: Session, ids: Ids) -> Iterator[Content]:
    """What posts say now."""
    other = aliased(PostVersion)
    last = select(func.max(other.number)).where(other.post_id == PostVersion.post_id).scalar_subquery()
    now = select(PostVersion.post_id, PostVersion.html).where(PostVersion.post_id.in_(ids), PostVersion.number == last)
    for one in session.execute(now):
        yield Content(Kind.post, one.post_id, 0, "", plain_of_html(one.html))


#: Column of an entry -> the things it can be of, and how their words are had.
CONTENTS: Mapping[str, tuple[type[Base], Callable[[Session, Ids], Iterator[Content]]]] = {
    "person_id": (Person, _persons),
    "term_id": (Term, _terms),
    "event_id": (Event, _events),
    "source_id": (Source, _sources),
    "activity_id": (Activity, _activities),
    "text_id": (Text, _documents),
    "passage_id": (Passage, _passages),
    "note_id": (Note, _notes),
    "note_reply_id": (NoteReply, _replies),
    "frame_id": (Frame, _frames),
    "journal_entry_id": (JournalEntry, _entries),
    "seed_id": (Seed, _seeds),
    "post_id": (Post, _posts),
}


def refresh(session: Session, column: str, ids: Ids) -> int:
    """Make the entries of the things that COLUMN says, of those IDS, what these things say now.

    Return how many had to be added, changed or taken out."""
    of_it: InstrumentedAttribute[int | None] = getattr(SearchEntry, column)
    names = list(Content(Kind.note, 0, 0, "", "").columns())
    known = select(SearchEntry.id, of_it, *(getattr(SearchEntry, name) for name in names)).where(of_it.in_(ids))
    there = {row[1]: row for row in session.execute(known)}
    new, wanted, changed = [], set(), 0
    for content in CONTENTS[column][1](session, ids):
        columns = content.columns()
        wanted.add(content.id)
        row = there.get(content.id)
        if row is None:
            new.append({column: content.id, **columns})
        elif tuple(row[2:]) != tuple(columns.values()):
            its = update(SearchEntry).where(SearchEntry.id == row[0])
            session.execute(its.values(columns), execution_options=PLAIN)
            changed += 1
    gone = [row[0] for of, row in there.items() if of not in wanted]
    for some in _batches(gone):
        session.execute(delete(SearchEntry).where(SearchEntry.id.in_(some)), execution_options=PLAIN)
    if new:
        session.execute(insert(SearchEntry), new)
    return changed + len(gone) + len(new)


#: Rows are written by statements: no row of the index is ever in a session.
PLAIN = {"synchronize_session": False}


def refresh_texts(session: Session, ids: Ids) -> None:
    """Make the entries of the texts of those IDS, and of the passages of all their versions, what they say now."""
    refresh(session, "text_id", ids)
    versions = select(TextVersion.id).where(TextVersion.text_id.in_(ids))
    refresh(session, "passage_id", select(Passage.id).where(Passage.version_id.in_(versions)))


def refresh_course(session: Session, course_id: int) -> None:
    """Make the entries of all that the curriculum of a course consists of what it says now."""
    for column, table in (("person_id", Person), ("term_id", Term), ("event_id", Event), ("source_id", Source)):
        refresh(session, column, select(table.id).where(table.course_id == course_id))
    refresh(session, "activity_id", select(Activity.id).where(Activity.course_id == course_id))
    refresh_texts(session, select(Text.id).where(Text.course_id == course_id))


def rebuild(database: Database, *, said: Callable[[str, int], None] = lambda _things, _count: None) -> int:
    """Make the whole index what the tables say, a batch in a transaction, so that others can write in between.

    What it says already is not written. SAID is told what was compared, and how many. Return how many entries were
    wrong or missing."""
    changed = 0
    for column, (table, _contents) in CONTENTS.items():
        with database.transaction(writing=False) as session:
            ids = session.scalars(select(table.id).order_by(table.id)).all()
        for some in _batches(ids):
            with database.transaction() as session:
                changed += refresh(session, column, some)
        said(table.__tablename__, len(ids))
    return changed


def refresh_passages(database: Database, text_id: int) -> None:
    """Make the entries of the passages of a long text what they say now, a batch in a transaction."""
    versions = select(TextVersion.id).where(TextVersion.text_id == text_id)
    with database.transaction(writing=False) as session:
        ids = session.scalars(select(Passage.id).where(Passage.version_id.in_(versions)).order_by(Passage.id)).all()
    for some in _batches(ids):
        with database.transaction() as session:
            refresh(session, "passage_id", some)


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
