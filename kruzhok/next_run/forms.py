"""What the page of the next run reads of a request."""

from datetime import date

from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import Form, WithinLength, clean_text
from course.base.words import _
from course.groups.opening import LONGEST_NAME
from course.pacing import Break
from course.syllabus.holidays import YEARS, in_words, read_breaks
from course.syllabus.planning import DoesNotFit

LONGEST_BREAKS = 8000

#: From when a day without a year is sought where no first meeting was chosen; the form is refused then anyway.
SOME_DAY = date(2000, 1, 1)


class NextRunForm(Form):
    """How the next run is called, when it begins, and when it does not meet."""

    name = StringField(
        _("Name"),
        filters=[clean_text, lambda text: " ".join(text.split())],
        validators=[InputRequired(_("Say how the group is called.")), WithinLength(LONGEST_NAME)],
    )
    start = DateField(_("First meeting"), validators=[InputRequired(_("Choose a day."))])
    breaks = TextAreaField(
        _("Holidays and breaks"),
        description=_("One a line: 24 December 2026 – 6 January 2027 Christmas"),
        filters=[clean_text],
        validators=[WithinLength(LONGEST_BREAKS)],
        render_kw={"rows": 3},
    )

    def validate_name(self, field: StringField) -> None:
        """Refuse a name of spaces only."""
        if not field.data:
            raise ValidationError(_("Say how the group is called."))

    def validate_start(self, field: DateField) -> None:
        """A slip of the hand is told at once."""
        if field.data is not None and field.data.year not in YEARS:
            raise ValidationError(_("Choose a day between {first} and {last}.").format(first=YEARS[0], last=YEARS[-1]))

    def validate_breaks(self, field: TextAreaField) -> None:
        """Every line is a break; those that are none are told with their numbers."""
        self._read, problems = read_breaks(field.data or "", self.start.data or SOME_DAY)
        if problems:
            raise ValidationError(" ".join(in_words(problems)))

    @property
    def read(self) -> list[Break]:
        """The breaks."""
        return self._read

    def refuse(self, error: DoesNotFit) -> None:
        """Hang ERROR on the field it is about."""
        field = self.start if error.field not in {"breaks", "start"} else self[error.field]
        field.errors = [error.message]
