"""What the page of one essay shows to the tutor who marks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _
from course.groups.models import StudyGroup
from course.users.models import User
from quizzes.attempts.quoting import Quoted, quotations_of
from quizzes.attempts.results import level_lines
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.wording import amount, of_points
from quizzes.items.essay import mark_score
from quizzes.marking.drafting import Mark, Sheet
from quizzes.marking.queue import Line, missing
from quizzes.models import Step, StepKind


class Given(NamedTuple):
    """A mark that was given, or another score put in its place: who, when, what it came to and what it said.

    HOLDS: it is what the student sees now; IS_OTHER: it was of an answer that another was accepted for."""

    by: str
    at: datetime
    points: str
    lines: Sequence[tuple[str, str]]
    comment: str
    is_override: bool
    holds: bool
    is_other: bool


class Other(NamedTuple):
    """A draft that another page kept: whose and when, its levels in words, its comment."""

    by: str
    at: datetime
    lines: Sequence[tuple[str, str]]
    comment: str


@dataclass(slots=True)
class EssayPage:
    """One essay with all that its tutor needs. `mark` is what the form shows, `comes_to` what the draft is worth.

    `closed`: the question stands in an open attempt of the tutor's own, so neither model answer nor notes are shown.
    `problem`, `lacks` (criteria without a level) and `other` (the draft that overtook it) are for a page that comes
    back."""

    line: Line
    lines: Sequence[Line]
    quiz: str
    sheet: Sheet
    text: str
    length: str
    late: str
    quotations: Sequence[Quoted]
    given: Sequence[Given]
    drafted_by: str
    comes_to: str
    closed: bool
    mark: Mark
    problem: str | None = None
    lacks: Sequence[str] = ()
    other: Other | None = None
    overtaken: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def essay(self) -> Any:
        """What the essay was asked, in the version it was taken on."""
        return self.sheet.essay


def page_of(session: Session, group: StudyGroup, sheet: Sheet, lines: Sequence[Line], looker_id: int) -> EssayPage:
    """Return the page of the essay of SHEET, which is one of LINES, for the tutor of the id LOOKER_ID.

    Two queries, one more each where there are names to say and texts to look in."""
    essay, history = sheet.essay, sheet.history
    text = history.response["text"] if history.response else ""
    late = history.kept.response if history.kept else None
    names = _names(session, [*(step.by_id for step in sheet.marks), sheet.draft.by_id if sheet.draft else None])
    return EssayPage(
        line=next(line for line in lines if line.id == sheet.item.id),
        lines=lines,
        quiz=sheet.attempt.activity.title if sheet.attempt.activity else "",
        sheet=sheet,
        text=text,
        length=essay.length_words(history.response),
        late=late["text"] if late else "",
        quotations=quotations_of(session, group.course_id, essay.quote_from, text),
        given=[_given(sheet, step, names) for step in sheet.marks],
        drafted_by=_name(names, sheet.draft.by_id) if sheet.draft else "",
        comes_to=_comes_to(essay, sheet.now) if sheet.draft else "",
        closed=sheet.item.version.item_id in open_item_ids(session, looker_id),
        mark=sheet.now,
        other=_other(sheet, names),
        counts={state: sum(line.state == state for line in lines) for state in ("waits", "draft", "released")},
    )


def _names(session: Session, ids: Sequence[int | None]) -> Mapping[int, str]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _name(names: Mapping[int, str], user_id: int | None) -> str:
    return names.get(user_id or 0) or _("a former user")


def _comes_to(essay: Any, mark: Mark) -> str:
    """Return "3.5 of 5 points"; nothing while a criterion has no level."""
    return "" if missing(essay, mark.levels) else _points(essay, float(mark_score(essay, mark.levels)))


def _points(essay: Any, score: float) -> str:
    got, points = amount(score * float(essay.points)), of_points(float(essay.points))
    return _("{got} of {points}").format(got=got, points=points)


def _given(sheet: Sheet, step: Step, names: Mapping[int, str]) -> Given:
    said, counting = step.data or {}, sheet.history.counting
    is_override = step.kind is StepKind.override
    return Given(
        by=_name(names, step.by_id),
        at=step.at,
        points=_points(sheet.essay, step.score or 0),
        lines=level_lines(sheet.essay, said.get("levels", {})),
        comment=said.get("reason" if is_override else "comment", ""),
        is_override=is_override,
        holds=step is sheet.history.scored,
        is_other=counting is not None and step.number < counting.number,
    )


def _other(sheet: Sheet, names: Mapping[int, str]) -> Other | None:
    draft = sheet.draft
    if draft is None:
        return None
    return Other(_name(names, draft.by_id), draft.at, level_lines(sheet.essay, draft.levels), draft.comment)
