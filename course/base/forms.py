"""Forms are the only readers of what a request carries. They guard every change with a token (CSRF)."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField
from wtforms.validators import InputRequired, Optional, ValidationError

from course.base.words import _


class Form(FlaskForm):
    """A form with a token; a body without a valid one is refused before a view sees it.

    What it reads are the words of the body, and for a field of files the files. (Flask-WTF hands any field a file that
    was sent under its name, and whatever stands in a body of JSON: numbers, lists, things nested too deep.)"""

    class Meta(FlaskForm.Meta):
        """How what was sent is handed to the fields."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Return the words and, for fields of files, the files that were sent; None where nothing was."""
            if formdata is not _Auto or request.method in {"GET", "HEAD", "OPTIONS"}:
                return super().wrap_formdata(form, formdata)
            sent: MultiDict[str, Any] = MultiDict(request.form)
            for field in form._fields.values():
                if isinstance(field, FileField):
                    sent.setlist(field.name, request.files.getlist(field.name))
            return sent or None

    def raw(self, name: str) -> Mapping[str, Sequence[str]]:
        """Return the values of the field NAME under "", and of each `NAME-suffix` under its suffix."""
        found: dict[str, list[str]] = {}
        for key in request.form:
            if key == name or key.startswith(f"{name}-"):
                found[key[len(name) + 1 :]] = request.form.getlist(key)
        return found


class EmptyForm(Form):
    """A button: nothing to fill in, guarded all the same."""


def clean_text(text: str | None) -> str:
    """Return TEXT without what no database keeps (NUL, halves of surrogate pairs), line ends as \\n."""
    if not text:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode("utf-8")


def whole_number(said: Any, *, digits: int = 18) -> int | None:
    """Return the whole number that a request SAID, of so many DIGITS at the most; None where it is none."""
    text = str(said or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


class WithinLength:
    """Validator: at most MOST characters, said with both numbers."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Any, field: Any) -> None:
        if len(field.data or "") > self.most:
            said = _("This has {n} characters; at most {most} fit.").format(n=len(field.data), most=self.most)
            raise ValidationError(said)


class WithinRange:
    """Validator: a whole number from LEAST to MOST, of however many digits; else what is SAID. (That of WTForms makes a
    float of it, and breaks at one of four hundred digits.)"""

    def __init__(self, least: int, most: int, said: str) -> None:
        self.least, self.most, self.said = least, most, said

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None or not self.least <= field.data <= self.most:
            raise ValidationError(self.said)


def number_field(label: str, least: int, most: int, *, required: str = "", description: str = "") -> IntegerField:
    """Return the field of a whole number from LEAST to MOST; it may be left empty unless REQUIRED says what to do."""
    said = (
        _("Choose a number from {least} to {most}.")
        if required
        else _("Choose a number from {least} to {most}, or leave it empty.")
    )
    return IntegerField(
        label,
        description=description,
        validators=[
            InputRequired(required) if required else Optional(),
            WithinRange(least, most, said.format(least=f"{least:,}", most=f"{most:,}")),
        ],
        render_kw={"inputmode": "numeric", "min": least, "max": most},
    )
