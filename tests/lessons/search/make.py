"""Things that say what a test wants found, and what is found of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.outline.models import Course
from course.texts.models import Passage, Text, TextVersion
from lessons.discussion.models import Discussion, Post, PostVersion, Seed
from lessons.frames.models import Frame
from lessons.models import JournalEntry, Prompt
from lessons.notes.models import Note, NoteReply
from lessons.search.asking import understood
from lessons.search.finding import Found, Place, find, names_in
from lessons.search.ranking import Entry
from tests.conftest import NOW
from tests.factories import add, make_frame, make_note, make_text, one_more


def post_saying(session: Session, talk: Discussion, enrolment: Enrolment, words: str, **columns: Any) -> Post:
    """Return a post that says WORDS; who searches knows of no other road to it."""
    version_id = session.scalars(select(Prompt.current_version_id).where(Prompt.activity_id == talk.activity_id)).one()
    told = {"discussion_id": talk.id, "group_id": talk.group_id, "enrolment_id": enrolment.id, "made_at": NOW}
    post = add(session, Post(**(told | {"prompt_version_id": version_id} | columns)))
    edit_saying(session, post, words, number=1)
    return post


def edit_saying(session: Session, post: Post, words: str, number: int = 2) -> None:
    """Let POST say WORDS from now on."""
    add(session, PostVersion(post_id=post.id, number=number, text=words, html=f"<p>{words}</p>", made_at=NOW))


def note_saying(session: Session, enrolment: Enrolment, text: Text, words: str, **columns: Any) -> Note:
    """Return a note that says WORDS."""
    return make_note(session, enrolment, text, words=words, html=f"<p>{words}</p>", **columns)


def reply_saying(session: Session, note: Note, enrolment: Enrolment, words: str, **columns: Any) -> NoteReply:
    """Return a reply to NOTE that says WORDS."""
    told = {"note_id": note.id, "enrolment_id": enrolment.id, "words": words, "html": f"<p>{words}</p>"}
    return add(session, NoteReply(**(told | {"made_at": NOW} | columns)))


def entry_saying(session: Session, enrolment: Enrolment, prompt: int, words: str, number: int = 1) -> JournalEntry:
    """Return what ENROLMENT wrote in the journal on the activity PROMPT: WORDS."""
    version_id = session.scalars(select(Prompt.current_version_id).where(Prompt.activity_id == prompt)).one()
    told: dict[str, Any] = {"enrolment_id": enrolment.id, "activity_id": prompt, "prompt_version_id": version_id}
    told |= {"number": number, "text": words, "html": f"<p>{words}</p>", "written_at": NOW}
    return add(session, JournalEntry(**told))


def frame_saying(session: Session, enrolment: Enrolment, text: Text, words: str, **columns: Any) -> Frame:
    """Return what ENROLMENT says of who speaks in TEXT: WORDS."""
    return make_frame(session, enrolment, text, answers={"who": words}, **columns)


def seed_saying(session: Session, tutor: Enrolment, prompt: int, words: str, **columns: Any) -> Seed:
    """Return what TUTOR puts before the talks on the activity PROMPT: WORDS."""
    told: dict[str, Any] = {"activity_id": prompt, "by_id": tutor.user_id, "words": words, "html": f"<p>{words}</p>"}
    return add(session, Seed(**(told | {"made_at": NOW, "changed_at": NOW} | columns)))


def text_saying(session: Session, *words: str, **columns: Any) -> Text:
    """Return a text whose passages say WORDS."""
    text = make_text(session, passages=0, **columns)
    assert text.current_version_id is not None
    version_saying(session, text.current_version_id, *words)
    return text


def newer_saying(session: Session, text: Text, *words: str) -> None:
    """Let the passages of TEXT say WORDS from now on."""
    told = {"text_id": text.id, "number": 2, "hash": one_more("hash"), "made_at": NOW}
    version = add(session, TextVersion(**told))
    version_saying(session, version.id, *words)
    text.current_version_id = version.id
    session.flush()


def version_saying(session: Session, version_id: int, *words: str) -> None:
    """Let the version of that id have passages that say WORDS."""
    for position, said in enumerate(words, 1):
        told: dict[str, Any] = {"ident": f"p-{position}", "position": position, "number": position}
        told |= {"kind": "paragraph", "html": f"<p>{said}</p>", "plain": said}
        session.add(Passage(version_id=version_id, **told))
    session.flush()


def look(session: Session, words: str, *enrolments: Enrolment, courses: Sequence[Course] | None = None) -> Found:
    """Return what is found of WORDS by who has ENROLMENTS, in COURSES, else in those of the enrolments."""
    courses = courses if courses is not None else list(dict.fromkeys(one.course for one in enrolments))
    place = Place(courses, enrolments)
    return find(session, place, understood(words, names_in(session, place)))


def found(session: Session, words: str, *enrolments: Enrolment, **more: Any) -> list[tuple[str, int]]:
    """Return (kind, id) of what is found of WORDS, the best first."""
    return [as_pair(entry) for entry in look(session, words, *enrolments, **more).entries]


def as_pair(entry: Entry) -> tuple[str, int]:
    """Return (kind, id) of what ENTRY is of."""
    return entry.kind.value, entry.id
