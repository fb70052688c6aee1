"""What the pages of assigning read of a request."""

import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import request
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from course.base.forms import Form, WithinLength, clean_text, number_field, whole_number
from course.base.words import _
from course.groups.models import Enrolment, Role, Subgroup
from course.outline.models import Activity, ActivityKind
from course.relative import BadWhen, When, read_when
from course.syllabus.excepting import LONGEST_REASON
from course.syllabus.giving import ALSO, BadDates, Terms
from course.syllabus.models import Meeting
from lessons.assigning.choosing import Offered, by_lesson, named_by
from lessons.assigning.making import Question
from lessons.group_readings.making import Told
from lessons.importing.addresses import is_whole
from lessons.importing.imported import LONGEST_TITLE, one_line
from lessons.models import Document

LONGEST_ADDRESS = 2000
LONGEST_WORDS = 4000
MOST_MINUTES = 6000

#: What the first field can choose beside what the course has.
NEW_PROMPT = "prompt"

#: Of so many matches the page offers each as a choice.
MOST_MATCHES = 20

#: Until an author says otherwise something to read, or to answer, takes so long.
MINUTES = 20

_PRESS = re.compile(r"[0-9a-f]{12}")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PAGES = re.compile(r"[,;]\s*((?:pp?\.|pages?|ch\.|chapters?)\s*\S.*)$", re.IGNORECASE)

#: The dates by the names of their fields.
DATES = ("due", "open", "reply_due", "close")


def _in_one_line(text: str | None) -> str:
    return one_line(clean_text(text), LONGEST_ADDRESS)


def _line(label: str, description: str = "", most: int = LONGEST_TITLE) -> StringField:
    return StringField(label, description=description, filters=[_in_one_line], validators=[WithinLength(most)])


