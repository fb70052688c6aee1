"""What the pages of results read of a request."""

from flask import request

from course.base.forms import whole_number

#: Rows of a long table on one page.
PAGE = 200


def page_asked_for(rows: int) -> int:
    """Return which page of so many ROWS is asked for, from 1; the nearest there is where it is none of them."""
    asked = whole_number(request.args.get("page"), digits=6) or 1
    return min(max(asked, 1), pages_of(rows))


def pages_of(rows: int) -> int:
    """Return how many pages so many ROWS take."""
    return max(1, -(-rows // PAGE))
