"""What the pages of messages read of a request."""

import re
import secrets

from flask import request
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired

from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.words import _

LONGEST_SUBJECT = 200
LONGEST_WORDS = 20_000

#: How many may be written to at once: more than any group has, and a bound for what a request can ask.
MOST_RECIPIENTS = 10_000

_PRESS = re.compile(r"[0-9a-f]{12}")


def _in_one_line(text: str | None) -> str:
    return " ".join(clean_text(text).split())


class MessageForm(Form):
    """A message: what it is about, its words, and to whom it goes as the page said."""

    subject = StringField(
        _("What it is about"),
        filters=[_in_one_line],
        validators=[DataRequired(_("Say in a few words what it is about.")), WithinLength(LONGEST_SUBJECT)],
        render_kw={"maxlength": LONGEST_SUBJECT},
    )
    text = TextAreaField(
        _("Your words"),
        filters=[clean_text],
        validators=[DataRequired(_("There is nothing written here yet.")), WithinLength(LONGEST_WORDS)],
        render_kw={"rows": 8},
    )
    once = HiddenField()

    @property
    def wants_preview(self) -> bool:
        """Whether the button pressed asks to see what it will look like, not to send it."""
        return "preview" in request.form

    def name_press(self) -> None:
        """Give the press of the button a name where the page has none."""
        if not _PRESS.fullmatch(str(self.once.data or "")):
            self.once.data = secrets.token_hex(6)


def ids_chosen() -> list[int]:
    """Return the members chosen: those ticked or, where that button was pressed, those whom the page showed."""
    said = request.values.getlist("shown") or request.values.getlist("to")
    numbers = (whole_number(word) for one in said for word in one.replace(",", " ").split()[:MOST_RECIPIENTS])
    return list(dict.fromkeys(number for number in numbers if number is not None))[:MOST_RECIPIENTS]


def wants(name: str) -> bool:
    """Return whether the address asks for NAME: *all* that are found, or *everybody*."""
    return bool(request.args.get(name))


def before() -> int | None:
    """Return before which message the list goes on."""
    return whole_number(request.args.get("before"))
