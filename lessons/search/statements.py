"""The statements of a search: which entries have the words, and may be seen.

Each is made once for each shape of what is looked for and the kinds of places of who looks; words and ids are
parameters."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
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
)
from sqlalchemy import Text as Words
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from course.completion.models import Completion
from course.groups.kinds import Kind, someone
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.reference.models import Event, Person, Source, Term
from course.texts.models import Text
from lessons.access import own_prompts_seen, own_texts_seen
from lessons.discussion.models import Discussion, Post, Seed
from lessons.discussion.seeds import stands_before
from lessons.frames.models import Frame
from lessons.models import JournalEntry
from lessons.notes.models import Note, NoteReply
from lessons.search.asking import Query, Stems, Wanted
from lessons.search.models import COLUMN_OF, KINDS, SearchEntry
from lessons.search.ranking import COMMON
from lessons.seeing import seen_frames, seen_note_replies, seen_notes, seen_posts

#: So many of each heap are put in order. Which ones is the same in both databases: those that are called something,
#: then the shortest, in which a word weighs most.
MOST = 150


class _Shape(NamedTuple):
    """What a statement depends on of one thing that is wanted: how many spellings it has, how many words the first has
    that may stand apart (0: none may), and whether the index of words alone does not say that it is there."""

    spellings: int
    apart: int
    in_row: bool


class Asks(NamedTuple):
    """What a statement of search depends on: what kind of member looks in each place, what is wanted and how much not,
    and the database."""

    kinds: tuple[Kind, ...]
    wanted: tuple[_Shape, ...]
    unwanted: int
    dialect: str


def shape_of(one: Wanted) -> _Shape:
    in_row = one.apart or any(len(stems) > 1 for stems in one.spellings)
    return _Shape(len(one.spellings), len(one.spellings[0]) if one.apart else 0, in_row)


def words_of(query: Query) -> dict[str, Any]:
    """Return the words of QUERY as the parameters of a statement of its shape."""
    said = [_in_fts5(one) for one in query.wanted]
    values: dict[str, Any] = {"asked_AND": " AND ".join(said), "asked_OR": " OR ".join(said)}
    for number, one in enumerate(query.wanted):
        values[f"asked_{number}"] = said[number]
        for spelling, stems in enumerate(one.spellings):
            values[f"row_{number}_{spelling}"] = _row(stems)
            values[f"stems_{number}_{spelling}"] = list(stems)
        for word, stem in enumerate(one.spellings[0] if one.apart else ()):
            values[f"apart_{number}_{word}"] = _row((stem,))
    return values | {f"unwanted_{number}": _row(stems) for number, stems in enumerate(query.unwanted)}


def _row(stems: Stems) -> str:
    # Stems are letters a-z and figures: there is nothing in them that LIKE could mistake.
    return f"% {' '.join(stems)} %"


def _in_fts5(one: Wanted) -> str:
    return "(" + " OR ".join("(" + " AND ".join(f'"{stem}"' for stem in stems) + ")" for stems in one.spellings) + ")"


@lru_cache(maxsize=200)
def best(asks: Asks, join: str) -> Select[Any]:
    """Return the query for the entries that may be seen and have all words (JOIN is AND) or any (OR), those with the
    most of them first: MOST of each group, and how many there are of it."""
    every = range(len(asks.wanted))
    if join == "AND":
        has, order = _has_all(asks, every), []
    else:
        has = and_(_indexed(asks, every, "OR"), or_(*(_has(asks, one) for one in every)), *_has_nothing_unwanted(asks))
        order = [sum((case((_has(asks, one), 1), else_=0) for one in every), literal(0)).desc()]
    groups = case(*((SearchEntry.kind.in_(kinds), group.value) for group, kinds in KINDS.items()))
    called = case((SearchEntry.head_size > 0, 0), else_=1)
    ordered = (*order, called, SearchEntry.size, SearchEntry.position, SearchEntry.id)
    place = func.row_number().over(partition_by=groups, order_by=ordered).label("place")
    of_group = func.count().over(partition_by=groups).label("of_group")
    found = select(SearchEntry.id, place, of_group).where(_seen(asks), has).subquery()
    of = func.coalesce(*(getattr(SearchEntry, name) for name in dict.fromkeys(COLUMN_OF.values()))).label("of")
    columns = (SearchEntry.kind, of, SearchEntry.position, SearchEntry.head_size, SearchEntry.head, SearchEntry.body)
    best = select(*columns, SearchEntry.words, found.c.of_group).join(found, found.c.id == SearchEntry.id)
    return best.where(found.c.place <= MOST)


@lru_cache(maxsize=200)
def counts_of(asks: Asks) -> Select[Any]:
    """Return the query for how many finds each thing that is wanted has by itself, COMMON at the most."""
    counts = []
    for one in range(len(asks.wanted)):
        alone = _has_all(asks._replace(unwanted=0), [one])
        finds = select(SearchEntry.id).where(_seen(asks), alone).limit(COMMON).subquery()
        counts.append(select(func.count()).select_from(finds).scalar_subquery())
    return select(*counts)


# Which entries have the words


def _has_all(asks: Asks, things: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that an entry has all these THINGS of what is wanted and nothing that is not."""
    together = (_has(asks, one) for one in things if asks.wanted[one].in_row)
    return and_(_indexed(asks, things, "AND"), *together, *_has_nothing_unwanted(asks))


