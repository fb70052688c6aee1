"""The dated things of a user: what the month, /today, the feeds and the letters say, all from here.

A lesson speaks for its parts: what a group does with a lesson by a date is one thing, not five. A part stands for
itself where it has another date for this member, by an assignment of its own or by an exception. Only quizzes close."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from course.completion.models import State
from course.completion.records import Standing, standings_of
from course.groups.enrolments import live_places_of
from course.groups.models import Enrolment, Role
from course.outline.models import ActivityKind
from course.rules import NO_ACCOMMODATION, Accommodation, Layer, Level, hour_on, own_date
from course.syllabus.assigned import Given, given_to
from course.syllabus.exceptions import due_excepted, rules_of
from course.syllabus.meetings import NO_SYLLABUS, Syllabus, syllabus_from
from course.syllabus.models import Meeting
from course.users.models import User
from kruzhok.calendar.changes import NO_CHANGES, Changes, changes_of
from kruzhok.today.lines import Line, lines_in, lines_of
from kruzhok.today.tasks import Task
from lessons.discussion.models import Discussion, Post
from lessons.pace import at_pace

#: What a date says: one meets; something may be begun from then on; it is due; replies are; it may be begun till then.
MEETING, OPENS, DUE, REPLIES, CLOSES = KINDS = ("meeting", "opens", "due", "replies", "closes")

#: The field of a rule that each kind is about.
FIELDS = {OPENS: "open", DUE: "due", REPLIES: "reply_due", CLOSES: "close"}

_ASSIGNED = (Level.user_assignment, Level.subgroup_assignment, Level.group_assignment)


@dataclass(frozen=True, slots=True)
class Dated:
    """One thing that has a date for one member of a study group, or for who studies alone.

    `moment` is UTC. Of a meeting whose hour nobody said, which is `whole_day`, it is the beginning of its day; of what
    is due, most often the last microsecond of a day. `day` is the day it is on in the `zone` of the group."""

    kind: str
    moment: datetime
    whole_day: bool
    day: date
    zone: ZoneInfo
    title: str
    course: str  #: the ident of the course
    group: str | None  #: the name of the study group, None alone
    slug: str | None
    enrolment_id: int
    #: What is to be done, and leads there (`today.addresses`); None of a meeting.
    task: Task | None
    #: It is required of this member, and it is done. What nobody is asked is neither.
    required: bool
    done: bool
    #: The parts of an address that no other date ever has, and that no change of the title or the moment changes.
    uid: str
    changed_at: datetime
    #: Of a meeting: its number, when it ends if that was said, where it is, and whether it was cancelled.
    number: int = 0
    ends: datetime | None = None
    where: str = ""
    cancelled: bool = False
    #: Of a meeting: the ids of the activities that this member is given for it.
    activity_ids: tuple[int, ...] = ()
    #: Whether the user is a student there.
    studies: bool = True
    #: What of it is not done: activity -> the minutes it takes. Of what nobody is asked nothing.
    takes: Mapping[int, int] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Whether it waits for this member: required, and not done."""
        return self.required and not self.done


def dates_of(
    session: Session, user: User, now: datetime, *, group_id: int | None = None, with_changes: bool = True
) -> list[Dated]:
    """Return the dated things of USER, the earliest first: in all places that have not ended, or in that of GROUP_ID.

    Of a study group that is archived there is nothing, unless it is the one that is asked for. What was long ago is
    there too, and what is late NOW says so. Nine queries, however many groups they are in: two less where WITH_CHANGES
    is false, for only feeds tell when a date was last made another, and one where there are no rounds. One for most who
    study alone, where only a quiz of the course itself can have a date."""
    places = [one for one in live_places_of(session, user) if _is_meant(one, group_id)]
    lines = lines_of(session, places) if places else []
    if not any(place.group for place in places) and not any(map(_has_dates, lines)):
        return []
    changes = changes_of(session, places) if with_changes else NO_CHANGES
    return dates_known(places, Known.read(session, places, lines, changes), now)


def dates_known(places: Iterable[Enrolment], known: "Known", now: datetime) -> list[Dated]:
    """Return the dated things of PLACES, of which all is KNOWN, the earliest first. No query."""
    found = [dated for place in places for dated in _Place(place, known, now).dates()]
    return sorted(found, key=lambda one: (one.moment, KINDS.index(one.kind), one.title, one.uid))


