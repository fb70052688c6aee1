"""What the pages of subgroups read of a request."""

from collections.abc import Sequence

from flask import request
from wtforms import HiddenField, IntegerField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import Form, WithinLength, WithinRange, clean_text, whole_number
from course.base.words import _
from course.groups.dividing import LARGEST, LONGEST_NAME
from course.groups.models import Enrolment


class SubgroupForm(Form):
    """A subgroup: what it is called, and who is in it."""

    name = StringField(
        _("What is it called?"),
        filters=[clean_text, lambda text: " ".join(text.split())],
        validators=[InputRequired(_("Give it a name: everybody finds it by that.")), WithinLength(LONGEST_NAME)],
    )
    members = SelectMultipleField(_("Who is in it?"), validate_choice=False)

    def validate_name(self, field: StringField) -> None:
        """Refuse a name of spaces only."""
        if not field.data:
            raise ValidationError(_("Give it a name: everybody finds it by that."))

    def offer(self, students: Sequence[Enrolment]) -> None:
        """Let STUDENTS be chosen from."""
        self.members.choices = [SelectChoice(str(one.id), one.user.name or "") for one in students]

    def validate_members(self, field: SelectMultipleField) -> None:
        """Refuse a subgroup of nobody, and somebody who is not (any longer) a student of the group."""
        if not field.data:
            raise ValidationError(_("Choose one member at least."))
        known = {choice.value for choice in field.choices}
        if not set(field.data) <= known:
            field.data = [one for one in field.data if one in known]
            raise ValidationError(_("Somebody you chose is no longer a student here. The others are still chosen."))

    @property
    def member_ids(self) -> frozenset[int]:
        """The places of those who are to be in it."""
        return frozenset(map(int, self.members.data or ()))


class SizeForm(Form):
    """How the group is to be parted: into subgroups of about which size."""

    class Meta:
        """It changes nothing, and stands in the address."""

        csrf = False

    size = IntegerField(
        _("How many in each?"),
        validators=[
            InputRequired(_("Say about how many are to be in each subgroup.")),
            WithinRange(2, LARGEST, _("From 2 to {most}.").format(most=LARGEST)),
        ],
    )


def size_asked() -> SizeForm:
    """Return what the address says of the size (`?size=4`)."""
    return SizeForm(request.args)


def seed_asked() -> int | None:
    """Return which drawing of lots the address names (`?seed=17`)."""
    return whole_number(request.args.get("seed"), digits=9)


class DivisionForm(Form):
    """The button that makes what the preview showed."""

    size = HiddenField()
    seed = HiddenField()
    number = HiddenField()
    state = HiddenField()

    @property
    def said(self) -> tuple[int, int, int, str]:
        """The size, the drawing of lots, the number and the state that the preview had; 0 where it says nothing."""
        size, seed, number = (whole_number(field.data, digits=9) or 0 for field in (self.size, self.seed, self.number))
        return min(size, LARGEST), seed, number, str(self.state.data or "")
