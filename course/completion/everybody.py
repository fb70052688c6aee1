"""Where all students of a study group stand: in as many queries for thousands of them as for one.

Most students are asked the same, so what is asked is worked out once for each audience and not for each student. What
comes out is what `records.standings_of` and `meetings.syllabi_of` say of each; a test holds them together.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, String, and_, bindparam, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from course.completion.models import Completion, CompletionFact, FactKind, State
from course.completion.progress import Progress
from course.completion.records import parts_assigned
from course.groups.models import Enrolment, Role, StudyGroup, SubgroupMember
from course.outline.models import Activity, ActivityKind
from course.outline.nodes import Node, outline_of
from course.rules import NO_ACCOMMODATION, Accommodation, Layer, Level
from course.syllabus.assigned import Given
from course.syllabus.exceptions import Excepted, accommodations_in, due_exceptions_in
from course.syllabus.meetings import Syllabus, meetings_of, syllabus_from
from course.syllabus.models import Assignment, AssignmentTarget, Meeting

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Audience:
    """Those of whom the same is asked: which parts, which of all parts were due by now, and their syllabus.

    `apart` are the activities that are given to them and not to the whole group."""

    required: frozenset[int]
    overdue: frozenset[int]
    syllabus: Syllabus
    apart: frozenset[int] = NOTHING


class Standpoint(NamedTuple):
    """Where one student stands: what is asked, what of it came in after its lesson was done, what is done and begun."""

    audience: Audience
    new: frozenset[int]
    done: frozenset[int]
    begun: frozenset[int]

    @property
    def counting(self) -> frozenset[int]:
        """The parts that count."""
        return self.audience.required - self.new

    @property
    def progress(self) -> Progress:
        """The figure that the student sees."""
        counting = self.counting
        return Progress(len(counting & self.done), len(counting))

    @property
    def late(self) -> frozenset[int]:
        """The parts that count, were due and are not done."""
        return (self.counting & self.audience.overdue) - self.done

    def state(self, activity_id: int) -> State:
        """Return the state of an activity, *none* where it is not begun."""
        if activity_id in self.done:
            return State.done
        return State.begun if activity_id in self.begun else State.none


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked in a study group: of most students the same, of some something else."""

    rest: Audience
    apart: Mapping[int, Audience]
    #: Part -> the lesson it is in.
    lessons: Mapping[int, int]
    #: Every part that there is in the group.
    parts: Sequence[Node]

    def of(self, enrolment_id: int) -> Audience:
        """Return the audience of a student."""
        return self.apart.get(enrolment_id, self.rest)

    def parts_at(self, activity_ids: Collection[int]) -> frozenset[int]:
        """Return the parts asked of anybody that are among those activities, or in one of them."""
        return frozenset(
            part for part in self.required if not set(named(part, self.lessons.get(part))).isdisjoint(activity_ids)
        )

    @property
    def audiences(self) -> list[Audience]:
        """Each audience once, that of most students first."""
        return list(dict.fromkeys((self.rest, *self.apart.values())))

    @property
    def required(self) -> frozenset[int]:
        """The parts asked of anybody."""
        return NOTHING.union(*(one.required for one in self.audiences))

    def standpoint(
        self, enrolment_id: int, states: Mapping[int, "States"], new: Mapping[int, frozenset[int]]
    ) -> Standpoint:
        """Return where a student stands, STATES and NEW being those of many."""
        done, begun = states.get(enrolment_id, NO_STATES)
        return Standpoint(self.of(enrolment_id), new.get(enrolment_id, NOTHING), done, begun)


class States(NamedTuple):
    """The activities that one student has done, and those that are begun."""

    done: frozenset[int]
    begun: frozenset[int]


NO_STATES = States(NOTHING, NOTHING)


