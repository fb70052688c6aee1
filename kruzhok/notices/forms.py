"""What the page of notices reads of a request."""

from flask import request
from wtforms import HiddenField

from course.base.forms import Form


class SeenForm(Form):
    """Up to which notice all are seen: one that came since the page was made is not."""

    last = HiddenField()

    @property
    def last_id(self) -> int:
        """The id, 0 where it is none."""
        return _id_of(str(self.last.data or "")) or 0


def before() -> int | None:
    """Return the id of the notice that the list is to begin after (`?before=`), None for the newest."""
    return _id_of(request.args.get("before", ""))


def _id_of(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 18 else None
