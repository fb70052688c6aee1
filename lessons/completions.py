"""What work amounts to in readings and prompts, without ticks and overrides. A pure look: nothing is stored here."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from course.completion.models import State
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from lessons.discussion.models import Discussion, Post
from lessons.drafts import prompt_place
from lessons.frames.models import Frame
from lessons.models import Draft, JournalEntry, Reading
from lessons.notes.models import Note
from lessons.seeing import rounds_among
from quizzes.checks.completions import answered_in


def completions(
    session: Session, activities: Sequence[Activity], enrolments: Sequence[Enrolment]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, activity) -> state for each of ACTIVITIES, readings and prompts, and each of ENROLMENTS.

    A prompt is done by a post that answers it; alone, where nobody could read one, by a journal entry. Where it is a
    round, a reply to somebody else is asked too, unless nobody's post was there to reply to when one posted. What else
    is written to it (a draft, an entry kept to oneself in a study group, a reply alone) begins it. A reading
    is done when all self-checks of its text are answered, if it has any, and begun by the first or by a note on the
    text; a tick is a fact."""
    alone = {enrolment.id: enrolment.group_id is None for enrolment in enrolments}
    prompts = {prompt_place(activity): activity.id for activity in activities if activity.kind is ActivityKind.prompt}
    found = {(enrolment_id, activity.id): State.none for enrolment_id in alone for activity in activities}
    drafts = session.execute(
        select(Draft.enrolment_id, Draft.place)
        .where(Draft.enrolment_id.in_(alone), Draft.place.in_(prompts), Draft.text != "")
        .distinct()
    )
    for enrolment_id, place in drafts:
        found[enrolment_id, prompts[place]] = State.begun
    entries = session.execute(
        select(JournalEntry.enrolment_id, JournalEntry.activity_id)
        .where(JournalEntry.enrolment_id.in_(alone), JournalEntry.activity_id.in_(prompts.values()))
        .distinct()
    )
    for enrolment_id, activity_id in entries:
        found[enrolment_id, activity_id] = State.done if alone[enrolment_id] else State.begun
    posted_by = _posted(session, alone, prompts.values())
    asked = [activity for activity in activities if activity.kind is ActivityKind.prompt]
    rounds = rounds_among(session, asked, enrolments) if posted_by else set()
    for key, posted in posted_by.items():
        is_done = posted.answered and (key not in rounds or posted.was_first or posted.replied)
        found[key] = State.done if is_done else State.begun
    return found | _readings(session, activities, list(alone))


@dataclass(slots=True)
class _Posted:
    """What somebody posted to a prompt: an answer, one to which nobody else's was there yet, a reply to somebody."""

    answered: bool = False
    was_first: bool = False
    replied: bool = False


def _posted(
    session: Session, enrolment_ids: Collection[int], activity_ids: Collection[int]
) -> dict[tuple[int, int], _Posted]:
    """Return (enrolment, prompt) -> what was posted, where anything was. One query.

    Looked at is how it was when the answer was posted, so that it stays what it was: a post that was hidden later was
    there, and one that came later was not."""
    other, answered = aliased(Post), aliased(Post)
    before = (other.discussion_id == Post.discussion_id, other.enrolment_id != Post.enrolment_id, other.id < Post.id)
    was_there = exists().where(*before, or_(other.hidden_at.is_(None), other.hidden_at > Post.made_at))
    rows = session.execute(
        select(
            Post.enrolment_id,
            Discussion.activity_id,
            Post.reply_to_id.is_(None),
            was_there,
            answered.enrolment_id != Post.enrolment_id,
        )
        .join(Discussion, Discussion.id == Post.discussion_id)
        .outerjoin(answered, answered.id == Post.reply_to_id)
        .where(Post.enrolment_id.in_(enrolment_ids), Discussion.activity_id.in_(activity_ids))
        .distinct()
    )
    found: dict[tuple[int, int], _Posted] = defaultdict(_Posted)
    for enrolment_id, activity_id, answers, there, to_other in rows:
        posted = found[enrolment_id, activity_id]
        posted.answered |= answers
        posted.was_first |= answers and not there
        posted.replied |= bool(to_other)
    return found


def _readings(
    session: Session, activities: Sequence[Activity], enrolment_ids: Sequence[int]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, reading) -> state for those of ACTIVITIES in whose text something was noted or answered."""
    ids = [activity.id for activity in activities if activity.kind is ActivityKind.reading]
    if not ids:
        return {}
    on_text: dict[int, list[int]] = {}
    for reading in session.scalars(select(Reading).where(Reading.activity_id.in_(ids))):
        if reading.text_id is not None:
            on_text.setdefault(reading.text_id, []).append(reading.activity_id)
    said = [
        select(own.enrolment_id, own.text_id).where(own.text_id.in_(on_text), own.enrolment_id.in_(enrolment_ids))
        for own in (Note, Frame)
    ]
    begun = dict.fromkeys(session.execute(union(*said)), State.begun)
    worked = begun | answered_in(session, on_text, enrolment_ids)
    return {
        (enrolment_id, activity_id): state
        for (enrolment_id, text_id), state in worked.items()
        for activity_id in on_text[text_id]
    }
