"""What the pages of notes read from a request."""

from typing import NamedTuple

from flask import request
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from course.base.forms import Form, clean_text, whole_number
from course.base.words import _
from lessons.forms import EntryForm, WritingForm
from lessons.notes.choosing import MOST_PASSAGES, Chosen
from lessons.notes.noting import LONGEST_TAG, MOST_TAGS, Said, folded_tags


class TaggedForm(WritingForm):
    """Words of a note, which may be none, and tags."""

    text = TextAreaField(_("Your note"), filters=[clean_text])
    tags = StringField(_("Tags"), filters=[clean_text])

    @property
    def said(self) -> Said:
        """What was typed, as a note says it."""
        return Said(self.text.data if self.text.data.strip() else "", tuple(folded_tags(self.tags.data)))

    def validate_tags(self, field: StringField) -> None:
        """As many, and as long, as a note may have."""
        tags = folded_tags(field.data)
        if len(tags) > MOST_TAGS:
            said = _("These are {n} tags; a note may have {most}.")
            raise ValidationError(said.format(n=len(tags), most=MOST_TAGS))
        if any(len(tag) > LONGEST_TAG for tag in tags):
            said = _("A tag may have {most} characters. Commas part one tag from the next.")
            raise ValidationError(said.format(most=LONGEST_TAG))


class NoteForm(TaggedForm):
    """A new note or highlight: where it stands, its words and tags, and whether it is shared at once."""

    exact = StringField(_("The words you mean"), filters=[clean_text])
    shared = BooleanField(_("Share it"))
    once = HiddenField(filters=[clean_text])

    @property
    def press(self) -> str | None:
        """The name of the press of the button, None where the page gave it none."""
        return str(self.once.data or "") or None

    @property
    def chosen(self) -> list[Chosen]:
        """What was chosen: in each passage its words and the letters before them, as far as the page said."""
        words, starts = (request.form.getlist(name) for name in ("exact", "start"))
        return [
            Chosen(clean_text(ident), clean_text(_at(words, n)), whole_number(_at(starts, n), digits=7))
            for n, ident in enumerate(request.form.getlist("passage")[:MOST_PASSAGES])
        ]

    @property
    def wants_to_write(self) -> bool:
        """Whether the button pressed asks for the place to write, with the words chosen."""
        return request.form.get("do") == "note"


def _at(values: list[str], number: int) -> str:
    return values[number] if number < len(values) else ""


class ChangeForm(TaggedForm):
    """New words and tags for a note."""

    number = HiddenField(default="0")

    @property
    def edited(self) -> int:
        """The number of the state that was edited, 0 where it is none."""
        return whole_number(self.number.data, digits=9) or 0


class NoteReplyForm(EntryForm):
    """A reply to a note."""

    text = TextAreaField(_("Your reply"), id="reply", filters=[clean_text])
    once = HiddenField(filters=[clean_text])

    @property
    def press(self) -> str | None:
        """The name of the press of the button, None where the page gave it none."""
        return str(self.once.data or "") or None


class ReplyChangeForm(EntryForm):
    """New words for a reply to a note."""

    text = TextAreaField(_("Your reply"), id="reply", filters=[clean_text])
    state = HiddenField(filters=[clean_text])

    @property
    def edited(self) -> str:
        """What names the state that was edited."""
        return str(self.state.data or "")


class ReplyChangeDraft(ReplyChangeForm):
    """New words that are not done yet: there may be none."""

    def validate_text(self, field: TextAreaField) -> None:
        """Within the limits."""
        WritingForm.validate_text(self, field)


class ShareForm(Form):
    """The button that shares a note, or takes it back."""

    shared = HiddenField()

    @property
    def wants_shared(self) -> bool:
        """Whether it is to be shared."""
        return bool(self.shared.data == "1")


def chosen_in_address() -> list[str]:
    """Return what the address says was chosen (`?at=p-1&at=p-2.0.30`)."""
    return request.args.getlist("at")


def opened_notes() -> str | None:
    """Return the passage whose notes the page is asked to show in full (`?notes=p-1`), or "print" for all on paper."""
    return request.args.get("notes") or None


class Filter(NamedTuple):
    """Which of one's notes a list is to show; None and "" leave nothing out."""

    course: str | None = None
    text: int | None = None
    tag: str | None = None
    kind: str | None = None  #: "notes" or "highlights"
    seen: str | None = None  #: "private" or "shared"
    words: str = ""
    before: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether it leaves anything out."""
        return any(self._replace(before=None))

    def in_address(self) -> dict[str, str | int]:
        """Return what an address says so that its list leaves the same out."""
        said = {"course": self.course, "text": self.text, "tag": self.tag, "kind": self.kind, "seen": self.seen}
        return {key: value for key, value in {**said, "q": self.words}.items() if value}


def filter_asked() -> Filter:
    """Return which notes the address asks for; what is no filter of ours leaves nothing out."""

    def asked(name: str) -> str:
        return clean_text(request.args.get(name)).strip()

    kind, seen = asked("kind"), asked("seen")
    return Filter(
        course=asked("course") or None,
        text=whole_number(asked("text"), digits=9),
        tag=asked("tag").casefold() or None,
        kind=kind if kind in {"notes", "highlights"} else None,
        seen=seen if seen in {"private", "shared"} else None,
        words=asked("q")[:200],
        before=whole_number(asked("before"), digits=9),
    )
