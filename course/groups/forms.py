"""What the pages of study groups read of a request."""

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from course.base.forms import Form, WithinLength, WithinRange, clean_text, whole_number
from course.base.words import _
from course.groups.invitations import MOST_DAYS, MOST_USES
from course.groups.models import Role
from course.groups.opening import LONGEST_ABOUT, LONGEST_NAME
from course.users.forms import ZoneForm


class GroupForm(ZoneForm):
    """What a study group is called, is about, and which zone its days are in."""

    name = StringField(
        _("Name"),
        filters=[clean_text, lambda text: " ".join(text.split())],
        validators=[InputRequired(_("Say how the group is called.")), WithinLength(LONGEST_NAME)],
    )
    about = TextAreaField(
        _("About it"),
        description=_("When and where you meet, what you hope for. Whoever is invited reads it."),
        filters=[clean_text],
        validators=[WithinLength(LONGEST_ABOUT)],
        render_kw={"rows": 4},
    )

    write_first = BooleanField(_("Write before you see"), default=True)

    def validate_name(self, field: StringField) -> None:
        """Refuse a name of spaces only."""
        if not field.data:
            raise ValidationError(_("Say how the group is called."))


class OpenForm(GroupForm):
    """A new study group, and what its opener is in it."""

    role = RadioField(
        _("You are in it"),
        choices=[
            SelectChoice("student", _("a student: I study with the others")),
            SelectChoice("tutor", _("the tutor: I plan, and see what everybody has done")),
        ],
        default="student",
    )

    @property
    def chosen_role(self) -> Role:
        """The role of the opener."""
        return Role(self.role.data)


class InvitationForm(Form):
    """What a link into the group is to be like."""

    role = RadioField(
        _("Who joins by it is"),
        choices=[
            SelectChoice("student", _("a student")),
            SelectChoice("tutor", _("a tutor, who sees what all have done")),
        ],
        default="student",
    )
    way = RadioField(
        _("They are in"),
        choices=[
            SelectChoice("at-once", _("at once")),
            SelectChoice("by-approval", _("when an organiser has let them in")),
        ],
        default="at-once",
    )
    uses = IntegerField(
        _("How many may use it"),
        description=_("Empty: any number."),
        validators=[
            Optional(),
            WithinRange(1, MOST_USES, _("Between 1 and {most}, or empty.").format(most=MOST_USES)),
        ],
    )
    days = IntegerField(
        _("For how many days"),
        description=_("Empty: until you take it back."),
        default=14,
        validators=[
            Optional(),
            WithinRange(1, MOST_DAYS, _("Between 1 and {most}, or empty.").format(most=MOST_DAYS)),
        ],
    )


class JoinForm(Form):
    """Whether one's work comes along, and words to who lets one in."""

    bring = RadioField(
        _("What you did alone in this course"),
        choices=[
            SelectChoice("bring", _("Bring my work along: it becomes my work in the group, and tutors see it")),
            SelectChoice("afresh", _("Begin afresh: my work alone stays beside, and nobody in the group sees it")),
        ],
        default="afresh",
    )
    words = StringField(
        _("A word to the organisers"),
        description=_("They also see your name and e-mail."),
        filters=[clean_text],
        validators=[WithinLength(500)],
    )

    @property
    def brings(self) -> bool:
        """Whether the work comes along."""
        return bool(self.bring.data == "bring")


class MemberForm(Form):
    """A button beside a member: what is to become of them."""

    do = HiddenField()
    enrolment = HiddenField()

    ACTS = frozenset({"make-tutor", "make-student", "give-keys", "take-keys", "remove"})

    @property
    def enrolment_id(self) -> int:
        """The member's place, 0 where none is meant."""
        return whole_number(self.enrolment.data) or 0

    def validate_do(self, field: HiddenField) -> None:
        """Only what the buttons say."""
        if field.data not in self.ACTS:
            raise ValidationError(_("Press one of the buttons."))


class DecisionForm(Form):
    """Let somebody in, or not."""

    answer = RadioField(choices=[SelectChoice("accept"), SelectChoice("decline")])
