"""What the pages of marking read of a request."""

from flask import request

from course.base.forms import Form, clean_text, whole_number
from quizzes.marking.drafting import Mark

LEVEL = "level-"


class WhichForm(Form):
    """Which answer an address asks for."""

    @property
    def number(self) -> int | None:
        """Its number; None if none is said, or none that is one: then the first that is still to do is meant."""
        return whole_number(request.args.get("n"), digits=9)


class MarkForm(Form):
    """A mark as a page sends it."""

    @property
    def answer_id(self) -> int:
        """Which essay it is of; 0, which none is, where that was not understood."""
        return whole_number(request.form.get("answer")) or 0

    @property
    def mark(self) -> Mark:
        """The levels chosen, as they were sent, and the comment."""
        levels = {
            name.removeprefix(LEVEL): value for name, value in request.form.items() if name.startswith(LEVEL) and value
        }
        return Mark(levels, clean_text(request.form.get("comment")).strip())

    @property
    def seen(self) -> str:
        """The state of the essay that the page showed."""
        return request.form.get("seen", "")

    @property
    def act(self) -> str:
        """Which button was pressed, beside keeping the draft: `next`, `release`, or neither."""
        return request.form.get("do", "")
