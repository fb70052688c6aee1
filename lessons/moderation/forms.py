"""What the pages of hiding and complaining read of a request."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.words import _
from lessons.moderation import complaints, hiding

WITHOUT_REASON = _("Say why, in a sentence: whoever wrote it reads this.")
WITHOUT_WORDS = _("Say what is wrong with it, in a sentence or two.")


class _WhyForm(Form):
    """Why something is done: some words, which may not be blanks."""

    why: TextAreaField

    def validate_why(self, field: TextAreaField) -> None:
        """Refuse blanks."""
        if not field.data:
            raise ValidationError(field.validators[0].message)


class HideForm(_WhyForm):
    """Why something is hidden."""

    why = TextAreaField(
        _("Why is it hidden?"),
        filters=[clean_text, str.strip],
        validators=[InputRequired(WITHOUT_REASON), WithinLength(hiding.LONGEST)],
        render_kw={"rows": 3},
    )


class ComplaintForm(_WhyForm):
    """Why something should be looked at."""

    why = TextAreaField(
        _("What is wrong with it?"),
        filters=[clean_text, str.strip],
        validators=[InputRequired(WITHOUT_WORDS), WithinLength(complaints.LONGEST)],
        render_kw={"rows": 4},
    )


class LockForm(Form):
    """The button that locks a discussion, or opens it again."""

    locked = HiddenField()
    talk = HiddenField()

    @property
    def locks(self) -> bool:
        """Whether it is to be locked."""
        return bool(self.locked.data == "1")

    @property
    def only(self) -> int | None:
        """The subgroup whose talk is meant, 0 for the whole group's; None for all of them."""
        return whole_number(self.talk.data)