def _has_nothing_unwanted(asks: Asks) -> list[ColumnElement[bool]]:
    return [not_(_has_in_row(f"unwanted_{number}")) for number in range(asks.unwanted)]


def _has(asks: Asks, thing: int) -> ColumnElement[bool]:
    """Return the condition that an entry has one of the spellings of a THING, its words side by side or apart."""
    shape = asks.wanted[thing]
    apart = [_has_in_row(f"apart_{thing}_{word}") for word in range(shape.apart)]
    spellings = [_has_in_row(f"row_{thing}_{spelling}") for spelling in range(shape.spellings)]
    return or_(*spellings, *([and_(*apart)] if apart else []))


def _has_in_row(words: str) -> ColumnElement[bool]:
    """Return the condition that an entry has the words side by side that the parameter WORDS says."""
    return literal(" ").concat(SearchEntry.words).concat(" ").like(bindparam(words))


def _indexed(asks: Asks, things: Sequence[int], join: str) -> ColumnElement[bool]:
    """Return the condition that an entry has the words of THINGS, wherever they stand, as the index of words can say:
    one thing, or all that is wanted."""
    if asks.dialect == "postgresql":
        has = [_in_array(asks, one) for one in things]
        return and_(*has) if join == "AND" else or_(*has)
    asked = f"asked_{things[0] if len(things) == 1 else join}"
    index: Select[Any] = select(column("rowid")).select_from(table("search_index"))
    return SearchEntry.id.in_(index.where(text(f"search_index MATCH :{asked}")))


def _in_array(asks: Asks, thing: int) -> ColumnElement[bool]:
    words: ColumnElement[Any] = literal_column("search_words(search_entry.words)")
    spellings = (bindparam(f"stems_{thing}_{number}", type_=ARRAY(Words)) for number in range(asks.wanted[thing][0]))
    return or_(*(words.op("@>", is_comparison=True)(cast(stems, ARRAY(Words))) for stems in spellings))


# Which entries may be seen


def _seen(asks: Asks) -> ColumnElement[bool]:
    """Return the condition that an entry is of something that may be seen in the places of who looks, and is what that
    says now."""
    places = [someone(kind, number) for number, kind in enumerate(asks.kinds)]
    return or_(_seen_of_courses(), _seen_of_texts(places), *map(_seen_of_people, places))


def _course_ids() -> Any:
    return bindparam("course_ids", expanding=True)


def _seen_of_courses() -> ColumnElement[bool]:
    """Persons, terms, events, sources; lessons with their readings and prompts, without what is retired."""
    lesson = aliased(Activity)
    activities = (
        select(Activity.id)
        .outerjoin(lesson, lesson.id == Activity.parent_id)
        .where(Activity.course_id.in_(_course_ids()), Activity.group_id.is_(None))
        .where(Activity.retired_at.is_(None), lesson.retired_at.is_(None))
    )
    return or_(
        SearchEntry.person_id.in_(select(Person.id).where(Person.course_id.in_(_course_ids()))),
        SearchEntry.term_id.in_(select(Term.id).where(Term.course_id.in_(_course_ids()))),
        SearchEntry.event_id.in_(select(Event.id).where(Event.course_id.in_(_course_ids()))),
        SearchEntry.source_id.in_(select(Source.id).where(Source.course_id.in_(_course_ids()))),
        SearchEntry.activity_id.in_(activities),
    )


def _seen_of_texts(places: Sequence[Enrolment]) -> ColumnElement[bool]:
    """Texts that are not retired, in their current version."""
    of_courses = Text.course_id.in_(_course_ids())
    more = (or_(Text.course_id == one.course_id, own_texts_seen(one)) for one in places)
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
