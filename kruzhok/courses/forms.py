"""What the pages of a course read of a request."""

from wtforms import HiddenField

from course.base.forms import Form, clean_text


class PathForm(Form):
    """The button that follows a path, or with none leaves it."""

    path = HiddenField(filters=[clean_text])
