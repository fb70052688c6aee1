"""Drafts: what is being written, kept as it is typed, and never the loser of a race between two windows.

A page knows its draft by a `base`: which copy it writes on, and the number of the last save it has seen. A save on an
older state begins a copy of its own, and its page goes on with that; so each window keeps its own words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.models import Draft

#: A base is one number for the page's script, which only hands it back: copy x this + number of the save.
SAVES = 1_000_000

#: More copies in one place mean that something is wrong with the page that sends them.
MOST_COPIES = 100

#: The greatest base that can be meant; what is above was not given out by us.
MOST_BASE = MOST_COPIES * SAVES

KEPT_BOTH = _(
    "This was written in another window too. Both drafts are kept; load the page again to see them side by side."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a save: the base for the page's next one, when it was kept, and what its writer should know."""

    base: int
    saved_at: datetime
    notice: str | None = None


def prompt_place(activity: Activity) -> str:
    """Return the place of a draft for the prompt ACTIVITY, whatever it becomes: a journal entry or a post."""
    return f"prompt:{activity.id}"


def base_of(draft: Draft | None) -> int:
    """Return what a page that shows DRAFT sends along with its next save; 0 where there is none yet."""
    return draft.copy * SAVES + draft.number if draft else 0


def drafts_at(session: Session, enrolment: Enrolment, *places: str) -> Sequence[Draft]:
    """Return the drafts of ENROLMENT at PLACES, of each that which a page goes on with first. One query."""
    asked = {"enrolment": enrolment.id, "places": places}
    return session.scalars(_DRAFTS, asked).all()


_DRAFTS = (
    select(Draft)
    .where(Draft.enrolment_id == bindparam("enrolment"), Draft.place.in_(bindparam("places", expanding=True)))
    .order_by(Draft.copy)
)


def save_draft(session: Session, enrolment: Enrolment, place: str, text: str, *, base: int, now: datetime) -> Kept:
    """Keep TEXT, written on the state that BASE names. The same text again is the same save."""
    mine = select(Draft).where(Draft.enrolment_id == enrolment.id, Draft.place == place).order_by(Draft.copy)
    # Two windows that save at once wait for each other here, so that the second sees what the first did.
    drafts = session.scalars(mine.with_for_update(), execution_options={"populate_existing": True}).all()
    copy, number = divmod(base, SAVES)
    for draft in drafts:
        if draft.text == text and (base == 0 or draft.copy == copy):  # a double click, or a save whose answer was lost
            return Kept(base_of(draft), draft.saved_at)
        if draft.copy == copy and draft.number == number:
            draft.text, draft.number, draft.saved_at = text, number + 1, now
            session.flush()
            return Kept(base_of(draft), now)
    if len(drafts) >= MOST_COPIES:
        raise Conflict(_("There are too many copies of this draft. Throw some away first."))
    new = Draft(enrolment_id=enrolment.id, place=place, copy=copy, text=text, number=number + 1, saved_at=now)
    if drafts:
        new.copy, new.number = drafts[-1].copy + 1, 1
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:  # another window of the same user was first, and is seen now
        return save_draft(session, enrolment, place, text, base=base, now=now)
    return Kept(base_of(new), now, KEPT_BOTH if drafts else None)


def forget_draft(session: Session, enrolment: Enrolment, place: str, copy: int) -> None:
    """Delete one copy of a draft: it was handed over, or thrown away."""
    session.execute(delete(Draft).where(Draft.enrolment_id == enrolment.id, Draft.place == place, Draft.copy == copy))


def forget_handed_over(session: Session, enrolment: Enrolment, place: str, text: str, base: int) -> None:
    """Delete the draft that became TEXT: the copy its page wrote on, and any that says the same."""
    for draft in drafts_at(session, enrolment, place):
        if base == base_of(draft) or not draft.text.strip() or draft.text.strip() == text.strip():
            session.delete(draft)
    session.flush()
