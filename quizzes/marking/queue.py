"""What waits for a tutor of a study group: essays by question, each in one of three states."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from course.base.db import in_words
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity
from quizzes.attempts.steps import VERDICTS
from quizzes.completions import SAVES
from quizzes.items import parse_data
from quizzes.items.essay import Essay
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, MarkDraft, Purpose, Step, StepKind

#: What a human gives: the score of an essay.
MARKS = frozenset({StepKind.mark, StepKind.override})

#: So many essays that wait are counted at the most, where it is only said that some do.
MOST_COUNTED = 100

#: Waits with nothing done; has a draft that is not released; was marked, and nothing is drafted beside it.
State = Literal["waits", "draft", "released"]


#: The versions of questions that ask for one: looked up once, and not in what each answered question says.
_ESSAYS = select(ItemVersion.id).where(ItemVersion.data["type"].as_string() == "essay")


class Asked(NamedTuple):
    """A question to which there are essays, with how many of them are in each state.

    QUIZ is where it stands, STEM what it asks (Markdown), OLDEST when the first of those not released came in."""

    item_id: int
    quiz: str
    stem: str
    criteria: int
    waits: int
    drafts: int
    released: int
    oldest: datetime | None

    @property
    def total(self) -> int:
        """How many essays there are."""
        return self.waits + self.drafts + self.released


class Line(NamedTuple):
    """One essay in the order in which a tutor sees them.

    IS_READY: its draft says all that its rubric asks, and of the answer that counts now."""

    number: int
    id: int
    state: State
    is_ready: bool

    @property
    def is_to_do(self) -> bool:
        """Whether it still asks something of the tutor before it can be released."""
        return self.state != "released" and not self.is_ready


def essays_in(*group_ids: int) -> Select[Any]:
    """Return the query for the essays that are a tutor's to mark in those study groups: `id` (of the attempt's item),
    `item_id`, `version_id`, `activity_id`, `group_id`, `submitted_at`, `state`, `levels` and `drafted_at` of the draft,
    and `answered_at`, when the answer that counts was given or accepted.

    They were submitted by those who are students there now, and are not blank. One that nobody was there to mark when
    it was submitted is no part of its result and does not wait (RULES, section 7)."""
    return _essays(Enrolment.group_id.in_(group_ids))


def _essays(of_group: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            AttemptItem.id,
            ItemVersion.item_id,
            ItemVersion.id.label("version_id"),
            Attempt.activity_id,
            Enrolment.group_id,
            Attempt.submitted_at,
            MarkDraft.levels,
            MarkDraft.at.label("drafted_at"),
            _answer(Step.at).label("answered_at"),
            case(
                (MarkDraft.id.is_not(None), "draft"), (_last_kind().in_(MARKS), "released"), else_=literal("waits")
            ).label("state"),
        )
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .outerjoin(MarkDraft, MarkDraft.attempt_item_id == AttemptItem.id)
        .where(of_group, Enrolment.left_at.is_(None), Enrolment.role == Role.student)
        .where(Attempt.purpose == in_words(Purpose.quiz), Attempt.submitted_at.is_not(None))
        .where(AttemptItem.item_version_id.in_(_ESSAYS), _answer(Step.response.is_not(None)))
        .where(or_(Attempt.points.is_(None), exists().where(_of_item(Step), Step.kind.in_(VERDICTS))))
    )


def _of_item(step: Any) -> Any:
    return step.attempt_item_id == AttemptItem.id


def _last_kind() -> Any:
    """Return the kind of the last step that answered or marked: walked to from the end, for an essay is saved often."""
    step = aliased(Step)
    saved = and_(step.kind.in_(SAVES), step.counts)
    last = select(step.kind).where(_of_item(step), or_(saved, step.kind.in_(MARKS)))
    return last.order_by(step.number.desc()).limit(1).correlate(AttemptItem).scalar_subquery()


def _answer(what: Any) -> Any:
    """Return WHAT of the step that gave the answer that counts."""
    counts = and_(Step.kind.in_(SAVES), Step.counts)
    last = select(what).where(_of_item(Step), counts).order_by(Step.number.desc()).limit(1)
    return last.correlate(AttemptItem).scalar_subquery()


def waiting_for(session: Session, enrolment: Enrolment) -> int:
    """Return how many essays wait for ENROLMENT to be marked, drafts among them: none but for a tutor, MOST_COUNTED at
    the most.

    One query, for a tutor."""
    return waiting_in(session, [enrolment]).get(enrolment.group_id or 0, 0)


def waiting_in(session: Session, places: Iterable[Enrolment]) -> dict[int, int]:
    """Return group -> how many essays wait to be marked there, where one of PLACES is that of a tutor and some do.

    MOST_COUNTED means so many or more: whoever has them knows what to do without the number, and counting thousands
    took longer than the page. One query, none where no place is."""
    groups = {one.group_id for one in places if one.group_id is not None and one.role is Role.tutor}
    if not groups:
        return {}
    rows = session.execute(_WAITING, {"groups": groups})
    return {group_id: min(count, MOST_COUNTED) for group_id, count in rows if count}


def _some_of(essays: Any) -> Any:
    """Return the query for how many ESSAYS there are in a StudyGroup, and for no more of them than are counted."""
    some = essays.correlate(StudyGroup).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _untouched() -> Any:
    """Return the query for the essays in a StudyGroup of the state *waits*.

    They are those of `essays_in`, by another way: an attempt whose points are there waits for nobody, and of one step
    it follows that there is an answer, and no mark of it."""
    step = aliased(Step)
    saved = and_(step.kind.in_(SAVES), step.counts)
    last = select(and_(step.kind.in_(SAVES), step.response.is_not(None)))
    waits = last.where(_of_item(step), or_(saved, step.kind.in_(MARKS))).order_by(step.number.desc()).limit(1)
    return (
        select(AttemptItem.id)
        .select_from(Enrolment)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .outerjoin(MarkDraft, MarkDraft.attempt_item_id == AttemptItem.id)
        .where(Enrolment.group_id == StudyGroup.id, Enrolment.left_at.is_(None), Enrolment.role == Role.student)
        # Written out: of a parameter SQLite does not see that the index is of these.
        .where(Attempt.purpose == literal_column(f"'{Purpose.quiz.value}'"), Attempt.points.is_(None))
        .where(Attempt.submitted_at.is_not(None), AttemptItem.item_version_id.in_(_ESSAYS))
        .where(MarkDraft.id.is_(None), waits.correlate(AttemptItem).scalar_subquery())
    )


def _drafted() -> Any:
    """Return the query for the essays in a StudyGroup of the state *draft*."""
    essays = _essays(Enrolment.group_id == StudyGroup.id).with_only_columns(AttemptItem.id)
    # Said so that it goes from the drafts: there are few, and many essays.
    return essays.where(AttemptItem.id.in_(select(MarkDraft.attempt_item_id)))


_WAITING = select(StudyGroup.id, _some_of(_untouched()) + _some_of(_drafted())).where(
    StudyGroup.id.in_(bindparam("groups", expanding=True))
)


def questions_in(session: Session, group_id: int) -> list[Asked]:
    """Return the questions with essays in a study group: what waits longest first, what is all released last.

    Two queries."""
    essays = essays_in(group_id).subquery()
    rows = session.execute(
        # By the state too: it is looked up for each essay, and so once.
        select(
            essays.c.item_id,
            essays.c.state,
            func.count().label("many"),
            func.min(Activity.title).label("quiz"),
            func.min(essays.c.submitted_at).label("oldest"),
        )
        .join(Activity, Activity.id == essays.c.activity_id)
        .group_by(essays.c.item_id, essays.c.state)
        .order_by(essays.c.item_id)
    ).all()
    says = _says(session, {row.item_id for row in rows})
    asked = [_asked(list(states), says[item_id]) for item_id, states in groupby(rows, key=lambda row: row.item_id)]
    return sorted(asked, key=lambda one: (one.oldest is None, one.oldest and one.oldest.timestamp(), one.item_id))


def _asked(states: Sequence[Any], says: Essay) -> Asked:
    """Return a question that says what it SAYS, STATES being a row for each state of its essays."""
    count = {row.state: row.many for row in states}
    oldest = min((row.oldest for row in states if row.state != "released"), default=None)
    return Asked(
        states[0].item_id,
        min(row.quiz for row in states),
        says.stem,
        len(says.rubric),
        count.get("waits", 0),
        count.get("draft", 0),
        count.get("released", 0),
        oldest,
    )


def _says(session: Session, item_ids: Collection[int]) -> Mapping[int, Essay]:
    """Return item -> what it says now, or said last as an essay. One query."""
    rows = session.execute(
        select(ItemVersion.item_id, ItemVersion.data)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.id.in_(item_ids), ItemVersion.data["type"].as_string() == "essay")
        .order_by(ItemVersion.id == Item.current_version_id, ItemVersion.number)
    )
    return {item_id: essay for item_id, data in rows if isinstance(essay := parse_data(data), Essay)}


def answers_to(session: Session, group_id: int, item_id: int) -> list[Line]:
    """Return the essays in a study group on one question, over all its versions, in the order of tutors.

    Two queries."""
    rows = session.execute(essays_in(group_id).where(ItemVersion.item_id == item_id)).all()
    versions = select(ItemVersion.id, ItemVersion.data).where(ItemVersion.id.in_({row.version_id for row in rows}))
    essay_of = {version_id: parse_data(data) for version_id, data in session.execute(versions)}
    return [
        Line(number, row.id, row.state, row.levels is not None and _is_ready(essay_of[row.version_id], row))
        for number, row in enumerate(sorted(rows, key=lambda row: _place(item_id, row.id)), 1)
    ]


def _is_ready(essay: Any, row: Any) -> bool:
    return row.drafted_at >= row.answered_at and not missing(essay, row.levels)


def missing(essay: Any, levels: Mapping[str, str]) -> list[Any]:
    """Return the criteria of ESSAY for which LEVELS says nothing that its rubric knows."""
    return [one for one in essay.rubric if levels.get(one.ident) not in {level.ident for level in one.levels}]


def _place(item_id: int, answer_id: int) -> bytes:
    """Return by what essays are put in order: as good as by chance, another for each question, the same for ever.

    It says nothing of who wrote them or when, and an essay that comes later changes nothing between those that are
    there. It falls in somewhere, so their numbers may move: what a page sends names the essay itself."""
    return hashlib.sha256(f"{item_id}:{answer_id}".encode()).digest()
