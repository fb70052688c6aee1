"""What the pages of source frames read from a request."""

from flask import request
from wtforms import HiddenField, TextAreaField

from course.base.forms import Form, WithinLength, clean_text, whole_number
from lessons.drafts import MOST_BASE
from lessons.frames.frames import LONGEST, Answers
from lessons.frames.models import QUESTIONS
from lessons.frames.words import ASKED

#: Frames on one page of the comparison, one's own aside.
ON_A_PAGE = 6


def _answer(number: int) -> TextAreaField:
    asked = ASKED[number]
    return TextAreaField(asked.words, filters=[clean_text], validators=[WithinLength(LONGEST)], description=asked.hint)


class FrameForm(Form):
    """The five answers, and what their page had seen: its draft, and the frame written last."""

    who = _answer(0)
    when = _answer(1)
    to_whom = _answer(2)
    to_what_end = _answer(3)
    left_out = _answer(4)
    base = HiddenField(default="0")
    seen = HiddenField(default="0")

    @property
    def answers(self) -> Answers:
        """The answers, by question."""
        return {question: self[question].data for question in QUESTIONS}

    @property
    def base_number(self) -> int:
        """The base of the draft, 0 where it is none we gave out."""
        number = whole_number(self.base.data, digits=12) or 0
        return number if number <= MOST_BASE else 0

    @property
    def seen_number(self) -> int:
        """The number of the frame that was the last when the page was made, 0 for none."""
        return whole_number(self.seen.data, digits=9) or 0

    @property
    def shares(self) -> bool:
        """Whether the button pressed is the one that shares it with the group."""
        return request.form.get("share") == "1"


class SharingForm(Form):
    """The button that shares one's frame, or takes it back."""

    shared = HiddenField()

    @property
    def wants_shared(self) -> bool:
        """Whether it is to be shared."""
        return bool(self.shared.data == "1")


def page_asked() -> int:
    """Return which page of the comparison is asked for, from one."""
    return max(1, whole_number(request.args.get("page"), digits=6) or 1)
