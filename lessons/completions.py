"""What work amounts to in readings and prompts, without ticks and overrides. A pure look: nothing is stored here."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import State
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from lessons.drafts import place_of
from lessons.models import Draft, JournalEntry


def completions(
    session: Session, activities: Sequence[Activity], enrolments: Sequence[Enrolment]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, activity) -> state for each of ACTIVITIES, readings and prompts, and each of ENROLMENTS.

    A prompt is done by a journal entry and begun by a draft. A reading has no work but its tick, which is a fact."""
    enrolment_ids = [enrolment.id for enrolment in enrolments]
    prompts = {place_of(activity): activity.id for activity in activities if activity.kind is ActivityKind.prompt}
    found = {(enrolment_id, activity.id): State.none for enrolment_id in enrolment_ids for activity in activities}
    drafts = session.execute(
        select(Draft.enrolment_id, Draft.place)
        .where(Draft.enrolment_id.in_(enrolment_ids), Draft.place.in_(prompts), Draft.text != "")
        .distinct()
    )
    for enrolment_id, place in drafts:
        found[enrolment_id, prompts[place]] = State.begun
    entries = session.execute(
        select(JournalEntry.enrolment_id, JournalEntry.activity_id)
        .where(JournalEntry.enrolment_id.in_(enrolment_ids), JournalEntry.activity_id.in_(prompts.values()))
        .distinct()
    )
    for enrolment_id, activity_id in entries:
        found[enrolment_id, activity_id] = State.done
    return found
