"""What the page of search reads of an address."""

from typing import NamedTuple

from flask import request

from course.base.forms import clean_text, whole_number
from lessons.search.asking import LONGEST
from lessons.search.models import Group


class Asked(NamedTuple):
    """What is looked for, in which course and heap (None: all), and which page of the finds is shown, from 1."""

    words: str
    course: str | None
    group: Group | None
    page: int


def asked() -> Asked:
    """Return what the address asks for; what it cannot mean counts as not said."""
    heap = request.args.get("in", "")
    return Asked(
        " ".join(clean_text(request.args.get("q")).split())[:LONGEST],
        request.args.get("course") or None,
        Group(heap) if heap in {group.value for group in Group} else None,
        max(whole_number(request.args.get("page"), digits=3) or 1, 1),
    )
