"""Laying out a syllabus in three choices: what the form reads, and what its choices come to."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import whole_number
from course.base.words import _, plural
from course.pacing import Break, Pace, Rhythm, share_out, spread_out, suggested_pace
from course.syllabus.models import Pacing
from course.syllabus.planning import MOST_MEETINGS, DoesNotFit, days_of
from kruzhok.paths import Path
from kruzhok.syllabus.forms import (
    WithHours,
    breaks_field,
    day_field,
    hour_note,
    hour_problem,
    read_breaks_field,
)
from lessons.outline import LessonLine

#: What a field says in place of a lesson: none; that of the meeting before.
NONE, GOES_ON = "", "on"

#: The button that lays out what was shown.
MAKE = "make"

WEEKDAYS = (
    _("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"), _("Sundays")
)  # fmt: skip

#: The paces to choose from besides that of the course, and of a last day.
PACES = {
    "1/1": (Pace(), _("one lesson at each meeting")),
    "1/2": (Pace(meetings=2), _("one lesson over two meetings")),
    "1/3": (Pace(meetings=3), _("one lesson over three meetings")),
    "2/1": (Pace(lessons=2), _("two lessons at each meeting")),
    "3/1": (Pace(lessons=3), _("three lessons at each meeting")),
}
OF_COURSE, SPREAD = "course", "spread"
#: What stands before the ident of a path of the course, of which each week is a meeting.
ALONG = "path-"

#: From when a day without a year is sought where no start was chosen; the form is refused then anyway.
SOME_DAY = date(2000, 1, 1)

#: More lessons at one meeting are a slip of the hand.
MOST_AT_ONCE = 10


class PlanForm(WithHours):
    """From when, on which days, how fast; and what more may be said. Below it the lessons of each meeting."""

    start = day_field(_("From"))
    weekdays = SelectMultipleField(
        _("On"),
        coerce=int,
        choices=[SelectChoice(at, words) for at, words in enumerate(WEEKDAYS)],
        validators=[InputRequired(_("Choose one day of the week or several."))],
    )
    pace = SelectField(_("Pace"))
    breaks = breaks_field()
    ends = day_field(_("Last day"), required=False)
    #: How many meetings the rows below are for, and how many lessons each has room for, "9x1"; behind it the path.
    rows = HiddenField()
    #: What the page showed of the days: nothing is made unseen.
    seen = HiddenField()
    #: Which button was pressed.
    do = HiddenField()

    zone: ZoneInfo
    days_per_lesson: int
    paths: Mapping[str, Path[LessonLine]]
    read: list[Break]

    def validate_breaks(self, field: Any) -> None:
        """Every line is a break; those that are none are told with their numbers."""
        self.read = read_breaks_field(field, self.start.data or SOME_DAY)

    def validate_pace(self, field: Any) -> None:
        """What is spread out must end."""
        if field.data == SPREAD and self.ends.data is None and not self.ends.errors:
            raise ValidationError(_("Say below by which day it ends, or choose another pace."))

    def validate_ends(self, field: Any) -> None:
        """A syllabus ends after it starts."""
        if field.data is not None and self.start.data is not None and field.data < self.start.data:
            raise ValidationError(_("This is before it starts. Choose a later day."))

    def rhythm(self) -> Rhythm:
        """Return on which days of the week it is, and when not."""
        return Rhythm(frozenset(self.weekdays.data or ()), tuple(self.read))

    def shares(self, lessons: Sequence[int]) -> tuple[Pace, list[tuple[int, ...]]]:
        """Return the pace that was chosen, and which of LESSONS it gives to each meeting. Raise DoesNotFit."""
        if (path := self.paths.get(self.pace.data)) is not None:
            shared = [tuple(line.activity_id for line in week.lessons) for week in path.weeks]
            return Pace(lessons=max(map(len, shared))), shared
        if self.pace.data != SPREAD:
            pace = self._pace()
            if pace.meetings * len(lessons) > MOST_MEETINGS * pace.lessons:
                words = _("These would be more than {n} meetings. Choose a quicker pace.")
                raise DoesNotFit("pace", words.format(n=MOST_MEETINGS))
            return pace, share_out(lessons, pace) or [()]
        last = self.ends.data
        days = takewhile(lambda day: day <= last, self.rhythm().days(self.start.data or last))
        count = len(list(islice(days, MOST_MEETINGS)))
        if not count:
            raise DoesNotFit("ends", _("Until then there is no day to meet on. Choose a later day."))
        shared = spread_out(lessons, count)
        if max(map(len, shared)) > MOST_AT_ONCE:
            words = _("Until then there are {n} days to meet on: too few for {lessons} lessons. Choose a later day.")
            raise DoesNotFit("ends", words.format(n=count, lessons=len(lessons)))
        if len(lessons) >= count:
            return Pace(lessons=-(-len(lessons) // count)), shared
        return Pace(meetings=-(-count // max(len(lessons), 1))), shared

    def shape(self, shared: Sequence[tuple[int, ...]]) -> str:
        """Return what `rows` says of what is SHARED out; after a choice of another path the rows are filled anew."""
        path = f" {self.pace.data}" if self.pace.data in self.paths else ""
        return f"{len(shared)}x{max(1, *map(len, shared), 0)}{path}"

    def _pace(self) -> Pace:
        if self.pace.data == OF_COURSE:
            pace = suggested_pace(self.days_per_lesson, len(self.weekdays.data or ()))
            return pace._replace(lessons=min(pace.lessons, MOST_AT_ONCE))
        return PACES[self.pace.data][0]

    def pacing(self, pace: Pace) -> Pacing:
        """Return what it is laid out by, not stored."""
        begins, lasts, where = self.hours()
        weekdays = sorted(self.weekdays.data or ())
        more: dict[str, Any] = {"begins": begins, "lasts": lasts, "where": where, "ends": self.ends.data}
        return Pacing(start=self.start.data, weekdays=weekdays, lessons=pace.lessons, meetings=pace.meetings, **more)

    @property
    def lesson_fields(self) -> list[list[SelectField]]:
        """The fields of each meeting's lessons, in order."""
        count, width = _shape(self.rows.data)
        return [[self[_name(n, k)] for k in range(1, width + 1)] for n in range(1, count + 1) if _name(n, 1) in self]

    def lessons(self) -> list[tuple[int, ...]]:
        """Return the lessons of each meeting; one that goes on has those of the meeting before that has any."""
        found: list[tuple[int, ...]] = []
        before: tuple[int, ...] = ()
        for fields in self.lesson_fields:
            said = [field.data for field in fields if field.data]
            chosen = [key for word in said for key in (before if word == GOES_ON else (int(word),))]
            at_it = tuple(dict.fromkeys(chosen))
            before = at_it or before
            found.append(at_it)
        return found

    def refuse(self, error: DoesNotFit) -> None:
        """Hang ERROR on the field it is about."""
        field = self[_name(error.number or 1, 1)] if error.field == "lesson" else self[error.field]
        field.errors = [*field.errors, error.message]


