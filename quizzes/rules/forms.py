"""What the pages of rules read of a request."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, ValidationError

from course.base.errors import DomainError
from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.words import _
from course.rules import MINUTE, Value, due_instant, readings
from course.syllabus.excepting import (
    LARGEST_FACTOR,
    LONGEST_LIMIT,
    LONGEST_REASON,
    MOST_ATTEMPTS,
    MOST_DAYS,
    Refused,
)
from quizzes.rules.making import FIELDS
from quizzes.rules.telling import NONE

#: How a browser sends a date and a time; some send seconds.
WALL_CLOCK = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")

#: Between these years a date may be; a slip of the hand is told at once.
YEARS = range(2000, 2101)

LABELS = {
    "open": _("Opens for them"),
    "due": _("Due for them"),
    "close": _("Closes for them"),
    "time_limit": _("Minutes for them"),
    "attempts": _("Attempts for them, all in all"),
}


class BadField(DomainError):
    """A field that no rule has."""

    title = _("That was none of the rules")
    hint = _("Go back and choose one of them.")


def _reason(label: str, *, required: bool = True) -> StringField:
    needed = [DataRequired(_("Say why: it stands beside the rule, and they read it."))] if required else []
    return StringField(label, filters=[clean_text, str.strip], validators=[*needed, WithinLength(LONGEST_REASON)])


class ReasonForm(Form):
    """Why one more attempt is given; whether it needs a reason at all is for the subject to say."""

    reason = _reason(_("Why one more"), required=False)

    def refuse(self, error: Refused) -> None:
        """Hang ERROR on the one field there is."""
        self.reason.errors = [error.message]


class ExceptionForm(Form):
    """What one field of the rules is to be for somebody: a value, or none; and why. Which field, the page says."""

    value = StringField(filters=[clean_text, str.strip])
    none = BooleanField()
    reason = _reason(_("Why"))

    def __init__(self, field: str, zone: ZoneInfo, holds: Value = None, *, sent: bool = False) -> None:
        """Make the form of FIELD, which shows what HOLDS, in ZONE; SENT says that it is the one of this request."""
        told: dict[str, Any] = {} if sent else {"formdata": None, "data": {"value": typed(holds, zone)}}
        super().__init__(prefix=f"{field}-", **told)
        self.excepted, self.zone, self.result = field, zone, holds
        self.value.label.text, self.none.label.text = LABELS[field], NONE[field]

    def validate_value(self, field: StringField) -> None:
        """Understand what was typed, unless none is ticked."""
        self.result = None if self.none.data else parse(self.excepted, field.data or "", self.zone)

    def refuse(self, error: Refused) -> None:
        """Hang ERROR on the field it is about."""
        self[error.field].errors = [error.message]


def field_sent() -> str:
    """Return the field of the rules that the form at hand is about; raise BadField."""
    field = request.form.get("field", "")
    if field not in FIELDS:
        raise BadField
    return field


def typed(value: Value, zone: ZoneInfo) -> str:
    """Return VALUE as it is typed: a moment by the clocks of ZONE, a length in minutes."""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime(WALL_CLOCK[0])
    if isinstance(value, timedelta):
        return str(value // MINUTE)
    return "" if value is None else str(value)


def parse(field: str, text: str, zone: ZoneInfo) -> Value:
    """Return what TEXT says of FIELD; raise ValidationError where it is not understood."""
    if field == "time_limit":
        most = LONGEST_LIMIT // MINUTE
        return _number(text, most, _("A whole number of minutes from 1 to {most}.").format(most=most)) * MINUTE
    if field == "attempts":
        return _number(text, MOST_ATTEMPTS, _("A whole number from 1 to {most}.").format(most=MOST_ATTEMPTS))
    return _moment(field, text, zone)


def _number(text: str, most: int, words: str) -> int:
    number = whole_number(text)
    if number is None or not 1 <= number <= most:
        raise ValidationError(words)
    return number


def _moment(field: str, text: str, zone: ZoneInfo) -> datetime:
    """Return the moment of TEXT by the clocks of ZONE; of two that it may mean, the one in the user's favour.

    23:59 is the end of that day, as it is wherever something is due."""
    for way in WALL_CLOCK:
        try:
            wall = datetime.strptime(text, way)  # noqa: DTZ007 (its zone is that of the group)
        except ValueError:
            continue
        break
    else:
        raise ValidationError(_("A day and a time, such as 2026-12-31 18:00."))
    if wall.year not in YEARS:
        raise ValidationError(_("Choose a day between {first} and {last}.").format(first=YEARS[0], last=YEARS[-1]))
    if field == "open":
        return min(readings(wall, zone))
    if (wall.hour, wall.minute) == (23, 59):
        return due_instant(wall.date(), zone)
    return max(readings(wall, zone))


class AccommodationForm(Form):
    """What somebody is always given."""

    factor = StringField(
        _("Time limits, times"),
        description=_("1 is the time everybody has, 1.5 half as much again, 2 twice as much."),
        filters=[clean_text, str.strip],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    days = StringField(
        _("Days later"),
        description=_("By so many days what is due, or closes, is later for them. 0 is as for everybody."),
        filters=[clean_text, str.strip],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    reason = _reason(_("Why"), required=False)

    def validate_factor(self, field: StringField) -> None:
        """Understand the factor, with a point or a comma."""
        text = (field.data or "").replace(",", ".")
        whole, _point, rest = text.partition(".")
        known = whole_number(whole, digits=2) is not None and (not rest or whole_number(rest, digits=2) is not None)
        self.times = Decimal(text) if known else Decimal(0)
        if not 1 <= self.times <= LARGEST_FACTOR:
            words = _("A number from 1 to {most}, with two digits after the point at most.")
            raise ValidationError(words.format(most=LARGEST_FACTOR))

    def validate_days(self, field: StringField) -> None:
        """Understand the days."""
        days = whole_number(field.data)
        if days is None or days > MOST_DAYS:
            raise ValidationError(_("A whole number from 0 to {most}.").format(most=MOST_DAYS))
        self.days_later = days
