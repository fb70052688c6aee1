"""What the pages of privacy read of a request."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import Form, whole_number
from course.base.words import _
from kruzhok.privacy.groups_held import Held


class EraseForm(Form):
    """That one wants to be erased, and who is to hold the keys of the study groups of which one alone has them."""

    sure = BooleanField(
        _("Erase it. I know that nobody can bring it back."), validators=[InputRequired(_("Tick this if you mean it."))]
    )


def erase_form(held: Sequence[Held]) -> EraseForm:
    """Return the form of who alone holds the keys of the study groups HELD: a field for each in which others are."""

    class Erasing(EraseForm):
        """With who is to hold the keys."""

    for group, others in held:
        if others:
            setattr(Erasing, _name(group.id), _heir_field(group.name, others))
    return Erasing()


def _name(group_id: int) -> str:
    return f"heir-{group_id}"


def _heir_field(group: str, others: Sequence[object]) -> SelectField:
    people = [SelectChoice(str(one.id), one.user.name or "") for one in others]  # type: ignore[attr-defined]
    choices = [SelectChoice("", _("Choose a member")), *people]

    def is_member(_form: object, field: SelectField) -> None:
        if field.data not in {str(one.id) for one in others}:  # type: ignore[attr-defined]
            raise ValidationError(_("Choose who is to hold the keys of {group}.").format(group=group))

    words = _("Who holds the keys of {group} after you").format(group=group)
    return SelectField(words, choices=choices, validate_choice=False, validators=[is_member])


def heirs_in(form: EraseForm, held: Sequence[Held]) -> Mapping[int, int]:
    """Return group -> the place of who was chosen in FORM to hold its keys."""
    chosen = {group.id: whole_number(form[_name(group.id)].data) for group, others in held if others}
    return {group_id: place_id for group_id, place_id in chosen.items() if place_id is not None}
