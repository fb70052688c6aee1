"""What the pages of the calendar read of a request."""

from datetime import date

from flask import request
from wtforms import StringField

from course.base.errors import NotFound
from course.base.forms import Form, clean_text, whole_number
from kruzhok.calendar.month import YEARS


class FeedForm(Form):
    """Of which study group a feed is; of all, where none is said."""

    group = StringField(filters=[clean_text])

    @property
    def slug(self) -> str:
        """The slug of the group, "" for all."""
        return self.group.data or ""


def month_asked(today: date) -> date:
    """Return the first day of the month that the address names, as `?month=2026-12`; else of that of TODAY.

    Raise NotFound where it names none."""
    said = request.args.get("month")
    if said is None:
        return today.replace(day=1)
    year, dash, month = said.partition("-")
    numbers = whole_number(year, digits=4), whole_number(month, digits=2)
    if not dash or len(month) != 2 or numbers[0] not in YEARS or numbers[1] not in range(1, 13):
        raise NotFound
    return date(int(year), int(month), 1)
