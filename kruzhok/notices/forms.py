"""What the page of notices reads of a request."""

from flask import request
from wtforms import HiddenField

from course.base.forms import Form, whole_number


class SeenForm(Form):
    """Up to which notice all are seen: one that came since the page was made is not."""

    last = HiddenField()

    @property
    def last_id(self) -> int:
        """The id, 0 where it is none."""
        return whole_number(self.last.data) or 0


def before() -> int | None:
    """Return the id of the notice that the list is to begin after (`?before=`), None for the newest."""
    return whole_number(request.args.get("before"))
