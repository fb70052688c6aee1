"""What the pages to look things up read of an address."""

from flask import request

from course.base.forms import clean_text
from lessons.explore.happenings import Calendar
from lessons.explore.spans import ALL, span_named
from lessons.explore.timeline import Asked


def asked() -> Asked:
    """Return which part of the timeline is asked for; what the address cannot mean counts as not said."""
    calendar = request.args.get("calendar", "")
    return Asked(
        span_named(request.args.get("at", "")) or ALL,
        vague="vague" in request.args,
        as_list="list" in request.args,
        calendar=Calendar(calendar) if calendar in {one.value for one in Calendar} else Calendar.both,
        place=clean_text(request.args.get("place")) or None,
        lesson=clean_text(request.args.get("lesson")) or None,
        turning_points="turning" in request.args,
    )
