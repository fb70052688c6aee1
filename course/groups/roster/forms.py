"""What the pages of rosters read of a request."""

from typing import get_args

from flask import request
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from course.base.csv_files import MOST_BYTES
from course.base.forms import Form, clean_text, whole_number
from course.base.words import _
from course.groups.roster.comparing import KINDS, Kind
from course.groups.roster.taking import Wanted

#: The file, and words pasted beside it by mistake.
MOST_BODY = 2 * MOST_BYTES + 2**20

#: Rows on one page.
PAGE = 100


class RosterForm(Form):
    """A file, or rows that were pasted."""

    file = FileField(
        _("A file"),
        description=_("CSV, as any spreadsheet saves it; up to 10,000 rows."),
        render_kw={"accept": ".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"},
    )
    words = TextAreaField(
        _("Or rows, pasted"),
        description=_("One person a row. Columns straight from a spreadsheet will do, and a list of e-mails too."),
        filters=[clean_text],
        render_kw={
            "rows": 8,
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "Vera Figner, vera@example.org, Readers A",
        },
    )

    def validate_file(self, field: FileField) -> None:
        """There must be a file or rows, and not both."""
        if field.data and (self.words.data or "").strip():
            raise ValidationError(_("Bring a file or paste rows, not both: take one of the two away."))
        if not field.data and not (self.words.data or "").strip():
            raise ValidationError(_("Choose a file first, or paste rows below."))

    def brought(self) -> tuple[str, bytes]:
        """Return the name and the bytes of what was brought; of a file that is too large no more than shows that."""
        if self.file.data:
            name = "".join(sign for sign in str(self.file.data.filename or "") if sign.isprintable())
            return name[-200:] or _("A file"), self.file.data.read(MOST_BYTES + 1)
        return _("Pasted rows"), (self.words.data or "").encode()

    def refuse(self, message: str) -> None:
        """Say beside what was brought why it cannot be read."""
        field = self.file if self.file.data else self.words
        field.errors = [*field.errors, message]


class TakeForm(Form):
    """What of a roster is wanted, and which preview was looked at."""

    again = BooleanField()
    roles = BooleanField()
    subgroups = BooleanField()
    way = RadioField(
        choices=[
            SelectChoice("letters", _("by letters that are sent from here")),
            SelectChoice("links", _("by links that I send myself: they come as a file, once")),
        ],
        default="letters",
        validate_choice=False,
    )
    mark = HiddenField()

    @property
    def wanted(self) -> Wanted:
        """What is wanted."""
        return Wanted(bool(self.again.data), bool(self.roles.data), bool(self.subgroups.data))


def kind_asked_for() -> Kind | None:
    """Return of which kind rows are asked for, None for all."""
    asked = request.args.get("show")
    return next((kind for kind in get_args(Kind) if kind == asked and kind in KINDS), None)


def page_asked_for(rows: int) -> int:
    """Return which page of so many ROWS is asked for, from 1; the nearest there is where it is none of them."""
    return min(max(whole_number(request.args.get("page"), digits=6) or 1, 1), pages_of(rows))


def pages_of(rows: int) -> int:
    """Return how many pages so many ROWS take."""
    return max(1, -(-rows // PAGE))
