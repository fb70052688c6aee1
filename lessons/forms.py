"""What the pages of lessons read from a request."""

import re

from flask import request
from flask import session as cookie
from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from course.base.forms import Form, clean_text, whole_number
from course.base.web import is_local_path
from course.base.words import _
from course.texts.models import Text
from lessons.addresses import CameFrom
from lessons.drafts import MOST_BASE
from lessons.journal import MOST_BYTES, MOST_WORDS
from lessons.text_parts import Wanted

_ATTEMPT = re.compile(r"attempt-([1-9][0-9]{0,9})-([1-9][0-9]{0,3})")
_REVIEW = re.compile(r"review(?:-([1-9][0-9]{0,9}))?")


def came_from() -> CameFrom | None:
    """Return the question one came from (`?from=attempt-7-2`, `?from=review-7`, or `?from=review` before it was
    answered), if any."""
    said = request.args.get("from", "")
    if found := _ATTEMPT.fullmatch(said):
        return CameFrom(int(found[1]), int(found[2]))
    if found := _REVIEW.fullmatch(said):
        return CameFrom(review_log_id=int(found[1]) if found[1] else None)
    return None


def wanted_part() -> Wanted:
    """Return which part of a long text is asked for: `?part=3`, or `?at=` the ident of a passage."""
    return Wanted(whole_number(request.args.get("part"), digits=5), request.args.get("at"))


#: Of so many texts a browser remembers which version was seen; what is put away longest is forgotten first.
MOST_SEEN = 30


def versions_seen() -> dict[str, int]:
    """Return text id -> the version of which was said, in this browser, that its changes were seen."""
    kept = cookie.get("seen")
    return dict(kept) if isinstance(kept, dict) else {}


def remember_version(text: Text) -> None:
    """Keep in this browser that what changed in TEXT was seen: the server has no use for it."""
    kept = versions_seen()
    kept.pop(str(text.id), None)
    kept[str(text.id)] = text.current_version_id or 0
    cookie["seen"] = dict(list(kept.items())[-MOST_SEEN:])


class TickForm(Form):
    """The button that ticks, or takes the tick back."""

    done = HiddenField()
    back = HiddenField()

    @property
    def way_back(self) -> str | None:
        """The page one was on, if it is one of this site."""
        return str(self.back.data) if self.back.data and is_local_path(str(self.back.data)) else None

    def validate_done(self, field: HiddenField) -> None:
        """Only 1 and 0 are said by the button."""
        if field.data not in {"0", "1"}:
            raise ValidationError(_("Say done or not done."))


class WritingForm(Form):
    """Something written in Markdown: an answer, or a draft of one."""

    text = TextAreaField(_("Your answer"), filters=[clean_text])
    base = HiddenField(default="0")

    @property
    def base_number(self) -> int:
        """The base of the draft, 0 where it is none we gave out."""
        number = whole_number(self.base.data, digits=12) or 0
        return number if number <= MOST_BASE else 0

    @property
    def wants_preview(self) -> bool:
        """Whether the button pressed asks to see what it will look like, not to keep it."""
        return "preview" in request.form

    def validate_text(self, field: TextAreaField) -> None:
        """Within what one answer may hold."""
        size = len(field.data.encode())
        if size > MOST_BYTES:
            said = _("This is {n} kB long; an answer may have {most} kB. Shorten it, or keep the rest elsewhere.")
            raise ValidationError(said.format(n=-(-size // 1000), most=MOST_BYTES // 1000))
        words = len(field.data.split())
        if words > MOST_WORDS:
            said = _("This has {n} words; an answer may have {most}. Shorten it, or keep the rest elsewhere.")
            raise ValidationError(said.format(n=words, most=MOST_WORDS))


class EntryForm(WritingForm):
    """An answer handed over to the journal."""

    def validate_text(self, field: TextAreaField) -> None:
        """Within the limits, and not empty."""
        super().validate_text(field)
        if not field.data.strip() and not self.wants_preview:
            raise ValidationError(_("There is nothing written here yet. Two sentences are enough to begin."))


class SharingForm(Form):
    """The button that shares a journal entry with the tutors, or takes it back."""

    shared = HiddenField()


class CopyForm(Form):
    """Which copy of a draft a button is about."""

    copy = HiddenField(default="0")

    @property
    def copy_number(self) -> int:
        """The copy, 0 where none is meant."""
        return whole_number(self.copy.data, digits=4) or 0


def begins_anew() -> bool:
    """Return whether the page asks to write to a prompt once more, beside what is there."""
    return "anew" in request.args
