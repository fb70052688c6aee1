"""What pages of an attempt send. What an answer means only its item's type knows; here it is only taken apart."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flask import request

from course.base.forms import Form, clean_text
from course.base.words import _
from quizzes.attempts.saving import AskedItem, Sent
from quizzes.attempts.steps import History
from quizzes.items import BadResponse, ItemData, Raw, Response, ordering, parse_data, type_of
from quizzes.items.ordering import Ordering
from quizzes.models import AttemptItem

DO = re.compile(r"(check|again|page|keep)-(\d{1,18})(?:-(\d{1,9}))?")
FIELD = re.compile(r"(item|flag|base)-(\d{1,18})(?:-(.*))?", re.DOTALL)
NUMBER = re.compile(r"\d{1,9}")
LEVEL = "level-"
ONCE = re.compile(r"[A-Za-z0-9-]{1,64}")


class Act(NamedTuple):
    """The button that was pressed on a page of answers, beside saving them: `check`, `again` or `keep` (at the item of
    that id, `keep` the step of that number), `page` (go to the question of that number), `finish`, or just `save`."""

    name: str = "save"
    number: int = 0
    step: int = 0


class AttemptForm(Form):
    """A whole page of answers, each with the step that the page had seen of it."""

    def sent(self, items: Iterable[AttemptItem], past: Mapping[int, History]) -> dict[int, Sent]:
        """Return what was sent of each of ITEMS that was on the page; one that was not is left alone."""
        found = _fields()
        return {
            item.id: _understood(
                parse_data(item.version.data),
                item.shown,
                found["item", item.id],
                past[item.id].response if item.id in past else None,
                Sent(base=_base(found["base", item.id]), flagged=bool(found["flag", item.id])),
            )
            for item in items
            if found["base", item.id]
        }

    def typed(self, item_id: int) -> Raw:
        """Return what was typed into an item, to be shown again where it was refused."""
        return {part: [clean_text(value) for value in values] for part, values in _fields()["item", item_id].items()}

    @property
    def moved(self) -> int | None:
        """The item of an ordering one of whose arrows was pressed."""
        return next(
            (
                item_id
                for (name, item_id), raw in _fields().items()
                if name == "item" and "move" in raw and any(":" in value for value in raw["move"])
            ),
            None,
        )

    @property
    def act(self) -> Act:
        """Which button was pressed; what is not known of is a save."""
        sent = request.form.get("do", "")
        if sent == "finish":
            return Act("finish")
        match = DO.fullmatch(sent)
        return Act(match[1], int(match[2]), int(match[3] or 0)) if match else Act()

    @property
    def page(self) -> int:
        """The number of the question that was shown, where they are shown one at a time; 1 if that was not said."""
        return _number(request.form.get("page", ""))


class PageForm(Form):
    """Which question an address asks for."""

    @property
    def number(self) -> int:
        """Its number; 1 if none is said, or none that is one."""
        return _number(request.args.get("page", ""))


class RatingForm(Form):
    """A rubric with a level chosen in each criterion, or in some."""

    @property
    def levels(self) -> Mapping[str, str]:
        """Criterion -> level, as they were sent; what the rubric does not know is for the subject to leave out."""
        return {
            name.removeprefix(LEVEL): value for name, value in request.form.items() if name.startswith(LEVEL) and value
        }


def sent_of(item: AskedItem, previous: Callable[[], Response | None]) -> Sent:
    """Return what the script of the page sent of ITEM; its problem says so where this is no page of ours.

    PREVIOUS is asked for the response that counts, where what was sent says only how that was changed."""
    base, once = request.form.get("base", ""), request.form.get("once", "")
    found = _fields()
    if not NUMBER.fullmatch(base) or (once and not ONCE.fullmatch(once)):
        return Sent(
            problem=_("This was not understood. Load the page again; what you typed is kept."), flagged=item.flagged
        )
    before = previous() if isinstance(item.data, Ordering) else None
    at = Sent(base=int(base), once=once or None, flagged=bool(found["flag", item.id]))
    return _understood(item.data, item.shown, found["item", item.id], before, at)


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 1


def _fields() -> Mapping[tuple[str, int], dict[str, list[str]]]:
    """Return (item, flag or base; id) -> part -> values: all fields of all items in one go, however many were sent."""
    found: dict[tuple[str, int], dict[str, list[str]]] = defaultdict(dict)
    for name in request.form:
        if match := FIELD.fullmatch(name):
            found[match[1], int(match[2])][match[3] or ""] = request.form.getlist(name)
    return found


def _base(raw: Raw) -> int:
    """Return the step a page had seen; what is no number is older than all, so that it overwrites nothing."""
    value = next(iter(raw.get("", ())), "")
    return int(value) if NUMBER.fullmatch(value) else 0


def _understood(data: ItemData, shown: Sequence[str], raw: Raw, previous: Response | None, at: Sent) -> Sent:
    """Return AT with the response that the item's type makes of RAW, or with its problem."""
    try:
        response = type_of(data).parse(data, raw, shown, previous)
        mended = isinstance(data, Ordering) and ordering.repaired(data, raw, shown, previous)
    except BadResponse as problem:
        return at._replace(problem=str(problem))
    return at._replace(response=response, mended=mended)