def _date(label: str, description: str = "") -> StringField:
    keys = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return StringField(
        label, description=description, filters=[_in_one_line], validators=[WithinLength(LONGEST_TITLE)], render_kw=keys
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be assigned: an activity of the course, a text that was imported, or something new."""

    activity: Activity | None = None
    document: Document | None = None
    is_prompt: bool = False
    #: Something outside, with what was typed after its address.
    address: str = ""
    title: str = ""
    part: str = ""

    @property
    def kind(self) -> ActivityKind:
        """What kind of activity it is, or will be."""
        if self.activity is not None:
            return self.activity.kind
        return ActivityKind.prompt if self.is_prompt else ActivityKind.reading


class TermsForm(Form):
    """For whom something is, until when, and what is told of it where the group gives it itself."""

    title = _line(_("Title"), _("Without one a prompt is called by its first words."))
    address = _line(_("Address"), _("Where it stands: https://…"), LONGEST_ADDRESS)
    by = _line(_("Author"))
    part = _line(_("Pages or chapters"))
    minutes = number_field(_("Minutes"), 1, MOST_MINUTES)
    words = TextAreaField(
        _("What to look for"),
        description=_("A question or two to read with; of a prompt its words. Markdown."),
        filters=[clean_text],
        validators=[WithinLength(LONGEST_WORDS)],
        render_kw={"rows": 4},
    )
    due = _date(_("Until when"), _("A meeting or a day: meeting 3, meeting 3 + 2 days, Friday, 5 December 18:00."))
    open = _date(_("Opens"), _("Before that it is announced, not asked."))
    reply_due = _date(_("Replies until"), _("Everybody writes before they see, then replies until then."))
    close = _date(_("Closes"), _("After that no attempt is begun."))
    required = BooleanField(
        _("Required: it is asked of everybody it is for, and counts in their progress"), default=True
    )
    audience = SelectMultipleField(_("For whom"), description=_("Nobody ticked, it is for the whole group."))
    once = HiddenField()
    show = SubmitField()

    def offer(self, subgroups: Sequence[Subgroup], members: Sequence[Enrolment]) -> None:
        """Offer SUBGROUPS, and the students among MEMBERS."""
        groups = [SelectChoice(f"subgroup-{one.id}", one.name or "") for one in subgroups]
        people = [SelectChoice(f"member-{one.id}", one.user.name or "") for one in members if one.role is Role.student]
        self.audience.choices = [*groups, *people]
        if not _PRESS.fullmatch(str(self.once.data or "")):
            self.once.data = secrets.token_hex(6)

    def keep_to(self, activity: Activity, *, outside: bool) -> None:
        """Leave only the fields that something like ACTIVITY has; OUTSIDE says that it is read at an address."""
        if not outside:
            del self.address
        if activity.kind is ActivityKind.prompt:
            del self.by, self.part
            self.words.label.text, self.words.description = _("What it asks"), _("Markdown.")

    @property
    def wants_dates(self) -> bool:
        """Whether the button was pressed that only shows what the dates mean."""
        return bool(request.form.get("show"))

    def read_dates(self, kind: ActivityKind, *, today: date, coming: int | None) -> dict[str, When] | None:
        """Return the dates that were typed for something of KIND; None where one is refused beside its field."""
        found: dict[str, When] = {}
        for name in DATES:
            field = self[name]
            if not field.data:
                continue
            try:
                if name not in ("due", "open", *ALSO[kind]):
                    raise BadWhen(_NOT_HERE[name])
                found[name] = read_when(field.data, today=today, coming=coming)
            except BadWhen as error:
                field.errors = [str(error)]
        return None if any(self[name].errors for name in DATES) else found

    def refuse(self, error: BadDates) -> None:
        """Hang ERROR on the field of its date."""
        self[error.field].errors = [error.message]

    def terms(self, dates: Mapping[str, When]) -> Terms:
        """Return until when, which DATES say, and for whom it is given."""
        chosen = [str(one).partition("-") for one in self.audience.data or ()]
        return Terms(
            None,
            None,
            bool(self.required.data),
            frozenset(int(key) for kind, _dash, key in chosen if kind == "subgroup"),
            frozenset(int(key) for kind, _dash, key in chosen if kind == "member"),
            dates,
        )

    def told(self, chosen: Chosen) -> Told | None:
        """Return what is told of the reading CHOSEN; None where something is refused beside its field."""
        title = self.title.data or chosen.title or (chosen.document.text.title if chosen.document else "")
        if not title:
            self.title.errors = [_("Say what it is called: here, or after its address.")]
            return None
        return Told(
            title,
            self.by.data,
            chosen.address,
            self.part.data or chosen.part,
            self.minutes.data or MINUTES,
            str(self.words.data).strip(),
        )

    def whole_address(self) -> str:
        """Return the address of something outside; where it is none, that is said beside the field."""
        if not is_whole(self.address.data):
            self.address.errors = [_BAD_ADDRESS]
        return str(self.address.data)

    def question(self, words: str) -> Question:
        """Return what the prompt asks that has those WORDS."""
        return Question(self.title.data, words, self.minutes.data or MINUTES)


_BAD_ADDRESS = _("Give a whole address of the web, which begins with https:// or http://.")

_NOT_HERE = {
    "reply_due": _("Replies are awaited to a prompt, or to those of a lesson: leave this empty."),
    "close": _("Only a quiz closes: leave this empty."),
}


class AssignForm(TermsForm):
    """What is to be assigned, before the rest: typed, or chosen."""

    #: It is typed into the first field.
    address = None

    what = StringField(
        _("What"),
        description=_(
            "Words of its title, the address of an article with its title after it, or a question of your own."
        ),
        filters=[_in_one_line],
        validators=[WithinLength(LONGEST_ADDRESS)],
        render_kw={"list": "known", "autocomplete": "off"},
    )
    choice = SelectField(_("Or choose it"), default="")

    def offer_choices(self, found: Sequence[Offered], texts: Sequence[Document]) -> None:
        """Offer what is FOUND in the course, TEXTS of one's own and something new."""
        self.found, self.texts = found, {f"text-{one.text.ident}": one for one in texts}
        choices = {
            _("Something new"): [SelectChoice("", "—"), SelectChoice(NEW_PROMPT, _("A prompt in your own words"))]
        }
        if texts:
            choices[_("Your texts")] = [SelectChoice(key, one.text.title) for key, one in self.texts.items()]
        for lesson, parts in by_lesson(found):
            choices.setdefault(lesson, []).extend(SelectChoice(one.value, one.words) for one in parts)
        self.choice.choices = choices
        #: What was typed may mean each of these.
        self.matches: list[Offered] = []

    def chosen(self) -> Chosen | None:
        """Return what was typed or chosen; None where it is refused beside its field."""
        typed, choice = str(self.what.data or ""), str(self.choice.data or "")
        if self.choice.errors:
            return None
        if choice == NEW_PROMPT:
            return self._own_words(typed)
        if choice:
            return self._choice(choice, typed)
        if not typed:
            return self._refused(_("Say what is to be assigned: type it, or choose it below."))
        if _ADDRESS.match(typed):
            return self._outside(typed)
        return self._among_course(typed)

    def _refused(self, words: str) -> Chosen | None:
        """Say WORDS beside the first field; nothing is chosen."""
        self.what.errors = [words]
        return None

    def _choice(self, choice: str, typed: str) -> Chosen | None:
        if _ADDRESS.match(typed):
            return self._refused(_("This is an address, and something else is chosen below: take one of the two away."))
        if choice in self.texts:
            return Chosen(document=self.texts[choice])
        return Chosen(activity=next(one.activity for one in self.found if one.value == choice))

    def _own_words(self, typed: str) -> Chosen | None:
        if not typed and not str(self.words.data).strip():
            return self._refused(_("Type what the prompt asks."))
        return Chosen(is_prompt=True)

    def prompt_words(self) -> str:
        """Return what a new prompt asks: what stands in the long field, else in the first."""
        return str(self.words.data).strip() or str(self.what.data or "")

    def _outside(self, typed: str) -> Chosen | None:
        address, _space, rest = typed.partition(" ")
        if address.lower().startswith("www."):
            address = f"https://{address}"
        if not is_whole(address):
            return self._refused(_BAD_ADDRESS)
        pages = _PAGES.search(rest)
        title = rest[: pages.start()] if pages else rest
        return Chosen(address=address, title=title.strip(" ,;–—-"), part=pages[1].strip() if pages else "")

    def _among_course(self, typed: str) -> Chosen | None:
        matches = named_by(typed, self.found)
        if len(matches) == 1:
            return Chosen(activity=matches[0].activity)
        if not matches and typed.endswith("?"):
            return Chosen(is_prompt=True)
        if not matches:
            words = _("Nothing in the course is called that. Other words may find it; or choose it below.")
            return self._refused(words)
        self.matches = matches[:MOST_MATCHES]
        words = _("This may mean {n} things: choose one of them, or type more words.")
        return self._refused(words.format(n=len(matches)))


def member_asked() -> str | None:
    """Return the member whom the address asks other dates for, as the field says it; None where it asks for nobody."""
    member = whole_number(request.args.get("member"))
    return f"member-{member}" if member else None


def asked_for() -> Mapping[str, object]:
    """Return what the address that leads to the page says of what is to be assigned, and to whom."""
    told: dict[str, object] = {}
    if what := request.args.get("what"):
        told["what"] = _in_one_line(what)
    for name in ("text", "activity"):
        if said := request.args.get(name):
            told["choice"] = f"{name}-{clean_text(said)}"
    if member := whole_number(request.args.get("member")):
        told["audience"] = [f"member-{member}"]
    if subgroups := [one for said in request.args.getlist("subgroup") if (one := whole_number(said)) is not None]:
        told["audience"] = [f"subgroup-{one}" for one in subgroups]
    return told


class DatesForm(Form):
    """Until when something is due for one member or subgroup, and why."""

    audience = SelectField(_("For whom"))
    due = _date(_("Due for them"), _("meeting 3 + 2 days, Friday, 5 December 18:00"))
    reply_due = _date(_("Replies until"))
    reason = StringField(
        _("Why"),
        description=_("They read it."),
        filters=[clean_text, str.strip],
        validators=[WithinLength(LONGEST_REASON)],
    )

    def offer(self, subgroups: Sequence[Subgroup], students: Collection[Enrolment], chosen: str | None) -> None:
        """Offer SUBGROUPS and STUDENTS; CHOSEN is the one that the page was opened for."""
        groups = [SelectChoice(f"subgroup-{one.id}", one.name or "") for one in subgroups]
        people = [SelectChoice(f"member-{one.id}", one.user.name or "") for one in students]
        self.audience.choices = [SelectChoice("", "—"), *people, *groups]
        if chosen and not self.is_submitted():
            self.audience.data = chosen

    def whens(self, *, today: date, coming: int | None) -> dict[str, When] | None:
        """Return the dates that were typed; None where something is refused beside its field."""
        found: dict[str, When] = {}
        for field in (self.due, self.reply_due):
            if field is None or not field.data:
                continue
            try:
                found[field.short_name] = read_when(field.data, today=today, coming=coming)
            except BadWhen as error:
                field.errors = [str(error)]
        if not self.audience.data:
            self.audience.errors = [_("Say for whom.")]
        if not self.reason.data:
            self.reason.errors = [_("Say why: it stands beside the date, and they read it.")]
        if not found and not self.due.errors:
            self.due.errors = [_("Say until when.")]
        return None if self.errors else found


class ExtendForm(Form):
    """The button that gives one student more days; `due` says until when it was due when the page was shown."""

    member = HiddenField()
    due = HiddenField()
    days = HiddenField()

    @property
    def member_id(self) -> int:
        """The enrolment it is pressed for, 0 where that is none."""
        return whole_number(self.member.data) or 0

    @property
    def due_at(self) -> datetime | None:
        """Until when it was due on the page; None where that is no moment."""
        try:
            said = datetime.fromisoformat(str(self.due.data))
        except ValueError:
            return None
        return said if said.tzinfo is not None else None

    def days_more(self, usual: int) -> int:
        """Return how many days, USUAL where nothing that can be is said."""
        said = whole_number(self.days.data, digits=2)
        return said if said is not None and 1 <= said <= 60 else usual


def meeting_words(meetings: Sequence[Meeting], coming: int | None) -> str | None:
    """Return which the next of MEETINGS is, in words, None where none comes."""
    found = next((one for one in meetings if one.number == coming), None)
    if found is None:
        return None
    return _("The next meeting is meeting {n}, {day}.").format(
        n=found.number, day=f"{found.day:%A} {found.day.day} {found.day:%B}"
    )
