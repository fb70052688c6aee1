"""What the pages of users read of a request."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import current_app, request
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from course.base.forms import EmptyForm, Form, WithinLength, clean_text, whole_number
from course.base.web import is_local_path
from course.base.words import _
from course.users.accounts import LONGEST_EMAIL, LONGEST_NAME, Unfit, good_password, normal_email, normal_name
from course.users.models import DigestKind
from course.users.passwords import LONGEST
from course.users.reading import FASTEST, SLOWEST


def front() -> str:
    """Return the path of the front page."""
    return f"{request.script_root}/"


def next_path() -> str:
    """Return where the request wants to go afterwards: a path on this site, else the front page."""
    asked = request.form.get("next") or request.args.get("next") or ""
    return asked if is_local_path(asked) else front()


def page_before() -> str:
    """Return the path one comes from, where it is told and on this site; else the front page."""
    if "next" in request.values:
        return next_path()
    try:
        from_ = urlsplit(request.referrer or "")
    except ValueError:  # half an address, as no browser sends one
        return front()
    if from_.netloc != request.host or not is_local_path(from_.path) or from_.path == request.path:
        return front()
    return f"{from_.path}?{from_.query}" if from_.query else from_.path


def _required(words: str) -> InputRequired:
    return InputRequired(words)


def _normal(make: Callable[[str], str]) -> Callable[[Any, Any], None]:
    """Return a validator that leaves what MAKE makes of a field, and says what it refuses."""

    def validate(_form: Any, field: Any) -> None:
        try:
            field.normal = make(field.data or "")
        except Unfit as unfit:
            raise ValidationError(unfit.message) from None

    return validate


def email_field(autocomplete: str = "email") -> StringField:
    """Return a field for an e-mail; valid, its `normal` is the one way it is written here."""
    kw = {"autocomplete": autocomplete, "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
    validators = [_required(_("Type your e-mail.")), WithinLength(LONGEST_EMAIL), _normal(normal_email)]
    return StringField(_("E-mail"), filters=[clean_text], validators=validators, render_kw=kw)


def name_field() -> StringField:
    """Return a field for a name; valid, its `normal` is it on one line."""
    validators = [_required(_("Say how you want to be called.")), WithinLength(LONGEST_NAME), _normal(normal_name)]
    return StringField(_("Name"), filters=[clean_text], validators=validators, render_kw={"autocomplete": "name"})


def password_field(label: str, autocomplete: str) -> PasswordField:
    """Return a field for a password; whether a new one is good, its form knows."""
    validators = [_required(_("Type a password.")), WithinLength(LONGEST)]
    return PasswordField(label, validators=validators, render_kw={"autocomplete": autocomplete})


class SignUpForm(Form):
    """What makes an account."""

    email = email_field("username")
    name = name_field()
    password = password_field(_("Password"), "new-password")

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that is easy to guess."""
        _good(field, self.email.data or "", self.name.data or "")


class SignInForm(Form):
    """E-mail and password."""

    email = email_field("username")
    password = password_field(_("Password"), "current-password")


class EmailForm(Form):
    """The e-mail of who forgot their password, wants an account, or another e-mail."""

    email = email_field()


class FinishSignUpForm(Form):
    """What an account still needs once its e-mail is shown. Fill in `known` (the e-mail) before it is validated."""

    name = name_field()
    password = password_field(_("Password"), "new-password")
    known: str = ""

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that is easy to guess."""
        _good(field, self.known, self.name.data or "")


def code_field(label: str) -> StringField:
    """Return a field for a code of one's telephone."""
    kw = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "maxlength": "40"}
    return StringField(
        label, filters=[clean_text], validators=[_required(_("Type the code.")), WithinLength(40)], render_kw=kw
    )


class CodeForm(Form):
    """A code of one's telephone, or one to recover."""

    code = code_field(_("Code"))


class PasswordForm(Form):
    """One's password, to show that it is oneself who turns something off."""

    old = password_field(_("Your password"), "current-password")


class ProofForm(PasswordForm):
    """One's password and, for who has a second step, a code."""

    code = code_field(_("Code"))


class NewPasswordForm(Form):
    """A new password by a link. Fill in `known` (e-mail, name) before it is validated."""

    password = password_field(_("New password"), "new-password")
    known: tuple[str, str] = ("", "")

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that is easy to guess."""
        _good(field, *self.known)


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the old one (with a code, for who has a second step) to show that it is yours to change."""

    old = password_field(_("Password until now"), "current-password")
    code = code_field(_("Code"))


class ZoneForm(Form):
    """A time zone, of a user or a study group."""

    zone = SelectField(_("Time zone"), validate_choice=False, render_kw={"autocomplete": "off"})

    def offer_zones(self, current: str) -> None:
        """Offer the zones that are places, with the CURRENT one whatever it is."""
        places = {zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))}
        self.zone.choices = [SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(places | {"UTC", current})]

    def validate_zone(self, field: SelectField) -> None:
        """Refuse what is no zone."""
        if field.data not in available_timezones():
            raise ValidationError(_("There is no such time zone."))


class MeForm(ZoneForm):
    """Name, time zone, and how often one is written to."""

    name = name_field()
    digest = RadioField(
        _("A letter about what is new and due"),
        coerce=DigestKind,
        choices=[
            SelectChoice(DigestKind.daily.value, _("Every day")),
            SelectChoice(DigestKind.weekly.value, _("Every Monday")),
            SelectChoice(DigestKind.none.value, _("Never")),
        ],
    )


class SignOutForm(EmptyForm):
    """A guest is asked twice: nobody could sign in as them again."""

    confirmed = BooleanField()


def _choices(*pairs: tuple[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in pairs]


#: What of a page one may have otherwise.
LOOKS = ("theme", "face", "size", "width")


class ReadingForm(Form):
    """How one likes to read, and how fast. The empty choice is the house's own."""

    theme = RadioField(
        _("Light or dark"),
        choices=_choices(("", _("As this device has it")), ("light", _("Light")), ("dark", _("Dark"))),
    )
    face = RadioField(_("Typeface"), choices=_choices(("", _("With serifs")), ("sans", _("Without serifs"))))
    size = RadioField(_("Size"), choices=_choices(("", _("Usual")), ("large", _("Large")), ("larger", _("Larger"))))
    width = RadioField(
        _("Length of lines"), choices=_choices(("narrow", _("Short")), ("", _("Usual")), ("wide", _("Long")))
    )
    pace = StringField(
        _("How fast you read, in words a minute"),
        filters=[clean_text, str.strip],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"},
    )
    next = HiddenField()

    def chosen(self) -> dict[str, str]:
        """Return what was chosen other than the house's own."""
        return {name: self[name].data for name in LOOKS if self[name].data}

    def validate_pace(self, field: StringField) -> None:
        """Valid, its `number` is it, None where it is left to the house."""
        field.number = whole_number(field.data, digits=4) if field.data else None
        if field.data and not SLOWEST <= (field.number or 0) <= FASTEST:
            said = _("A whole number from {least} to {most}, or nothing.")
            raise ValidationError(said.format(least=SLOWEST, most=FASTEST))


def _good(field: PasswordField, email: str, name: str) -> None:
    if not field.data:
        return
    try:
        good_password(field.data, email=email, name=name)
    except Unfit as unfit:
        raise ValidationError(unfit.message) from None


def whole_address(path: str) -> str:
    """Return the address of PATH for a letter: of the site as it is configured, else as this request found it."""
    if site := current_app.config.get("SITE_URL"):
        return f"{site}{path.removeprefix(request.script_root)}"
    return f"{request.host_url.rstrip('/')}{path}"
