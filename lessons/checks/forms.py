"""What the pages of self-checks read from a request. What an answer means only its item's type knows."""

from flask import request

from course.base.forms import Form, clean_text, whole_number
from quizzes.certainty import CERTAINTIES
from quizzes.items import Raw


class CheckForm(Form):
    """The answer to one self-check, and how sure one is of it."""

    def answer(self, item_id: int) -> Raw:
        """Return the fields of the item as they were sent."""
        return self.raw(f"item-{item_id}")

    def typed(self, item_id: int) -> Raw:
        """Return what was typed, to be shown again where it was refused."""
        return {part: [clean_text(value) for value in values] for part, values in self.answer(item_id).items()}

    def moved(self, item_id: int) -> bool:
        """Whether an arrow of an ordering was pressed, not the button that answers."""
        return any(":" in value for value in self.answer(item_id).get("move", ()))

    @property
    def certainty(self) -> int | None:
        """How sure one is, None where that was not said, or in no words of ours."""
        number = whole_number(request.form.get("certainty"), digits=1)
        return number if number in CERTAINTIES else None

    @property
    def version(self) -> int | None:
        """The version of the item that the page showed, None where it does not say."""
        return whole_number(request.form.get("version"))

    @property
    def seen(self) -> int:
        """The last attempt at it that the page had seen, 0 for none."""
        return whole_number(request.form.get("seen")) or 0


def just_checked() -> int | None:
    """Return the self-check whose outcome one is led to (`?checked=7`), if any."""
    return whole_number(request.args.get("checked"))
