"""A record of study: what somebody did in one place, for them to keep or to show. It is no certificate, and says so.

The page and the file are the same words. None of what was written stands in it, only that it was."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.base.words import _, plural
from course.completion.models import State
from course.groups.models import Enrolment, Role
from kruzhok.progress.own import UnitDone, units_of
from kruzhok.progress.record import LessonDone, PartDone, Record, Retired, SetBy, Work
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose

NO_CERTIFICATE = _(
    "This record was made by the site on which its student studied, from what they did there. It is not a certificate: "
    "nobody has examined what it says, and what was read is what the student ticked. Minutes are those that the course "
    "gives for each part; nobody measured them."
)

#: What was done at each kind of activity.
KINDS = {"lesson": _("notes"), "reading": _("read"), "prompt": _("written"), "quiz": _("answered")}

#: How many characters of the hash of a course name its version.
SHORT = 12


class Say(NamedTuple):
    """How the page says a moment as a day, by the clocks of whoever reads, and an amount of minutes."""

    day: Callable[[datetime], str]
    minutes: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done, or begun; KIND and DETAILS are words. MINUTES are the course's, 0 until it is done."""

    kind: str
    title: str
    details: Sequence[str]
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class StudiedLesson:
    """A lesson in which something was done, with all of it; its notes are an entry once it is done."""

    number: int
    title: str
    details: Sequence[str]
    entries: Sequence[Entry]

    @property
    def minutes(self) -> int:
        """The minutes of what is done in it."""
        return sum(entry.minutes for entry in self.entries)


@dataclass(frozen=True, slots=True)
class StudiedUnit:
    """A unit with those of its lessons in which something was done."""

    title: str
    lessons: Sequence[StudiedLesson]


@dataclass(frozen=True, slots=True)
class Study:
    """The record of study of a PLACE. FACTS are what stands at its head, each with what it is called; UNTOUCHED says in
    how many lessons of the course nothing was done, and nothing where there is no such lesson."""

    place: Enrolment
    made_on: date
    facts: Sequence[tuple[str, str]]
    units: Sequence[StudiedUnit]
    beside: Sequence[Entry]
    retired: Sequence[Entry]
    untouched: str


def study_of(session: Session, record: Record, now: datetime, say: Say, *, site: str) -> Study:
    """Return the record of study of RECORD, which is one's own, as it stands NOW at the address SITE. Two queries."""
    place, units = record.place, units_of(session, record)
    studied = [
        StudiedUnit(
            unit.title,
            [_lesson(one, say, is_student=place.role is Role.student) for one in unit.lessons if one.begun],
        )
        for unit in units
    ]
    beside = [_entry(part, say) for part in record.beside if part.task.state is not State.none]
    retired = [_old(old, say) for old in record.retired]
    minutes = sum(lesson.minutes for unit in studied for lesson in unit.lessons)
    minutes += sum(entry.minutes for entry in (*beside, *retired))
    facts = [
        *_facts(session, record, units, say),
        (_("Time"), _("{time} for what is done, by the course’s own estimate").format(time=say.minutes(minutes))),
        (_("Made"), _("on {day}, at {site}").format(day=say.day(now), site=site)),
    ]
    left = sum(not lesson.begun for lesson in record.lessons)
    return Study(
        place,
        now.astimezone(ZoneInfo(place.user.zone)).date(),
        facts,
        [unit for unit in studied if unit.lessons],
        beside,
        retired,
        _("Lessons of the course in which nothing was done: {n}.").format(n=left) if left else "",
    )


def _facts(session: Session, record: Record, units: Sequence[UnitDone], say: Say) -> Iterator[tuple[str, str]]:
    """Yield who studied what, where and when, and how much of it is done."""
    place, course = record.place, record.place.course
    yield _("Name"), place.user.name or _("A guest, without an account")
    version = _("{title} (version {hash}, loaded {day})")
    yield _("Course"), version.format(title=course.title, hash=course.hash[:SHORT], day=say.day(course.loaded_at))
    yield _("Where"), _where(place)
    yield _("When"), _when(place, say)
    if place.role is Role.student:
        yield _("Done"), _done(record, units)
    if checks := _checks(session, place):
        words = plural("{n} question answered beside the texts", "{n} questions answered beside the texts", checks)
        yield _("Self-checks"), words


