"""What was asked before a meeting and nobody has answered: in the talk on its prompts, and in notes on its texts.

A question is a post or a shared note that asks something in words of its own and has no reply of anybody else."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from textwrap import shorten

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from course.base.markdown import plain
from course.groups.models import Enrolment
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.models import Lesson, Reading
from lessons.notes.models import Note, NoteReply
from lessons.seeing import seen_notes, seen_posts

#: So many posts, and so many notes, that have a question mark are looked at, the oldest first.
LOOKED_AT = 60

#: So many characters of a sentence are looked at.
LONGEST = 500

#: A question mark at the end of a sentence, with what closes it: none in the middle of an address.
_ASKS = re.compile(r"\?(?=[\s\"'”’»)*_\]]|$)")
_SENTENCE = re.compile(r"[.!?\n](?=\s|$)|\n")
_CODE_OR_QUOTED = re.compile(r"^ {0,3}>.*$|`[^`]*`|https?://\S+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for an answer: its words, who asked, and on what (ABOUT).

    PROMPT is the activity on which a post asks it; None where a note does."""

    id: int
    words: str
    by: str
    about: str
    prompt: int | None = None


def question_in(text: str) -> str:
    """Return the first question that TEXT asks, in Markdown, in words of its own; "" where it asks none.

    What is quoted asks nothing."""
    own = _CODE_OR_QUOTED.sub("", text)
    for mark in _ASKS.finditer(own):
        begin = max(
            (found.end() for found in _SENTENCE.finditer(own, max(0, mark.start() - LONGEST), mark.start())), default=0
        )
        sentence = own[max(begin, mark.start() - LONGEST) : mark.end()].strip()
        if any(letter.isalpha() for letter in sentence):
            words = plain(sentence)
            short = shorten(words, 160, placeholder=" …")
            return short if any(letter.isalpha() for letter in short) else f"{words[:80]} …"
    return ""


def unanswered(
    session: Session, enrolment: Enrolment, prompts: Collection[int], texts: Collection[int]
) -> list[Question]:
    """Return the questions on PROMPTS (activities) and TEXTS that nobody has answered and ENROLMENT may read, first
    those that were asked first. Two queries at the most."""
    asked = [*_in_posts(session, enrolment, prompts), *_in_notes(session, enrolment, texts)]
    return [question for question in asked if question.words]


def _in_posts(session: Session, enrolment: Enrolment, prompts: Collection[int]) -> Iterable[Question]:
    if not prompts:
        return
    reply, later = aliased(Post), aliased(PostVersion)
    answers = (reply.reply_to_id == Post.id, reply.enrolment_id != Post.enrolment_id, reply.hidden_at.is_(None))
    newest = select(func.max(later.number)).where(later.post_id == Post.id).scalar_subquery()
    rows = session.execute(
        select(Post, PostVersion)
        .join(Post.discussion)
        .join(PostVersion, PostVersion.post_id == Post.id)
        .where(Discussion.activity_id.in_(prompts), Discussion.group_id == enrolment.group_id)
        .where(PostVersion.number == newest, PostVersion.text.contains("?"))
        .where(Post.hidden_at.is_(None), seen_posts(enrolment), ~exists().where(*answers).correlate(Post))
        .order_by(Post.id)
        .limit(LOOKED_AT)
        .options(
            contains_eager(Post.discussion).joinedload(Discussion.activity),
            joinedload(Post.enrolment).joinedload(Enrolment.user),
        )
    )
    for post, version in rows:
        activity = post.discussion.activity
        yield Question(post.id, question_in(version.text), post.enrolment.user.name or "", activity.title, activity.id)


def _in_notes(session: Session, enrolment: Enrolment, texts: Collection[int]) -> Iterable[Question]:
    if not texts:
        return
    answers = (NoteReply.note_id == Note.id, NoteReply.enrolment_id != Note.enrolment_id, NoteReply.hidden_at.is_(None))
    notes = session.scalars(
        select(Note)
        .where(Note.text_id.in_(texts), Note.shared_at.is_not(None), Note.words.contains("?"))
        .where(Note.hidden_at.is_(None), seen_notes(enrolment), ~exists().where(*answers).correlate(Note))
        .where(Note.enrolment_id.in_(select(Enrolment.id).where(Enrolment.group_id == enrolment.group_id)))
        .order_by(Note.id)
        .limit(LOOKED_AT)
        .options(joinedload(Note.enrolment).joinedload(Enrolment.user), joinedload(Note.text))
    )
    for note in notes:
        yield Question(note.id, question_in(note.words), note.enrolment.user.name or "", note.text.title)


def texts_at(session: Session, lessons: Collection[int], readings: Collection[int]) -> list[int]:
    """Return the texts in the house that are read at a meeting: the notes of LESSONS, and what READINGS (activities)
    stand on. One query."""
    if not lessons and not readings:
        return []
    notes = select(Lesson.text_id).where(Lesson.activity_id.in_(lessons))
    read = select(Reading.text_id).where(Reading.activity_id.in_(readings), Reading.text_id.is_not(None))
    return [text_id for text_id in session.scalars(notes.union(read)) if text_id is not None]
