"""What work amounts to in readings and prompts, without ticks and overrides. A pure look: nothing is stored here."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import State
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from lessons.discussion.models import Discussion, Post
from lessons.drafts import prompt_place
from lessons.models import Draft, JournalEntry, Reading
from quizzes.checks.completions import answered_in


def completions(
    session: Session, activities: Sequence[Activity], enrolments: Sequence[Enrolment]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, activity) -> state for each of ACTIVITIES, readings and prompts, and each of ENROLMENTS.

    A prompt is done by a post that answers it; alone, where nobody could read one, by a journal entry. What else is
    written to it (a draft, an entry kept to oneself in a study group, a reply to another's post) begins it. A reading
    is done when all self-checks of its text are answered, if it has any, and begun by the first; a tick is a fact."""
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
    posts = session.execute(
        select(Post.enrolment_id, Discussion.activity_id, Post.reply_to_id.is_(None).label("answers"))
        .join(Discussion, Discussion.id == Post.discussion_id)
        .where(Post.enrolment_id.in_(alone), Discussion.activity_id.in_(prompts.values()))
        .distinct()
        .order_by("answers")
    )
    for enrolment_id, activity_id, answers in posts:
        found[enrolment_id, activity_id] = State.done if answers else State.begun
    return found | _readings(session, activities, list(alone))


def _readings(
    session: Session, activities: Sequence[Activity], enrolment_ids: Sequence[int]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, reading) -> state for those of ACTIVITIES in whose text a self-check was answered."""
    ids = [activity.id for activity in activities if activity.kind is ActivityKind.reading]
    if not ids:
        return {}
    on_text: dict[int, list[int]] = {}
    for reading in session.scalars(select(Reading).where(Reading.activity_id.in_(ids))):
        if reading.text_id is not None:
            on_text.setdefault(reading.text_id, []).append(reading.activity_id)
    answered = answered_in(session, on_text, enrolment_ids)
    return {
        (enrolment_id, activity_id): state
        for (enrolment_id, text_id), state in answered.items()
        for activity_id in on_text[text_id]
    }
