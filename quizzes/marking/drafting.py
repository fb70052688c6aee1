"""A mark in preparation: kept as often as one likes, seen by tutors alone, until it is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _
from quizzes.attempts.ending import lock
from quizzes.attempts.steps import History, standing
from quizzes.items import BadResponse, parse_data
from quizzes.marking.queue import MARKS, missing
from quizzes.models import Attempt, AttemptItem, MarkDraft, Step

#: Characters of a comment.
LONGEST_COMMENT = 20_000


class Mark(NamedTuple):
    """What a tutor says of an essay: criterion -> level (idents), for some or all of its rubric; and a comment."""

    levels: Mapping[str, str] = {}
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An essay as it stands with its tutors: its steps, and the draft of a mark if there is one."""

    item: AttemptItem
    attempt: Attempt
    essay: Any
    history: History
    draft: MarkDraft | None

    @property
    def marks(self) -> Sequence[Step]:
        """The marks that were released, in order, those of an answer that another was accepted for included."""
        return [step for step in self.history.steps if step.kind in MARKS]

    @property
    def released(self) -> Mark:
        """The mark that holds, empty where none does; an override has neither levels nor a comment."""
        holds = self.history.scored
        said = (holds.data or {}) if holds is not None and holds.kind in MARKS else {}
        return Mark(said.get("levels", {}), said.get("comment", ""))

    @property
    def now(self) -> Mark:
        """What a page shows to go on from: the draft, else what is released."""
        return Mark(self.draft.levels, self.draft.comment) if self.draft else self.released

    @property
    def is_stale(self) -> bool:
        """Whether the draft is of an answer that another was accepted in the place of."""
        counting = self.history.counting
        return self.draft is not None and counting is not None and self.draft.at < counting.at

    @property
    def is_ready(self) -> bool:
        """Whether the draft can be released."""
        return self.draft is not None and not self.is_stale and not missing(self.essay, self.now.levels)

    @property
    def seen(self) -> str:
        """What a page of this state is known by: the answer, the last mark, the edition of the draft with its moment.

        An edition alone would not do: after a release the next draft begins to count anew."""
        answer = self.history.counting.number if self.history.counting else 0
        marked = self.marks[-1].number if self.marks else 0
        draft = f"{self.draft.edition}-{self.draft.at.timestamp():.6f}" if self.draft else "0"
        return f"{answer}-{marked}-{draft}"


def sheet_of(session: Session, item: AttemptItem) -> Sheet:
    """Return how the essay at ITEM stands now. Two queries."""
    draft = select(MarkDraft).where(MarkDraft.attempt_item_id == item.id).execution_options(populate_existing=True)
    return Sheet(
        item,
        item.attempt,
        parse_data(item.version.data),
        standing(session, item.attempt)[item.id],
        session.scalars(draft).one_or_none(),
    )


def check_mark(essay: Any, mark: Mark) -> None:
    """Raise BadResponse where MARK says what the rubric of ESSAY does not know, or more than can be kept."""
    rubric = {one.ident: {level.ident for level in one.levels} for one in essay.rubric}
    if any(level not in rubric.get(criterion, ()) for criterion, level in mark.levels.items()):
        raise BadResponse(_("That level is not among those of this rubric. Choose one that is shown."))
    if len(mark.comment) > LONGEST_COMMENT:
        said = _("This comment has {n} characters; at most {most} fit. Nothing of it is lost: it stands below.")
        raise BadResponse(said.format(n=f"{len(mark.comment):,}", most=f"{LONGEST_COMMENT:,}"))


Outcome = Literal["kept", "same", "overtaken"]


def save_draft(session: Session, item: AttemptItem, mark: Mark, seen: str, *, by: int, now: datetime) -> Outcome:
    """Keep MARK as the draft of the essay at ITEM, by the tutor of the id BY; raise BadResponse as `check_mark` does.

    *same*: nothing new was said. *overtaken*: since the page that is known by SEEN somebody drafted or released a mark,
    or accepted another answer, and nothing is changed. A draft that says what is released already, or nothing at all,
    is none."""
    lock(session, item.attempt)
    sheet = sheet_of(session, item)
    check_mark(sheet.essay, mark)
    if mark == sheet.now and not sheet.is_stale:
        return "same"
    if seen != sheet.seen:
        return "overtaken"
    draft = sheet.draft
    if draft is not None and mark == sheet.released:
        session.delete(draft)
    elif draft is None:
        said = {"levels": dict(mark.levels), "comment": mark.comment}
        session.add(MarkDraft(attempt_item_id=item.id, by_id=by, at=now, **said))
    else:
        draft.levels, draft.comment, draft.edition = dict(mark.levels), mark.comment, draft.edition + 1
        draft.by_id, draft.at = by, now
    session.flush()
    return "kept"
