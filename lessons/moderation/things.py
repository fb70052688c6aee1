"""What can be hidden and complained of: a post, a note that is shared, a reply to a note."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.notes.models import Note, NoteReply

Thing = Post | Note | NoteReply

#: How addresses name the kinds of things.
KINDS: dict[str, type[Thing]] = {"posts": Post, "notes": Note, "replies": NoteReply}


class Shown(NamedTuple):
    """A thing as pages show it: its kind as addresses name it, who wrote it, what it says, and what it is about.

    Of a post LESSON and PROMPT are the idents by which it is found. A note that its writer shares no longer is private
    again, with the replies to it: it and they have no HTML."""

    thing: Thing
    kind: str
    writer: Enrolment
    html: str | None
    about: str
    course: str
    lesson: str | None = None
    prompt: str | None = None


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
    """Return THINGS as pages show them, by how notices name them. One query, with what `loaded` says."""
    things = list(things)
    words = _words(session, [thing for thing in things if isinstance(thing, Post)])
    return {ref_of(thing): _shown(thing, words) for thing in things}


def _shown(thing: Thing, words: dict[int, str]) -> Shown:
    if isinstance(thing, Post):
        prompt = thing.discussion.activity
        lesson = prompt.parent.ident if prompt.parent else None
        course = prompt.course.ident
        return Shown(thing, "posts", thing.enrolment, words[thing.id], prompt.title, course, lesson, prompt.ident)
    note = thing.note if isinstance(thing, NoteReply) else thing
    html = thing.html if note.shared_at is not None else None
    return Shown(thing, kind_of(thing), thing.enrolment, html, note.text.title, thing.enrolment.course.ident)


def _words(session: Session, posts: Sequence[Post]) -> dict[int, str]:
    """Return post -> what it says now."""
    if not posts:
        return {}
    versions = select(PostVersion).where(PostVersion.post_id.in_([post.id for post in posts]))
    return {one.post_id: one.html for one in session.scalars(versions.order_by(PostVersion.number))}
