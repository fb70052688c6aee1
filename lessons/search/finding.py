"""Finding: which things have the words that are looked for, of those that whoever looks may see."""

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy import (
    Text as Words,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session, aliased

from course.completion.models import Completion
from course.groups.models import Enrolment
from course.outline.models import Activity, Course
from course.reference.models import Event, Person, Source, Term
from course.texts.models import Text
from lessons.access import own_prompts_seen, texts_seen
from lessons.discussion.models import Discussion, Post, Seed
from lessons.discussion.seeds import stands_before
from lessons.frames.models import Frame
from lessons.models import JournalEntry
from lessons.notes.models import Note, NoteReply
from lessons.search.asking import Name, Query, Stems, Wanted
from lessons.search.models import COLUMN_OF, Kind, SearchEntry
from lessons.search.ranking import COMMON, Entry, ranked, weight_of
from lessons.seeing import seen_frames, seen_note_replies, seen_notes, seen_posts


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

#: So many of each heap are put in order. Which ones is the same in both databases: those that are called something,
#: then the shortest, in which a word weighs most.
MOST = 150


@dataclass(frozen=True, slots=True)
class Place:
    """Where is looked: in courses, and as whom. There is an enrolment for each place of whoever looks."""

    courses: Sequence[Course]
    enrolments: Sequence[Enrolment]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the best first, and how much there is of each heap. Where nothing has all the words, `partly`
    says that these have some."""

    entries: Sequence[Entry]
    counts: Counter[Group]
    partly: bool


def names_in(session: Session, place: Place) -> list[Name]:
    """Return the persons and terms of the courses of PLACE with their spellings. One query."""
    ids = [course.id for course in place.courses]
    nothing = literal(None, Words)
    persons = select(literal(1), Person.name, Person.native, nothing.label("transliteration"), Person.aliases)
    terms = select(literal(0), Term.term, Term.native, Term.transliteration, Term.aliases)
    both: Any = union_all(persons.where(Person.course_id.in_(ids)), terms.where(Term.course_id.in_(ids)))
    return [
        Name([name for name in (*names, *(aliases or ())) if name], bool(is_person))
        for is_person, *names, aliases in session.execute(both)
    ]


def find(session: Session, place: Place, query: Query) -> Found:
    """Return what of all that may be seen in PLACE fits QUERY: all its words, else any. Three queries, four for any."""
    if not query.wanted:
        return Found([], Counter(), partly=False)
    seen = _seen(place)
    dialect = session.get_bind().dialect.name
    rows = session.execute(_best(and_(seen, _has_all(query, dialect)))).all()
    partly = not rows and len(query.wanted) > 1
    if partly:
        some = sum((case((_has(one), 1), else_=0) for one in query.wanted), literal(0))
        rows = session.execute(_best(and_(seen, _has_any(query, dialect)), some.desc())).all()
    counts = Counter({GROUP_OF[row.kind]: row.of_group for row in rows})
    entries = [Entry(row.kind, row.of, row.position, row.head_size, row.head, row.body, row.words) for row in rows]
    return Found(ranked(query, entries, _weights(session, seen, query, dialect)), counts, partly)


def _best(condition: ColumnElement[bool], *order: ColumnElement[Any]) -> Select[Any]:
    """Return the query for the entries that CONDITION holds for: MOST of each group, and how many there are of it."""
    groups = case(*((SearchEntry.kind.in_(kinds), group.value) for group, kinds in KINDS.items()))
    called = case((SearchEntry.head_size > 0, 0), else_=1)
    ordered = (*order, called, SearchEntry.size, SearchEntry.position, SearchEntry.id)
    place = func.row_number().over(partition_by=groups, order_by=ordered).label("place")
    of_group = func.count().over(partition_by=groups).label("of_group")
    found = select(SearchEntry.id, place, of_group).where(condition).subquery()
    of = func.coalesce(*(getattr(SearchEntry, name) for name in dict.fromkeys(COLUMN_OF.values()))).label("of")
    columns = (SearchEntry.kind, of, SearchEntry.position, SearchEntry.head_size, SearchEntry.head, SearchEntry.body)
    best = select(*columns, SearchEntry.words, found.c.of_group).join(found, found.c.id == SearchEntry.id)
    return best.where(found.c.place <= MOST)


def _weights(session: Session, seen: ColumnElement[bool], query: Query, dialect: str) -> dict[Wanted, float]:
    """Return what each thing that is looked for counts, the rarer the more. One query, none for one thing alone."""
    if len(query.wanted) < 2:
        return {}
    counts = []
    for one in query.wanted:
        alone = Query("", (one,))
        finds = select(SearchEntry.id).where(seen, _has_all(alone, dialect)).limit(COMMON).subquery()
        counts.append(select(func.count()).select_from(finds).scalar_subquery())
    return dict(zip(query.wanted, map(weight_of, session.execute(select(*counts)).one()), strict=True))


# Which entries have the words


def _has_all(query: Query, dialect: str) -> ColumnElement[bool]:
    """Return the condition that an entry has all that is wanted and nothing that is not."""
    together = (_has(one) for one in query.wanted if one.apart or any(len(stems) > 1 for stems in one.spellings))
    return and_(_indexed(query, dialect, "AND"), *together, *_has_nothing_unwanted(query))


def _has_any(query: Query, dialect: str) -> ColumnElement[bool]:
    return and_(_indexed(query, dialect, "OR"), or_(*map(_has, query.wanted)), *_has_nothing_unwanted(query))


def _has_nothing_unwanted(query: Query) -> list[ColumnElement[bool]]:
    return [not_(_has_in_row(stems)) for stems in query.unwanted]


def _has(one: Wanted) -> ColumnElement[bool]:
    """Return the condition that an entry has one of the spellings of ONE, its words side by side or APART."""
    apart = [and_(*(_has_in_row((stem,)) for stem in one.spellings[0]))] if one.apart else []
    return or_(*(_has_in_row(stems) for stems in one.spellings), *apart)


def _has_in_row(stems: Stems) -> ColumnElement[bool]:
    # Stems are letters a-z and figures: there is nothing in them that LIKE could mistake.
    return literal(" ").concat(SearchEntry.words).concat(" ").like(f"% {' '.join(stems)} %")


def _indexed(query: Query, dialect: str, join: str) -> ColumnElement[bool]:
    """Return the condition that an entry has the words of QUERY, wherever they stand, as the index of words can say."""
    if dialect == "postgresql":
        has = [_in_array(one) for one in query.wanted]
        return and_(*has) if join == "AND" else or_(*has)
    asked = f" {join} ".join(_in_fts5(one) for one in query.wanted)
    index: Select[Any] = select(column("rowid")).select_from(table("search_index"))
    return SearchEntry.id.in_(index.where(text("search_index MATCH :asked").bindparams(asked=asked)))


def _in_fts5(one: Wanted) -> str:
    return "(" + " OR ".join("(" + " AND ".join(f'"{stem}"' for stem in stems) + ")" for stems in one.spellings) + ")"


def _in_array(one: Wanted) -> ColumnElement[bool]:
    words: ColumnElement[Any] = literal_column("search_words(search_entry.words)")
    spellings = (cast(array(stems), ARRAY(Words)) for stems in one.spellings)
    return or_(*(words.op("@>", is_comparison=True)(stems) for stems in spellings))


# Which entries may be seen


def _seen(place: Place) -> ColumnElement[bool]:
    """Return the condition that an entry is of something that may be seen in PLACE, and is what that says now."""
    return or_(_seen_of_courses(place), _seen_of_texts(place), *(_seen_of_people(one) for one in place.enrolments))


def _seen_of_courses(place: Place) -> ColumnElement[bool]:
    """Persons, terms, events, sources; lessons with their readings and prompts, without what is retired."""
    ids = [course.id for course in place.courses]
    lesson = aliased(Activity)
    activities = (
        select(Activity.id)
        .outerjoin(lesson, lesson.id == Activity.parent_id)
        .where(Activity.course_id.in_(ids), Activity.group_id.is_(None))
        .where(Activity.retired_at.is_(None), lesson.retired_at.is_(None))
    )
    return or_(
        SearchEntry.person_id.in_(select(Person.id).where(Person.course_id.in_(ids))),
        SearchEntry.term_id.in_(select(Term.id).where(Term.course_id.in_(ids))),
        SearchEntry.event_id.in_(select(Event.id).where(Event.course_id.in_(ids))),
        SearchEntry.source_id.in_(select(Source.id).where(Source.course_id.in_(ids))),
        SearchEntry.activity_id.in_(activities),
    )


def _seen_of_texts(place: Place) -> ColumnElement[bool]:
    """Texts that are not retired, in their current version."""
    of_courses = Text.course_id.in_([course.id for course in place.courses])
    more = (texts_seen(enrolment.course, enrolment) for enrolment in place.enrolments)
    there = and_(Text.retired_at.is_(None), or_(of_courses, *more))
    return or_(
        SearchEntry.text_id.in_(select(Text.id).where(there)),
        SearchEntry.version_id.in_(select(Text.current_version_id).where(there)),
    )


def _seen_of_people(enrolment: Enrolment) -> ColumnElement[bool]:
    """What ENROLMENT wrote, and what it may see of what others of its group did, and of what that asks itself. Nothing
    that is hidden, for nobody."""
    notes = select(Note.id).where(seen_notes(enrolment), Note.hidden_at.is_(None))
    replies = select(NoteReply.id).where(seen_note_replies(enrolment), NoteReply.hidden_at.is_(None))
    talks = select(Discussion.id).where(Discussion.activity_id.in_(_open_prompts(enrolment)))
    posts = select(Post.id).where(seen_posts(enrolment), Post.hidden_at.is_(None), Post.discussion_id.in_(talks))
    return or_(
        SearchEntry.note_id.in_(notes),
        SearchEntry.note_reply_id.in_(replies.where(NoteReply.note_id.in_(notes))),
        SearchEntry.frame_id.in_(select(Frame.id).where(seen_frames(enrolment), _is_last(Frame, "text_id"))),
        SearchEntry.journal_entry_id.in_(_own_entries(enrolment)),
        SearchEntry.post_id.in_(posts),
        SearchEntry.seed_id.in_(_seeds(enrolment)),
        SearchEntry.activity_id.in_(select(Activity.id).where(own_prompts_seen(enrolment))),
    )


def _own_entries(enrolment: Enrolment) -> Select[Any]:
    mine = select(JournalEntry.id).where(JournalEntry.enrolment_id == enrolment.id)
    return mine.where(_is_last(JournalEntry, "activity_id"))


def _is_last(written: type[JournalEntry] | type[Frame], on: str) -> ColumnElement[bool]:
    """Return the condition that a row of WRITTEN is the last that its writer wrote there."""
    later = aliased(written)
    same = getattr(later, on) == getattr(written, on)
    newer = select(later.id).where(later.enrolment_id == written.enrolment_id, same, later.number > written.number)
    return ~newer.exists()


def _seeds(enrolment: Enrolment) -> Select[Any]:
    """What the tutors of the group of ENROLMENT put before its talks."""
    return select(Seed.id).where(stands_before(enrolment), Seed.activity_id.in_(_open_prompts(enrolment)))


def _open_prompts(enrolment: Enrolment) -> Select[Any]:
    """The activities of the course of ENROLMENT that have a page for it: a retired one for who worked on it, one that a
    group gave itself for whom it is there."""
    worked = select(Completion.activity_id).where(Completion.enrolment_id == enrolment.id)
    is_open = or_(Activity.retired_at.is_(None), Activity.id.in_(worked))
    of_group = or_(Activity.group_id.is_(None), Activity.parent_id.is_not(None), own_prompts_seen(enrolment))
    return select(Activity.id).where(Activity.course_id == enrolment.course_id, is_open, of_group)
