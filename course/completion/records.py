"""Writing what is done: facts are added, the state is rebuilt from them, a lesson is rolled up from its parts.

The rooms above decide whether work reaches *done* (each has a function `completions`); here it is stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.orm import Session

from course.base.held import once
from course.completion.models import Completion, CompletionFact, FactKind, State
from course.completion.progress import Part, Progress, counting_parts, progress
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.outline.nodes import Node, outline_of
from course.syllabus.assigned import Given, given_to

#: (enrolment, activity) -> what the work itself amounts to, without ticks and overrides.
Worked = Mapping[tuple[int, int], State]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one enrolment stands: the state of each activity, which of them count, the progress over it all."""

    states: Mapping[int, State]
    required: frozenset[int]
    progress: Progress

    def state(self, activity_id: int) -> State:
        """Return the state of an activity, *none* where it is not begun."""
        return self.states.get(activity_id, State.none)

    def counts(self, activity: Activity | Node) -> bool:
        """Return whether ACTIVITY is among the parts that count."""
        return activity.id in self.required


def standing_of(session: Session, enrolment: Enrolment, given: Mapping[int, Sequence[Given]] | None = None) -> Standing:
    """Return where ENROLMENT stands in its course. One query; in a study group one more for its own outline, and
    one where what is GIVEN there is not known."""
    return standings_of(session, [enrolment], given=given)[enrolment.id]


def standings_of(
    session: Session,
    enrolments: Sequence[Enrolment],
    *,
    activities: Iterable[Node] | None = None,
    given: Mapping[int, Sequence[Given]] | None = None,
) -> dict[int, Standing]:
    """Return where each of ENROLMENTS stands in its course, by its id. As many queries as for one; one where the
    ACTIVITIES of their courses and groups are known, and what is GIVEN to each."""
    states = stands_of(session, [enrolment.id for enrolment in enrolments])
    outline = list(activities) if activities is not None else _outlines_of(session, enrolments)
    given = given_to(session, enrolments) if given is None else given
    parts, lessons = _required_parts(enrolments, outline, given)
    return {one.id: _standing(parts[one.id], states[one.id], lessons) for one in enrolments}


class Stands(NamedTuple):
    """The state of an activity, and when it was last reached, if it was."""

    state: State
    reached_at: datetime | None


def stands_of(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, Mapping[int, Stands]]:
    """Return enrolment -> activity -> where it stands, of what is begun. One query while a page is made."""
    ids = frozenset(enrolment_ids)
    return once(session, ("stands", ids), partial(_read_stands, session, ids))


