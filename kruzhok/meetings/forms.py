"""What the page of a meeting reads from a request."""

from collections.abc import Iterable

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.web import is_local_path
from course.base.words import _
from course.groups.models import Enrolment
from lessons.agenda.items import LONGEST
from lessons.forms import EntryForm, WritingForm


class WordsForm(WritingForm):
    """What a member wants to talk about, in words of their own."""

    text = TextAreaField(_("What you want to talk about"), filters=[clean_text], validators=[WithinLength(LONGEST)])

    @property
    def words(self) -> str:
        """What was written, without white space around it."""
        return str(self.text.data).strip()

    def validate_text(self, field: TextAreaField) -> None:
        """Not empty: a draft may be."""
        if not field.data.strip():
            raise ValidationError(_("There is nothing written here yet. One question is enough."))


class WordsDraft(WordsForm):
    """Words that are not done yet: there may be none."""

    def validate_text(self, field: TextAreaField) -> None:
        """Anything within the length."""


class PassageForm(Form):
    """The button that puts a passage on the agenda, and the page it was pressed on."""

    text = HiddenField()
    passage = HiddenField(filters=[clean_text])
    back = HiddenField()

    @property
    def text_id(self) -> int:
        """The id of the text, 0 where none is meant."""
        return whole_number(self.text.data) or 0

    @property
    def way_back(self) -> str | None:
        """The page one was on, if it is one of this site."""
        return str(self.back.data) if self.back.data and is_local_path(str(self.back.data)) else None


class TalkedForm(Form):
    """The button that says that something was talked about, or not after all."""

    talked = HiddenField()

    @property
    def was(self) -> bool:
        """Whether it was."""
        return bool(self.talked.data == "1")


class ChairForm(Form):
    """Who leads a meeting."""

    chair = SelectField(_("Who leads it"), coerce=str, validate_choice=False)

    def offer(self, members: Iterable[Enrolment]) -> None:
        """Let one choose among MEMBERS, or nobody."""
        named = [(str(member.id), member.user.name or "") for member in members]
        self.chair.choices = [("", _("Nobody")), *named]

    def validate_chair(self, field: SelectField) -> None:
        """One of the members."""
        if (field.data or "") not in {value for value, _words in field.choices}:
            raise ValidationError(_("That is no member of the study group any longer. Choose somebody else."))

    @property
    def chair_id(self) -> int | None:
        """The place of who is chosen, None for nobody."""
        return whole_number(self.chair.data)


class TurnsForm(Form):
    """The buttons that let members take turns from a meeting on, or no longer."""

    turns = HiddenField()

    @property
    def wanted(self) -> bool:
        """Whether turns are taken from now on."""
        return bool(self.turns.data != "0")


class MinutesForm(EntryForm):
    """The minutes of a meeting."""

    text = TextAreaField(_("The minutes"), filters=[clean_text])
    version = HiddenField(default="0")

    @property
    def version_number(self) -> int:
        """The number of the version they were written on, 0 where it is none."""
        return whole_number(self.version.data, digits=9) or 0
