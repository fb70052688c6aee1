"""What the pages of the syllabus read of a request, but for the laying out (`plan_forms`)."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from course.base.forms import Form, WithinLength, clean_text, number_field, whole_number
from course.base.words import _
from course.pacing import Break
from course.rules import hour_on
from course.syllabus.holidays import YEARS, in_words, read_breaks
from course.syllabus.planning import (
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_DAYS_TO_REPLY,
    DoesNotFit,
    Hours,
)
from lessons.outline import LessonLine

#: The longest a meeting lasts, in minutes, and the longest list of holidays, in characters.
LONGEST_MEETING = 1440
LONGEST_BREAKS = 8000

MOVE, STAY = "move", "stay"


def in_our_time(_form: Form, field: DateField) -> None:
    """Refuse a day that is a slip of the hand."""
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_("Choose a day between {first} and {last}.").format(first=YEARS[0], last=YEARS[-1]))


def day_field(label: str, *, required: bool = True) -> DateField:
    """Return the field of a day."""
    first = InputRequired(_("Choose a day.")) if required else Optional()
    return DateField(label, validators=[first, in_our_time])


def breaks_field() -> TextAreaField:
    """Return the field of holidays, one a line."""
    return TextAreaField(
        _("Holidays and breaks"),
        filters=[clean_text],
        validators=[WithinLength(LONGEST_BREAKS)],
        render_kw={"rows": 4, "spellcheck": "false"},
    )


def read_breaks_field(field: TextAreaField, start: date) -> list[Break]:
    """Return the breaks that FIELD names; raise ValidationError with the lines that cannot be read."""
    breaks, problems = read_breaks(field.data or "", start)
    if problems:
        raise ValidationError(" ".join(in_words(problems)))
    return breaks


def hour_problem(day: date, at: time, zone: ZoneInfo) -> str | None:
    """Return what is wrong with the hour AT on DAY in ZONE: the clocks leave it out. None where nothing is."""
    found = hour_on(day, at, zone)
    if found.times:
        return None
    words = _("On {day} the clocks leave out {hour}. The next hour there is: {next}.")
    there = found.moment.astimezone(zone)
    following = f"{there:%H:%M}" if there.date() == day else _("{hour} of the next day").format(hour=f"{there:%H:%M}")
    return words.format(day=f"{day.day} {day:%B %Y}", hour=f"{at:%H:%M}", next=following)


def hour_note(day: date, at: time | None, zone: ZoneInfo) -> str | None:
    """Return what is to be known of the hour AT on DAY in ZONE: the clocks show it twice. None where nothing is."""
    if at is None or hour_on(day, at, zone).times < 2:
        return None
    words = _("On {day} the clocks show {hour} twice: the first is meant, before they are put back.")
    return words.format(day=f"{day.day} {day:%B %Y}", hour=f"{at:%H:%M}")


class WithHours(Form):
    """When a meeting begins, how long it lasts, where it is; nothing of it must be said."""

    begins = TimeField(_("Begins at"), format=["%H:%M", "%H:%M:%S"], validators=[Optional()])
    lasts = number_field(_("Lasts, in minutes"), 1, LONGEST_MEETING)
    where = StringField(
        _("Where"),
        filters=[clean_text, lambda text: " ".join(text.split())],
        validators=[WithinLength(LONGEST_PLACE)],
    )

    def hours(self) -> Hours:
        """Return what was said of it."""
        begins = self.begins.data
        return Hours(begins and begins.replace(second=0), self.lasts.data, self.where.data or "")


class MeetingForm(WithHours):
    """One meeting: its day and hour, what it is called, its lessons, and how long after it replies are due."""

    day = day_field(_("Day"))
    fixed = BooleanField(_("Keep it on this day when other meetings move"))
    with_later = BooleanField(_("Move the later meetings along"))
    #: Of a new one that is put before another: whether those after it move on, else on which day it is.
    others = RadioField(
        _("The meetings after it"),
        choices=[
            SelectChoice(MOVE, _("move on: each takes the day of the next")),
            SelectChoice(STAY, _("stay: the new one is on the day below")),
        ],
        default=MOVE,
        validators=[InputRequired(_("Say whether the others move on."))],
    )
    title = StringField(_("Title"), filters=[clean_text, str.strip], validators=[WithinLength(LONGEST_TITLE)])
    lessons = SelectMultipleField(_("Lessons"), coerce=int)
    replies = number_field(_("Replies are due so many days later"), 0, MOST_DAYS_TO_REPLY)
    #: What the page showed: who changes it meanwhile is not overwritten, and a second click adds nothing.
    shown = HiddenField()

    zone: ZoneInfo
    default_day: date | None = None

    def offer(
        self,
        lessons: Sequence[LessonLine],
        at: Mapping[int, tuple[int, ...]],
        number: int | None,
        titles: Mapping[int, str],
    ) -> None:
        """Offer LESSONS, each with the numbers of the other meetings it is AT, and what else is at meeting NUMBER: that
        was retired since, and goes by TITLES."""
        where: dict[int, list[int]] = {}
        for meeting, lessons_there in at.items():
            for lesson in lessons_there:
                if meeting != number:
                    where.setdefault(lesson, []).append(meeting)
        known = {line.activity_id for line in lessons}
        gone = [SelectChoice(key, titles[key]) for key in at.get(number or 0, ()) if key not in known]
        self.lessons.choices = [_choice(line, where.get(line.activity_id, ())) for line in lessons] + gone

    def validate_begins(self, field: Field) -> None:
        """Refuse an hour that the clocks leave out on that day."""
        day = self.day.data if "day" in self and self.day.data else self.default_day
        if field.data is not None and day is not None and (said := hour_problem(day, field.data, self.zone)):
            raise ValidationError(said)

    def validate_others(self, field: Field) -> None:
        """A meeting between others that stay has a day of its own."""
        if field.data == STAY and self.day.data is None and not self.day.errors:
            raise ValidationError(_("Say on which day the new one is, if the others stay."))

    def own_day(self) -> date | None:
        """Return the day that was chosen; None where it takes that of the meeting it is put before."""
        return None if "others" in self and self.others.data == MOVE else self.day.data

    def refuse(self, error: DoesNotFit) -> None:
        """Hang ERROR on the field it is about."""
        field = self["lessons" if error.field == "lesson" else error.field]
        field.errors = [*field.errors, error.message]


def _choice(line: LessonLine, where: Sequence[int]) -> SelectChoice:
    words = _("Lesson {n}: {title}")
    if where:
        words = _("Lesson {n}: {title} (also at meeting {where})")
    told = ", ".join(map(str, where))
    return SelectChoice(line.activity_id, words.format(n=line.number, title=line.title, where=told))


class InsertForm(MeetingForm):
    """A new meeting before another: its day is asked only where the others stay."""

    day = day_field(_("Its day, if the others stay"), required=False)


class CancelForm(Form):
    """How a meeting is cancelled: whether the later ones close up, and whether its lessons go on to the next."""

    later = RadioField(
        _("The later meetings"),
        choices=[
            SelectChoice(STAY, _("stay where they are")),
            SelectChoice("close", _("close up: each takes the day of the one before")),
        ],
        default=STAY,
        validators=[Optional()],
    )
    its_lessons = RadioField(
        _("Its lessons"),
        choices=[
            SelectChoice("drop", _("are no longer asked for")),
            SelectChoice("pass", _("go to the next meeting")),
        ],
        default="drop",
        validators=[Optional()],
    )
    meeting = HiddenField()

    def is_about(self, meeting_id: int) -> bool:
        """Return whether the page that was sent showed this meeting; numbers change when others come and go."""
        return not self.meeting.data or whole_number(self.meeting.data) == meeting_id


class MoveForm(Form):
    """Which meeting is to stand where another stands."""

    meeting = HiddenField()
    to = HiddenField()

    def asked(self) -> tuple[int, int] | None:
        """Return the id of the meeting and the number; None where what was sent is none of both."""
        meeting, to = whole_number(self.meeting.data), whole_number(self.to.data, digits=4)
        return None if meeting is None or to is None else (meeting, to)


class BreaksForm(Form):
    """The holidays of a group, one a line; `seen` says what the page showed that they would move."""

    breaks = breaks_field()
    seen = HiddenField()

    start: date

    def validate_breaks(self, field: TextAreaField) -> None:
        """Every line is a break; those that are none are told with their numbers."""
        self._read = read_breaks_field(field, self.start)

    @property
    def read(self) -> list[Break]:
        """The breaks."""
        return self._read

    def refuse(self, error: DoesNotFit) -> None:
        """Hang ERROR on the field."""
        self.breaks.errors = [error.message]


def bound(form: type[Form], **known: Any) -> type[Form]:
    """Return FORM as it reads requests about one group: with what is KNOWN of that."""
    return type(form.__name__, (form,), known)
