"""What the pages of a study group's own readings read of a request."""

import re
import secrets
from collections.abc import Sequence

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from course.base.forms import Form, WithinLength, clean_text, number_field
from course.base.words import _
from course.groups.models import Enrolment, Role, Subgroup
from course.syllabus.giving import Terms
from course.syllabus.models import Assignment, Meeting
from lessons.group_readings.making import Told
from lessons.importing.addresses import is_whole
from lessons.importing.imported import LONGEST_TITLE, one_line

LONGEST_ADDRESS = 2000
LONGEST_LOOK_FOR = 2000
MOST_MINUTES = 6000

_PRESS = re.compile(r"[0-9a-f]{12}")


def _in_one_line(text: str | None) -> str:
    return one_line(clean_text(text), LONGEST_ADDRESS)


class ReadingForm(Form):
    """A reading, until when and for whom. Without `address` it is a text in the house."""

    title = StringField(
        _("Title"),
        filters=[_in_one_line],
        validators=[DataRequired(_("Say what is to be read.")), WithinLength(LONGEST_TITLE)],
    )
    by = StringField(_("Author"), filters=[_in_one_line], validators=[WithinLength(LONGEST_TITLE)])
    address = StringField(
        _("Address"),
        description=_("Where it stands: https://…"),
        filters=[_in_one_line],
        validators=[DataRequired(_("Give the address at which it can be read.")), WithinLength(LONGEST_ADDRESS)],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    part = StringField(_("Pages or chapters"), filters=[_in_one_line], validators=[WithinLength(LONGEST_TITLE)])
    minutes = number_field(
        _("Minutes"),
        1,
        MOST_MINUTES,
        required=_("Say about how many minutes it takes."),
        description=_("How long it takes to read, at 200 words a minute."),
    )
    look_for = TextAreaField(
        _("What to look for"),
        description=_("A question or two to read with. Markdown."),
        filters=[clean_text],
        validators=[WithinLength(LONGEST_LOOK_FOR)],
        render_kw={"rows": 4},
    )
    meeting = SelectField(_("For the meeting"))
    day = DateField(_("Or due by the end of"), validators=[Optional()])
    required = BooleanField(_("It is asked of everybody it is for, and counts in their progress"), default=True)
    audience = SelectMultipleField(_("For whom"), description=_("Nobody ticked, it is for the whole group."))
    once = HiddenField()

    def offer(self, meetings: Sequence[Meeting], subgroups: Sequence[Subgroup], members: Sequence[Enrolment]) -> None:
        """Offer MEETINGS that are held, SUBGROUPS and students among MEMBERS."""
        held = [one for one in meetings if one.cancelled_at is None or str(one.id) == self.meeting.data]
        named = [SelectChoice(str(one.id), _meeting_words(one)) for one in held]
        self.meeting.choices = [SelectChoice("", _("No meeting")), *named]
        groups = [SelectChoice(f"subgroup-{one.id}", one.name or "") for one in subgroups]
        people = [SelectChoice(f"member-{one.id}", one.user.name or "") for one in members if one.role is Role.student]
        self.audience.choices = [*groups, *people]
        if not self.audience.choices:
            del self.audience
        if not _PRESS.fullmatch(str(self.once.data or "")):
            self.once.data = secrets.token_hex(6)

    def validate_address(self, field: StringField) -> None:
        """An address of the web, whole."""
        if not is_whole(field.data):
            raise ValidationError(_("Give a whole address of the web, which begins with https:// or http://."))

    def validate_day(self, field: DateField) -> None:
        """A meeting or a day, not both, and none by a slip of the hand."""
        if field.data is not None and self.meeting.data:
            raise ValidationError(
                _("Choose a meeting or a day, not both: for a meeting it is due at the end of that day.")
            )
        if field.data is not None and not 2000 <= field.data.year <= 2100:
            raise ValidationError(_("Choose a day between 2000 and 2100."))

    def told(self) -> Told:
        """Return what is told of the reading."""
        address = str(self.address.data) if self.address else ""
        return Told(
            self.title.data, self.by.data, address, self.part.data, self.minutes.data or 1, self.look_for.data.strip()
        )

    def terms(self) -> Terms:
        """Return until when and for whom it is given."""
        chosen = (
            [str(one).partition("-") for one in (self.audience.data or ()) if self.audience] if self.audience else []
        )
        return Terms(
            int(self.meeting.data) if self.meeting.data else None,
            self.day.data,
            bool(self.required.data),
            frozenset(int(key) for kind, _dash, key in chosen if kind == "subgroup"),
            frozenset(int(key) for kind, _dash, key in chosen if kind == "member"),
        )


def _meeting_words(meeting: Meeting) -> str:
    day = f"{meeting.day.day} {meeting.day:%B %Y}"
    words = _("{n}: {title}, {day}") if meeting.title else _("{n}: {day}")
    return words.format(n=meeting.number, title=meeting.title, day=day)


def audience_of(given: Assignment | None) -> list[str]:
    """Return whom an assignment is for, as the form says it."""
    targets = given.targets if given else []
    return [
        f"subgroup-{one.subgroup_id}" if one.subgroup_id is not None else f"member-{one.enrolment_id}"
        for one in targets
    ]


def text_asked() -> str | None:
    """Return the ident of the text that is to be given, None for something outside."""
    return request.args.get("text") or request.form.get("text") or None
