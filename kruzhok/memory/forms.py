"""What the pages of memory read of a request."""

from flask import request

from course.base.forms import clean_text, whole_number

#: Rows of a long list on one page.
PAGE = 50


def course_asked_for() -> str | None:
    """Return the course to show alone (`?course=`), None for all of them."""
    return clean_text(request.args.get("course")).strip() or None


def page_asked_for(rows: int) -> int:
    """Return which page of so many ROWS is asked for, from 1; the nearest there is where it is none of them."""
    asked = whole_number(request.args.get("page"), digits=6) or 1
    return min(max(asked, 1), max(1, -(-rows // PAGE)))