def _read_stands(session: Session, enrolment_ids: Collection[int]) -> dict[int, dict[int, Stands]]:
    states: dict[int, dict[int, Stands]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    for enrolment_id, activity_id, state, reached_at in session.execute(_STATES, {"enrolments": list(enrolment_ids)}):
        states[enrolment_id][activity_id] = Stands(state, reached_at)
    return states


# What was reached is begun at least, so there is a state where there is a fact; of several the last is said last.
_STATES = (
    select(Completion.enrolment_id, Completion.activity_id, Completion.state, CompletionFact.at)
    .outerjoin(
        CompletionFact,
        and_(
            CompletionFact.enrolment_id == Completion.enrolment_id,
            CompletionFact.activity_id == Completion.activity_id,
            CompletionFact.kind == FactKind.reached,
        ),
    )
    .where(Completion.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .order_by(CompletionFact.id)
)


def _standing(parts: Sequence[Part], stands: Mapping[int, Stands], lessons: Collection[int]) -> Standing:
    states = {key: one.state for key, one in stands.items()}
    reached = {key: one.reached_at for key, one in stands.items() if key in lessons and one.reached_at is not None}
    counting = frozenset(part.activity_id for part in counting_parts(parts, reached))
    return Standing(states, counting, progress(parts, states, reached))


def _outlines_of(session: Session, enrolments: Sequence[Enrolment]) -> list[Node]:
    courses = {one.course_id: one.course for one in enrolments}
    groups = {one.group_id for one in enrolments if one.group_id is not None}
    return outline_of(session, courses.values(), groups)


def _required_parts(
    enrolments: Sequence[Enrolment], activities: Sequence[Node], given: Mapping[int, Sequence[Given]]
) -> tuple[dict[int, Sequence[Part]], frozenset[int]]:
    """Return the parts required of each of ENROLMENTS, by its id, and the lessons of their courses.

    Alone these are the outline's required parts; in a study group with a syllabus what is assigned to it as required.
    """
    in_place = {
        (course_id, group_id): [
            row
            for row in activities
            if row.kind is not ActivityKind.lesson
            and row.course_id == course_id
            and (row.group_id is None or row.group_id == group_id)
        ]
        for course_id, group_id in {(one.course_id, one.group_id) for one in enrolments}
    }
    found: dict[int, Sequence[Part]] = {}
    for one in enrolments:
        rows = in_place[one.course_id, one.group_id]
        assigned = frozenset(row.activity_id for row in given[one.id] if row.required)
        found[one.id] = (
            parts_assigned(rows, assigned)
            if one.group_id is not None
            else [_part(row) for row in rows if row.required and row.parent_id]
        )
    return found, frozenset(row.id for row in activities if row.kind is ActivityKind.lesson)


def parts_assigned(rows: Iterable[Node], assigned: Collection[int]) -> list[Part]:
    """Return those of the parts ROWS that count where ASSIGNED is asked as required.

    Assigning a lesson assigns its required parts; an optional part counts where it is assigned itself."""
    return [_part(row) for row in rows if row.id in assigned or (row.required and row.parent_id in assigned)]


def _part(row: Node) -> Part:
    return Part(row.id, row.parent_id, row.added_at)


def tick(session: Session, enrolment: Enrolment, activity: Activity, *, done: bool, by_id: int, now: datetime) -> None:
    """Record that somebody ticked ACTIVITY as done, or took the tick back; ticking twice is one tick."""
    last = next(reversed(_facts(session, {"enrolments": [enrolment.id], "activities": [activity.id]})), None)
    if (last is not None and last.done) == done:
        return
    kind = FactKind.tick if done else FactKind.untick
    session.add(
        CompletionFact(enrolment_id=enrolment.id, activity_id=activity.id, kind=kind, done=done, by_id=by_id, at=now)
    )
    session.flush()


def store(session: Session, worked: Worked, lessons: Iterable[Activity], *, now: datetime) -> None:
    """Bring the stored states up to date with what was WORKED, and roll up LESSONS, which must hold all its activities.

    WORKED names every (enrolment, part) to be stored. Work that reaches *done* for the first time becomes a fact here,
    in the transaction of the work.
    """
    lessons = list(lessons)
    enrolment_ids = sorted({enrolment for enrolment, _activity in worked})
    if not enrolment_ids:
        return
    activity_ids = sorted({activity for _enrolment, activity in worked})
    parts = [part for lesson in lessons for part in lesson.parts]
    known = {part.id for part in parts} | {lesson.id for lesson in lessons} | set(activity_ids)
    asked = {"enrolments": enrolment_ids, "activities": sorted(known)}
    said = _facts(session, asked)
    facts = {(fact.enrolment_id, fact.activity_id): fact for fact in said}
    reached = {(fact.enrolment_id, fact.activity_id): fact.at for fact in said if fact.kind is FactKind.reached}
    rows = {(row.enrolment_id, row.activity_id): row for row in session.scalars(_COMPLETIONS, asked)}
    for (enrolment_id, activity_id), state in worked.items():
        key = (enrolment_id, activity_id)
        if state is State.done and key not in facts:
            facts[key], reached[key] = _reach(session, enrolment_id, activity_id, now), now
        _set(session, rows, key, _state_of(state, facts.get(key)), facts.get(key))
    for enrolment_id in enrolment_ids:
        for lesson in lessons:
            _roll_up(session, rows, facts, enrolment_id, lesson, reached.get((enrolment_id, lesson.id)), now)
    session.flush()


def _state_of(worked: State, fact: CompletionFact | None) -> State:
    """The last fact wins; without one the work speaks, and what was done and undone again is still begun."""
    if fact is None:
        return worked
    return State.done if fact.done else State.begun


def _roll_up(
    session: Session,
    rows: dict[tuple[int, int], Completion],
    facts: dict[tuple[int, int], CompletionFact],
    enrolment_id: int,
    lesson: Activity,
    reached_at: datetime | None,
    now: datetime,
) -> None:
    """Set the state of LESSON: its required parts; with none, its own tick."""
    key = (enrolment_id, lesson.id)
    live = [part for part in lesson.parts if part.retired_at is None]
    required = [part for part in live if part.required and (reached_at is None or part.added_at <= reached_at)]
    states = {part.id: rows[enrolment_id, part.id].state for part in live if (enrolment_id, part.id) in rows}
    fact = facts.get(key)
    if fact is not None and fact.kind is FactKind.override:
        state = State.done if fact.done else State.begun
    elif required:
        done = all(states.get(part.id) is State.done for part in required)
        if done and (fact is None or fact.kind is not FactKind.reached):
            fact = facts[key] = _reach(session, enrolment_id, lesson.id, now)
        state = State.done if done else (State.begun if states or fact else State.none)
    else:
        state = State.done if fact and fact.done else (State.begun if states or fact else State.none)
    _set(session, rows, key, state, fact)


def _reach(session: Session, enrolment_id: int, activity_id: int, now: datetime) -> CompletionFact:
    fact = CompletionFact(enrolment_id=enrolment_id, activity_id=activity_id, kind=FactKind.reached, done=True, at=now)
    session.add(fact)
    return fact


def _set(
    session: Session,
    rows: dict[tuple[int, int], Completion],
    key: tuple[int, int],
    state: State,
    fact: CompletionFact | None,
) -> None:
    row = rows.get(key)
    if state is State.none:
        if row is not None:
            session.delete(rows.pop(key))
        return
    if row is None:
        row = rows[key] = Completion(enrolment_id=key[0], activity_id=key[1])
        session.add(row)
    row.state = state
    row.done_at = fact.at if state is State.done and fact is not None else None


def _facts(session: Session, asked: Mapping[str, Sequence[int]]) -> Sequence[CompletionFact]:
    return session.scalars(_FACTS, asked).all()


_FACTS = (
    select(CompletionFact)
    .where(CompletionFact.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .where(CompletionFact.activity_id.in_(bindparam("activities", expanding=True)))
    .order_by(CompletionFact.id)
)
_COMPLETIONS = (
    select(Completion)
    .where(Completion.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .where(Completion.activity_id.in_(bindparam("activities", expanding=True)))
)


def forget_states(session: Session, enrolment_ids: Sequence[int]) -> None:
    """Delete the stored states of the enrolments, to be rebuilt from facts and work."""
    session.execute(delete(Completion).where(Completion.enrolment_id.in_(enrolment_ids)))
