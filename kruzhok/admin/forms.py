"""What the pages of administrators read from a request."""

from flask import request
from flask_wtf.file import FileField, FileRequired

from course.base.forms import Form, clean_text, whole_number
from course.base.words import _
from course.users.models import Act

#: More pages than any site has; what is above is a slip.
MOST_PAGES = 100_000


class UploadForm(Form):
    """A curriculum, packed."""

    archive = FileField(
        _("The curriculum, as a zip"),
        validators=[FileRequired(_("Choose a zip file first."))],
        render_kw={"accept": ".zip,application/zip"},
    )


def page_number() -> int:
    """Return which page of a list is asked for, 1 where none is that there could be."""
    number = whole_number(request.args.get("page"), digits=8) or 1
    return number if number <= MOST_PAGES else 1


def wanted_act() -> Act | None:
    """Return which kind of act alone is asked for, None for all."""
    said = request.args.get("q")
    return Act(said) if said in {act.value for act in Act} else None


def wanted_words() -> str:
    """Return what a list is searched for."""
    return clean_text(request.args.get("q"))[:200].strip()