def live_students(group_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return the condition that an enrolment is that of a student who is in a study group now."""
    return and_(Enrolment.group_id == group_id, Enrolment.left_at.is_(None), Enrolment.role == Role.student)


def states_of(session: Session, group_id: int, only: Collection[int] | None = None) -> dict[int, States]:
    """Return what each student of a study group has done and begun, by the enrolment; who did nothing is not in it.

    With ONLY no more than those. One query, and one row of it for each student and state."""
    found: dict[int, States] = {}
    for enrolment_id, state, ids in _of_students(session, _STATES, group_id, only):
        before = found.get(enrolment_id, NO_STATES)
        these = frozenset(map(int, ids.split(",")))
        found[enrolment_id] = before._replace(**{state.value: these})
    return found


_STATES = (
    select(
        Completion.enrolment_id,
        Completion.state,
        func.aggregate_strings(cast(Completion.activity_id, String), ","),
    )
    .join(Enrolment, Enrolment.id == Completion.enrolment_id)
    .where(live_students(bindparam("group")))
    .group_by(Completion.enrolment_id, Completion.state)
)


def _of_students(session: Session, query: Any, group_id: int, only: Collection[int] | None) -> Any:
    """Return the rows of QUERY, which is about the enrolments of a study group; with ONLY no more than of those."""
    if only is None:
        return session.execute(query, {"group": group_id})
    return session.execute(query.where(_ONLY), {"group": group_id, "only": only})


_ONLY = Enrolment.id.in_(bindparam("only", expanding=True))


def done_by(session: Session, group_id: int) -> dict[int, int]:
    """Return activity -> how many students of a study group have done it. One query.

    It goes from the students to what they did: by the activities it would read what all of the course did, of whom
    there are many more."""
    students = select(Enrolment.id).where(live_students(group_id))
    rows = session.execute(
        select(Completion.activity_id, func.count())
        .where(Completion.enrolment_id.in_(students), Completion.state == State.done)
        .group_by(Completion.activity_id)
    )
    return {activity_id: count for activity_id, count in rows}  # noqa: C416 (a row is no pair)


def asked_in(session: Session, group: StudyGroup, now: datetime) -> Asked:
    """Return what is asked of the students of GROUP, and what was due NOW. Six queries, seven with subgroups."""
    outline = outline_of(session, [group.course], {group.id})
    given, targets = _assignments(session, group.id)
    excepted = due_exceptions_in(session, group.id)
    subgroups = {one.subgroup_id for one in targets} | {row.subgroup_id for row in excepted}
    members = _members(session, group.id, subgroups - {None})
    accommodations = accommodations_in(session, group.id)
    maker = _Maker(
        [row for row in outline if row.kind is not ActivityKind.lesson],
        given,
        {one.assignment_id for one in targets},
        meetings_of(session, group.id),
        ZoneInfo(group.zone),
        now,
    )
    apart = {key: maker.audience(own) for key, own in _own(targets, excepted, members, accommodations)}
    lessons = {part.id: part.parent_id for part in maker.parts if part.parent_id is not None}
    return Asked(maker.rest, apart, lessons, maker.parts)


class _Target(NamedTuple):
    assignment_id: int
    subgroup_id: int | None
    enrolment_id: int | None


class _Own(NamedTuple):
    """What makes a student's audience another than that of the group: the same for those of one audience."""

    given: frozenset[tuple[int, Level]]  #: assignments for them, and how near
    excepted: tuple[tuple[int, Layer], ...]  #: activities, and what exceptions say of when they are due
    accommodation: Accommodation


def _assignments(session: Session, group_id: int) -> tuple[dict[int, Given], list[_Target]]:
    """Return the assignments of a study group as they are given to all of it, and which subgroups, and students who
    are in it, some are for. Two queries."""
    rows = session.execute(_GIVEN, {"group": group_id})
    given = {row[0]: Given(0, *row[1:], Level.group_assignment) for row in rows}
    return given, [_Target(*row) for row in session.execute(_TARGETS, {"group": group_id})]


_LIVE = (Assignment.group_id == bindparam("group"), Assignment.withdrawn_at.is_(None))
_GIVEN = (
    select(
        Assignment.id,
        Assignment.activity_id,
        Assignment.meeting_id,
        Assignment.required,
        Assignment.due_at,
        Assignment.reply_due_at,
    )
    .where(*_LIVE)
    .order_by(Assignment.id)
)
_TARGETS = (
    # Whose place is not live is nobody here; and yet what is given to them alone is not given to all.
    select(AssignmentTarget.assignment_id, AssignmentTarget.subgroup_id, Enrolment.id)
    .join(Assignment, Assignment.id == AssignmentTarget.assignment_id)
    .outerjoin(Enrolment, and_(Enrolment.id == AssignmentTarget.enrolment_id, live_students(bindparam("group"))))
    .where(*_LIVE)
)


def _members(session: Session, group_id: int, subgroup_ids: Collection[int | None]) -> dict[int | None, list[int]]:
    """Return subgroup -> the students in it. One query, none where there are no subgroups."""
    found: dict[int | None, list[int]] = defaultdict(list)
    if subgroup_ids:
        for subgroup_id, enrolment_id in session.execute(_MEMBERS, {"group": group_id, "subgroups": subgroup_ids}):
            found[subgroup_id].append(enrolment_id)
    return found


_MEMBERS = (
    select(SubgroupMember.subgroup_id, SubgroupMember.enrolment_id)
    .join(Enrolment, Enrolment.id == SubgroupMember.enrolment_id)
    .where(live_students(bindparam("group")), SubgroupMember.subgroup_id.in_(bindparam("subgroups", expanding=True)))
)


def _own(
    targets: Sequence[_Target],
    excepted: Sequence[Excepted],
    members: Mapping[int | None, Sequence[int]],
    accommodations: Mapping[int, Accommodation],
) -> Iterator[tuple[int, _Own]]:
    """Give each enrolment to whom something else is given than to the group, with what that is."""
    given: dict[int, dict[int, Level]] = defaultdict(dict)
    for target in targets:
        level = Level.subgroup_assignment if target.enrolment_id is None else Level.user_assignment
        for enrolment_id in (
            members.get(target.subgroup_id, ()) if target.enrolment_id is None else [target.enrolment_id]
        ):
            before = given[enrolment_id].get(target.assignment_id, level)
            given[enrolment_id][target.assignment_id] = min(before, level)
    said: dict[int, list[tuple[int, Layer]]] = defaultdict(list)
    for row in excepted:
        for enrolment_id in members.get(row.subgroup_id, ()) if row.enrolment_id is None else [row.enrolment_id]:
            said[enrolment_id].append((row.activity_id, row.layer))
    for enrolment_id in given.keys() | said.keys() | accommodations.keys():
        yield (
            enrolment_id,
            _Own(
                frozenset(given[enrolment_id].items()),
                tuple(said[enrolment_id]),
                accommodations.get(enrolment_id, NO_ACCOMMODATION),
            ),
        )


class _Maker:
    """Works out each audience once, and of each only what is another than for the REST of the group."""

    def __init__(
        self,
        parts: Sequence[Node],
        given: Mapping[int, Given],
        targeted: Collection[int],
        meetings: Sequence[Meeting],
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self.parts, self.given, self.meetings, self.zone, self.now = parts, given, meetings, zone, now
        self.for_all = {key: one for key, one in given.items() if key not in targeted}
        self.made: dict[_Own, Audience] = {}
        self.rest = self._make(self.for_all, {}, NO_ACCOMMODATION, parts)

    def audience(self, own: _Own) -> Audience:
        """Return the audience of those whose OWN that is."""
        if own not in self.made:
            self.made[own] = self._apart(own)
        return self.made[own]

    def _apart(self, own: _Own) -> Audience:
        # An assignment withdrawn since its targets were read is in neither.
        extra = {key: self.given[key]._replace(level=level) for key, level in own.given if key in self.given}
        excepted: dict[int, list[Layer]] = {}
        for activity_id, layer in own.excepted:
            excepted.setdefault(activity_id, []).append(layer)
        apart = frozenset(one.activity_id for one in extra.values())
        touched = apart | excepted.keys()
        parts = (
            self.parts if own.accommodation.days
            else [part for part in self.parts if part.id in touched or part.parent_id in touched]
        )  # fmt: skip
        return self._make(self.for_all | extra, excepted, own.accommodation, parts, apart)

    def _make(
        self,
        given: Mapping[int, Given],
        excepted: Mapping[int, Sequence[Layer]],
        accommodation: Accommodation,
        parts: Sequence[Node],
        apart: frozenset[int] = NOTHING,
    ) -> Audience:
        """Return an audience; PARTS are those of which it must be asked when they are due."""
        rows = [given[key] for key in sorted(given)]
        syllabus = syllabus_from(self.meetings, rows, excepted, accommodation, self.zone)
        asked = frozenset(row.activity_id for row in rows if row.required)
        overdue = {part.id for part in parts if syllabus.was_due(self.now, *named(part.id, part.parent_id))}
        if parts is not self.parts:
            overdue |= self.rest.overdue - {part.id for part in parts}
        required = frozenset(part.activity_id for part in parts_assigned(self.parts, asked))
        return Audience(required, frozenset(overdue), syllabus, apart)


def named(part_id: int, lesson_id: int | None) -> tuple[int, ...]:
    """Return the activities by which a part can be assigned: itself, and its lesson if it has one."""
    return (part_id,) if lesson_id is None else (part_id, lesson_id)


def standpoints_of(
    session: Session, group_id: int, asked: Asked, students: Collection[int], *, everybody: bool
) -> dict[int, Standpoint]:
    """Return where each of STUDENTS stands, by the enrolment. Two queries; of some cheaper than of EVERYBODY."""
    only = None if everybody else students
    states, new = states_of(session, group_id, only), new_since(session, group_id, only)
    return {one: asked.standpoint(one, states, new) for one in students}


def new_since(session: Session, group_id: int, only: Collection[int] | None = None) -> dict[int, frozenset[int]]:
    """Return student -> the parts that came in after their lesson was (last) done; with ONLY no more than of those.

    One query."""
    found: dict[int, set[int]] = defaultdict(set)
    for enrolment_id, part_id in _of_students(session, _NEW, group_id, only):
        found[enrolment_id].add(part_id)
    return {enrolment_id: frozenset(parts) for enrolment_id, parts in found.items()}


_LATER = aliased(CompletionFact)
_NEW = (
    select(CompletionFact.enrolment_id, Activity.id)
    .join(Activity, and_(Activity.parent_id == CompletionFact.activity_id, Activity.added_at > CompletionFact.at))
    .join(Enrolment, Enrolment.id == CompletionFact.enrolment_id)
    .where(live_students(bindparam("group")), CompletionFact.kind == FactKind.reached)
    .where(Activity.retired_at.is_(None))
    .where(
        ~exists().where(
            _LATER.enrolment_id == CompletionFact.enrolment_id,
            _LATER.activity_id == CompletionFact.activity_id,
            _LATER.kind == FactKind.reached,
            _LATER.id > CompletionFact.id,
        )
    )
)
