"""What the pages of the syllabus read of a request."""

from collections.abc import Iterable, Sequence
from datetime import date

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from course.base.forms import Form, WithinLength, clean_text
from course.base.words import _
from course.syllabus.planning import LONGEST_TITLE, MOST_DAYS_TO_REPLY, MOST_MEETINGS, DoesNotFit
from lessons.outline import LessonLine

#: What a field says in place of a lesson: none; that of the meeting before.
NONE, GOES_ON = "", "on"

#: Between these years a meeting may be; a slip of the hand is told at once.
YEARS = range(2000, 2101)

WEEKDAYS = (
    _("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"), _("Sundays")
)  # fmt: skip


def _in_our_time(_form: Form, field: DateField) -> None:
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_("Choose a day between {first} and {last}.").format(first=YEARS[0], last=YEARS[-1]))


def _day_field(label: str) -> DateField:
    return DateField(label, validators=[InputRequired(_("Choose a day.")), _in_our_time])


def _lesson_choices(lessons: Iterable[LessonLine], *, first: bool) -> list[SelectChoice]:
    named = [
        SelectChoice(str(line.activity_id), _("Lesson {n}: {title}").format(n=line.number, title=line.title))
        for line in lessons
    ]
    before = [] if first else [SelectChoice(GOES_ON, _("Goes on with the lesson before"))]
    return [*named, *before, SelectChoice(NONE, _("No lesson"))]


class PlanForm(Form):
    """Which days, how many meetings; below it as many lessons, whose fields `plan_form` adds."""

    start = _day_field(_("From"))
    weekday = SelectField(_("On"), coerce=int, choices=[SelectChoice(at, words) for at, words in enumerate(WEEKDAYS)])
    meetings = IntegerField(
        _("How many meetings"),
        validators=[
            InputRequired(_("Say how many meetings there will be.")),
            NumberRange(1, MOST_MEETINGS, _("Choose a number from 1 to {n}.").format(n=MOST_MEETINGS)),
        ],
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_MEETINGS},
    )

    @property
    def lesson_fields(self) -> list[SelectField]:
        """The field of each meeting's lesson, in order."""
        return [field for field in self if field.name.startswith("lesson-")]

    def shows_all(self) -> bool:
        """Return whether the form that was sent had a lesson's field for each meeting, and no more."""
        return len(self.raw("lesson")) == len(self.lesson_fields)

    def lessons(self) -> list[int | None]:
        """Return the lesson of each meeting, None for none; one that goes on has that of before."""
        found: list[int | None] = []
        before: int | None = None
        for field in self.lesson_fields:
            lesson = before if field.data == GOES_ON else int(field.data) if field.data else None
            before = lesson if lesson is not None else before
            found.append(lesson)
        return found

    def refuse(self, error: DoesNotFit) -> None:
        """Hang ERROR on the field it is about."""
        self[f"lesson-{error.number}"].errors = [error.message]


class _CountForm(Form):
    """How many rows the form has that is sent."""

    meetings = IntegerField()


def plan_form(lessons: Sequence[LessonLine], start: date) -> PlanForm:
    """Return the form that lays out meetings: one for each of LESSONS from START on, unless it was sent otherwise.

    A meeting past the last lesson goes on with the one before."""
    sent = _CountForm()
    asked = sent.meetings.data if sent.is_submitted() else len(lessons)
    count = max(1, min(asked or 1, MOST_MEETINGS))

    class Rows(PlanForm):
        pass

    for n in range(1, count + 1):
        default = str(lessons[n - 1].activity_id) if n <= len(lessons) else GOES_ON if lessons and n > 1 else NONE
        choices = _lesson_choices(lessons, first=n == 1)
        setattr(Rows, f"lesson-{n}", SelectField(_("Meeting {n}").format(n=n), choices=choices, default=default))
    return Rows(data={"start": start, "weekday": start.weekday(), "meetings": count})


class MeetingForm(Form):
    """One meeting: its day, what it is called, its lesson, and how long after it replies are due."""

    day = _day_field(_("Day"))
    title = StringField(_("Title"), filters=[clean_text, str.strip], validators=[WithinLength(LONGEST_TITLE)])
    lesson = SelectField(_("Lesson"))
    replies = IntegerField(
        _("Replies are due so many days later"),
        validators=[
            Optional(),
            NumberRange(0, MOST_DAYS_TO_REPLY, _("Choose a number from 0 to {n}.").format(n=MOST_DAYS_TO_REPLY)),
        ],
        render_kw={"inputmode": "numeric", "min": 0, "max": MOST_DAYS_TO_REPLY},
    )
    with_later = BooleanField(_("Move the later meetings by as many days"))
    #: What the page showed: who changes it meanwhile is not overwritten.
    shown = HiddenField()

    def offer(self, lessons: Sequence[LessonLine], before: int | None) -> None:
        """Offer LESSONS, and to go on with BEFORE where there is a lesson before."""
        self.lesson.choices = _lesson_choices(lessons, first=before is None)
        self._before = before

    def lesson_ids(self) -> list[int]:
        """Return the lesson chosen."""
        if self.lesson.data == GOES_ON:
            return [self._before] if self._before else []
        return [int(self.lesson.data)] if self.lesson.data else []

    def refuse(self, error: DoesNotFit) -> None:
        """Hang ERROR on the field it is about."""
        self[error.field].errors = [error.message]
