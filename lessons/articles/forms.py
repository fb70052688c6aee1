"""What the pages of reading lists read of a request."""

from flask import request
from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from course.base.archives import MIB
from course.base.forms import Form, WithinLength, clean_text, whole_number
from course.base.words import _
from lessons.articles.feeds import MOST_BYTES, NoFeed, read_feed
from lessons.articles.found import Findings
from lessons.articles.pasted import read_list

LONGEST_LIST = 200_000

#: The file, and a list pasted beside it by mistake.
MOST_BODY = MOST_BYTES + 4 * LONGEST_LIST + MIB


#: No list has more pages than this.
MOST_PAGES = 1000


def page_asked() -> int:
    """Return which page of a list is asked for, from 1 on."""
    return min(whole_number(request.args.get("page"), digits=4) or 1, MOST_PAGES)


class BringArticlesForm(Form):
    """A list that was pasted, or the file of a feed."""

    words = TextAreaField(
        _("A list, pasted"),
        description=_("One article a line: its title, its author, its address. An address alone will do."),
        filters=[clean_text],
        validators=[WithinLength(LONGEST_LIST)],
        render_kw={"rows": 5, "spellcheck": "false", "autocomplete": "off"},
    )
    file = FileField(
        _("Or the file of a feed"),
        description=_("RSS, Atom or OPML, saved from the browser. Nothing is fetched from here."),
        render_kw={"accept": ".xml,.rss,.atom,.opml,.rdf,application/xml,text/xml"},
    )

    def validate_words(self, field: TextAreaField) -> None:
        """There must be a list or a file, and not both."""
        if self.file.data and field.data.strip():
            raise ValidationError(_("Paste a list or bring a file, not both: take one of the two away."))
        if not self.file.data and not field.data.strip():
            raise ValidationError(_("Paste a line or more first, or choose a file below."))

    def found(self) -> Findings | None:
        """Return what was found; None, with an error beside the field, where nothing could be read."""
        if not self.file.data:
            return self._told(read_list(self.words.data), self.words)
        try:
            return self._told(read_feed(self.file.data.read(MOST_BYTES + 1)), self.file)
        except NoFeed as refused:
            self.file.errors = [str(refused)]
            return None

    def _told(self, found: Findings, field: FileField | TextAreaField) -> Findings | None:
        """Return FOUND; None, and say so at FIELD, where no article is in it."""
        if found.articles:
            return found
        field.errors = [
            _("Line {n}: {message}").format(n=one.line, message=one.message) if one.line else one.message
            for one in found.problems[:10]
        ]
        return None