def _name(meeting: int, place: int) -> str:
    """Return the name of the field of a MEETING's lesson, of that PLACE among its lessons."""
    return f"lesson-{meeting}" if place == 1 else f"lesson-{meeting}-{place}"


def _shape(rows: str | None) -> tuple[int, int]:
    count, _x, width = (rows or "").partition(" ")[0].partition("x")
    found = whole_number(count, digits=3) or 0, whole_number(width, digits=3) or 0
    return (min(found[0], MOST_MEETINGS), min(found[1], MOST_AT_ONCE)) if all(found) else (0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A meeting as it will be: its day, what skips before it, the fields of its lessons, the minutes these take."""

    number: int
    day: date
    skipped: Sequence[Break]
    fields: Sequence[SelectField]
    minutes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the choices come to."""

    rows: Sequence[Row]
    minutes_a_week: int
    left_out: Sequence[LessonLine]
    notes: Sequence[str]
    seen: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it was sent, and what it comes to if it can be understood. AT_EACH says which lessons are where."""

    form: PlanForm
    pacing: Pacing | None = None
    at_each: Sequence[tuple[int, ...]] = ()
    outcome: Outcome | None = None
    #: The rows, and the days, are those that were shown before.
    was_seen: bool = False


def plan_draft(
    lessons: Sequence[LessonLine],
    minutes: Mapping[int, int],
    zone: ZoneInfo,
    days_per_lesson: int,
    start: date,
    paths: Sequence[Path[LessonLine]] = (),
) -> Draft:
    """Return the form that lays out LESSONS, which take so many MINUTES each, or one of PATHS, with what was sent."""
    along = {f"{ALONG}{path.ident}": path for path in paths}
    known: dict[str, Any] = {"zone": zone, "days_per_lesson": days_per_lesson, "paths": along}
    defaults = {"start": start, "weekdays": [start.weekday()], "pace": OF_COURSE}
    form = _form(known, lessons, days_per_lesson, (0, 0), defaults)
    if not form.is_submitted():
        return Draft(form)
    rows = form.rows.data or ""
    sent = _shape(rows)
    whole = form.validate()
    shape, shared, pace = rows, None, Pace()
    if whole:
        try:
            pace, shared = form.shares([line.activity_id for line in lessons])
            shape = form.shape(shared)
        except DoesNotFit as error:
            form.refuse(error)
            return Draft(form) if sent == (0, 0) else Draft(_again(form, _form(known, lessons, days_per_lesson, sent)))
    full = _form(known, lessons, days_per_lesson, _shape(shape))
    kept = rows == shape
    if shared is not None and not kept:
        _fill(full, shared)
    full.rows.data = shape if _shape(shape) != (0, 0) else ""
    if not full.validate() or not whole:
        return Draft(full)
    return _with_outcome(full, pace, lessons, minutes, kept)


def _again(form: PlanForm, full: PlanForm) -> PlanForm:
    """Return FULL, which is FORM with rows, with the errors of FORM."""
    full.validate()
    for field in form:
        if field.name in full and field.errors:
            full[field.name].errors = field.errors
    return full


def _form(
    known: Mapping[str, Any],
    lessons: Sequence[LessonLine],
    days_per_lesson: int,
    shape: tuple[int, int],
    defaults: Mapping[str, Any] | None = None,
) -> PlanForm:
    fields: dict[str, Any] = dict(known)
    for n in range(1, shape[0] + 1):
        for k in range(1, shape[1] + 1):
            words = _("Meeting {n}") if k == 1 else _("Meeting {n}, also")
            choices = _choices(lessons, first=n == 1 or k > 1)
            fields[_name(n, k)] = SelectField(words.format(n=n), choices=choices, default=NONE)
    form: PlanForm = type("Rows", (PlanForm,), fields)(data=defaults)
    suggestion = _("as the course suggests: {n} days for a lesson").format(n=days_per_lesson)
    form.pace.choices = [
        SelectChoice(OF_COURSE, suggestion),
        *(SelectChoice(key, _path_in_words(path)) for key, path in known["paths"].items()),
        *(SelectChoice(key, words) for key, (_pace, words) in PACES.items()),
        SelectChoice(SPREAD, _("spread out until the last day")),
    ]
    return form


def _path_in_words(path: Path[LessonLine]) -> str:
    weeks = plural("{n} week", "{n} weeks", len(path.weeks))
    lessons = plural("{n} lesson", "{n} lessons", len(path.lessons))
    words = _("{title}: {weeks}, {lessons}, each week a meeting")
    return words.format(title=path.title, weeks=weeks, lessons=lessons)


def _choices(lessons: Sequence[LessonLine], *, first: bool) -> list[SelectChoice]:
    named = [
        SelectChoice(str(line.activity_id), _("Lesson {n}: {title}").format(n=line.number, title=line.title))
        for line in lessons
    ]
    before = [] if first else [SelectChoice(GOES_ON, _("Goes on with the lesson before"))]
    return [*named, *before, SelectChoice(NONE, _("No lesson"))]


def _fill(form: PlanForm, shared: Sequence[tuple[int, ...]]) -> None:
    """Choose in FORM for each meeting what is SHARED out to it."""
    before: tuple[int, ...] = ()
    for n, at_it in enumerate(shared, 1):
        for k in range(1, max(map(len, shared), default=0) + 1):
            lesson = at_it[k - 1] if k <= len(at_it) else None
            form[_name(n, k)].data = NONE if lesson is None else GOES_ON if at_it == before and k == 1 else str(lesson)
        before = at_it


def _with_outcome(
    form: PlanForm, pace: Pace, lessons: Sequence[LessonLine], minutes: Mapping[int, int], kept: bool
) -> Draft:
    at_each, pacing = form.lessons(), form.pacing(pace)
    try:
        days = days_of(pacing, form.read, len(at_each))
    except DoesNotFit as error:
        form.refuse(error)
        return Draft(form)
    if pacing.begins is not None and (said := _first_problem(days, pacing, form.zone)):
        form.begins.errors = [said]
        return Draft(form)
    often = {key: sum(key in at_it for at_it in at_each) for key in minutes}
    rows = [
        Row(
            n,
            day,
            [one for one in form.read if (days[n - 2] if n > 1 else form.start.data) <= one.last and one.first < day],
            fields,
            sum(round(minutes.get(key, 0) / often[key]) for key in at_it if key in often),
        )
        for n, (day, fields, at_it) in enumerate(zip(days, form.lesson_fields, at_each, strict=True), 1)
    ]
    weeks = max(1, round((days[-1] - days[0] + timedelta(days=7)).days / 7))
    there = {key for at_it in at_each for key in at_it}
    told = [days, form.breaks.data, pacing.begins, pacing.ends]
    seen = hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    was_seen = kept and form.seen.data == seen
    form.seen.data = seen
    outcome = Outcome(
        rows,
        round(sum(row.minutes for row in rows) / weeks),
        [line for line in lessons if line.activity_id not in there],
        [note for day in days if (note := hour_note(day, pacing.begins, form.zone))],
        seen,
    )
    return Draft(form, pacing, at_each, outcome, was_seen)


def _first_problem(days: Sequence[date], pacing: Pacing, zone: ZoneInfo) -> str | None:
    assert pacing.begins is not None
    return next((said for day in days if (said := hour_problem(day, pacing.begins, zone))), None)
