"""What the pages of reports read of a request."""

from flask import request
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.web import is_local_path
from course.base.words import _
from lessons.reports.models import Outcome
from lessons.reports.reports import LONGEST, OUTCOMES


def asked_id(name: str) -> int | None:
    """Return the id that the address or the form says under NAME; None where it says none."""
    return whole_number(request.values.get(name))


def way_back() -> str | None:
    """Return the page one came from, where it is told and on this site."""
    said = request.values.get("back", "")
    return said if is_local_path(said) else None


class ReportForm(Form):
    """What is wrong."""

    words = TextAreaField(
        _("What is wrong?"),
        filters=[clean_text, str.strip],
        validators=[InputRequired(_("Say what is wrong, in a sentence or two.")), WithinLength(LONGEST)],
        render_kw={"rows": 5},
    )
    back = HiddenField()

    def validate_words(self, field: TextAreaField) -> None:
        """Refuse a report of spaces only."""
        if not field.data:
            raise ValidationError(_("Say what is wrong, in a sentence or two."))


class AnswerForm(Form):
    """What became of it."""

    outcome = RadioField(
        _("What became of it"),
        choices=[SelectChoice(outcome.value, words) for outcome, words in OUTCOMES.items()],
        validators=[InputRequired(_("Say what became of it."))],
    )
    answer = TextAreaField(
        _("Your answer"),
        filters=[clean_text, str.strip],
        validators=[WithinLength(LONGEST)],
        render_kw={"rows": 4},
    )

    @property
    def chosen(self) -> Outcome:
        """The outcome."""
        return Outcome(self.outcome.data)