def _where(place: Enrolment) -> str:
    if place.group is None:
        return _("Alone")
    words = (
        _("In the study group “{name}”, as its tutor") if place.role is Role.tutor else _("In the study group “{name}”")
    )
    return words.format(name=place.group.name)


def _when(place: Enrolment, say: Say) -> str:
    since = say.day(place.joined_at)
    if place.left_at is not None:
        return _("From {since} to {until}").format(since=since, until=say.day(place.left_at))
    last = say.day(max(place.used_at, place.joined_at))
    return _("Since {since}; last at work here on {last}").format(since=since, last=last)


def _done(record: Record, units: Sequence[UnitDone]) -> str:
    progress, lessons = record.progress, sum(unit.done for unit in units)
    of_lessons = _("{done} of {all} lessons").format(done=lessons, all=len(record.lessons))
    if not progress.required:
        return of_lessons
    parts = _("{done} of {required} required parts").format(done=progress.done, required=progress.required)
    return f"{parts}, {of_lessons}"


def _checks(session: Session, place: Enrolment) -> int:
    """Return how many self-checks were answered in PLACE. One query."""
    answered = (
        select(func.count(distinct(ItemVersion.item_id)))
        .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(
            Attempt.enrolment_id == place.id,
            Attempt.purpose == in_words(Purpose.check),
            Attempt.submitted_at.is_not(None),
        )
    )
    return session.scalar(answered) or 0


def _lesson(lesson: LessonDone, say: Say, *, is_student: bool) -> StudiedLesson:
    head = lesson.lesson
    details = [_state(head.task.state, head.done_at, say)]
    if lesson.required and is_student:
        count = _("{done} of {required} required parts")
        details.append(count.format(done=lesson.required_done, required=len(lesson.required)))
    details += _said(head.set_by)
    entries = [_entry(part, say) for part in lesson.parts if part.task.state is not State.none]
    if head.task.state is State.done and head.task.minutes:
        entries.insert(0, Entry(KINDS["lesson"], _("The study notes"), (), head.task.minutes))
    return StudiedLesson(head.task.lesson_number, head.task.title, details, entries)


def _entry(part: PartDone, say: Say) -> Entry:
    """Return what was done at a part that was begun."""
    task = part.task
    details = [*_work(part.work, say)]
    if task.kind != "quiz" or task.state is State.begun or not details:
        details.insert(0, _state(task.state, part.done_at, say))
    details += _said(part.set_by)
    details += [] if task.required else [_("not required")]
    return Entry(KINDS[task.kind], task.title, details, task.minutes if task.state is State.done else 0)


def _old(old: Retired, say: Say) -> Entry:
    done = [_state(State.done, old.done_at, say)] if old.done_at else []
    minutes = old.activity.minutes if old.done_at else 0
    return Entry(KINDS[old.activity.kind.value], old.activity.title, [*done, *_work(old.work, say)], minutes)


def _state(state: State, done_at: datetime | None, say: Say) -> str:
    if state is State.done and done_at is not None:
        return _("done {day}").format(day=say.day(done_at))
    return {State.done: _("done"), State.begun: _("begun"), State.none: _("not begun")}[state]


def _said(set_by: SetBy | None) -> list[str]:
    return [_("said by {by}: “{reason}”").format(by=set_by.by, reason=set_by.reason)] if set_by else []


def _work(work: Work, say: Say) -> Iterator[str]:
    """Yield what was done at an activity, in words: how much was written, and what came of the attempts."""
    replies = sum(post.is_reply for post in work.posts)
    posts = len(work.posts) - replies
    if work.journal:
        yield plural("{n} answer in the journal", "{n} answers in the journal", len(work.journal))
    if posts:
        yield plural("{n} post", "{n} posts", posts)
    if replies:
        yield plural("{n} reply to others", "{n} replies to others", replies)
    submitted = [line for line in work.attempts if line.submitted_at is not None]
    if not submitted:
        return
    last = max(line.submitted_at for line in submitted if line.submitted_at is not None)
    attempts = plural("{n} attempt", "{n} attempts", len(submitted))
    when = _("{attempts}, submitted {day}") if len(submitted) == 1 else _("{attempts}, the last submitted {day}")
    yield when.format(attempts=attempts, day=say.day(last))
    if work.result:
        yield work.result.words
    for by, overrides in dict.fromkeys((mark.by, mark.overrides) for mark in work.marked):
        yield (_("a score set by {name}") if overrides else _("marked by {name}")).format(name=by)