def _is_meant(place: Enrolment, group_id: int | None) -> bool:
    if group_id is not None:
        return place.group_id == group_id
    return place.group is None or place.group.archived_at is None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of some places, by the id of the enrolment or of the group: read at once for all, so that a
    page which says more of one of them asks for nothing twice."""

    lines: Sequence[Line]
    given: Mapping[int, Sequence[Given]]
    said: Mapping[int, Mapping[int, Sequence[Layer]]]
    accommodations: Mapping[int, Accommodation]
    standings: Mapping[int, Standing]
    meetings: Mapping[int, Sequence[Meeting]]
    posted: frozenset[tuple[int, int]]
    changes: Changes

    @classmethod
    def read(
        cls, session: Session, places: Sequence[Enrolment], lines: Sequence[Line], changes: Changes = NO_CHANGES
    ) -> "Known":
        """Return what is known of PLACES, whose outlines are LINES. Four queries, one for who studies alone; one more
        where there are rounds. Without CHANGES nothing is said of when a date was last made another, which only
        calendars ask."""
        given = given_to(session, places)
        rules = rules_of(session, places, given)
        in_rounds = {one.id for one in places if any(row.reply_due_at for row in given[one.id])}
        return cls(
            lines,
            given,
            rules.said,
            rules.always,
            standings_of(session, places, activities=[line.activity for line in lines], given=given),
            _meetings(session, places),
            _posted(session, in_rounds),
            changes,
        )

    def syllabus(self, place: Enrolment) -> Syllabus:
        """Return the syllabus of the group of PLACE as it has it, as `course.syllabus.meetings.syllabus_of` does."""
        if place.group is None:
            return NO_SYLLABUS
        return syllabus_from(
            self.meetings.get(place.group.id, ()),
            self.given[place.id],
            due_excepted(self.said[place.id]),
            self.accommodations.get(place.id, NO_ACCOMMODATION),
            ZoneInfo(place.group.zone),
        )


def _has_dates(line: Line) -> bool:
    """Return whether LINE is a quiz that opens or closes for everybody."""
    return any(layer.field in {"open", "close"} for layer in line.quiz or ())


def _meetings(session: Session, places: Sequence[Enrolment]) -> dict[int, list[Meeting]]:
    groups = {one.group_id for one in places} - {None}
    found: dict[int, list[Meeting]] = {}
    for meeting in session.scalars(_MEETINGS, {"groups": groups}) if groups else ():
        found.setdefault(meeting.group_id, []).append(meeting)
    return found


#: The meetings of study groups, with who leads each.
_MEETINGS = (
    select(Meeting)
    .where(Meeting.group_id.in_(bindparam("groups", expanding=True)))
    .order_by(Meeting.number)
    .options(joinedload(Meeting.chair).joinedload(Enrolment.user))
)


def _posted(session: Session, enrolment_ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """Return (enrolment, prompt) where it wrote something of its own. One query, none for no enrolment."""
    if not enrolment_ids:
        return frozenset()
    rows = session.execute(_POSTED, {"enrolments": enrolment_ids})
    return frozenset((enrolment_id, activity_id) for enrolment_id, activity_id in rows)


_POSTED = (
    select(Post.enrolment_id, Discussion.activity_id)
    .join(Discussion, Discussion.id == Post.discussion_id)
    .where(Post.enrolment_id.in_(bindparam("enrolments", expanding=True)), Post.reply_to_id.is_(None))
    .distinct()
)


class _Place:
    """One place of the user, and what has a date there."""

    def __init__(self, enrolment: Enrolment, known: Known, now: datetime) -> None:
        self.enrolment, self.known, self.now = enrolment, known, now
        self.zone = ZoneInfo(enrolment.group.zone) if enrolment.group else ZoneInfo("UTC")
        self.said = known.said[enrolment.id]
        self.standing = known.standings[enrolment.id]
        self.accommodation = known.accommodations.get(enrolment.id, NO_ACCOMMODATION)
        self.given = known.given[enrolment.id]
        self.assigned = {row.activity_id for row in self.given}
        self.lines = {line.activity.id: line for line in lines_in(enrolment, known.lines)}
        self.moments: dict[tuple[int, str], datetime | None] = {}
        #: The kinds of dates of which anything is said here, and what is excepted from the rules it is assigned with.
        of_quizzes = (line.quiz for line in self.lines.values() if line.quiz)
        fields = {layer.field for layer in chain.from_iterable(chain(self.said.values(), of_quizzes))}
        self.kinds = [kind for kind in (OPENS, DUE, REPLIES, CLOSES) if FIELDS[kind] in fields]
        self.excepted = {key for key, said in self.said.items() if any(one.level not in _ASSIGNED for one in said)}
        self.parts: dict[int, list[Line]] = {}
        for line in self.lines.values():
            if line.activity.parent_id is not None:
                self.parts.setdefault(line.activity.parent_id, []).append(line)

    def dates(self) -> Iterator[Dated]:
        """Yield all of it, in no order."""
        for meeting in self.known.meetings.get(self.enrolment.group_id or 0, ()):
            yield self._meeting(meeting)
        for line in self.lines.values():
            for kind in self.kinds if self._is_told(line) else ():
                moment = self._own_moment(line, kind)
                if moment is not None:
                    yield self._activity(line, kind, moment)

    def _is_told(self, line: Line) -> bool:
        """Return whether LINE may have dates that are told of it. Of most parts of a course nothing is said, or their
        lesson speaks for them."""
        said, parent_id = line.activity.id in self.said, line.activity.parent_id or 0
        if not (said or line.quiz or parent_id in self.said):
            return False
        return line.activity.id in self.assigned or self._is_asked_with(line, self.lines.get(parent_id))

    def _layers(self, line: Line, kind: str) -> list[Layer]:
        """Return the rules that hold at LINE: its own, those its lesson is assigned with, those of the quiz it is."""
        found = list(self.said.get(line.activity.id, ()))
        lesson = self.said.get(line.activity.parent_id or 0, ())
        found += [layer for layer in lesson if layer.level in _ASSIGNED]
        if kind == REPLIES and not any(one.field == "reply_due" and one.level in _ASSIGNED for one in found):
            return []  # what is no round has no replies, whatever else is said of it
        if line.quiz is not None:
            found += line.quiz
        return found

    def _moment(self, line: Line, kind: str) -> datetime | None:
        if kind not in self.kinds:
            return None  # of nothing here
        key = line.activity.id, kind
        if key not in self.moments:  # that of a lesson is asked for each of its parts
            self.moments[key] = own_date(self._layers(line, kind), FIELDS[kind], self.accommodation, self.zone)
        return self.moments[key]

    def _own_moment(self, line: Line, kind: str) -> datetime | None:
        """Return when LINE opens, is due, closes for this member, where that is to be told of it and not of another."""
        of_lesson = self.lines.get(line.activity.parent_id or 0)
        if not self._can(line, kind) or self._is_as_its_lesson(line, of_lesson, kind):
            return None
        moment = self._moment(line, kind)
        if of_lesson is None or of_lesson.activity.id not in self.assigned or not self._can(of_lesson, kind):
            return moment
        return moment if moment != self._moment(of_lesson, kind) else None

    def _is_as_its_lesson(self, line: Line, lesson: Line | None, kind: str) -> bool:
        """Return whether LINE, of which nothing is said, has the date of its LESSON, which speaks for it."""
        if lesson is None or line.quiz or line.activity.id in self.said or kind not in {OPENS, DUE}:
            return False
        return lesson.activity.id in self.assigned and lesson.activity.id not in self.excepted

    def _is_asked_with(self, line: Line, lesson: Line | None) -> bool:
        """Return whether LINE, which is not assigned itself, is to be told of: with its LESSON, or for itself."""
        if line.quiz is not None and not self.assigned:
            return True  # alone, and in a group without a syllabus, the whole course is there
        if lesson is None or lesson.activity.id not in self.assigned:
            return False
        return line.quiz is not None or self.standing.counts(line.activity) or line.activity.id in self.said

    def _can(self, line: Line, kind: str) -> bool:
        """Return whether a date of KIND can be one of LINE."""
        if kind == CLOSES:
            return line.quiz is not None
        if kind == REPLIES:
            return line.activity.kind is ActivityKind.prompt or len(self._prompts(line)) > 1
        return True

    def _prompts(self, lesson: Line) -> list[Line]:
        return [part for part in self.parts.get(lesson.activity.id, ()) if part.activity.kind is ActivityKind.prompt]

    def _counting(self, line: Line) -> list[Line]:
        """Return what LINE asks: of a lesson its parts that count, of anything else itself, if it counts."""
        parts = [part for part in self.parts.get(line.activity.id, ()) if self.standing.counts(part.activity)]
        is_lesson = line.activity.kind is ActivityKind.lesson
        return parts if is_lesson else [line] if self.standing.counts(line.activity) else []

    def _stands(self, line: Line, kind: str) -> tuple[bool, bool]:
        """Return whether what LINE asks by a date of KIND is required of this member, and whether it is done."""
        asks = self._counting(line)
        if kind == REPLIES:
            asks = [one for one in asks if one.activity.kind is ActivityKind.prompt]
        itself = line.activity.kind is ActivityKind.lesson and kind != REPLIES and not asks
        required = self.enrolment.role is Role.student and bool(asks or itself)
        return required, all(self._is_done(one, kind) for one in asks or [line])

    def _takes(self, line: Line, kind: str) -> dict[int, int]:
        """Return what LINE asks and is not done, and the minutes of each; with the notes while nothing is begun."""
        asks = [one for one in self._counting(line) if not self._is_done(one, kind)]
        if line.number is not None and self.standing.state(line.activity.id) is State.none:
            asks.append(line)
        pace = self.enrolment.user.pace
        in_house = {one.activity.id for one in asks if (one is line and line.number is not None) or one.text_ident}
        return {
            one.activity.id: at_pace(one.activity.minutes, pace if one.activity.id in in_house else None)
            for one in asks
        }

    def _is_done(self, line: Line, kind: str) -> bool:
        if self.standing.state(line.activity.id) is State.done:
            return True
        # Of a round what is due first is one's own post; it is done when one has replied, too.
        is_round = kind == DUE and line.activity.kind is ActivityKind.prompt and self._moment(line, REPLIES)
        return bool(is_round) and (self.enrolment.id, line.activity.id) in self.known.posted

    def _activity(self, line: Line, kind: str, moment: datetime) -> Dated:
        activity = line.activity
        required, done = self._stands(line, kind)
        changed = self.known.changes.of(self.enrolment, filter(None, (activity.id, activity.parent_id)))
        if line.quiz is not None and kind in {OPENS, CLOSES}:
            changed.append(self.enrolment.course.loaded_at)
        late = kind in {DUE, REPLIES} and required and not done and moment < self.now
        return self._dated(
            kind,
            moment,
            title=activity.title,
            task=self._task(line, required=required, done=done, late=late),
            required=required,
            done=done,
            takes=self._takes(line, kind) if required and not done else {},
            uid=f"{kind}-{activity.id}-{self.enrolment.id}",
            changed_at=max(*changed, activity.changed_at or activity.added_at),
        )

    def _task(self, line: Line, *, required: bool, done: bool, late: bool) -> Task:
        activity = line.activity
        lesson = self.lines.get(activity.parent_id or 0, line if line.number is not None else None)
        return Task(
            id=activity.id,
            kind=activity.kind.value,
            ident=activity.ident,
            title=activity.title,
            minutes=activity.minutes,
            state=State.done if done else self.standing.state(activity.id),
            required=required,
            lesson_ident=lesson.activity.ident if lesson else "",
            lesson_number=(lesson.number or 0) if lesson else 0,
            lesson_title=lesson.activity.title if lesson else "",
            text_ident=line.text_ident,
            address=line.address,
            late=late,
        )

    def _meeting(self, meeting: Meeting) -> Dated:
        begins = hour_on(meeting.day, meeting.begins or time(), self.zone).moment
        lasts = timedelta(minutes=meeting.lasts) if meeting.begins and meeting.lasts else None
        at_work = [row.activity_id for row in self.given
                   if row.meeting_id == meeting.id and row.activity_id in self.lines]  # fmt: skip
        lessons = [self.lines[key] for key in at_work if self.lines[key].number is not None]
        changed = self.known.changes.of(self.enrolment, [line.activity.id for line in lessons])
        changed += filter(None, [meeting.changed_at, *(line.activity.changed_at for line in lessons)])
        return self._dated(
            MEETING,
            begins,
            whole_day=meeting.begins is None,
            day=meeting.day,
            title=meeting.title or next((line.activity.title for line in lessons), ""),
            task=None,
            required=False,
            done=False,
            uid=f"meeting-{meeting.id}",
            changed_at=max(changed),
            number=meeting.number,
            ends=begins + lasts if lasts else None,
            where=meeting.where,
            cancelled=meeting.cancelled_at is not None,
            activity_ids=tuple(dict.fromkeys(at_work)),
        )

    def _dated(
        self, kind: str, moment: datetime, *, whole_day: bool = False, day: date | None = None, **told: Any
    ) -> Dated:
        group = self.enrolment.group
        return Dated(
            kind,
            moment,
            whole_day,
            day or moment.astimezone(self.zone).date(),
            self.zone,
            course=self.enrolment.course.ident,
            group=group.name if group else None,
            slug=group.slug if group else None,
            enrolment_id=self.enrolment.id,
            studies=self.enrolment.role is Role.student,
            **told,
        )
