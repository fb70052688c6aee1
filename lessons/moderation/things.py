"""What can be hidden and complained of: a post, a note that is shared, a reply to a note."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.models import Lesson
from lessons.notes.models import Note, NoteReply

Thing = Post | Note | NoteReply

#: How addresses name the kinds of things.
KINDS: dict[str, type[Thing]] = {"posts": Post, "notes": Note, "replies": NoteReply}


class Shown(NamedTuple):
    """A thing as pages show it: its kind as addresses name it, who wrote it, what it says, and what it is about.

    LESSON is the lesson of the prompt or of the text, None where the text is of none."""

    thing: Thing
    kind: str
    writer: Enrolment
    html: str
    about: str
    course: str
    lesson: str | None
    #: Of a post the ident of its prompt, else that of the text.
    place: str


def kind_of(thing: Thing) -> str:
    """Return the kind of THING as addresses name it."""
    return next(kind for kind, table in KINDS.items() if isinstance(thing, table))


def ref_of(thing: Thing) -> str:
    """Return how notices name THING."""
    return f"{thing.__tablename__}:{thing.id}"


def loaded(kind: str) -> Sequence[LoaderOption]:
    """Return what is loaded with a thing of KIND so that it can be shown."""
    if kind == "posts":
        talk = joinedload(Post.discussion).joinedload(Discussion.activity)
        writer = joinedload(Post.enrolment).joinedload(Enrolment.user)
        return writer, talk.joinedload(Activity.parent), talk.joinedload(Activity.course)
    if kind == "notes":
        writer = joinedload(Note.enrolment)
        return writer.joinedload(Enrolment.user), writer.joinedload(Enrolment.course), joinedload(Note.text)
    writer = joinedload(NoteReply.enrolment)
    note = joinedload(NoteReply.note)
    return (
        *(writer.joinedload(Enrolment.user), writer.joinedload(Enrolment.course)),
        *(note.joinedload(Note.text), note.joinedload(Note.enrolment)),
    )


def shown(session: Session, things: Iterable[Thing]) -> dict[str, Shown]:
    """Return THINGS as pages show them, by how notices name them. Two queries, with what `loaded` says."""
    things = list(things)
    words = _words(session, [thing for thing in things if isinstance(thing, Post)])
    notes = [thing.note if isinstance(thing, NoteReply) else thing for thing in things if not isinstance(thing, Post)]
    lessons = _lessons(session, {note.text_id for note in notes})
    return {ref_of(thing): _shown(thing, words, lessons) for thing in things}


def _shown(thing: Thing, words: dict[int, str], lessons: dict[int, str]) -> Shown:
    if isinstance(thing, Post):
        prompt = thing.discussion.activity
        lesson = prompt.parent.ident if prompt.parent else None
        return Shown(
            thing, "posts", thing.enrolment, words[thing.id], prompt.title, prompt.course.ident, lesson, prompt.ident
        )
    text = (thing.note if isinstance(thing, NoteReply) else thing).text
    course, lesson = thing.enrolment.course.ident, lessons.get(text.id)
    return Shown(thing, kind_of(thing), thing.enrolment, thing.html, text.title, course, lesson, text.ident)


def _words(session: Session, posts: Sequence[Post]) -> dict[int, str]:
    """Return post -> what it says now."""
    if not posts:
        return {}
    versions = select(PostVersion).where(PostVersion.post_id.in_([post.id for post in posts]))
    return {one.post_id: one.html for one in session.scalars(versions.order_by(PostVersion.number))}


def _lessons(session: Session, text_ids: set[int]) -> dict[int, str]:
    """Return text -> the ident of the lesson whose notes it is."""
    if not text_ids:
        return {}
    theirs = select(Lesson).where(Lesson.text_id.in_(text_ids)).options(joinedload(Lesson.activity))
    return {lesson.text_id: lesson.activity.ident for lesson in session.scalars(theirs)}
