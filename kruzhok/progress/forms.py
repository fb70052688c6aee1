"""What the pages of progress read of a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from course.base.forms import Form, clean_text, number_field, whole_number
from course.base.words import _
from course.groups.models import Subgroup
from kruzhok.progress.help import Rules
from kruzhok.progress.students import DONE, LAST, LATE, NAME, PART, Wanted
from kruzhok.progress.table import Column

LONGEST_WORDS = 100

#: What a part can be filtered by.
STATES = ("none", "begun", "done", "late")

#: Orders, and whether each is wanted from its other end first: the most late before the least.
DOWN_FIRST = frozenset({LATE})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which students an address asks for, which page of them, and what of it cannot be: field -> what is wrong."""

    wanted: Wanted
    page: int
    problems: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)

    def again(self, **changes: Any) -> dict[str, Any]:
        """Return what an address says that asks for the same, but for CHANGES; None takes something out."""
        return {key: value for key, value in ({**self.query, "page": None} | changes).items() if value}


def asked_students(columns: Sequence[Column], subgroups: Sequence[Subgroup]) -> Asked:
    """Return which students the request asks for. A filter that cannot be is a problem and never *everybody*."""
    said = {
        key: clean_text(request.values.get(key)).strip()
        for key in ("q", "subgroup", "hand", "part", "state", "order", "down")
    }
    problems: dict[str, str] = {}
    parts = {column.activity.id for column in columns}
    subgroup = whole_number(said["subgroup"])
    if said["subgroup"] and subgroup not in {one.id for one in subgroups}:
        problems["subgroup"] = _("There is no such subgroup (any longer). Choose one of these.")
    part = whole_number(said["part"])
    if said["part"] and part not in parts:
        problems["part"] = _("This part is not in the table (any longer). Choose one of these.")
    elif said["state"] and not said["part"]:
        problems["part"] = _("Choose the part of which you mean that.")
    if said["state"] and said["state"] not in STATES:
        problems["state"] = _("Choose one of these.")
    order, _dash, order_part = said["order"].partition("-")
    if order not in {NAME, DONE, LATE, LAST} and not (order == PART and whole_number(order_part) in parts):
        order = NAME
    filtered = part if said["part"] and said["state"] else None
    wanted = Wanted(
        order,
        whole_number(order_part) if order == PART else None,
        bool(said["down"]),
        said["q"][:LONGEST_WORDS],
        subgroup if said["subgroup"] else None,
        bool(said["hand"]),
        filtered,
        said["state"],
    )
    page = whole_number(request.values.get("page"), digits=6) or 1
    return Asked(wanted, page, problems, {key: value for key, value in said.items() if value})


class RulesForm(Form):
    """The rules by which somebody may need a hand: one that is left empty is switched off."""

    quiet_days = number_field(_("Days without anything done"), 1, 365)
    late_parts = number_field(_("Parts late"), 1, 1000)
    score_below = number_field(_("Percent at the last quiz, below which"), 1, 100)

    @property
    def rules(self) -> Rules:
        """What was typed, as rules."""
        return Rules(self.quiet_days.data, self.late_parts.data, self.score_below.data)
