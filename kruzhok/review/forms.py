"""What the pages of review read from a request."""

import math
from datetime import UTC, datetime, timedelta

from flask import request
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from course.base.forms import Form, number_field, whole_number
from course.base.words import _
from lessons.checks.forms import CheckForm
from quizzes.scheduling import Rating

#: The buttons by which one rates what one recalled oneself.
RATED = {"again": Rating.Again, "hard": Rating.Hard, "good": Rating.Good}

#: Longer than this no token of ours is.
LONGEST_TOKEN = 64

_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)


def wants_more() -> bool:
    """Return whether one goes on although the minutes of the day are used up (`?more=1`)."""
    return request.values.get("more") == "1"


def wanted_item() -> int | None:
    """Return the question that is asked for (`?item=7`), None where the plan is to say."""
    return whole_number(request.args.get("item"))


class ReviewForm(CheckForm):
    """The answer to one question of a review, and what its page knew."""

    @property
    def item_id(self) -> int:
        """Which question it answers, 0 where that is not said."""
        return whole_number(request.form.get("item")) or 0

    @property
    def once(self) -> str | None:
        """What makes a double click one answer."""
        said = request.form.get("once", "")
        return said if 0 < len(said) <= LONGEST_TOKEN and said.isascii() and said.isprintable() else None

    @property
    def shown_at(self) -> datetime | None:
        """When the question was shown, by the milliseconds since 1970 that its page was given."""
        since = whole_number(request.form.get("shown_at"), digits=14)
        return _BEGAN + timedelta(milliseconds=since) if since is not None else None

    @property
    def rating(self) -> Rating | None:
        """How well one knew it, by oneself; None where none of those buttons was pressed."""
        return RATED.get(request.form.get("do", ""))


def in_milliseconds(moment: datetime) -> int:
    """Return MOMENT as `ReviewForm.shown_at` reads it."""
    return math.floor((moment - _BEGAN) / timedelta(milliseconds=1))


class SettingsForm(Form):
    """How many minutes a day one gives to review, and how much of it one wants to know at any time."""

    minutes = number_field(_("Minutes a day"), 0, 240, required=_("Say how many: 0 means that nothing comes."))
    retention = RadioField(
        _("How much of it do you want to know at any time?"),
        choices=[
            SelectChoice("80", _("80 percent: two of ten may have slipped. The fewest questions")),
            SelectChoice("85", _("85 percent: fewer questions than at 90")),
            SelectChoice("90", _("90 percent: one of ten may have slipped. So it is unless you say otherwise")),
            SelectChoice("95", _("95 percent: one of twenty may have slipped. The most questions")),
        ],
        validators=[InputRequired(_("Choose one."))],
    )

    @property
    def share(self) -> float:
        """The retention that was chosen, from 0 to 1."""
        return int(self.retention.data) / 100
