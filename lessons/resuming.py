"""Where somebody goes on in a text: at the passage of their last act; and what changed in it since."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.texts.models import Text
from lessons.acts import acts_on
from lessons.changes import Changes, changes_since
from lessons.passages import PassageFound, PassageShown


@dataclass(frozen=True, slots=True)
class GoOnAt:
    """The passage of somebody's last act in a text, what it was (`lessons.acts`), and the minutes from there to the
    end. In another part of a long text than is shown its number and these are not told."""

    ident: str
    number: int | None
    kind: str
    at: datetime
    minutes_left: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where to go on in a text, and what changed in it since; nothing of either for who did nothing there."""

    go_on: GoOnAt | None = None
    changes: Changes | None = None
    #: Whether a draft of a source frame of it waits.
    is_framing: bool = False


def resumed(
    session: Session,
    enrolment: Enrolment | None,
    text: Text,
    passages: Sequence[PassageFound],
    shown: Sequence[PassageShown],
    *,
    whole: bool = True,
    key: Hashable = None,
) -> Resumed:
    """Return where ENROLMENT goes on in TEXT, of which PASSAGES are the WHOLE or a part; what changed is told of the
    whole only, and held under KEY as `changes_since` does. One query, and what these are where nothing is held."""
    if enrolment is None:
        return Resumed()
    acts = acts_on(session, enrolment, text)
    changes = None
    if whole and acts.last and acts.made_at and acts.last.at < acts.made_at:
        moved = {former: found.ident for found in passages for former in found.former}
        changes = changes_since(session, text, acts.last.at, passages, moved, key)
    placed = acts.placed
    here = next((one for one in shown if placed and one.ident == placed.ident), None)
    if placed is None or placed.ident is None or (here is None and whole):
        return Resumed(None, changes, acts.is_framing)
    number, left = (here.number, here.minutes_left) if here else (None, 0)
    return Resumed(GoOnAt(placed.ident, number, placed.kind, placed.at, left), changes, acts.is_framing)
