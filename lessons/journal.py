"""The journal: one's own answers to prompts, private but for what is shared. Writing anew adds, nothing is lost."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.markdown import to_html
from course.completion.records import store
from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.completions import completions
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.drafts import Kept, forget_draft, forget_handed_over, prompt_place, save_draft
from lessons.models import JournalEntry, Prompt

#: What one answer may hold: far above a long essay, far below what would hurt.
MOST_WORDS = 20_000
MOST_BYTES = 200_000


def entries_of(session: Session, enrolment: Enrolment, prompt: Prompt) -> Sequence[JournalEntry]:
    """Return what ENROLMENT wrote to PROMPT, the last first."""
    return session.scalars(_ENTRIES, {"enrolment": enrolment.id, "activity": prompt.activity_id}).all()


_ENTRIES = (
    select(JournalEntry)
    .where(JournalEntry.enrolment_id == bindparam("enrolment"), JournalEntry.activity_id == bindparam("activity"))
    .order_by(JournalEntry.number.desc())
)


def last_entry(session: Session, enrolment: Enrolment, prompt: Prompt) -> JournalEntry | None:
    """Return what ENROLMENT wrote last to PROMPT."""
    mine = select(JournalEntry).where(
        JournalEntry.enrolment_id == enrolment.id, JournalEntry.activity_id == prompt.activity_id
    )
    return session.scalar(mine.order_by(JournalEntry.number.desc()).limit(1))


def count_entries(session: Session, enrolment: Enrolment) -> int:
    """Return how many prompts ENROLMENT has answered."""
    mine = select(func.count(JournalEntry.activity_id.distinct())).where(JournalEntry.enrolment_id == enrolment.id)
    return session.scalar(mine) or 0


def write_entry(
    session: Session, enrolment: Enrolment, prompt: Prompt, text: str, *, base: int, now: datetime
) -> JournalEntry:
    """Return the journal entry that holds TEXT: a new one, or the last where it says the same already.

    Its draft (the one BASE names) is done with, and the prompt is completed. Raise TooLong (course.base.markdown) for
    Markdown nested too deep to show."""
    html = str(to_html(text))
    entry = _entry(session, enrolment, prompt, text, html, now)
    forget_handed_over(session, enrolment, prompt_place(prompt.activity), text, base)
    complete_prompt(session, enrolment, prompt.activity, now=now)
    return entry


def _entry(session: Session, enrolment: Enrolment, prompt: Prompt, text: str, html: str, now: datetime) -> JournalEntry:
    last = last_entry(session, enrolment, prompt)
    if last is not None and last.text == text:
        return last
    assert prompt.current_version_id is not None
    entry = JournalEntry(
        enrolment_id=enrolment.id,
        activity_id=prompt.activity_id,
        prompt_version_id=prompt.current_version_id,
        number=last.number + 1 if last else 1,
        text=text,
        html=html,
        written_at=now,
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:  # the other half of a double click was first
        return _entry(session, enrolment, prompt, text, html, now)
    return entry


def keep_draft(session: Session, enrolment: Enrolment, prompt: Prompt, text: str, *, base: int, now: datetime) -> Kept:
    """Keep TEXT as a draft of an answer to PROMPT, which is thereby begun.

    A save that comes in after its text was handed over (on its way while the button was pressed) makes no new draft."""
    if text.strip() in _handed_over(session, enrolment, prompt):
        return Kept(base, now)
    kept = save_draft(session, enrolment, prompt_place(prompt.activity), text, base=base, now=now)
    complete_prompt(session, enrolment, prompt.activity, now=now)
    return kept


def _handed_over(session: Session, enrolment: Enrolment, prompt: Prompt) -> set[str]:
    """Return what ENROLMENT handed over last as an answer to PROMPT: to the journal, and to the group."""
    entry = last_entry(session, enrolment, prompt)
    posted = session.scalar(
        select(PostVersion.text)
        .join(Post, Post.id == PostVersion.post_id)
        .join(Discussion, Discussion.id == Post.discussion_id)
        .where(Post.enrolment_id == enrolment.id, Post.reply_to_id.is_(None))
        .where(Discussion.activity_id == prompt.activity_id)
        .order_by(Post.id.desc(), PostVersion.number.desc())
        .limit(1)
    )
    return {text.strip() for text in (entry.text if entry else None, posted) if text is not None}


def throw_away(session: Session, enrolment: Enrolment, prompt: Prompt, copy: int, *, now: datetime) -> None:
    """Delete one copy of a draft; what was handed over stays."""
    forget_draft(session, enrolment, prompt_place(prompt.activity), copy)
    complete_prompt(session, enrolment, prompt.activity, now=now)


def complete_prompt(session: Session, enrolment: Enrolment, activity: Activity, *, now: datetime) -> None:
    """Store what ENROLMENT wrote to the prompt ACTIVITY amounts to by now."""
    store(session, completions(session, [activity], [enrolment]), [activity.parent] if activity.parent else [], now=now)
