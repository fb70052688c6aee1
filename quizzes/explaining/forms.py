"""What a tutor sends to change a score."""

from fractions import Fraction
from typing import Any

from flask import request
from wtforms import StringField
from wtforms.validators import DataRequired, ValidationError

from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.words import _
from quizzes.attempts.wording import amount
from quizzes.explaining.correcting import LONGEST_REASON
from quizzes.items import BadResponse
from quizzes.items.numerals import read_number


class OverrideForm(Form):
    """How many points an answer gets, and why."""

    points = StringField(
        _("Points"), filters=[clean_text, str.strip], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )
    reason = StringField(
        _("Why"),
        filters=[clean_text, str.strip],
        validators=[
            DataRequired(_("Say why: it stands beside the score, and they read it.")),
            WithinLength(LONGEST_REASON),
        ],
    )

    def __init__(self, most: float, *, sent: bool) -> None:
        """Make the form for an item of MOST points; SENT says that it is that of this request."""
        told: dict[str, Any] = {} if sent else {"formdata": None}
        super().__init__(**told)
        self.most, self.result = most, Fraction(0)

    def validate_points(self, field: StringField) -> None:
        """Understand the points, in any digits, with a point or a comma."""
        try:
            number, rest = read_number(field.data or "")
        except BadResponse as problem:
            raise ValidationError(str(problem)) from None
        self.result = Fraction(number)
        if rest or not 0 <= self.result <= Fraction(str(self.most)):
            raise ValidationError(_("A number from 0 to {most}.").format(most=amount(self.most)))


class AcceptForm(Form):
    """Which of the answers that do not count is to count."""

    @property
    def step(self) -> int:
        """The number of its step; 0, which none has, where that is not understood."""
        return whole_number(request.form.get("step"), digits=9) or 0
